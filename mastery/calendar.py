"""Counting a student's days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def days_between(earlier: date, later: date) -> int:
    """Whole days from `earlier` to `later`, negative when reversed; both are dates in the school's zone.

    Every rule that counts days counts them here: a district without a calendar of its own counts calendar days.
    """
    return later.toordinal() - earlier.toordinal()


def day_after(day: date, days: int) -> date:
    """The day that comes `days` whole days after `day`: the inverse of `days_between`."""
    return day + timedelta(days=days)


def today_in(time_zone: str, now: datetime) -> date:
    """The date in a zone, such as America/New_York."""
    return now.astimezone(ZoneInfo(time_zone)).date()
