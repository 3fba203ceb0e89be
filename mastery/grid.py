"""The order in which a class is looked at: who needs an adult most comes first, what builds on nothing comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mastery.body.words import SATISFIES_SUCCESSOR, State


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One student of a class: live flags that nobody looks at yet, by severity, and how many targets are in each state.

    `name` decides between two who need an adult alike.
    """

    student: int
    name: str
    urgent: int
    act: int
    watch: int
    states: Mapping[State, int]


def who_needs_me(rows: Sequence[ClassRow]) -> list[ClassRow]:
    """The rows, the most pressing flags first, then decisions that wait for a teacher, then the least mastered.

    A target without evidence says nothing of a student, so it counts neither way.
    """
    return sorted(rows, key=_need)


def _need(row: ClassRow) -> tuple[int, int, int, int, float, str, int]:
    begun = {state: count for state, count in row.states.items() if state is not State.NOT_STARTED and count}
    review = begun.get(State.NEEDS_REVIEW, 0) + begun.get(State.MASTERED_PROVISIONAL, 0)
    met = sum(count for state, count in begun.items() if state in SATISFIES_SUCCESSOR)
    share = met / sum(begun.values()) if begun else 1.0
    return -row.urgent, -row.act, -row.watch, -review, share, row.name, row.student
