"""What another model would change: how many standings, in which way, and by how much."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LARGEST = 10
STEPS = (0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Side:
    """A standing as one model has it: decision state, level, and the expected success rate 0..1; None without one."""

    state: str
    level: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One standing before and after, by the public ids of student and target."""

    student: str
    target: str
    before: Side
    after: Side

    @property
    def moved(self) -> float:
        """How far the expected success rate moves; 0 where a side has no estimate."""
        if self.before.expected is None or self.after.expected is None:
            return 0.0
        return abs(self.after.expected - self.before.expected)


@dataclass(frozen=True, slots=True)
class Changes:
    """All standings together.

    states: how many change from one state to another, as "from to to". levels: how many have another level.
    moved: how many estimates move by at least .05, .10 and .20. mean_move: of the expected success rate, over all.
    largest: the standings whose estimate moves farthest, at most ten.
    """

    standings: int
    states: Mapping[str, int]
    levels: int
    moved: Mapping[str, int]
    mean_move: float
    largest: Sequence[Change]


def changes_of(compared: Iterable[Change]) -> Changes:
    """Count changes; of those that move as far, the first by student and target stands first."""
    states: Counter[str] = Counter()
    steps: Counter[str] = Counter({f"{step:.2f}": 0 for step in STEPS})
    standings = levels = 0
    total = 0.0
    largest: list[Change] = []
    for one in compared:
        standings += 1
        total += one.moved
        levels += one.before.level != one.after.level
        if one.before.state != one.after.state:
            states[f"{one.before.state} to {one.after.state}"] += 1
        steps.update({f"{step:.2f}": 1 for step in STEPS if one.moved >= step})
        if one.moved > 0.0:
            largest = heapq.nsmallest(
                LARGEST, [*largest, one], key=lambda each: (-each.moved, each.student, each.target)
            )
    return Changes(
        standings,
        dict(sorted(states.items())),
        levels,
        dict(steps),
        total / standings if standings else 0.0,
        largest,
    )
