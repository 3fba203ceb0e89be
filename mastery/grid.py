"""The order in which a class is looked at: who needs an adult most comes first, what builds on nothing comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mastery.body.words import SATISFIES_SUCCESSOR, State


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One student of a class: live flags that nobody looks at yet, by severity, and the states of their targets.

    `name` decides between two who need an adult alike.
    """

    student: int
    name: str
    urgent: int
    act: int
    watch: int
    states: Sequence[State]


def who_needs_me(rows: Sequence[ClassRow]) -> list[ClassRow]:
    """The rows, the most pressing flags first, then decisions that wait for a teacher, then the least mastered.

    A target without evidence says nothing of a student, so it counts neither way.
    """
    return sorted(rows, key=_need)


def _need(row: ClassRow) -> tuple[int, int, int, int, float, str, int]:
    begun = [state for state in row.states if state is not State.NOT_STARTED]
    review = sum(state in (State.NEEDS_REVIEW, State.MASTERED_PROVISIONAL) for state in begun)
    met = sum(state in SATISFIES_SUCCESSOR for state in begun) / len(begun) if begun else 1.0
    return -row.urgent, -row.act, -row.watch, -review, met, row.name, row.student
