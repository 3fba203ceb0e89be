"""The end of a day where the school is: "by Friday" is until the clock there says Saturday (domain 3.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of(day: date, time_zone: str) -> datetime:
    """The first instant that does not belong to a day any more: the next midnight of the zone, in UTC.

    The day before lasts 23 or 25 hours when clocks change in it. Where they change at midnight itself, the next day
    begins when this one ends, whatever the clock then says.
    """
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


def in_time(at: datetime, day: date, time_zone: str) -> bool:
    """Whether an instant is still within a day."""
    return at < end_of(day, time_zone)
