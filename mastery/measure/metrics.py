"""Figures of merit of predicted shares p against observed ones y, each row the same weight.

An answer with a share of the points counts as that much of a right answer and the rest of a wrong one; with y of 0 and
1 alone every figure is the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate.state import Floats, Integers

BINS = 20
CLIP = 1e-5
"""Log-loss takes a prediction for at least this and at most one minus this."""
_TIES_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Predictions in bins of equal size, from the lowest up: count int64[B], mean prediction and observed share [B]."""

    count: Integers
    predicted: Floats
    observed: Floats

    @property
    def error(self) -> float:
        """Expected calibration error: the distance of the two, weighted by count."""
        return float(np.sum(self.count * np.abs(self.predicted - self.observed)) / self.count.sum())


def auc(y: Floats, p: Floats) -> float:
    """Chance that a right answer was predicted higher than a wrong one, a tie counting half; NaN without both.

    Rank statistic of Mann and Whitney: sum over pairs of y_i (1 - y_j) ([p_i > p_j] + [p_i = p_j] / 2), divided by the
    sum of y_i (1 - y_j), over all i and j. [R] each.
    """
    wrong = 1.0 - y
    pairs = float(y.sum() * wrong.sum())
    if pairs == 0.0:
        return float("nan")
    place = np.unique(p, return_inverse=True)[1]
    wrong_at = np.bincount(place, wrong)
    below = np.cumsum(wrong_at) - wrong_at
    return float(np.dot(np.bincount(place, y), below + wrong_at / 2.0) / pairs)


def accuracy(y: Floats, p: Floats) -> float:
    """Share of answers that come as predicted, where .5 and more predicts a right one."""
    return float(np.mean(np.where(p >= 0.5, y, 1.0 - y)))


def log_loss(y: Floats, p: Floats) -> float:
    """Mean of -(y ln p + (1 - y) ln(1 - p)), p held to CLIP .. 1 - CLIP."""
    held = np.clip(p, CLIP, 1.0 - CLIP)
    return -float(np.mean(y * np.log(held) + (1.0 - y) * np.log1p(-held)))


def rmse(y: Floats, p: Floats) -> float:
    """Root of the mean squared difference."""
    return float(np.sqrt(np.mean((y - p) ** 2)))


def reliability(y: Floats, p: Floats, bins: int = BINS) -> Reliability:
    """Predictions against what came, in `bins` bins of equal size (one more in the first ones where it does not go up).

    Rows are shuffled with a fixed seed before they are sorted, so that ties fall into bins at random and the same each
    time. Fewer rows than bins make one bin of each row. ValueError without rows.
    """
    parts = equal_bins(p, bins)
    return Reliability(
        np.array([len(part) for part in parts], np.int64),
        np.array([p[part].mean() for part in parts]),
        np.array([y[part].mean() for part in parts]),
    )


def equal_bins(p: Floats, bins: int) -> list[Integers]:
    """The rows of predictions [R] in bins of equal size, from the lowest up, as `reliability` makes them."""
    if not len(p):
        raise ValueError("there is nothing to compare: no rows")
    shuffled = np.random.RandomState(_TIES_SEED).permutation(len(p))
    order = shuffled[np.argsort(p[shuffled], kind="stable")]
    return [part for part in np.array_split(order, bins) if len(part)]


def ece(y: Floats, p: Floats) -> float:
    """Expected calibration error over 20 bins of equal size, ties broken at random with a fixed seed."""
    return reliability(y, p).error
