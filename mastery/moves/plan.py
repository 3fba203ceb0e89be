"""What a class needs, as moves in the order in which to do them (domain 4.1: one item for a class, a budget of five).

Each signal becomes part of exactly one move, or is good news that asks for nothing:

1. What is URGENT is a talk with that student, today.
2. A signal about a gap belongs to what has to be *taught*: for a prerequisite gap the prerequisite, and if that has a
   gap below it, what is below. A student who is stuck on a target and one who works above it belong together; practice
   without progress, or a drop, on a target with a gap below it is part of the gap.
3. A gap that 40% of the class and at least 6 share within 5 days is taught to the class again (RETEACH), and whoever
   else has it comes along. One that two or more share is a group to pull (PULL), at most 6 at a time: a larger one
   comes in parts of like size, the most pressing students first.
4. A contradiction, or a decision under review, asks for a look at the work (LOOK), by target.
5. All who are ready for one assessment are one move (LET_TEST).
6. What is left of a student's signals is one talk with that student (TALK), however many they are.
7. Decisions that wait for a signature are confirmed together (CONFIRM), the oldest first, at most 20 at once.

A student is in several moves only where each teaches something else: a group for one target is no help on another.

The order: what is urgent first. Then what helps most students most now, counted in points: a student with an ACT signal
6, with WATCH 4, with good news 2. Signing decisions helps nobody learn today, but takes a minute and lets students see
that it counts: 4 points however many they are, 6 once one waits longer than the 5 days of domain 2.4. Between equals
comes first what teaches (the order of `MoveKind`), then what waits longest, then the smaller id, so that the order is
total and the same whatever order the signals came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mastery.calendar import days_between
from mastery.flags import contradiction, drop, prereq_gap, ready_test, wheel_spin
from mastery.flags.view import Severity
from mastery.moves.words import Move, MoveKind, Signal, Waiting
from mastery.policy import Policy

_POINTS = {Severity.URGENT: 6, Severity.ACT: 6, Severity.WATCH: 4, Severity.INFO: 2}
_KINDS = tuple(MoveKind)
_GAPS = frozenset({wheel_spin.ID, prereq_gap.ID})


@dataclass(frozen=True, slots=True)
class Plan:
    """The moves of a class in their order, and good news that asks for nothing."""

    moves: tuple[Move, ...]
    good_news: tuple[Signal, ...] = ()

    def shown(self, policy: Policy) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
        """The moves within the day's budget, which what is urgent does not use up, and the rest; both in order."""
        urgent = sum(is_urgent(move) for move in self.moves)
        cut = urgent + policy.moves_shown
        return self.moves[:cut], self.moves[cut:]


def plan(
    class_size: int, signals: Collection[Signal], waiting: Collection[Waiting], today: date, policy: Policy
) -> Plan:
    """The moves for a class of `class_size` students, from their signals and the decisions that wait, in any order."""
    ordered = sorted(signals, key=_signal_order)
    reviews = sorted((one for one in waiting if one.review), key=_waiting_order)
    unsigned = sorted((one for one in waiting if not one.review), key=_waiting_order)
    gaps: dict[int, list[Signal]] = {}
    looks: dict[int, list[Signal]] = {}
    tests: dict[int, list[Signal]] = {}
    talks: dict[int, list[Signal]] = {}
    news: list[Signal] = []
    taught = _taught(ordered)
    for one in ordered:
        if one.severity is Severity.URGENT:
            talks.setdefault(one.student, []).append(one)
        elif one.rule == ready_test.ID and one.assessment is not None:
            tests.setdefault(one.assessment, []).append(one)
        elif one.severity is Severity.INFO:
            news.append(one)
        elif one.rule == contradiction.ID and one.target is not None:
            looks.setdefault(one.target, []).append(one)
        elif one.flag in taught:
            gaps.setdefault(taught[one.flag], []).append(one)
        else:
            talks.setdefault(one.student, []).append(one)
    moves: list[Move] = []
    for target, some in gaps.items():
        moves.extend(_teach(target, some, class_size, talks, policy))
    for student, some in talks.items():
        moves.append(Move(MoveKind.TALK, student, 0, tuple(sorted(some, key=_talk_order))))
    for target in sorted({*looks, *(one.target for one in reviews)}):
        of_target = tuple(one for one in reviews if one.target == target)
        moves.append(Move(MoveKind.LOOK, target, 0, tuple(looks.get(target, ())), of_target))
    moves.extend(Move(MoveKind.LET_TEST, assessment, 0, tuple(some)) for assessment, some in tests.items())
    for part, start in enumerate(range(0, len(unsigned), policy.moves_confirm_at_once)):
        some_waiting = tuple(unsigned[start : start + policy.moves_confirm_at_once])
        moves.append(Move(MoveKind.CONFIRM, 0, part, (), some_waiting))
    return Plan(tuple(sorted(moves, key=lambda move: _rank(move, today, policy))), tuple(news))


