"""What a class needs as moves: groups by what has to be taught, a budget, an order (domain 4.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mastery.flags.view import Severity
from mastery.moves.plan import Plan, plan
from mastery.moves.words import Move, MoveKind, Signal, Waiting
from mastery.policy import DEFAULT_POLICY as POLICY

TODAY = date(2026, 10, 9)
EQ_1, EQ_2, EQ_3, ADD = 1, 2, 3, 9
SEVERITY = {"F04": Severity.ACT, "F09": Severity.WATCH, "F10": Severity.WATCH, "F13": Severity.WATCH,
            "P1": Severity.INFO}  # fmt: skip


def signal(flag: int, student: int, rule: str = "F04", target: int | None = EQ_2, *, days_ago: int = 0,
           prerequisite: int | None = None, assessment: int | None = None,
           severity: Severity | None = None) -> Signal:  # fmt: skip
    opened = TODAY - timedelta(days=days_ago)
    return Signal(flag, student, rule, severity or SEVERITY[rule], opened, target, prerequisite, assessment)


def gap(flag: int, student: int, target: int, prerequisite: int, **more: int) -> Signal:
    return signal(flag, student, "F10", target, prerequisite=prerequisite, **more)


def ready(flag: int, student: int, assessment: int = 70) -> Signal:
    return signal(flag, student, "P1", None, assessment=assessment)


def moves(*signals: Signal, size: int = 30, waiting: tuple[Waiting, ...] = ()) -> Plan:
    return plan(size, signals, waiting, TODAY, POLICY)


def kinds(found: Plan) -> list[tuple[MoveKind, int, tuple[int, ...]]]:
    return [(move.kind, move.about, move.students) for move in found.moves]


def test_who_is_stuck_on_a_target_and_who_works_above_it_are_pulled_together():
    found = moves(signal(1, 11), gap(2, 12, ADD, EQ_2), gap(3, 13, EQ_3, EQ_2), signal(4, 14, target=ADD))
    assert kinds(found) == [(MoveKind.PULL, EQ_2, (11, 12, 13)), (MoveKind.TALK, 14, (14,))]


def test_a_gap_below_a_gap_is_what_is_taught_and_what_it_explains_comes_along():
    chain = [gap(1, 11, ADD, EQ_2), gap(2, 11, EQ_2, EQ_1), signal(3, 11, target=ADD), signal(4, 11, "F09", EQ_2)]
    found = moves(*chain, gap(5, 12, EQ_2, EQ_1))
    assert kinds(found) == [(MoveKind.PULL, EQ_1, (11, 12))]
    assert {one.flag for one in found.moves[0].signals} == {1, 2, 3, 4, 5}


def test_a_ring_of_gaps_ends():
    found = moves(gap(1, 11, EQ_1, EQ_2), gap(2, 11, EQ_2, EQ_1))
    assert [move.kind for move in found.moves] == [MoveKind.TALK]


def test_a_students_other_signals_are_one_talk():
    found = moves(signal(1, 11, target=ADD), signal(2, 11, "F09", EQ_1), gap(3, 11, EQ_3, EQ_2))
    assert kinds(found) == [(MoveKind.TALK, 11, (11,))]
    assert [one.flag for one in found.moves[0].signals] == [1, 2, 3]  # the most severe first


@pytest.mark.parametrize(
    ("size", "students", "spread", "kind"),
    [
        (15, 6, 5, MoveKind.RETEACH),  # 40% and six, within five days
        (16, 6, 5, MoveKind.PULL),  # 38%
        (12, 5, 0, MoveKind.PULL),  # 42%, but five
        (15, 6, 6, MoveKind.PULL),  # the last one a day too late
    ],
)
def test_a_gap_of_the_class_is_taught_to_the_class(size: int, students: int, spread: int, kind: MoveKind):
    some = [signal(n, 100 + n, days_ago=spread if n == 0 else 0) for n in range(students)]
    assert [move.kind for move in moves(*some, size=size).moves] == [kind]


def test_whoever_else_has_the_gap_comes_along_when_the_class_is_taught():
    together = [signal(n, 100 + n) for n in range(8)]
    found = moves(*together, signal(90, 200, days_ago=30), size=20)
    ((kind, about, students),) = kinds(found)
    assert (kind, about, set(students)) == (MoveKind.RETEACH, EQ_2, {*range(100, 108), 200})


@pytest.mark.parametrize(("number", "sizes"), [(6, [6]), (7, [3, 4]), (9, [4, 5]), (13, [4, 4, 5])])
def test_a_large_group_is_pulled_in_parts_of_like_size_the_pressing_first(number: int, sizes: list[int]):
    some = [gap(n, 100 + n, ADD, EQ_2) for n in range(number - 1)] + [signal(99, 300)]
    found = [move for move in moves(*some, size=100).moves if move.kind is MoveKind.PULL]
    by_part = sorted(found, key=lambda move: move.part)
    assert [len(move.students) for move in by_part] == sizes
    assert by_part[0].students[0] == 300


def test_contradictions_and_reviews_want_a_look_at_the_work():
    found = moves(
        signal(1, 11, "F13", ADD),
        waiting=(Waiting(12, ADD, TODAY, review=True), Waiting(13, EQ_1, TODAY, review=True)),
    )
    assert kinds(found) == [(MoveKind.LOOK, ADD, (11, 12)), (MoveKind.LOOK, EQ_1, (13,))]
    assert found.moves[1].severity is Severity.WATCH


def test_all_who_are_ready_for_one_test_are_one_move_and_other_good_news_asks_for_nothing():
    found = moves(ready(1, 11), ready(2, 12), ready(3, 13, 71), signal(4, 14, severity=Severity.INFO))
    assert kinds(found) == [(MoveKind.LET_TEST, 70, (11, 12)), (MoveKind.LET_TEST, 71, (13,))]
    assert [one.flag for one in found.good_news] == [4]


def test_decisions_are_confirmed_together_the_oldest_first():
    waiting = tuple(Waiting(n, EQ_1, TODAY - timedelta(days=n % 4)) for n in range(1, 25))
    found = moves(waiting=waiting)
    assert [(move.kind, len(move.waiting)) for move in found.moves] == [(MoveKind.CONFIRM, 20), (MoveKind.CONFIRM, 4)]
    days = [one.since for move in found.moves for one in move.waiting]
    assert days == sorted(days)


def test_the_order_is_what_helps_most_students_most():
    some = [
        signal(1, 11, severity=Severity.URGENT, target=ADD, days_ago=0),
        *[signal(n, 20 + n, target=EQ_1) for n in range(10, 18)],  # the class: 8 x 6
        gap(30, 41, ADD, EQ_3), gap(31, 42, ADD, EQ_3), gap(32, 43, ADD, EQ_3),  # three to pull: 12
        signal(40, 51, target=77),  # a talk: 6
        signal(50, 52, "F09", 78),  # a talk: 4
        ready(60, 61), ready(61, 62),  # 4, and waits as long, but teaches less
    ]  # fmt: skip
    fresh = (Waiting(1, EQ_1, TODAY - timedelta(days=5)),)
    found = moves(*some, size=20, waiting=fresh)
    order = [MoveKind.TALK, MoveKind.RETEACH, MoveKind.PULL, MoveKind.TALK, MoveKind.TALK, MoveKind.LET_TEST]
    assert [move.kind for move in found.moves] == [*order, MoveKind.CONFIRM]
    overdue = (Waiting(1, EQ_1, TODAY - timedelta(days=6)),)
    late = [move.kind for move in moves(*some, size=20, waiting=overdue).moves]
    assert late.index(MoveKind.CONFIRM) == 4  # after the talk about an ACT signal, before the one about a drop


def test_what_waits_longer_comes_first_between_equals():
    found = moves(signal(1, 11, target=EQ_1), signal(2, 12, target=ADD, days_ago=3))
    assert [move.about for move in found.moves] == [12, 11]


def test_urgent_moves_do_not_use_up_the_budget():
    urgent = [signal(n, n, severity=Severity.URGENT) for n in range(1, 8)]
    others = [signal(n, n, target=n) for n in range(20, 28)]
    shown, rest = moves(*urgent, *others).shown(POLICY)
    assert (len(shown), len(rest)) == (12, 3)
    shown, rest = moves(*others).shown(POLICY)
    assert (len(shown), len(rest)) == (5, 3)


def test_a_move_knows_its_students_severity_and_age():
    move = Move(MoveKind.PULL, 1, 0, (signal(1, 11, days_ago=2), signal(2, 12), gap(3, 11, ADD, EQ_2)))
    assert (move.students, move.severity, move.since) == ((11, 12), Severity.ACT, TODAY - timedelta(days=2))
