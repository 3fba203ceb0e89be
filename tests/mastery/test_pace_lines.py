"""The teacher's line, its inverse, the student's plan and the graduation clock (domain 3.2; rules 13 to 16 of 9.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, weekdays
from pace_oracle import as_fraction, days_behind, expected

from mastery.decide import State
from mastery.pace import knots
from mastery.pace.lines import (
    Line,
    PlannedTarget,
    actual,
    actual_line,
    asked_of,
    graduation_clock,
    line_of,
    mastered_of,
    with_own_dates,
)
from mastery.pace.own_calendar import own_calendar
from mastery.pace.plan import ExtendedTime, Plan, extended, new_plan, replan, without_private

EQUAL = tuple(PlannedTarget(n, 5.0 * n) for n in range(1, 37))
TEACHER = line_of(EQUAL)
FLAT = Line(((0, 0), (40, 10), (50, 10), (60, 10), (80, 30)))


def test_thirty_six_equal_targets_in_180_days() -> None:
    assert (TEACHER.length, TEACHER.total) == (180, 36)
    assert TEACHER.at(60) == 12
    assert TEACHER.at(62.5) == 12.5
    assert (TEACHER.inverse(8), TEACHER.inverse(14)) == (40, 70)
    assert TEACHER.gap(60, 8) == 20
    assert TEACHER.gap(60, 14) == -10
    assert TEACHER.gap(60, 12) == 0


def test_where_nothing_is_due_the_whole_stretch_is_the_right_place() -> None:
    assert FLAT.span(10) == (40, 60)
    assert [FLAT.gap(day, 10) for day in (30, 40, 45, 60, 63)] == [-10, 0, 0, 0, 3]
    # a little less is a little before it, a little more after it
    assert FLAT.gap(45, 9.5) == 7
    assert FLAT.gap(45, 11) == -16


def test_at_its_ends_a_line_stays_level() -> None:
    assert (TEACHER.at(-3), TEACHER.at(0), TEACHER.at(180), TEACHER.at(400)) == (0, 0, 36, 36)
    assert TEACHER.span(0) == (0, 0)
    assert TEACHER.span(36) == (180, float("inf"))
    assert TEACHER.span(99) == TEACHER.span(36)
    assert TEACHER.gap(400, 36) == 0
    assert TEACHER.gap(400, 35) == 225
    assert TEACHER.gap(100, 36) == -80


def test_what_is_due_together_is_reached_together() -> None:
    line = line_of([PlannedTarget(1, 10), PlannedTarget(2, 20), PlannedTarget(3, 20, 2.0), PlannedTarget(4, 0)])
    assert line.at(0) == 1
    assert (line.at(10), line.at(15), line.at(20)) == (2, 3.5, 5)
    assert line.span(0.5) == (0, 0)


def test_tenths_add_up() -> None:
    line = line_of([PlannedTarget(n, 10.0 * n, 0.1) for n in range(1, 11)])
    for done in range(1, 10):
        others = [PlannedTarget(n, 10.0 * n, 0.1) for n in range(10, 10 - done, -1)]
        assert line.inverse(actual(others, {one.target for one in others})) == 10 * done


@pytest.mark.parametrize(
    "points",
    [(), ((0, 0),), ((0, 1), (1, 2)), ((0, 0), (1, 2), (2, 1)), ((0, 0), (2, 1), (1, 2)), ((0, 0), (5, 0)),
     ((0, 0), (float("inf"), 1)), ((0, 0), (1, float("nan")))],
)  # fmt: skip
def test_a_line_begins_at_nothing_never_falls_and_ends(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="line"):
        Line(points)


@pytest.mark.parametrize(("due", "weight"), [(-1, 1), (1, 0), (float("inf"), 1), (1, float("nan")), (1, 1e-9)])
def test_a_target_is_due_some_time_and_weighs_something(due: float, weight: float) -> None:
    with pytest.raises(ValueError, match="target"):
        PlannedTarget(1, due, weight)


def test_a_line_needs_a_target() -> None:
    with pytest.raises(ValueError, match="target"):
        line_of([])


def test_only_mastered_counts_and_what_was_waived_is_not_asked_for() -> None:
    states = dict(enumerate(State, start=1))
    targets = [PlannedTarget(n, 10.0 * n) for n in [*states, 99]]
    assert {states[n] for n in mastered_of(targets, states)} == {State.MASTERED, State.MASTERED_PROVISIONAL}
    asked = asked_of(targets, states)
    assert {states[n] for n in states} - {states[one.target] for one in asked if one.target in states} == {
        State.WAIVED,
        State.EXEMPT,
    }
    assert asked[-1].target == 99
    assert actual(targets, mastered_of(targets, states)) == 2
    assert actual(targets, ()) == 0


amounts = st.integers(1, 400).map(lambda n: n / 10)
targets = st.lists(
    st.builds(PlannedTarget, st.integers(1, 9), st.integers(0, 600).map(lambda n: n / 10), amounts),
    min_size=1,
    max_size=12,
).map(lambda some: [replace(one, target=n) for n, one in enumerate(some)])


@UNHURRIED
@given(targets, st.integers(0, 700))
@example([PlannedTarget(0, 0.1, 0.1), PlannedTarget(1, 0.3, 0.2)], 2)
def test_the_line_is_that_of_an_oracle(some: list[PlannedTarget], tenths: int) -> None:
    pairs = [(one.due, one.weight) for one in some]
    line, at = line_of(some), as_fraction(tenths / 10)
    assert line.at(tenths / 10) == pytest.approx(float(expected(pairs, at)), abs=1e-6)


@UNHURRIED
@given(targets, st.integers(0, 700), st.data())
def test_the_gap_is_that_of_an_oracle(some: list[PlannedTarget], tenths: int, data: st.DataObject) -> None:
    done = data.draw(st.sets(st.sampled_from([one.target for one in some])))
    pairs = [(one.due, one.weight) for one in some]
    amount = actual(some, done)
    wanted = days_behind(pairs, as_fraction(tenths / 10), as_fraction(amount))
    assert line_of(some).gap(tenths / 10, amount) == pytest.approx(float(wanted), abs=2e-6)


@UNHURRIED
@given(targets, st.floats(0, 1))
def test_the_line_and_its_inverse_are_inverses(some: list[PlannedTarget], share: float) -> None:
    line = line_of(some)
    amount = line.total * share
    first, last = line.span(amount)
    assert first <= last
    steepest = max(one.weight for one in some) * len(some) * 10
    assert line.at(first) >= amount - 1e-6 * steepest
    if first > 0:
        assert line.at(first - 1e-5) <= amount + 1e-6
    distance = line.length * share
    begin, end = line.span(line.at(distance))
    # a millionth of weight is more of a distance the shallower a line is: here 0.1 in 60 days at least
    assert begin - 1e-3 <= distance <= end + 1e-3


@UNHURRIED
@given(st.permutations(EQUAL), st.sets(st.integers(1, 36)))
def test_order_of_arrival_changes_nothing(shuffled: list[PlannedTarget], done: set[int]) -> None:
    weighed = [replace(one, weight=0.1 + one.target % 7 / 10) for one in shuffled]
    in_order = sorted(weighed, key=lambda one: one.target)
    assert line_of(weighed) == line_of(in_order)
    assert actual(weighed, done) == actual(in_order, list(done)[::-1])


@UNHURRIED
@given(st.lists(targets, min_size=1, max_size=5), st.integers(0, 700))
def test_a_line_among_others_is_the_line_alone(many: list[list[PlannedTarget]], tenths: int) -> None:
    widest = max(len(one) for one in many)
    due = np.array([[one.due for one in some] + [np.inf] * (widest - len(some)) for some in many])
    weight = np.array([[one.weight for one in some] + [0.0] * (widest - len(some)) for some in many])
    together, at = knots.knots_of(due, weight), np.full(len(many), tenths / 10)
    done = np.array([actual(some, {0, 2}) for some in many])
    lines = [line_of(some) for some in many]
    assert knots.expected(together, at).tolist() == [one.at(tenths / 10) for one in lines]
    assert knots.gap(together, at, done).tolist() == [
        one.gap(tenths / 10, float(a)) for one, a in zip(lines, done, strict=True)
    ]
    assert together.total.tolist() == [one.total for one in lines]
    assert together.length.tolist() == [one.length for one in lines]


def test_what_was_done_is_a_line_of_steps() -> None:
    line = actual_line(EQUAL, {1: 4.0, 2: 4.0, 7: 30.0, 99: 1.0})
    assert [line.at(day) for day in (3, 4, 29, 30, 60)] == [0, 2, 2, 3, 3]
    with pytest.raises(ValueError, match="line"):
        actual_line(EQUAL, {})


# the plan line


def made() -> Plan:
    return new_plan(TEACHER, graduation_clock(36, 180))


LATER = line_of(with_own_dates(EQUAL, {36: 200.0}))


def test_replanning_moves_the_plan_alone_and_keeps_what_was_there() -> None:
    plan = made()
    again = replan(plan, LATER, date(2026, 11, 2), 7, " agreed in conference ")
    assert (again.teacher, again.graduation, again.original) == (plan.teacher, plan.graduation, TEACHER)
    assert (again.current, plan.current) == (LATER, TEACHER)
    assert again.rebaselines[0].reason == "agreed in conference"
    assert [again.line_on(date(2026, 11, day)) for day in (1, 2, 3)] == [TEACHER, LATER, LATER]
    assert (plan.changed_on, again.changed_on) == (None, date(2026, 11, 2))


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_replanning_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        replan(made(), LATER, date(2026, 11, 2), 7, reason)


def test_a_plan_with_less_in_it_is_no_slower_plan() -> None:
    with pytest.raises(ValueError, match="same amount"):
        replan(made(), line_of(EQUAL[:30]), date(2026, 11, 2), 7, "agreed")
    with pytest.raises(ValueError, match="same amount"):
        new_plan(TEACHER, graduation_clock(35, 180))


def test_history_is_not_rewritten() -> None:
    again = replan(made(), LATER, date(2026, 11, 2), 7, "agreed")
    with pytest.raises(ValueError, match="after that day"):
        replan(again, TEACHER, date(2026, 11, 1), 7, "agreed")


changes = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([1.0, 1.5, 2.0]), st.integers(0, 20), st.booleans()), max_size=6
)


@UNHURRIED
@given(changes)
def test_whatever_is_agreed_never_moves_the_teachers_line_or_the_clock(
    some: list[tuple[int, float, int, bool]],
) -> None:
    plan, day = made(), MONDAY
    for step, times, late, private in some:
        day += timedelta(days=step)
        own = extended(plan.current, ExtendedTime("a reason", course=times), since=float(late))
        before = plan
        plan = replan(plan, own, day, 1, "a reason", private=private)
        assert plan.rebaselines[:-1] == before.rebaselines
    assert (plan.teacher, plan.graduation, plan.original) == (TEACHER, graduation_clock(36, 180), TEACHER)
    assert len(plan.rebaselines) == len(some)
    told = without_private(plan)
    assert [one.line for one in told.rebaselines] == [one.line for one in plan.rebaselines]
    for one, (_, _, _, private) in zip(told.rebaselines, some, strict=True):
        assert (one.reason, one.by, one.private) == (("", 0, False) if private else ("a reason", 1, False))


def test_extended_time_stretches_the_plan_and_nothing_else() -> None:
    half_more = extended(TEACHER, ExtendedTime("a plan of support", course=1.5))
    assert (half_more.length, half_more.total) == (270, 36)
    assert half_more.inverse(12) == 90
    from_day_62 = extended(TEACHER, ExtendedTime("a plan of support", course=1.5), since=62.0)
    assert (from_day_62.at(62), from_day_62.at(60), from_day_62.at(62 + 1.5 * 3)) == (12.4, 12, 13)
    assert extended(TEACHER, ExtendedTime("a plan of support", test=2.0)).points == TEACHER.points


@pytest.mark.parametrize("time", [{"course": 0.5}, {"test": 0.9}, {"course": float("nan")}, {"reason": " "}])
def test_extended_time_is_more_time_for_a_reason(time: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="extended time"):
        ExtendedTime(**{"reason": "a plan of support", **time})  # type: ignore[arg-type]


def test_dates_of_the_students_own_change_the_plan_line() -> None:
    own = with_own_dates(EQUAL, {1: 30.0, 2: 30.0})
    assert [one.due for one in own[:3]] == [30, 30, 15]
    assert [one.due for one in EQUAL[:3]] == [5, 10, 15]
    line = line_of(own)
    assert (line.total, line.at(20)) == (36, 2)


def test_who_comes_late_has_a_line_of_their_own() -> None:
    year = weekdays(MONDAY, 240)
    start = year.after(MONDAY, 60)
    assert start is not None
    own = own_calendar(year, start)
    assert TEACHER.gap(own.through(start), 0) == 1
    assert year.through(start) == 61
    assert own.reached(TEACHER.length) == year.reached(60 + TEACHER.length)
