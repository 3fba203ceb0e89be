"""School days: what they weigh, how far one is from another, and what a closure moves (domain 3.1)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, calendars, days_of, weekdays, weights_of
from pace_oracle import as_fraction, distance, own_weights, reached

from mastery.pace.calendar import (
    NO_DATE,
    DayKind,
    DueDate,
    OutsideCalendar,
    SchoolCalendar,
    SchoolDay,
    closed,
    moved,
    school_day,
)
from mastery.pace.own_calendar import NO_PAUSES, Pause, in_columns, own_calendar, own_distances
from mastery.policy import DEFAULT_POLICY as POLICY

YEAR = weekdays(MONDAY, 180, off=[date(2026, 9, 7), date(2026, 11, 26), date(2026, 11, 27)])


def test_kinds_of_days_weigh_what_the_specification_says() -> None:
    weights = {kind: school_day(MONDAY, kind, POLICY).weight for kind in DayKind}
    assert weights == {
        DayKind.INSTRUCTIONAL: 1, DayKind.HALF: 0.5, DayKind.FLEX: 1, DayKind.REMOTE: 1, DayKind.BREAK: 0,
        DayKind.HOLIDAY: 0, DayKind.CLOSURE: 0, DayKind.SUMMER_PROGRAM: 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "weight"),
    [(DayKind.INSTRUCTIONAL, 1.5), (DayKind.INSTRUCTIONAL, -0.5), (DayKind.INSTRUCTIONAL, float("nan")),
     (DayKind.HOLIDAY, 1.0), (DayKind.CLOSURE, 0.5)],
)  # fmt: skip
def test_a_day_weighs_from_none_to_one(kind: DayKind, weight: float) -> None:
    with pytest.raises(ValueError, match="weighs"):
        SchoolDay(MONDAY, kind, weight)


@pytest.mark.parametrize("days", [[], [0, 0], [1, 0]])
def test_a_calendar_is_in_order_without_a_day_twice(days: list[int]) -> None:
    with pytest.raises(ValueError, match="in order"):
        SchoolCalendar(tuple(SchoolDay(MONDAY + timedelta(days=day)) for day in days))


def test_days_are_never_counted_by_weekday() -> None:
    # Monday 7 September is a holiday: that week has four days, and Saturday the 12th is made up
    days = [SchoolDay(MONDAY + timedelta(days=n)) for n in (0, 1, 2, 3, 4, 8, 9, 10, 11)]
    calendar = SchoolCalendar((*days, SchoolDay(date(2026, 9, 12))))
    assert calendar.between(MONDAY, date(2026, 9, 7)) == 4
    assert calendar.between(date(2026, 9, 4), date(2026, 9, 11)) == 4
    assert calendar.between(date(2026, 9, 4), date(2026, 9, 12)) == 5
    assert calendar.after(date(2026, 9, 4), 1) == date(2026, 9, 8)
    assert calendar.after(date(2026, 9, 6), 0) == date(2026, 9, 6)


def test_two_half_days_are_a_day() -> None:
    half = [SchoolDay(MONDAY + timedelta(days=n), DayKind.HALF, 0.5) for n in range(4)]
    calendar = SchoolCalendar(tuple(half))
    assert calendar.total == 2
    assert calendar.after(MONDAY, 1) == MONDAY + timedelta(days=2)
    assert calendar.after(MONDAY, 0.5) == MONDAY + timedelta(days=1)
    assert calendar.after(MONDAY, 0) == MONDAY


def test_after_the_last_day_nothing_is_known_and_none_is_made_up() -> None:
    assert YEAR.reached(180) == YEAR.last
    assert YEAR.reached(180.5) is None
    assert YEAR.after(YEAR.last, 1) is None
    for ask in (YEAR.through, lambda day: YEAR.between(MONDAY, day), lambda day: YEAR.after(day, 1)):
        with pytest.raises(OutsideCalendar, match="ends on"):
            ask(YEAR.last + timedelta(days=1))


def test_before_the_first_day_nothing_has_passed_and_nothing_is_counted_from_there() -> None:
    eve = MONDAY - timedelta(days=1)
    assert YEAR.through(eve - timedelta(days=300)) == 0
    assert YEAR.between(eve, MONDAY) == 1
    with pytest.raises(OutsideCalendar, match="begins on"):
        YEAR.between(eve - timedelta(days=1), MONDAY)


def test_a_leap_day_is_a_day_like_others() -> None:
    leap = weekdays(date(2028, 2, 21), 20)
    assert leap.between(date(2028, 2, 28), date(2028, 3, 1)) == 2
    assert leap.after(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert weekdays(date(2027, 2, 22), 20).after(date(2027, 2, 26), 1) == date(2027, 3, 1)


def test_summer_counts_for_who_attends_it() -> None:
    summer = SchoolDay(date(2027, 7, 6), DayKind.SUMMER_PROGRAM, 0.5)
    school = SchoolCalendar((SchoolDay(MONDAY), summer))
    assert school.total == 1
    assert own_calendar(school, MONDAY, summer=True).total == 1.5
    assert own_calendar(school, MONDAY).total == 1


@UNHURRIED
@given(st.data())
def test_distance_and_date_are_inverses(data: st.DataObject) -> None:
    calendar = data.draw(calendars())
    weights = weights_of(calendar)
    day = data.draw(days_of(calendar))
    through = calendar.through(day)
    assert as_fraction(through) == distance(weights, day)
    found = calendar.reached(through)
    assert found == reached(weights, distance(weights, day))
    assert found is not None
    if through > 0:
        assert found <= day, "on the days after it that weigh nothing the same distance is reached"
    assert calendar.through(found) == through or through == 0
    wanted = data.draw(st.integers(0, 10 * len(weights))) / 10
    there = calendar.reached(wanted)
    assert there == reached(weights, as_fraction(wanted))
    if there is not None:
        assert calendar.through(there) >= wanted
        before = calendar.through(there - timedelta(days=1))
        assert before < wanted or wanted == 0 or there == calendar.first


@UNHURRIED
@given(st.data())
def test_days_between_add_up_and_the_nth_day_is_n_away(data: st.DataObject) -> None:
    calendar = data.draw(calendars())
    a, b, c = (data.draw(days_of(calendar)) for _ in range(3))
    whole = as_fraction(calendar.between(a, c))
    assert whole == as_fraction(calendar.between(a, b)) + as_fraction(calendar.between(b, c))
    assert calendar.between(b, a) == -calendar.between(a, b)
    n = data.draw(st.integers(1, 20))
    there = calendar.after(a, n)
    if there is not None:
        assert there > a
        assert calendar.between(a, there - timedelta(days=1)) < n <= calendar.between(a, there) < n + 1
    else:
        assert calendar.between(a, calendar.last) < n


@UNHURRIED
@given(st.data())
def test_many_dates_at_once_are_each_of_them(data: st.DataObject) -> None:
    calendar = data.draw(calendars())
    days = data.draw(st.lists(days_of(calendar), max_size=5))
    found = calendar.distances(np.array([day.toordinal() for day in days], np.int64))
    assert found.tolist() == [calendar.through(day) for day in days]
    ways = data.draw(st.lists(st.floats(0, 80), max_size=5))
    dates = calendar.dates_at(np.array(ways, np.float64)).tolist()
    assert [None if one == NO_DATE else date.fromordinal(one) for one in dates] == [calendar.reached(w) for w in ways]


def test_a_snow_day_shifts_every_date_after_it_and_none_of_the_law() -> None:
    snow = date(2026, 12, 2)
    dates = [
        DueDate(1, date(2026, 12, 1)), DueDate(2, snow), DueDate(3, date(2026, 12, 4)), DueDate(4, date(2026, 12, 6)),
        DueDate(5, date(2026, 12, 4), fixed_by_law=True), DueDate(6, YEAR.last),
    ]  # fmt: skip
    found = moved(dates, YEAR, closed(YEAR, [snow]))
    assert [one.day for one in found] == [
        date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 7), date(2026, 12, 4), None,
    ]  # fmt: skip
    assert [one.moved for one in found] == [False, True, True, True, False, True]


def test_only_a_day_of_the_calendar_can_be_closed() -> None:
    with pytest.raises(OutsideCalendar, match="not in the calendar"):
        closed(YEAR, [date(2026, 12, 5)])


@UNHURRIED
@given(st.data())
def test_a_closure_keeps_the_distance_of_every_date_that_is_not_of_the_law(data: st.DataObject) -> None:
    before = data.draw(calendars())
    shut = data.draw(st.sets(st.sampled_from([one.day for one in before.days]), max_size=4))
    after = closed(before, shut)
    dates = [DueDate(n, data.draw(days_of(before)), data.draw(st.booleans())) for n in range(4)]
    for one in moved(dates, before, after):
        due = one.due
        if due.fixed_by_law:
            assert one.day == due.day
            continue
        was = before.through(due.day)
        if one.day is None:
            assert after.total < was
            continue
        assert one.day >= due.day, "never earlier"
        eve = one.day - timedelta(days=1)
        if one.day == due.day and after.through(due.day) == was:
            continue
        # exactly as far, or within the day on which it is reached
        assert after.through(eve) < was <= after.through(one.day)


@UNHURRIED
@given(st.data())
def test_closed_whole_days_keep_whole_distances_exactly(data: st.DataObject) -> None:
    days = weekdays(MONDAY, 40)
    shut = data.draw(st.sets(st.sampled_from([one.day for one in days.days[:30]]), max_size=5))
    after = closed(days, shut)
    due = DueDate(1, data.draw(st.sampled_from([one.day for one in days.days[:35]])))
    (found,) = moved([due], days, after)
    assert found.day is not None
    assert after.through(found.day) == days.through(due.day)


@st.composite
def pauses_in(draw: st.DrawFn, calendar: SchoolCalendar) -> list[tuple[date, date | None]]:
    """Some pauses that may overlap and have no end."""
    pairs = draw(st.lists(st.tuples(days_of(calendar), days_of(calendar), st.booleans()), max_size=4))
    return [(min(a, b), None if without_end else max(a, b)) for a, b, without_end in pairs]


@UNHURRIED
@given(st.data())
def test_a_student_has_days_of_their_own(data: st.DataObject) -> None:
    school = data.draw(calendars())
    start = data.draw(days_of(school))
    pauses = data.draw(pauses_in(school))
    own = own_calendar(school, start, [Pause(*one) for one in pauses])
    weights = own_weights(weights_of(school), start, pauses)
    days = [data.draw(days_of(school)) for _ in range(5)]
    assert [as_fraction(own.through(day)) for day in days] == [
        distance(weights, day) if day >= start else Fraction(0) for day in days
    ]
    # ... and the same for many at once
    columns = in_columns([[], [Pause(*one) for one in pauses]], school)
    ordinals = np.array([day.toordinal() for day in days], np.int64)
    starts = np.array([school.first.toordinal(), start.toordinal()], np.int64)
    both = own_distances(school, starts, columns, np.stack([ordinals, ordinals]))
    assert both[1].tolist() == [own.through(day) for day in days]
    assert both[0].tolist() == [school.through(day) for day in days]
    today = days[0]
    asleep = any(first <= today and (last is None or today <= last) for first, last in pauses)
    assert columns.at(today.toordinal(), 2).tolist() == [False, asleep]


def test_paused_days_leave_the_clock_and_a_pause_may_have_no_end() -> None:
    ill = Pause(date(2026, 9, 14), date(2026, 9, 18))
    own = own_calendar(YEAR, MONDAY, [ill])
    assert own.through(date(2026, 9, 11)) == own.through(date(2026, 9, 20)) == 9
    away = own_calendar(YEAR, MONDAY, [Pause(date(2026, 9, 14))])
    assert away.through(YEAR.last) == 9
    assert away.reached(10) is None
    assert Pause(date(2026, 9, 14)).holds(date(2027, 5, 1))
    assert [ill.holds(date(2026, 9, day)) for day in (13, 14, 18, 19)] == [False, True, True, False]
    with pytest.raises(ValueError, match="pause"):
        Pause(date(2026, 9, 14), date(2026, 9, 13))


def test_a_start_after_the_end_is_no_calendar_and_no_distance() -> None:
    late = YEAR.last + timedelta(days=3)
    with pytest.raises(OutsideCalendar):
        own_calendar(YEAR, late)
    today = np.array([[YEAR.last.toordinal()]])
    assert own_distances(YEAR, np.array([late.toordinal()]), NO_PAUSES, today).tolist() == [[0.0]]
