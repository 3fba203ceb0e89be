"""How much calibration error chance alone brings, where what is judged comes from a few students with many points each.

A head that tells the truth has an error too: that of the draw. Points of one student resemble each other (they share
answers, and the day), so far fewer than all of them count as independent. The error is drawn anew with each student's
deviations kept together and their signs thrown at random (wild cluster bootstrap: Cameron, Gelbach and Miller 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate.state import Floats, Integers
from mastery.measure.metrics import BINS

DRAWS = 1000
_SEED = 17


@dataclass(frozen=True, slots=True)
class Chance:
    """The calibration errors, 0..1, of so many draws [D] in which nothing is wrong but chance."""

    errors: Floats

    @property
    def mean(self) -> float:
        """What an honest estimator is to be expected to show."""
        return float(self.errors.mean())

    @property
    def highest(self) -> float:
        """What nineteen of twenty draws stay within."""
        return float(np.quantile(self.errors, 0.95))


def error_by_chance(y: Floats, p: Floats, student: Integers, bins: int = BINS, draws: int = DRAWS) -> Chance:
    """Calibration errors of predictions p [R] of outcomes y [R] if p were true; student int64[R] says whose each is.

    Bins of equal size, as in `metrics.reliability`; what y is off from p on the whole of a bin is taken out first, so
    that what is wrong with p is no chance. The same arguments give the same numbers. ValueError without rows.
    """
    if not len(p):
        raise ValueError("there is nothing to compare: no rows")
    place = np.empty(len(p), np.int64)
    for number, part in enumerate(np.array_split(np.argsort(p, kind="stable"), bins)):
        place[part] = number
    off = y - p
    off -= (np.bincount(place, off, bins) / np.maximum(np.bincount(place, minlength=bins), 1))[place]
    _, whose = np.unique(student, return_inverse=True)
    by_student = np.bincount(place * (whose.max() + 1) + whose, off, bins * (whose.max() + 1)).reshape(bins, -1)
    signs = np.random.default_rng(_SEED).choice((-1.0, 1.0), (by_student.shape[1], draws))
    return Chance(np.asarray(np.abs(by_student @ signs).sum(axis=0) / len(p), np.float64))
