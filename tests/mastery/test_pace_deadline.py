"""By Friday is until midnight where the school is, also when clocks change (domain 3.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace_calendars import UNHURRIED

from mastery.calendar import today_in
from mastery.pace.deadline import end_of, in_time

MOMENT = timedelta(microseconds=1)
ZONES = ["America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/Havana",
         "America/Sao_Paulo", "Europe/Lisbon", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "end", "hours"),
    [
        (date(2026, 10, 2), datetime(2026, 10, 3, 4, tzinfo=UTC), 24),
        (date(2027, 3, 14), datetime(2027, 3, 15, 4, tzinfo=UTC), 23),
        (date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC), 25),
        (date(2028, 2, 28), datetime(2028, 2, 29, 5, tzinfo=UTC), 24),
        (date(2028, 2, 29), datetime(2028, 3, 1, 5, tzinfo=UTC), 24),
    ],
)
def test_a_day_ends_at_the_next_midnight(day: date, end: datetime, hours: int) -> None:
    assert end_of(day, "America/New_York") == end
    assert end - end_of(day - timedelta(days=1), "America/New_York") == timedelta(hours=hours)


def test_the_last_second_of_friday_is_in_time_and_saturday_is_not() -> None:
    friday, zone = date(2026, 10, 2), "America/New_York"
    local = datetime(2026, 10, 2, 23, 59, 59, 999999, tzinfo=ZoneInfo(zone))
    assert in_time(local, friday, zone)
    assert not in_time(local.astimezone(UTC) + MOMENT, friday, zone)
    assert in_time(datetime(2026, 10, 3, 0, 30, tzinfo=ZoneInfo(zone)), friday, "America/Chicago")


def test_where_clocks_change_at_midnight_the_next_day_begins_all_the_same() -> None:
    # at 0:00 on 4 November 2018 it was 1:00 at once
    end = end_of(date(2018, 11, 3), "America/Sao_Paulo")
    assert end == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert end.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 1


@UNHURRIED
@given(st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2040, 12, 31)))
def test_the_instant_is_where_one_date_ends_and_a_later_one_begins(zone: str, day: date) -> None:
    if zone == "Pacific/Apia" and day in (date(2011, 12, 29), date(2011, 12, 30)):
        return  # the island left out a day
    end = end_of(day, zone)
    assert end.tzinfo is UTC
    assert today_in(zone, end - MOMENT) == day
    assert today_in(zone, end) == day + timedelta(days=1)
