"""What comes next on a target."""

from __future__ import annotations

import pytest

from mastery.body.words import SATISFIES_SUCCESSOR
from mastery.decide import Decision, Lack, State, TargetRule, rule_book
from mastery.next_step import NextKind, NextStep, next_step

# 2 builds on 1; 3 on 1 and 9; 4 leans on 1 only
BOOK = rule_book([TargetRule(2, prerequisites=(1,)), TargetRule(3, prerequisites=(1, 9)), TargetRule(4)])
ABOVE = (2, 3, 4)


def step(state: State, *lacks: Lack, before: tuple[int, ...] = (), **states: State) -> NextStep:
    decisions = {int(target.removeprefix("t")): Decision(one) for target, one in states.items()} | {1: Decision(state)}
    return next_step(state, lacks, before, ABOVE, BOOK, decisions)


@pytest.mark.parametrize("state", sorted(SATISFIES_SUCCESSOR))
def test_what_is_done_opens_what_builds_on_it_unless_that_waits_for_more(state: State) -> None:
    assert step(state) == NextStep(NextKind.GO_ON, (2, 4), (3,))
    assert step(state, t9=State.WAIVED) == NextStep(NextKind.GO_ON, ABOVE)
    assert step(state, t2=State.MASTERED, t4=State.IN_PROGRESS) == NextStep(NextKind.GO_ON, (4,), (3,))


def test_where_all_above_is_done_nothing_is_left() -> None:
    assert step(State.MASTERED, t2=State.MASTERED, t3=State.EXEMPT, t4=State.MASTERED) == NextStep(NextKind.GO_ON)


def test_an_open_prerequisite_comes_first_whatever_else_is_missing() -> None:
    for lacks in ((Lack.PREREQUISITES,), (Lack.CERTIFYING, Lack.PREREQUISITES), (Lack.ESTIMATE, Lack.PREREQUISITES)):
        assert step(State.IN_PROGRESS, *lacks, before=(8, 7)) == NextStep(NextKind.FIRST, (8, 7))


def test_where_only_a_test_is_missing_that_is_next() -> None:
    assert step(State.READY, Lack.CERTIFYING).kind is NextKind.SHOW
    assert step(State.IN_PROGRESS, Lack.NEW_CERTIFYING).kind is NextKind.SHOW
    assert step(State.IN_PROGRESS, Lack.CONTRADICTION).kind is NextKind.SHOW  # a new one at the level settles it
    assert step(State.IN_PROGRESS, Lack.CERTIFYING, Lack.ESTIMATE).kind is NextKind.WORK


def test_a_person_looks_where_only_a_person_can_help() -> None:
    assert step(State.IN_PROGRESS, Lack.INTEGRITY_HOLD).kind is NextKind.WAIT
    assert step(State.IN_PROGRESS, Lack.CONTRADICTION, Lack.INTEGRITY_HOLD).kind is NextKind.WAIT
    assert step(State.IN_PROGRESS, Lack.CONTRADICTION, Lack.RECORDS).kind is NextKind.WORK
    assert step(State.REVOKED, Lack.RECORDS).kind is NextKind.WAIT


def test_a_target_not_begun_is_worked_on() -> None:
    assert step(State.NOT_STARTED, Lack.ESTIMATE, Lack.RECORDS, Lack.CERTIFYING).kind is NextKind.WORK
