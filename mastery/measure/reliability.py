"""What was said beside what came: a reliability diagram whose every point stands for enough students."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate.state import Floats, Integers
from mastery.measure import metrics
from mastery.measure.shares import Share, are_enough, share_of

MOST_BINS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """Some predictions: their mean, and the share that came."""

    said: float
    came: Share


@dataclass(frozen=True, slots=True)
class Diagram:
    """Points from the lowest prediction up, and figures of all: each 0..1, the less the better, log-loss from 0 up.

    error: mean distance of the points from what was said, weighted by their answers (expected calibration error).
    brier: mean squared distance of prediction and answer. log_loss: as `metrics.log_loss`.
    """

    points: tuple[Point, ...]
    error: float
    brier: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Tenth:
    """All predictions that a person reads as so many of ten, and the share that came."""

    tenths: int
    came: Share


def diagram_of(y: Floats, said: Floats, student: Integers) -> Diagram | None:
    """Answers y, 0..1, beside predictions, of students by number; [R]. None of fewer students than may be told of.

    Bins of equal size (`metrics.reliability`), ten of them, or as many fewer as it takes for each to hold enough
    students; so all answers are in a bin, and none can be found by taking the bins from the whole.
    """
    if not are_enough(student):
        return None
    choices = (metrics.equal_bins(said, bins) for bins in range(MOST_BINS, 0, -1))
    parts = next(parts for parts in choices if all(are_enough(student[part]) for part in parts))
    points = tuple(Point(float(said[part].mean()), share_of(y[part], student[part])) for part in parts)
    error = sum(one.came.count * abs(one.said - one.came.value) for one in points) / len(y)
    return Diagram(points, error, float(np.mean((y - said) ** 2)), metrics.log_loss(y, said))


def tenths_of(y: Floats, said: Floats, student: Integers) -> tuple[Tenth, ...]:
    """Predictions by the tenth that they are rounded to (half up), 0 to 10, as far as enough students stand behind."""
    tenth = np.floor(said * 10.0 + 0.5).astype(np.int64)
    parts = ((one, np.flatnonzero(tenth == one)) for one in range(11))
    return tuple(Tenth(one, share_of(y[rows], student[rows])) for one, rows in parts if are_enough(student[rows]))
