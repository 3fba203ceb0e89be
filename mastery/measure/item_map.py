"""Students and questions on one scale (a Wright map): who stands beside which questions.

A question stands where a student answers it right half of the time, -b / a; a student stands at the mean of what is
known of the targets that the student worked on. Both are in logits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate.state import Floats, Integers
from mastery.measure.shares import FEWEST_STUDENTS

STEP = 0.5
FARTHEST = 6.0
"""Bands are half a logit wide; what lies farther out than this is in the outermost ones."""
_INNER = 0.1


@dataclass(frozen=True, slots=True)
class Band:
    """A piece of the scale, from its lower end up to its upper one, and how many stand in it."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class ItemMap:
    """Bands of students (each of so many that they may be told of) and of questions, from the lowest up.

    low, middle, high: between the first and the last lie the middle 80% of students, half of them below `middle`.
    within: how many questions stand between the same two.
    """

    students: tuple[Band, ...]
    items: tuple[Band, ...]
    low: float
    middle: float
    high: float
    within: int


def item_map(level: Floats, difficulty: Floats) -> ItemMap | None:
    """The map of students' levels [N] and questions' difficulties [I]; None of too few students, or no question."""
    if len(level) < FEWEST_STUDENTS or not len(difficulty):
        return None
    low, middle, high = (float(one) for one in np.quantile(level, (_INNER, 0.5, 1.0 - _INNER)))
    within = int(np.count_nonzero((difficulty >= low) & (difficulty <= high)))
    return ItemMap(bands(level, FEWEST_STUDENTS), bands(difficulty, 1), low, middle, high, within)


def bands(places: Floats, fewest: int) -> tuple[Band, ...]:
    """Bands from the first place to the last, each with at least `fewest`, neighbours put together where it takes it.

    ValueError for fewer places than that.
    """
    if len(places) < max(1, fewest):
        raise ValueError(f"{len(places)} places make no band of at least {fewest}")
    number = np.floor(np.clip(places, -FARTHEST, FARTHEST - STEP) / STEP).astype(np.int64)
    first = int(number.min())
    found: list[Band] = []
    low, gathered = first, 0
    for place, count in enumerate(np.bincount(number - first).tolist(), start=first):
        gathered += count
        if gathered >= fewest:
            found.append(Band(low * STEP, (place + 1) * STEP, gathered))
            low, gathered = place + 1, 0
    if gathered:
        last = found.pop()
        found.append(Band(last.low, (int(number.max()) + 1) * STEP, last.count + gathered))
    return tuple(found)


def difficulty_of(slope: npt.ArrayLike, easiness: npt.ArrayLike) -> Floats:
    """Where questions stand, from a and b: the level at which a student answers right half of the time, [I]."""
    return -np.asarray(easiness, np.float64) / np.asarray(slope, np.float64)


def levels_of(student: Integers, target: Integers, mean: Floats) -> Floats:
    """Where students stand: what is known last of each target, and the mean of a student's targets; [N].

    student, target, mean [M]: of runs in their order (`Advanced.after`); students by number, in that order.
    """
    # of equal pairs `unique` finds the first, which is the last one backwards
    pairs, place = np.unique(np.column_stack((student, target))[::-1], axis=0, return_index=True)
    _, number = np.unique(pairs[:, 0], return_inverse=True)
    last = mean[::-1][place]
    return np.asarray(np.bincount(number, last) / np.bincount(number), np.float64)
