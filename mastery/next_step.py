"""What comes next for a student on one target: what it opens, what comes first, a test, or more of the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mastery.body.rule import satisfied
from mastery.body.words import BROUGHT_BY_A_TEST, SATISFIES_SUCCESSOR, Decision, Lack, RuleBook, State


class NextKind(StrEnum):
    """The kinds of next step."""

    GO_ON = "go_on"  # nothing left to show here: take up what builds on it
    FIRST = "first"  # something that this builds on comes before
    SHOW = "show"  # all is there but a test or a judged performance
    WAIT = "wait"  # a person has to look
    WORK = "work"  # more work on the target itself


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next step and the targets it leads to; `waiting` are those above that wait for something else as well."""

    kind: NextKind
    targets: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()


_BY_A_PERSON = frozenset({Lack.CONTRADICTION, Lack.INTEGRITY_HOLD})


def next_step(
    state: State,
    lacks: Collection[Lack],
    open_before: Sequence[int],
    followers: Sequence[int],
    book: RuleBook,
    decisions: Mapping[int, Decision],
) -> NextStep:
    """The next step on a target in `state` that `lacks` something for mastery.

    `open_before` are its open hard prerequisites, `followers` the targets that build on it, each in the order in which
    it is to be told; `decisions` holds those of the followers and of their hard prerequisites, as far as there are any.
    """
    if state in SATISFIES_SUCCESSOR:
        undone = [one for one in followers if not satisfied(decisions.get(one))]
        ready = {one for one in undone if all(satisfied(decisions.get(t)) for t in book.of(one).prerequisites)}
        return NextStep(
            NextKind.GO_ON,
            tuple(one for one in undone if one in ready),
            tuple(one for one in undone if one not in ready),
        )
    by_a_test = bool(lacks) and BROUGHT_BY_A_TEST.issuperset(lacks)
    if state is State.REVOKED or (lacks and not by_a_test and _BY_A_PERSON.issuperset(lacks)):
        return NextStep(NextKind.WAIT)
    if open_before:
        return NextStep(NextKind.FIRST, tuple(open_before))
    if by_a_test:
        return NextStep(NextKind.SHOW)
    return NextStep(NextKind.WORK)
