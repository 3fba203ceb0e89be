"""The plan of a class: even dates, what a closure moves, what the law holds, what more time does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from calendar_days import COLUMBUS_DAY, FIRST, LAST, term
from hypothesis import given
from hypothesis import strategies as st

from mastery.body.words import State
from mastery.pace.burn_up import burn_up, sample_days
from mastery.pace.calendar import SchoolCalendar, SchoolDay, closed
from mastery.pace.course import CourseError, Dated, course_targets, longer, own_dues, spread
from mastery.pace.learners import Evaluated, Learner, evaluate_class
from mastery.pace.own_calendar import Pause, own_calendar
from mastery.pace.status import Carried, Status
from mastery.policy import DEFAULT_POLICY as POLICY

SCHOOL = SchoolCalendar(term())
# 180 school days in a row: the golden numbers of the specification
BEGAN = date(2026, 9, 1)
YEAR = SchoolCalendar(tuple(SchoolDay(BEGAN + timedelta(days=number)) for number in range(180)))
DAY_60 = BEGAN + timedelta(days=59)


def _year(mastered: int, *, start: date = BEGAN, pauses: tuple[Pause, ...] = (), day: date = DAY_60) -> Evaluated:
    dates = spread(range(36), YEAR, BEGAN, YEAR.last)
    targets = course_targets([Dated(one, on) for one, on in dates.items()], YEAR, BEGAN, YEAR.last)
    states = dict.fromkeys(range(mastered), State.MASTERED)
    learner = Learner(7, start, pauses, {}, states, dict.fromkeys(range(mastered), day), None)
    return evaluate_class([learner], targets, YEAR, day, POLICY)[0]


@pytest.mark.parametrize(
    ("mastered", "gap", "status"), [(8, 20.0, Status.BEHIND), (14, -10.0, Status.AHEAD), (12, 0.0, Status.ON_PACE)]
)
def test_the_golden_gaps_of_an_even_plan(mastered: int, gap: float, status: Status) -> None:
    found = _year(mastered).pace
    assert (found.gap, found.status, found.expected, found.done) == (gap, status, 12.0, float(mastered))


def test_who_starts_later_is_compared_from_their_own_start() -> None:
    assert _year(4, start=BEGAN + timedelta(days=40)).pace.gap == 0.0


def test_paused_days_leave_the_clock() -> None:
    ill = Pause(BEGAN + timedelta(days=20), BEGAN + timedelta(days=39))
    assert _year(8, pauses=(ill,)).pace.gap == 0.0
    assert _year(8, pauses=(Pause(DAY_60),)).pace.status is Status.PAUSED


def test_dates_are_even_over_school_days_and_end_with_the_plan() -> None:
    found = spread([5, 3, 9], SCHOOL, FIRST, LAST)
    own = own_calendar(SCHOOL, FIRST)
    assert list(found) == [5, 3, 9]
    assert [own.through(day) for day in found.values()] == pytest.approx([26, 52, 78], abs=1)
    assert found[9] == LAST
    assert all(day.weekday() < 5 and day != COLUMBUS_DAY for day in found.values())


@given(st.integers(1, 40), st.integers(0, 60), st.sets(st.integers(0, 76), max_size=5))
def test_a_closure_keeps_distances_and_moves_dates(many: int, begin: int, days: set[int]) -> None:
    starts = SCHOOL.days[begin].day
    shut = [day.day for one in days if (day := SCHOOL.days[one]).weight and day.day >= starts]
    dates = spread(range(many), SCHOOL, starts, LAST)
    made = course_targets([Dated(one, day) for one, day in dates.items()], SCHOOL, starts, LAST)
    own = own_calendar(closed(SCHOOL, shut), starts)
    for one in made:
        day = one.day_in(own)
        before = sum(1 for other in shut if other <= one.dated.day)
        assert one.due_in(own) == one.due
        assert (day is None) if one.due > own.total else (own.through(day) == one.due)
        assert before == 0 or day is None or day > one.dated.day


def test_what_the_law_has_dated_stays() -> None:
    test = date(2026, 11, 17)
    (made,) = course_targets([Dated(1, test, fixed_by_law=True)], SCHOOL, FIRST, LAST)
    own = own_calendar(closed(SCHOOL, [date(2026, 10, 6), date(2026, 10, 7)]), FIRST)
    assert made.day_in(own) == test
    assert made.due_in(own) == made.due - 2


@pytest.mark.parametrize(
    ("dated", "starts", "finishes", "field"),
    [
        ([], FIRST, LAST, "targets"),
        ([Dated(1, FIRST), Dated(1, LAST)], FIRST, LAST, "targets"),
        ([Dated(1, LAST)], FIRST, date(2026, 12, 1), "day"),
        ([Dated(1, LAST, weight=0)], FIRST, LAST, "weight"),
        ([Dated(1, LAST, weight=float("nan"))], FIRST, LAST, "weight"),
        ([Dated(1, LAST)], date(2026, 8, 1), LAST, "starts"),
        ([Dated(1, LAST)], FIRST, date(2027, 1, 1), "finishes"),
        ([Dated(1, COLUMBUS_DAY)], COLUMBUS_DAY, COLUMBUS_DAY, "finishes"),
    ],
)
def test_what_is_no_plan(dated: list[Dated], starts: date, finishes: date, field: str) -> None:
    with pytest.raises(CourseError) as refused:
        course_targets(dated, SCHOOL, starts, finishes)
    assert refused.value.field == field


def test_more_time_is_for_what_is_to_come() -> None:
    assert longer({1: 10, 2: 20, 3: 40}, 1.5, 20) == {1: 10, 2: 20, 3: 50}


def test_own_days_are_days_of_the_own_calendar() -> None:
    own = own_calendar(SCHOOL, FIRST)
    assert own_dues({1: date(2026, 9, 4)}, [1], own) == {1: 4.0}
    with pytest.raises(CourseError, match="from 2026-09-01"):
        own_dues({1: date(2026, 8, 4)}, [1], own)
    with pytest.raises(CourseError, match="each target"):
        own_dues({}, [1], own)


def test_a_day_counts_once_by_its_last_look() -> None:
    first, later = date(2026, 10, 5), date(2026, 10, 6)
    before = (first, Carried(date(2026, 9, 20), 1), Carried(None, 0))
    learner = Learner(7, FIRST, (), {}, {}, {}, before)
    assert learner.given(first) == before[1]
    assert learner.given(later) == before[2]


def test_the_picture_has_what_is_planned_done_and_likely() -> None:
    dates = spread(range(36), YEAR, BEGAN, YEAR.last)
    targets = course_targets([Dated(one, on) for one, on in dates.items()], YEAR, BEGAN, YEAR.last)
    done = {one: BEGAN + timedelta(days=5 * one) for one in range(9)}
    known = Learner(7, BEGAN, (), {}, dict.fromkeys(done, State.MASTERED), done, None)
    unknown = Learner(8, BEGAN, (), dict.fromkeys(range(36), 180.0), {}, {}, None)
    days = sample_days(BEGAN, YEAR.last, DAY_60)
    assert (days[0], days[-1], DAY_60 in days) == (BEGAN - timedelta(days=1), YEAR.last, True)
    found = evaluate_class([known, unknown], targets, YEAR, DAY_60, POLICY)
    both = {one.day: one for one in burn_up(found, targets, YEAR, days)}
    today = both[DAY_60]
    assert (today.planned, today.done) == (pytest.approx(1 / 3), pytest.approx(9 / 36 / 2))
    assert today.own == pytest.approx((1 / 3 + 1 / 3) / 2, abs=0.01)
    assert today.low == today.high == today.done
    last = both[YEAR.last]
    assert last.low is not None
    assert last.high is not None
    assert (last.planned, last.done) == (1.0, None)
    assert today.low < last.low < last.high <= 0.5
    (alone,) = evaluate_class([unknown], targets, YEAR, DAY_60, POLICY)
    assert {(one.low, one.high) for one in burn_up([alone], targets, YEAR, days)} == {(None, None)}
    assert burn_up([], targets, YEAR, days) == []


def test_what_a_person_excused_is_on_no_line() -> None:
    targets = course_targets([Dated(1, date(2026, 9, 4)), Dated(2, date(2026, 9, 11))], SCHOOL, FIRST, LAST)
    learner = Learner(7, FIRST, (), {}, {1: State.WAIVED, 2: State.MASTERED_PROVISIONAL}, {}, None)
    (found,) = evaluate_class([learner], targets, SCHOOL, date(2026, 10, 5), POLICY)
    assert (found.total, found.pace.status) == (1.0, Status.COMPLETE)
