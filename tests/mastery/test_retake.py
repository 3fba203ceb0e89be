"""Trying a test again: from which day on, how often, and for what (domain 2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from evidence_records import act, record
from hypothesis import example, given
from hypothesis import strategies as st
from retake_oracle import Attempt, TryAgain

from mastery.calendar import days_between
from mastery.decide import ActKind, fold, rule_book
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.policy import Policy
from mastery.reassessment.again import Aim, next_try
from mastery.reassessment.practice import practise_first
from mastery.reassessment.presets import classroom_summative
from mastery.reassessment.words import Kind, Try

FIRST = date(2026, 10, 5)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def tries(*pairs: tuple[int, float | None]) -> list[Attempt]:
    return [Attempt(day(number), level) for number, level in pairs]


def try_again(attempts: Sequence[Attempt], today: date, policy: Policy) -> TryAgain | None:
    """What the policy object of a classroom says of these."""
    taken = [
        Try(number, datetime.combine(one.day, time(minute=number), UTC), one.day, f"form {number}", one.level)
        for number, one in enumerate(attempts)
    ]
    found = next_try(classroom_summative(policy), Kind.SUMMATIVE, taken, today, days_between)
    if found.aim not in (Aim.REACH, Aim.IMPROVE):
        return None
    assert found.opens_on is not None
    return TryAgain(found.aim.value, found.opens_on, found.needs_leave)


@pytest.mark.parametrize("level", [0.0, 2.0, 2.5])
def test_below_the_level_of_mastery_there_is_another_try_three_days_later(level: float) -> None:
    assert try_again(tries((0, level)), day(0), POLICY) == TryAgain("reach", day(3))


def test_without_a_cooldown_it_still_is_the_next_day() -> None:
    none = replace(POLICY, retake_cooldown_days=0)
    assert try_again(tries((0, 2.0)), day(0), none) == TryAgain("reach", day(1))


@pytest.mark.parametrize(("level", "aim"), [(3.0, Aim.IMPROVE), (3.5, Aim.IMPROVE), (4.0, None)])
def test_for_a_higher_level_there_is_one_try_more(level: float, aim: Aim | None) -> None:
    found = try_again(tries((0, 2.0), (10, level)), day(20), POLICY)
    assert (found and found.aim) == (aim and aim.value)
    assert try_again(tries((0, level), (10, 3.0)), day(20), POLICY) is None
    assert try_again(tries((0, level), (10, 2.5)), day(20), POLICY) == TryAgain("reach", day(13))


def test_what_was_not_taken_or_has_no_level_is_not_tried_again() -> None:
    assert try_again([], day(0), POLICY) is None
    assert try_again(tries((0, None)), day(0), POLICY) is None
    assert try_again(tries((0, 2.0), (5, None)), day(6), POLICY) is None


def test_three_tries_in_sixty_days_then_a_teacher_allows_it_or_the_oldest_is_sixty_days_ago() -> None:
    three = tries((0, 2.0), (10, 2.0), (20, 2.0))
    assert try_again(three, day(21), POLICY) == TryAgain("reach", day(60), needs_leave=True)
    assert try_again(three, day(59), POLICY) == TryAgain("reach", day(60), needs_leave=True)
    assert try_again(three, day(60), POLICY) == TryAgain("reach", day(60))
    four = tries((0, 2.0), (10, 2.0), (20, 2.0), (30, 2.0))
    assert try_again(four, day(31), POLICY) == TryAgain("reach", day(70), needs_leave=True)


def test_after_a_low_test_something_comes_before_the_next_one() -> None:
    def first(*records: object, acts: object = ()) -> bool:
        return practise_first(fold(records, acts, rule_book([]), POLICY)[1].tally, POLICY)  # type: ignore[arg-type]

    low = record(1, 0, summative=2.5)
    assert first(low)
    assert not first(low, record(2, 1))
    assert not first(record(1, 0, summative=3.0))
    assert first(record(1, 0, summative=3.0), record(2, 1, summative=2.0))
    assert not first(record(1, 0))
    assert not first(low, acts=[act(ActKind.RESOLVE, 1)])


attempts = st.lists(
    st.tuples(st.integers(0, 200), st.none() | st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0])), max_size=8
).map(lambda some: tries(*sorted(some, key=lambda one: one[0])))


@given(attempts, st.integers(0, 30))
@example(tries((0, None), (0, None), (30, 0.0)), 30)
def test_a_try_never_opens_before_the_day_after_the_last_and_waits_at_most_a_window(
    some: list[Attempt], later: int
) -> None:
    today = (some[-1].day if some else FIRST) + timedelta(days=later)
    found = try_again(some, today, POLICY)
    if found is None:
        assert not some or some[-1].level is None or some[-1].level >= POLICY.scale_mastery_level
        return
    assert some[-1].day < found.opens_on <= some[-1].day + timedelta(days=POLICY.retake_window_days)
    if found.needs_leave:
        assert today < found.opens_on
    lately = [one for one in some if found.opens_on - one.day < timedelta(days=POLICY.retake_window_days)]
    assert len(lately) < POLICY.retake_attempts, "on that day there is room"
