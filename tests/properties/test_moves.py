"""Whatever signals there are: nothing is lost, nothing is twice, the order is one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mastery.flags.view import Severity
from mastery.moves.plan import Plan, is_urgent, plan
from mastery.moves.words import MoveKind, Signal, Waiting
from mastery.policy import DEFAULT_POLICY as POLICY

TODAY = date(2026, 10, 9)
students, targets = st.integers(1, 12), st.integers(1, 5)
days = st.integers(0, 12).map(lambda back: TODAY - timedelta(days=back))
signals = st.lists(
    st.builds(
        Signal, st.integers(1, 10**6), students, st.sampled_from(["F04", "F09", "F10", "F13", "P1", "F99"]),
        st.sampled_from(Severity), days, st.none() | targets, st.none() | targets, st.none() | targets,
    ),
    max_size=40, unique_by=lambda one: one.flag,
)  # fmt: skip
decisions = st.lists(
    st.builds(Waiting, students, targets, days, st.booleans()), max_size=30, unique_by=lambda one: (one.student,
    one.target),
)  # fmt: skip
sizes = st.integers(1, 36)


def made(size: int, some: list[Signal], waiting: list[Waiting]) -> Plan:
    return plan(size, some, waiting, TODAY, POLICY)


@given(sizes, signals, decisions, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    size: int, some: list[Signal], waiting: list[Waiting], chance: random.Random
) -> None:
    before = made(size, some, waiting)
    chance.shuffle(some)
    chance.shuffle(waiting)
    assert made(size, some, waiting) == before


@given(sizes, signals, decisions)
def test_every_signal_and_decision_is_in_exactly_one_place(
    size: int, some: list[Signal], waiting: list[Waiting]
) -> None:
    found = made(size, some, waiting)
    placed = Counter(one for move in found.moves for one in move.signals) + Counter(found.good_news)
    assert placed == Counter(some)
    assert Counter(one for move in found.moves for one in move.waiting) == Counter(waiting)
    assert len({(move.kind, move.about, move.part) for move in found.moves}) == len(found.moves)
    assert all(move.students for move in found.moves)


@given(sizes, signals, decisions)
def test_what_is_shown_keeps_the_budget_and_the_rest_follows(
    size: int, some: list[Signal], waiting: list[Waiting]
) -> None:
    found = made(size, some, waiting)
    shown, rest = found.shown(POLICY)
    assert (*shown, *rest) == found.moves
    assert sum(not is_urgent(move) for move in shown) <= POLICY.moves_shown
    assert not any(is_urgent(move) for move in rest)
    assert not rest or len(shown) >= POLICY.moves_shown


@given(sizes, signals, decisions, students)
def test_something_urgent_comes_first_and_takes_no_place(
    size: int, some: list[Signal], waiting: list[Waiting], student: int
) -> None:
    calm = [one for one in some if one.severity is not Severity.URGENT]
    urgent = Signal(2 * 10**6, student, "F04", Severity.URGENT, TODAY, 1)
    before, after = made(size, calm, waiting), made(size, [*calm, urgent], waiting)
    first = after.moves[0]
    assert (first.kind, first.about, urgent in first.signals) == (MoveKind.TALK, student, True)
    others = [move for move in before.moves if (move.kind, move.about) != (MoveKind.TALK, student)]
    assert list(after.moves[1:]) == others


@given(sizes, signals, decisions)
def test_groups_share_what_is_taught_and_can_be_pulled(size: int, some: list[Signal], waiting: list[Waiting]) -> None:
    for move in made(size, some, waiting).moves:
        if move.kind is MoveKind.PULL:
            assert 1 <= len(move.students) <= POLICY.moves_pull_at_most
        if move.kind is MoveKind.RETEACH:
            assert len(move.students) >= max(POLICY.class_gap_students, POLICY.class_gap_share * size)
        if move.kind is MoveKind.TALK:
            assert move.students == (move.about,)
        if move.kind is MoveKind.CONFIRM:
            assert 1 <= len(move.waiting) <= POLICY.moves_confirm_at_once


@given(sizes, signals, decisions)
def test_renaming_the_flags_of_a_class_changes_no_group(size: int, some: list[Signal], waiting: list[Waiting]) -> None:
    """Who is grouped with whom follows from what the signals say, not from when their rows were made."""
    renamed = [replace(one, flag=10**7 - one.flag) for one in some]
    groups = [{frozenset(move.students) for move in made(size, each, waiting).moves} for each in (some, renamed)]
    assert groups[0] == groups[1]
