"""The lines of one student (domain 3.2): teacher's pace E, the own plan P, the graduation clock G, and what is done.

Lines run in days of instruction since the student's own start, not in dates. So a closure moves every date and no
line, and whoever comes late has a line of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from mastery.body.words import State
from mastery.pace import knots
from mastery.pace.exact import exact
from mastery.pace.knots import Knots

# what counts as done for pace: a slow teacher never makes a student look behind, begun work counts nothing
COUNTED = frozenset({State.MASTERED, State.MASTERED_PROVISIONAL})
# nobody asks these of the student: they are on no line, and so neither done nor missing
EXCUSED = frozenset({State.WAIVED, State.EXEMPT})


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """A target of a plan, due by the end of the `due`-th day of instruction since the own start; to a millionth."""

    target: int
    due: float
    weight: float = 1.0
    priority: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "due", float(exact(self.due)))
        object.__setattr__(self, "weight", float(exact(self.weight)))
        if not 0 <= self.due < np.inf or not 0 < self.weight < np.inf:
            raise ValueError("a target is due at a distance from the start, and weighs something")


@dataclass(frozen=True, slots=True)
class Line:
    """Points (distance, weight), neither ever falling, from (0, 0) on; straight between, flat after the last."""

    points: tuple[tuple[float, float], ...]
    _knots: Knots = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple((float(exact(x)), float(exact(y))) for x, y in self.points))
        if self.points[:1] != ((0, 0),):
            raise ValueError("a line begins with nothing at the start")
        if not all(x0 <= x1 and y0 <= y1 for (x0, y0), (x1, y1) in pairwise(self.points)) or not self.total > 0:
            raise ValueError("a line never falls, and leads to something")
        x, y = np.array(self.points, np.float64).T
        if not np.isfinite(x[-1] + y[-1]):
            raise ValueError("a line ends")
        object.__setattr__(self, "_knots", Knots(x[None, :], y[None, :]))

    @property
    def length(self) -> float:
        """How many days of instruction it takes."""
        return self.points[-1][0]

    @property
    def total(self) -> float:
        """The weight it leads to."""
        return self.points[-1][1]

    def at(self, distance: float) -> float:
        """What is expected by the end of a day."""
        return float(knots.expected(self._knots, np.array([distance]))[0])

    def span(self, amount: float) -> tuple[float, float]:
        """The first and the last distance at which an amount is expected; the last of the whole is infinite."""
        first, last = knots.span(self._knots, np.array([amount]))
        return float(first[0]), float(last[0])

    def inverse(self, amount: float) -> float:
        """The first distance at which an amount is expected."""
        return self.span(amount)[0]

    def gap(self, distance: float, amount: float) -> float:
        """Days behind the line, negative ahead, 0 anywhere on a flat part of it."""
        return float(knots.gap(self._knots, np.array([distance]), np.array([amount]))[0])


def line_of(targets: Iterable[PlannedTarget]) -> Line:
    """The line through target dates. Raises ValueError without a target."""
    known = list(targets)
    if not known:
        raise ValueError("a line needs a target")
    made = knots.knots_of(*(np.array([[getattr(one, name) for one in known]]) for name in ("due", "weight")))
    points = list(zip(made.x[0].tolist(), made.y[0].tolist(), strict=True))
    return Line(tuple(dict.fromkeys([(0.0, 0.0), *points])))


def graduation_clock(total: float, days: float) -> Line:
    """G: the same amount every day of instruction, so that all is done on the day of the cohort."""
    return Line(((0.0, 0.0), (days, total)))


def asked_of(targets: Iterable[PlannedTarget], states: Mapping[int, State]) -> tuple[PlannedTarget, ...]:
    """The targets that a student is asked for: without those that a person waived or exempted."""
    return tuple(one for one in targets if states.get(one.target) not in EXCUSED)


def mastered_of(targets: Iterable[PlannedTarget], states: Mapping[int, State]) -> frozenset[int]:
    """The targets that count as done."""
    return frozenset(one.target for one in targets if states.get(one.target) in COUNTED)


def actual(targets: Sequence[PlannedTarget], mastered: Collection[int]) -> float:
    """A: the weight of what is mastered, whenever and in whichever order that was learned of."""
    return float(exact(float(np.cumsum([0.0, *(one.weight for one in targets if one.target in mastered)])[-1])))


def actual_line(targets: Sequence[PlannedTarget], mastered_at: Mapping[int, float]) -> Line:
    """A over time, as a line of steps: by the distance at which each target was mastered. For a picture beside E and P.

    Raises ValueError where nothing is mastered yet: there is no line.
    """
    points, done = [(0.0, 0.0)], 0.0
    for distance, weight in sorted(
        (mastered_at[one.target], one.weight) for one in targets if one.target in mastered_at
    ):
        points.append((distance, done))
        done = float(exact(done + weight))
        points.append((distance, done))
    return Line(tuple(dict.fromkeys(points)))


def with_own_dates(targets: Iterable[PlannedTarget], own: Mapping[int, float]) -> tuple[PlannedTarget, ...]:
    """The targets with dates of the student's own, as distances, where there are any; for P alone."""
    return tuple(replace(one, due=own.get(one.target, one.due)) for one in targets)
