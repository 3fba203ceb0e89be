"""How long a school has to show a record, by the calendar of its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from mastery.inspection import days_left, show_by


def test_45_calendar_days_from_the_day_where_the_school_is() -> None:
    asked = datetime(2026, 11, 2, 3, tzinfo=UTC)  # the evening of the 1st in New England
    last = show_by(asked, ZoneInfo("America/New_York"))
    assert last == date(2026, 12, 16)
    assert show_by(asked, ZoneInfo("Asia/Tokyo")) == date(2026, 12, 17)
    assert [days_left(last, day) for day in (date(2026, 11, 1), last, date(2026, 12, 18))] == [45, 0, -2]
