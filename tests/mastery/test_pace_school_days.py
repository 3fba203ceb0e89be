"""Days until a rule is due, by a school's calendar: across a weekend, a holiday, a closure and a term's end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from calendar_days import COLUMBUS_DAY, FIRST, LAST, term
from hypothesis import given
from hypothesis import strategies as st

from mastery.calendar import days_between
from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay, closed
from mastery.pace.school_days import EVERY_DAY, SchoolDays, school_year
from mastery.reassessment.tries import first_day

TERM = SchoolCalendar(term())
DAYS = SchoolDays(TERM)
_AROUND = st.dates(FIRST - timedelta(days=90), LAST + timedelta(days=90))


@pytest.mark.parametrize(
    ("since", "days", "opens"),
    [
        (date(2026, 10, 5), 3, date(2026, 10, 8)),  # Monday to Thursday
        (date(2026, 10, 1), 3, date(2026, 10, 6)),  # across a weekend
        (date(2026, 10, 8), 3, date(2026, 10, 14)),  # across a weekend and a holiday
        (date(2026, 10, 10), 1, date(2026, 10, 13)),  # from a Saturday on
        (date(2026, 12, 15), 3, date(2026, 12, 18)),  # the term's last day
        (date(2026, 12, 16), 3, None),  # after it
        (date(2027, 2, 1), 1, None),
        (date(2026, 8, 28), 2, date(2026, 8, 30)),  # before the calendar begins every day counts
        (date(2026, 8, 30), 3, date(2026, 9, 2)),
    ],
)
def test_days_count_as_the_calendar_says(since: date, days: int, opens: date | None) -> None:
    assert first_day(DAYS.count, since, days) == opens


def test_a_closed_day_moves_what_is_counted_by_one_school_day() -> None:
    snow = SchoolDays(closed(TERM, [date(2026, 10, 6)]))
    assert first_day(snow.count, date(2026, 10, 5), 3) == date(2026, 10, 9)
    assert first_day(snow.count, date(2026, 10, 6), 3) == first_day(DAYS.count, date(2026, 10, 6), 3)


def test_two_half_days_are_one() -> None:
    halves = {date(2026, 10, 6), date(2026, 10, 7)}
    days = tuple(SchoolDay(one.day, DayKind.HALF, 0.5) if one.day in halves else one for one in TERM.days)
    found = SchoolDays(SchoolCalendar(days))
    assert first_day(found.count, date(2026, 10, 5), 1) == date(2026, 10, 7)
    assert first_day(found.count, date(2026, 10, 5), 2) == date(2026, 10, 8)


@given(_AROUND, _AROUND, _AROUND)
def test_a_count_is_never_more_than_the_days_and_adds_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    assert DAYS.count(first, last) == DAYS.count(first, middle) + DAYS.count(middle, last)
    assert DAYS.count(last, first) == -DAYS.count(first, last)
    assert 0 <= DAYS.count(first, last) <= days_between(first, last)
    assert EVERY_DAY.count(first, last) == days_between(first, last)


@given(_AROUND, st.integers(0, 80))
def test_the_day_of_a_rule_is_the_first_that_counts_so_many(since: date, days: int) -> None:
    opens = first_day(DAYS.count, since, days)
    if opens is None:
        assert DAYS.count(since, LAST) < days
    else:
        assert DAYS.count(since, opens) >= days
        assert days == 0 or DAYS.count(since, opens - timedelta(days=1)) < days


def test_of_what_is_said_only_what_is_so() -> None:
    assert (EVERY_DAY.says(FIRST), EVERY_DAY.opens(FIRST, 3), EVERY_DAY.end) == (False, date(2026, 9, 4), None)
    assert not DAYS.says(FIRST - timedelta(days=2))
    assert DAYS.opens(FIRST - timedelta(days=9), 3) == FIRST - timedelta(days=6)
    assert DAYS.says(FIRST - timedelta(days=1))
    assert (DAYS.opens(COLUMBUS_DAY, 3), DAYS.end) == (date(2026, 10, 15), LAST)
    assert DAYS.opens(LAST, 1) is None
    assert DAYS.opens(LAST + timedelta(days=9), 0) is None


def test_a_school_year_begins_in_july() -> None:
    assert [school_year(date(2026, month, 1)) for month in (6, 7, 12)] == [2026, 2027, 2027]
