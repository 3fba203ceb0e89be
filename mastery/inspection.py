"""A family, or a student of age, asks to see the whole record: how long the school has to show it (FERPA 99.10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHOW_WITHIN = timedelta(days=45)
"""Calendar days."""


def show_by(asked_at: datetime, zone: ZoneInfo) -> date:
    """The last day for the school to show the record, by the calendar of its zone."""
    return asked_at.astimezone(zone).date() + SHOW_WITHIN


def days_left(last: date, today: date) -> int:
    """How many days there are until the last one; 0 on it, below 0 when it is over."""
    return (last - today).days