def is_urgent(move: Move) -> bool:
    """Whether it is about something of severity URGENT."""
    return move.severity is Severity.URGENT


def judged_by(kind: MoveKind, about: int, signal: Signal) -> int | None:
    """The target by which to see later whether a move helped on a signal: the one taught, else the signal's own."""
    if kind in (MoveKind.RETEACH, MoveKind.PULL):
        return about
    return signal.prerequisite if signal.rule == prereq_gap.ID else signal.target


def fits(kind: MoveKind, about: int, signals: Collection[Signal], waiting: Collection[tuple[int, int]]) -> bool:
    """Whether a move of this kind can be about these signals and (student, target) pairs under review."""
    if kind is MoveKind.TALK:
        return not waiting and {one.student for one in signals} == {about}
    if kind is MoveKind.LET_TEST:
        return not waiting and {one.assessment for one in signals} == {about}
    if kind is MoveKind.LOOK:
        return {one.target for one in signals} | {target for _, target in waiting} == {about}
    if kind is MoveKind.CONFIRM:
        return not signals
    return not waiting and any(about in (one.target, one.prerequisite) for one in signals)


def _signal_order(one: Signal) -> tuple[int, date, int, int]:
    return -one.severity, one.opened, one.student, one.flag


def _talk_order(one: Signal) -> tuple[int, int, int]:
    """A talk begins with what is most pressing and, of that, newest."""
    return -one.severity, -one.opened.toordinal(), one.flag


def _waiting_order(one: Waiting) -> tuple[date, int, int]:
    return one.since, one.target, one.student


def _taught(signals: Sequence[Signal]) -> dict[int, int]:
    """What has to be taught, by flag, for the signals that are about a gap."""
    below: dict[tuple[int, int], int] = {}
    stuck: set[tuple[int, int]] = set()
    gaps = [one for one in signals if one.rule in _GAPS and one.severity in (Severity.ACT, Severity.WATCH)]
    for one in gaps:
        if one.target is not None:
            stuck.add((one.student, one.target))
            if one.rule == prereq_gap.ID and one.prerequisite is not None:
                at = (one.student, one.target)
                below[at] = min(one.prerequisite, below.get(at, one.prerequisite))
    found: dict[int, int] = {}
    for one in signals:
        if one.target is None:
            continue
        if one.rule in _GAPS or (one.rule == drop.ID and (one.student, one.target) in stuck):
            start = one.prerequisite if one.rule == prereq_gap.ID and one.prerequisite is not None else one.target
            found[one.flag] = _lowest(one.student, start, below)
    return found


def _lowest(student: int, target: int, below: Mapping[tuple[int, int], int]) -> int:
    seen = {target}
    while (under := below.get((student, target))) is not None and under not in seen:
        seen.add(under)
        target = under
    return target


def _teach(
    target: int, signals: Sequence[Signal], class_size: int, talks: dict[int, list[Signal]], policy: Policy
) -> Iterable[Move]:
    """The moves about a shared gap; a gap that only one has is left to the talk with that student."""
    by_student: dict[int, list[Signal]] = {}
    for one in signals:
        by_student.setdefault(one.student, []).append(one)
    if len(by_student) == 1:
        for student, some in by_student.items():
            talks.setdefault(student, []).extend(some)
        return []
    if _is_class_gap([min(one.opened for one in some) for some in by_student.values()], class_size, policy):
        return [Move(MoveKind.RETEACH, target, 0, tuple(signals))]
    parts = -(-len(by_student) // policy.moves_pull_at_most)
    students = list(by_student)
    moves = []
    for part in range(parts):
        some_students = students[part * len(students) // parts : (part + 1) * len(students) // parts]
        moves.append(Move(MoveKind.PULL, target, part, tuple(s for one in some_students for s in by_student[one])))
    return moves


def _is_class_gap(days: Sequence[date], class_size: int, policy: Policy) -> bool:
    """Whether enough of the class got the gap within a few days; `days` has one day for each student with it."""
    together = max(sum(0 <= days_between(first, day) <= policy.class_gap_within_days for day in days) for first in days)
    return together >= policy.class_gap_students and together >= policy.class_gap_share * class_size


def _rank(move: Move, today: date, policy: Policy) -> tuple[bool, int, int, date, int, int]:
    return (
        not is_urgent(move),
        -_points(move, today, policy),
        _KINDS.index(move.kind),
        move.since,
        move.about,
        move.part,
    )


def _points(move: Move, today: date, policy: Policy) -> int:
    if move.kind is MoveKind.CONFIRM:
        overdue = days_between(move.since, today) > policy.decision_confirm_within
        return _POINTS[Severity.ACT if overdue else Severity.WATCH]
    worst: dict[int, Severity] = {one.student: Severity.WATCH for one in move.waiting}
    for one in move.signals:
        worst[one.student] = max(one.severity, worst.get(one.student, one.severity))
    return sum(_POINTS[severity] for severity in worst.values())
