"""School years for tests of pace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay

# machines are busy: no test is about how long it takes
UNHURRIED = settings(deadline=None)
MONDAY = date(2026, 8, 31)


def weekdays(first: date, count: int, off: Iterable[date] = ()) -> SchoolCalendar:
    """So many days from Monday to Friday, those `off` being holidays that come on top."""
    days, day, off = [], first, set(off)
    while sum(one.weight > 0 for one in days) < count:
        if day in off:
            days.append(SchoolDay(day, DayKind.HOLIDAY, 0.0))
        elif day.weekday() < 5:
            days.append(SchoolDay(day))
        day += timedelta(days=1)
    return SchoolCalendar(tuple(days))


def weights_of(calendar: SchoolCalendar) -> dict[date, float]:
    """For the oracle."""
    return {one.day: one.weight for one in calendar.days}


_KINDS = [
    (DayKind.INSTRUCTIONAL, 1.0), (DayKind.INSTRUCTIONAL, 1.0), (DayKind.INSTRUCTIONAL, 1.0), (DayKind.HALF, 0.5),
    (DayKind.REMOTE, 1.0), (DayKind.FLEX, 0.7), (DayKind.BREAK, 0.0), (DayKind.HOLIDAY, 0.0), (DayKind.CLOSURE, 0.0),
]  # fmt: skip


@st.composite
def calendars(draw: st.DrawFn, longest: int = 60) -> SchoolCalendar:
    """Any calendar of some days with some gaps, over a leap day as often as not."""
    day, days = draw(st.sampled_from([MONDAY, date(2028, 2, 14)])), []
    for (kind, weight), step in draw(
        st.lists(st.tuples(st.sampled_from(_KINDS), st.sampled_from([1, 1, 1, 3])), min_size=1, max_size=longest)
    ):
        days.append(SchoolDay(day, kind, weight))
        day += timedelta(days=step)
    return SchoolCalendar(tuple(days))


@st.composite
def days_of(draw: st.DrawFn, calendar: SchoolCalendar) -> date:
    """Any date from the first to the last of a calendar, whether it is in it or not."""
    return calendar.first + timedelta(days=draw(st.integers(0, (calendar.last - calendar.first).days)))
