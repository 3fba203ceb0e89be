"""Status beside the teacher's pace: exact thresholds, and a memory (domain 3.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pace_calendars import MONDAY, UNHURRIED, weekdays
from pace_oracle import Watcher

from mastery.pace.lines import PlannedTarget, line_of
from mastery.pace.own_calendar import Pause, own_calendar
from mastery.pace.status import Carried, Look, ManualStatus, Pace, Status, evaluate, evaluated, shown
from mastery.policy import DEFAULT_POLICY as POLICY

# one target a day, so that a gap is a number of targets
DAILY = tuple(PlannedTarget(n, float(n)) for n in range(1, 181))
EQUAL = tuple(PlannedTarget(n, 5.0 * n) for n in range(1, 37))


def first(count: int) -> frozenset[int]:
    return frozenset(range(1, count + 1))


def look(elapsed: float, done: int, day: int = 0, targets: tuple[PlannedTarget, ...] = DAILY) -> Look:
    return Look(MONDAY + timedelta(days=day), elapsed, targets, first(done))


def at(gap: int, day: int, elapsed: int = 100) -> Look:
    return look(elapsed, elapsed - gap, day)


@pytest.mark.parametrize(
    ("mastered", "gap", "status"), [(8, 20, Status.BEHIND), (14, -10, Status.AHEAD), (12, 0, Status.ON_PACE)]
)
def test_the_check_of_the_specification(mastered: int, gap: float, status: Status) -> None:
    found = evaluate(None, look(60, mastered, targets=EQUAL), POLICY)
    assert (found.gap, found.status, found.expected, found.done) == (gap, status, 12, mastered)


@pytest.mark.parametrize(
    ("gap", "status"),
    [(-11, Status.AHEAD), (-10, Status.AHEAD), (-9, Status.ON_PACE), (0, Status.ON_PACE), (4, Status.ON_PACE),
     (5, Status.WATCH), (9, Status.WATCH), (10, Status.BEHIND), (11, Status.BEHIND)],
)  # fmt: skip
def test_each_threshold_is_where_it_is_said_to_be(gap: int, status: Status) -> None:
    assert evaluate(None, at(gap, 0), POLICY).status is status


def test_thresholds_hold_to_a_thousandth_of_a_day() -> None:
    thousands = tuple(replace(one, weight=1000.0) for one in DAILY)
    small = PlannedTarget(999, 180.0, 1.0)

    def status(elapsed: float, done: int) -> Status:
        return evaluate(None, Look(MONDAY, elapsed, (*thousands, small), first(done)), POLICY).status

    assert (status(60.0, 50), status(59.999, 50)) == (Status.BEHIND, Status.WATCH)
    assert (status(55.0, 50), status(54.999, 50)) == (Status.WATCH, Status.ON_PACE)
    assert (status(40.0, 50), status(40.001, 50)) == (Status.AHEAD, Status.ON_PACE)


def test_it_is_too_early_before_ten_days_and_before_a_tenth_of_the_plan() -> None:
    def statuses(days: tuple[float, ...], targets: tuple[PlannedTarget, ...]) -> list[Status]:
        return [evaluate(None, look(day, 0, targets=targets), POLICY).status for day in days]

    early, behind = Status.TOO_EARLY, Status.BEHIND
    assert statuses((1, 9.5, 17.5, 18), EQUAL) == [early, early, early, behind]
    assert statuses((1, 9.5, 10), EQUAL[:10]) == [early, early, behind]


def test_who_comes_late_is_not_behind_on_the_first_day() -> None:
    year = weekdays(MONDAY, 240)
    start = year.reached(61)
    assert start is not None
    own = own_calendar(year, start)
    day = own.reached(20)
    assert day is not None
    assert evaluate(None, Look(start, own.through(start), EQUAL, frozenset()), POLICY).status is Status.TOO_EARLY
    assert evaluate(None, Look(day, own.through(day), EQUAL, first(4)), POLICY).status is Status.ON_PACE


def test_a_priority_target_long_after_its_date_is_behind_however_far_the_rest_is() -> None:
    targets = tuple(replace(one, priority=one.target == 10) for one in DAILY)
    done = first(60) - {10}
    for elapsed, status, late in ((25.0, Status.AHEAD, ()), (26.0, Status.BEHIND, (10,))):
        found = evaluate(None, Look(MONDAY, elapsed, targets, done), POLICY)
        assert (found.status, found.late) == (status, late)
    assert evaluate(None, Look(MONDAY, 26.0, DAILY, done), POLICY).status is Status.AHEAD
    assert evaluate(None, Look(MONDAY, 26.0, targets, done | {10}), POLICY).status is Status.AHEAD


def test_all_done_is_complete_also_when_nothing_is_asked() -> None:
    assert evaluate(None, look(5, 36, targets=EQUAL), POLICY).status is Status.COMPLETE
    assert evaluate(None, replace(look(90, 36, targets=EQUAL), paused=True), POLICY).status is Status.COMPLETE
    assert evaluate(None, look(90, 0, targets=()), POLICY).status is Status.COMPLETE


def test_behind_is_left_when_the_gap_is_small_twice_in_a_row() -> None:
    def told(*gaps: int) -> list[Status]:
        pace, found = None, []
        for day, gap in enumerate(gaps):
            pace = evaluate(pace, at(gap, day), POLICY)
            found.append(pace.status)
        return found

    behind = Status.BEHIND
    assert told(10, 9, 8, 7) == [behind] * 4
    assert told(10, 6, 6) == [behind, behind, Status.WATCH]
    assert told(10, 6, 4) == [behind, behind, Status.ON_PACE]
    assert told(10, 6, 7, 6, 6) == [*[behind] * 4, Status.WATCH]
    assert told(10, 6, 12, 6, 6) == [*[behind] * 4, Status.WATCH]
    # who was not behind may come near without becoming so
    assert told(9, 9, 6, 9) == [Status.WATCH] * 4


def test_twice_is_on_two_days_however_often_a_day_is_looked_at() -> None:
    pace = evaluated([at(10, 0), at(6, 1), at(6, 1), at(5, 1)], POLICY)
    assert pace is not None
    assert pace.status is Status.BEHIND
    assert pace == evaluated([at(10, 0), at(5, 1)], POLICY)
    # ... and a wrong one in between leaves nothing
    assert evaluated([at(0, 0), at(12, 1), at(0, 1)], POLICY) == evaluated([at(0, 0), at(0, 1)], POLICY)


def test_a_pause_forgets_nothing_and_judges_nothing() -> None:
    asleep = replace(at(6, 2), paused=True)
    pace = evaluated([at(10, 0), at(6, 1), asleep], POLICY)
    assert pace is not None
    assert (pace.status, pace.carried) == (Status.PAUSED, Carried(MONDAY, 1))
    assert evaluate(pace, at(6, 3), POLICY).status is Status.WATCH
    back = evaluated([at(10, 0), replace(at(20, 1), paused=True), at(8, 2)], POLICY)
    assert back is not None
    assert (back.status, back.carried.behind_since) == (Status.BEHIND, MONDAY)


def test_paused_days_leave_the_clock() -> None:
    year = weekdays(MONDAY, 240)
    first_day, last_day = year.reached(31), year.reached(60)
    assert first_day is not None
    assert last_day is not None
    own = own_calendar(year, MONDAY, [Pause(first_day, last_day)])
    back = year.reached(61)
    assert back is not None
    assert evaluate(None, Look(back, own.through(back), EQUAL, first(6)), POLICY).gap == 1
    assert evaluate(None, Look(back, year.through(back), EQUAL, first(6)), POLICY).gap == 31


def test_both_comparisons_are_told() -> None:
    slower = line_of([replace(one, due=2 * one.due) for one in EQUAL])
    found = evaluate(None, replace(look(60, 6, targets=EQUAL), plan=slower), POLICY)
    assert (found.gap, found.plan_gap, found.status) == (30, 0, Status.BEHIND)
    assert evaluate(None, look(60, 6, targets=EQUAL), POLICY).plan_gap == 30


def test_an_evaluation_does_not_go_back_in_time() -> None:
    with pytest.raises(ValueError, match="later"):
        evaluate(evaluate(None, at(0, 1), POLICY), at(0, 0), POLICY)


def test_a_teachers_word_is_shown_and_changes_nothing_that_is_computed() -> None:
    pace = evaluate(None, at(12, 0), POLICY)
    word = ManualStatus(Status.ON_PACE, 7, MONDAY, "works on a project that is not scored yet")
    assert (shown(pace, word), shown(pace, None)) == (Status.ON_PACE, Status.BEHIND)
    assert pace.status is Status.BEHIND
    for fact in (Status.COMPLETE, Status.PAUSED):
        assert shown(replace(pace, status=fact), word) is fact
    assert shown(replace(pace, status=Status.TOO_EARLY), word) is Status.ON_PACE
    with pytest.raises(ValueError, match="reason"):
        replace(word, reason="  ")
    for status in (Status.COMPLETE, Status.PAUSED, Status.TOO_EARLY):
        with pytest.raises(ValueError, match="by hand"):
            replace(word, status=status)


def test_a_changed_policy_changes_what_is_evaluated_under_it_alone() -> None:
    before = evaluate(None, at(8, 0), POLICY)
    strict = replace(POLICY, version="strict", pace_behind_days=8)
    after = evaluate(before, at(8, 1), strict)
    assert (before.status, after.status) == (Status.WATCH, Status.BEHIND)
    assert before == evaluate(None, at(8, 0), POLICY)


class Nights(RuleBasedStateMachine):
    """A student over many days, beside a watcher with a pencil."""

    @initialize()
    def begin(self) -> None:
        self.day: date = MONDAY
        self.elapsed = 0
        self.done: set[int] = set()
        self.paused = False
        self.pace: Pace | None = None
        self.watcher = Watcher()
        self.targets = tuple(replace(one, priority=one.target % 50 == 0) for one in DAILY)

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.elapsed += 0 if self.paused else days

    @rule(count=st.integers(1, 15))
    def work(self, count: int) -> None:
        left = [one.target for one in self.targets if one.target not in self.done]
        self.done.update(left[:count])

    @rule()
    def leave_a_hard_one_open(self) -> None:
        self.done -= {50, 100, 150}

    @rule(count=st.integers(1, 8))
    def lapse(self, count: int) -> None:
        for target in sorted(self.done)[-count:]:
            self.done.remove(target)

    @rule()
    def pause_or_return(self) -> None:
        self.paused = not self.paused

    @precondition(lambda self: not self.paused)
    @rule(gap=st.sampled_from([4, 5, 6, 6, 6, 7, 9, 10, 11]))
    def come_to(self, gap: int) -> None:
        self.day += timedelta(days=1)
        self.elapsed = max(self.elapsed, 30)
        self.done = set(range(1, min(180, max(self.elapsed - gap, 0)) + 1))

    @invariant()
    def the_watcher_says_the_same(self) -> None:
        seen = Look(self.day, float(self.elapsed), self.targets, frozenset(self.done), paused=self.paused)
        self.pace = evaluate(self.pace, seen, POLICY)
        count = len(self.done)
        gap = self.elapsed - count if count < 180 else min(self.elapsed - 180, 0)
        word = self.watcher.look(
            self.day, gap, self.elapsed, 180,
            complete=count == 180, paused=self.paused,
            late=any(self.elapsed - due > 15 and due not in self.done for due in (50, 100, 150)),
        )  # fmt: skip
        assert (self.pace.status.value, self.pace.gap) == (word, gap)
        assert self.pace.carried.behind_since == self.watcher.behind_since()


Nights.TestCase.settings = settings(UNHURRIED, stateful_step_count=40, max_examples=60)
TestNights = Nights.TestCase


@UNHURRIED
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-15, 20)), max_size=20))
@example([(0, 10), (1, 6), (0, 6), (1, 6)])
def test_only_the_last_look_of_each_day_counts(some: list[tuple[int, int]]) -> None:
    looks, day = [], 0
    for step, gap in some:
        day += step
        looks.append(at(gap, day))
    last = {one.day: one for one in looks}
    assert evaluated(looks, POLICY) == evaluated(list(last.values()), POLICY)
