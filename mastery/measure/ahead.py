"""Does a success rate that was told hold for the answers that come next on the target?

A rate can not be seen; what can be seen is how many of the next few answers are right. So what was told of the rate is
turned into what it says of those answers. Told are a range that the rate lies in with 80% and the probability that it
reaches the bar; both are taken for a normal distribution on the logit scale (as `mastery.estimate.readout` makes them):

    spread = (logit high - logit low) / (2 z),   z the normal quantile of .90
    by the range:        logit R ~ N((logit low + logit high) / 2, spread^2)
    by the probability:  logit R ~ N(logit bar + spread z(probability), spread^2)

and given R the next n answers are right independently, each with R. An estimator that tells the truth about R so says
the truth about them: its calibration error is that of chance, and its ranges cover 80%. What makes answers resemble
each other beyond R (present form) costs an honest filter little (simulated: .010 to .020, and .79). The probability is
judged by itself: one that has a calibration of its own need not agree with the middle of the range.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc, expit, logit, ndtri

from mastery.estimate.observations import Flags
from mastery.estimate.readout import RANGE_HALF_WIDTH
from mastery.estimate.state import Floats, Integers
from mastery.measure.bank import AnswerColumns

EARLIER = 3
"""Points are taken from the fourth answer on a target on: before, there is too little evidence to be told a rate."""
FEWEST, MOST = 3, 5
"""The next 5 answers are looked at, or as many as there are, if at least 3."""

_TAIL = 0.1
_EDGE = 1e-9
_nodes, _weights = np.polynomial.hermite_e.hermegauss(31)
_NODES: list[tuple[float, float]] = list(zip(_nodes.tolist(), (_weights / _weights.sum()).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """M points at which an estimate is compared with what came next; columns int64[M].

    row: the answer just before which the estimate stood; count: the answers looked at, that one among them, 3 to 5;
    right: how many of them were right (half of the points or more).
    """

    row: Integers
    count: Integers
    right: Integers


def look_ahead(answers: AnswerColumns) -> Ahead:
    """Every point of every target of every student with enough answers before and after it, in the order of rows.

    Answers that can be guessed or are in points are passed over: a rate is told of knowing, without luck, and half of
    the points or more is another matter than right.
    """
    plain = np.flatnonzero((answers.guessing == 0.0) & (answers.points <= 1.0))
    order, place, left = _in_groups(answers, plain)
    at = np.flatnonzero((place >= EARLIER) & (left >= FEWEST))
    count = np.minimum(left[at], MOST)
    sums = np.r_[0, np.cumsum(answers.y[order] >= 0.5)]
    right = sums[at + count] - sums[at]
    by_row = np.argsort(order[at])
    return Ahead(order[at][by_row], count[by_row], right[by_row].astype(np.int64))


def earlier_answers(answers: AnswerColumns) -> Integers:
    """How many answers the student had given on the target before each answer, int64[R]."""
    order, place, _ = _in_groups(answers, np.arange(answers.rows))
    found = np.empty(len(order), np.int64)
    found[order] = place
    return found


def _in_groups(answers: AnswerColumns, rows: Integers) -> tuple[Integers, Integers, Integers]:
    """Some rows by student and target, the place of each among them, and how many there are from it on."""
    group = answers.student * answers.targets + answers.target
    order = rows[np.argsort(group[rows], kind="stable")]
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]][: len(order)])
    sizes = np.diff(np.r_[starts, len(order)])
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    return order, place, np.repeat(sizes, sizes) - place


def told_before(answers: AnswerColumns, first_row: Integers) -> tuple[Integers, Ahead]:
    """The points at which something was told, and their runs (`Advanced.first_row`): in a sitting nothing is told."""
    ahead = look_ahead(answers)
    run = np.searchsorted(first_row, ahead.row)
    here = np.minimum(run, len(first_row) - 1)
    told = (first_row[here] == ahead.row) & _opens(answers, first_row)[here]
    return run[told], Ahead(ahead.row[told], ahead.count[told], ahead.right[told])


def _opens(answers: AnswerColumns, first_row: Integers) -> Flags:
    """Which runs are the first of their sitting on their target: an answer on several targets is a run on each."""
    of = np.column_stack((answers.student[first_row], answers.sitting[first_row], answers.target[first_row]))
    opens = np.zeros(len(first_row), np.bool_)
    opens[np.unique(of, axis=0, return_index=True)[1]] = True
    return opens


def reached(ahead: Ahead, bar: float | Floats) -> Floats:
    """Whether the share right of the next answers reached the bar, 1 or 0, [M]."""
    return (ahead.right >= needed(ahead.count, bar)).astype(np.float64)


def chance_of_reaching(count: Integers, low: Floats, high: Floats, probability: Floats, bar: float | Floats) -> Floats:
    """What a probability of mastery says: the chance that the share right of `count` answers reaches the bar, [M].

    low, high: the 80% range of the rate, for its spread; probability: that the rate reaches the bar. All 0..1, [M];
    the bar is one, or [M].
    """
    spread = _spread(low, high)
    centre = logit(bar) + spread * ndtri(np.clip(probability, _EDGE, 1.0 - _EDGE))
    # so near to 0 or 1 it only says on which side of the bar: how far from it is then read off the range
    centre = np.where(probability >= 1.0 - _EDGE, np.maximum(centre, _middle(low, high)), centre)
    centre = np.where(probability <= _EDGE, np.minimum(centre, _middle(low, high)), centre)
    return _more_than(needed(count, bar) - 1.0, count, centre, spread)


def covered(ahead: Ahead, low: Floats, high: Floats) -> Floats:
    """How much of each point lies in the middle 80% of what the range says of the next answers, 0..1, [M].

    A count takes up the piece P(fewer) .. P(fewer) + P(as many) of the unit interval, of which the part inside .1 ..
    .9 counts. So the mean is exactly .80 if the range is true, though counts of 3 to 5 answers are coarse (the
    expectation of the randomised probability integral transform: Czado, Gneiting and Held 2009).
    """
    spread = _spread(low, high)
    centre = _middle(low, high)
    right = ahead.right.astype(np.float64)
    from_ = 1.0 - _more_than(right - 1.0, ahead.count, centre, spread)
    to = 1.0 - _more_than(right, ahead.count, centre, spread)
    inside = np.minimum(to, 1.0 - _TAIL) - np.maximum(from_, _TAIL)
    return np.asarray(np.clip(inside, 0.0, None) / (to - from_), np.float64)


def needed(count: Integers, bar: float | Floats) -> Floats:
    """How many right answers of `count` reach the bar, [M]."""
    # a product that is a hair above a whole number must not ask for one more
    return np.asarray(np.ceil(bar * count - _EDGE), np.float64)


def _logit(share: Floats) -> Floats:
    return np.asarray(logit(np.clip(share, _EDGE, 1.0 - _EDGE)), np.float64)


def _middle(low: Floats, high: Floats) -> Floats:
    return np.asarray((_logit(low) + _logit(high)) / 2.0, np.float64)


def _spread(low: Floats, high: Floats) -> Floats:
    return np.asarray((_logit(high) - _logit(low)) / (2.0 * RANGE_HALF_WIDTH), np.float64)


def _more_than(right: Floats, count: Integers, centre: Floats, spread: Floats) -> Floats:
    """P(more than `right` of `count` answers are right), the rate's logit N(centre, spread^2), by Gauss and Hermite."""
    total = np.zeros(len(count))
    for node, weight in _NODES:
        total += weight * bdtrc(right, count, expit(centre + spread * node))
    return total
