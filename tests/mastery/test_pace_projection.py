"""When a student will have finished: a range, its numbers, and when there is none (domain 3.5)."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, weekdays
from pace_oracle import finish_day, finished_by

from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay, closed
from mastery.pace.lines import PlannedTarget, line_of
from mastery.pace.projection import (
    QUANTILES,
    Arrival,
    FinishRange,
    NotProjected,
    arrival,
    arrival_weeks,
    finish_days,
    project,
    rate,
    unit_of,
    usual_rate,
)
from mastery.policy import DEFAULT_POLICY as POLICY

YEAR = weekdays(MONDAY, 400)
GOLDEN = FinishRange(99, 117, 160, 224, 269)


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def test_the_example_of_the_specification() -> None:
    assert rate(column(5), column(30), column(0.2), POLICY).tolist() == pytest.approx([0.18])
    assert project(5, 30, 5, 0.2, 28, POLICY) == GOLDEN
    assert [finish_day(q, 5, 30, 0.2, 28) for q in QUANTILES] == [99, 117, 160, 224, 269]


@settings(UNHURRIED, max_examples=40)
@given(st.integers(0, 15), st.integers(15, 40), st.sampled_from([0.1, 0.2, 0.5]), st.integers(1, 30))
def test_the_range_is_that_of_an_oracle_that_adds_up_negative_binomials(
    n: int, days: int, usual: float, remaining: int
) -> None:
    (found,) = finish_days(column(n), column(days), column(usual), column(remaining), POLICY)
    for share, day in zip(QUANTILES, found.astype(int).tolist(), strict=True):
        by = [finished_by(t, n + 20 * usual, days + 20, remaining) for t in (day - 1, day)]
        assert by[0] < share + 1e-9
        assert share - 1e-9 <= by[1]


def test_without_work_enough_nothing_is_said() -> None:
    none = NotProjected.NOT_ENOUGH_WORK
    assert project(5, 14.5, 5, 0.2, 28, POLICY) is none
    assert project(1, 30, 1, 0.2, 28, POLICY) is none
    assert isinstance(project(2, 15, 2, 0.2, 28, POLICY), FinishRange)
    # who stopped has a range, and a late one
    stopped = project(0, 60, 2, 0.2, 28, POLICY)
    assert isinstance(stopped, FinishRange)
    assert stopped.p50 > GOLDEN.p50


def test_who_has_finished_finishes_no_more() -> None:
    assert project(5, 30, 36, 0.2, 0, POLICY) is NotProjected.DONE
    assert finish_days(column(5), column(30), column(0.2), column(0), POLICY).tolist() == [[0] * 5]


def test_only_the_last_forty_days_count() -> None:
    assert project(8, 40, 8, 0.2, 28, POLICY) == project(8, 160, 30, 0.2, 28, POLICY)


amounts = st.integers(0, 40), st.integers(15, 40), st.integers(1, 60), st.sampled_from([1.0, 1.5, 3.0, 12.0])


@UNHURRIED
@given(*amounts)
def test_more_work_comes_sooner_and_more_to_do_later(n: int, days: int, remaining: int, widening: float) -> None:
    def found(n: float, remaining: float) -> np.ndarray:
        return finish_days(column(n), column(days), column(0.2), column(remaining), POLICY, widening)[0]

    base = found(n, remaining)
    assert (np.diff(base) >= 0).all()
    assert base[0] >= 1
    assert (found(n + 1, remaining) <= base).all()
    assert (found(n, remaining + 1) >= base).all()


@UNHURRIED
@given(*amounts)
def test_widening_widens_around_the_same_middle(n: int, days: int, remaining: int, widening: float) -> None:
    args = column(n), column(days), column(0.2), column(remaining), POLICY
    narrow, wide = finish_days(*args)[0], finish_days(*args, widening)[0]
    assert wide[0] <= narrow[0]
    assert wide[-1] >= narrow[-1]


def test_the_middle_of_a_wider_range_is_near() -> None:
    wide = finish_days(column(5), column(30), column(0.2), column(28), POLICY, 4.0)[0]
    assert wide[2] == pytest.approx(160, rel=0.1)
    assert wide[-1] > 1.5 * GOLDEN.p90


@UNHURRIED
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(15, 40), st.integers(0, 60)), min_size=1, max_size=20))
def test_one_student_among_many_has_the_same_range(some: list[tuple[int, int, int]]) -> None:
    n, days, remaining = (column(*one) for one in zip(*some, strict=True))
    together = finish_days(n, days, np.full(len(n), 0.2), remaining, POLICY, 1.5)
    for row, (a, b, c) in enumerate(some):
        alone = finish_days(column(a), column(b), column(0.2), column(c), POLICY, 1.5)
        assert together[row].tobytes() == alone[0].tobytes()


def test_the_scale_of_weights_makes_no_range_narrower() -> None:
    targets = [PlannedTarget(n, 5.0 * n, 1.0 + n % 3) for n in range(1, 37)]
    tens = [PlannedTarget(n, 5.0 * n, 10.0 + 10 * (n % 3)) for n in range(1, 37)]

    def found(some: list[PlannedTarget]) -> FinishRange | NotProjected:
        unit, line, done = unit_of(some), line_of(some), sum(one.weight for one in some[:8])
        return project(done / unit, 40, 8, usual_rate(line) / unit, (line.total - done) / unit, POLICY)

    assert found(targets) == found(tens)
    assert unit_of([PlannedTarget(1, 5), PlannedTarget(2, 9)]) == 1
    # a few heavy ones among light ones: fewer steps than there are targets, so a wider range
    assert unit_of([PlannedTarget(1, 5, 9.0), PlannedTarget(2, 9)]) == 8.2
    assert usual_rate(line_of(targets)) == 72 / 180
    assert usual_rate(line_of([PlannedTarget(1, 0)])) == 1


def test_weeks_come_from_the_calendar() -> None:
    told = arrival(FinishRange(3, 5, 10, 21, 30), date(2026, 9, 4), YEAR)
    # after Friday 4 September: 5 days lead to Friday the 11th, 10 to the 18th, 21 to Monday 5 October
    assert told == Arrival(date(2026, 9, 7), date(2026, 9, 14), date(2026, 10, 5))
    holidays = closed(YEAR, [one.day for one in YEAR.days if date(2026, 9, 14) <= one.day <= date(2026, 9, 25)])
    assert arrival(FinishRange(3, 5, 10, 21, 30), date(2026, 9, 4), holidays) == Arrival(
        date(2026, 9, 7), date(2026, 9, 28), date(2026, 10, 19)
    )


def test_after_the_calendar_there_is_no_week() -> None:
    short = weekdays(MONDAY, 30)
    told = arrival(FinishRange(3, 5, 10, 21, 300), date(2026, 9, 25), short)
    assert told == Arrival(date(2026, 9, 28), date(2026, 10, 5), None)
    none = arrival(FinishRange(30, 50, 100, 210, 300), date(2026, 9, 25), short)
    assert none == Arrival(None, None, None)


@UNHURRIED
@given(st.lists(st.integers(1, 500), min_size=5, max_size=5).map(sorted), st.integers(0, 100))
def test_weeks_of_many_are_those_of_each(days: list[int], today: int) -> None:
    at = YEAR.days[today].day
    told = arrival(FinishRange(*days), at, YEAR)
    (row,) = arrival_weeks(np.array([days], np.float64), YEAR.through(at), YEAR).tolist()
    assert [None if one == 0 else date.fromordinal(one) for one in row] == [told.earliest, told.middle, told.latest]


def test_no_value_can_say_a_date_alone() -> None:
    for kind in (FinishRange, Arrival):
        assert all(one.default is MISSING and one.default_factory is MISSING for one in fields(kind))
        # nothing but its parts: no method that would give one
        own = {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}
        assert own == {one.name for one in fields(kind)}
    with pytest.raises(TypeError):
        Arrival(middle=MONDAY)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("weeks", "words"),
    [((date(2026, 9, 8), MONDAY, MONDAY), "Monday"), ((date(2026, 9, 7), MONDAY, None), "early to late"),
     ((MONDAY, None, date(2026, 9, 7)), "early to late"), ((None, MONDAY, MONDAY), "early to late")],
)  # fmt: skip
def test_weeks_are_mondays_in_order(weeks: tuple[date | None, date | None, date | None], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Arrival(*weeks)


def test_days_are_in_order() -> None:
    with pytest.raises(ValueError, match="early to late"):
        FinishRange(3, 2, 5, 6, 7)


def test_half_days_take_twice_as_many_dates() -> None:
    halves = SchoolCalendar(tuple(SchoolDay(one.day, DayKind.HALF, 0.5) for one in YEAR.days))
    told = arrival(FinishRange(3, 5, 5, 5, 5), date(2026, 9, 4), halves)
    assert told.middle == date(2026, 9, 14)
