"""A share of answers with its 95% range, where answers of one student are alike; how few students are told of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate.state import Floats, Integers

FEWEST_STUDENTS = 10
"""No figure is told of fewer students than these: it would be one about persons, not about a measurement."""
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """The mean of some answers of 0..1, from so many answers of so many students, with its 95% range."""

    count: int
    students: int
    value: float
    low: float
    high: float


def share_of(y: Floats, student: Integers) -> Share:
    """The share of answers y, 0..1 [R], of the students of these numbers [R]. ValueError without answers.

    The range is Wilson's (1927) at the effective number of answers (Kish 1965; Korn and Graubard 1998): their number
    over the design effect, which is the variance of the mean between students, S/(S-1) sum over students of (sum of
    y - mean)^2 / R^2, over that of R independent answers, and at least 1. Of one student it can not be known.
    """
    count = len(y)
    if not count:
        raise ValueError("there is no share of no answers")
    mean = float(np.clip(y.mean(), 0.0, 1.0))
    _, number = np.unique(student, return_inverse=True)
    off = np.bincount(number, y - mean)
    alone = mean * (1.0 - mean) / count
    effect = 1.0
    if alone > 0.0 and len(off) > 1:
        together = float(len(off) / (len(off) - 1) * np.sum(off**2)) / count**2
        effect = max(1.0, together / alone)
    low, high = wilson(mean, count / effect)
    return Share(count, len(off), mean, low, high)


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95% range of a share, 0..1, of so many independent answers (Wilson 1927); always holds the share."""
    centre = share + _Z95**2 / (2.0 * count)
    reach = _Z95 * ((share * (1.0 - share) + _Z95**2 / (4.0 * count)) / count) ** 0.5
    width = 1.0 + _Z95**2 / count
    # rounding must not put an end on the wrong side of the share, nor outside 0..1
    return max(0.0, min(share, (centre - reach) / width)), min(1.0, max(share, (centre + reach) / width))


def are_enough(student: Integers) -> bool:
    """Whether answers of these students [R] are those of so many that something may be told."""
    return len(np.unique(student)) >= FEWEST_STUDENTS
