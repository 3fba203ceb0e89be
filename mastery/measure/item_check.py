"""Questions that mislead: what each one's answers say beside what was expected of them, and why to look at it.

Everything is seen from before each answer: the success that was expected, and the ability that it was expected from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from mastery.estimate.state import Floats, Integers
from mastery.measure.anchor import BEYOND_CHANCE, is_drifted
from mastery.measure.shares import FEWEST_STUDENTS

FEWEST_ANSWERS = 30
"""Fewer answers to a question than these say nothing against it."""
FAR = 0.05
"""A share right that is less than this from the expected one misleads nobody, however sure it is."""
POOR_FIT = 0.1
"""As in the calibration of files: this far the answers may be from the curve, root mean square."""
FLAT = 0.3
"""A question is flat that tells less than this part of what a usual one tells."""
_SURE = 1.96
_GROUPS = 5
_POOR_FIT_BEYOND_CHANCE = 18.47  # chi-square with four degrees of freedom, one in a thousand
_SLOPE_PRIOR = (1.0, 4.0)  # mean and variance; weak, so that nothing runs away where all is right above some ability
_CENTRE_VARIANCE = 25.0
_STEPS = 12


class Reason(StrEnum):
    """Why to look at a question; a later one is not told where an earlier one says the same more sharply."""

    REVERSED = "reversed"  # students who know more answer it right less often
    FLAT = "flat"  # students who know more answer it hardly better
    ALL_RIGHT = "all_right"
    ALL_WRONG = "all_wrong"
    HARDER = "harder"  # right less often than expected
    EASIER = "easier"
    DRIFTED = "drifted"  # its easiness moved since the calibration before
    MISFIT = "misfit"  # the share right does not rise as expected


@dataclass(frozen=True, slots=True)
class Checked:
    """A question and its answers of a term. Where it was answered by too few students it is left out.

    observed, expected: share right, 0..1. residual: the first less the second, in standard errors. slope: how much
    more often those who know more are right, in logits a logit, with its standard error. misfit: the root mean square
    distance of shares from expected ones over five groups by ability, beyond that of the whole.
    """

    item: int
    answers: int
    students: int
    observed: float
    expected: float
    residual: float
    slope: float
    slope_error: float
    misfit: float
    drift: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ItemAnswers:
    """R answers: the number of their item 0..I-1 and student, y and the expected success 0..1, ability in logits."""

    item: Integers
    student: Integers
    y: Floats
    expected: Floats
    ability: Floats


def check_items(seen: ItemAnswers, drift: Floats) -> list[Checked]:
    """Every question with enough students; first those to look at, by number of reasons and how far they are beyond.

    drift [I]: in standard errors (`Anchor.drift`), NaN where there is none.
    """
    items = len(drift)
    answers = np.bincount(seen.item, minlength=items)
    pairs = np.unique(np.column_stack((seen.item, seen.student)), axis=0)
    students = np.bincount(pairs[:, 0], minlength=items)
    told = np.flatnonzero(students >= FEWEST_STUDENTS)
    if not len(told):
        return []
    count = np.maximum(answers, 1)
    observed, expected = (np.bincount(seen.item, one, items) / count for one in (seen.y, seen.expected))
    chance = np.asarray(np.bincount(seen.item, seen.expected * (1.0 - seen.expected), items), np.float64)
    residual = (observed - expected) * answers / np.sqrt(np.maximum(chance, 1e-12))
    slope, slope_error = slopes_of(seen, items)
    misfit, surprise = _misfit(seen, observed - expected, count, chance)
    enough = answers[told] >= FEWEST_ANSWERS
    usual = float(np.median(slope[told][enough])) if enough.any() else 1.0
    found = []
    for one in told.tolist():
        moved = None if np.isnan(drift[one]) else float(drift[one])
        figures = Checked(
            one, int(answers[one]), int(students[one]), float(observed[one]), float(expected[one]),
            float(residual[one]), float(slope[one]), float(slope_error[one]), float(misfit[one]), moved, (),
        )  # fmt: skip
        why = _reasons(figures, usual, bool(surprise[one] > _POOR_FIT_BEYOND_CHANCE))
        found.append((_order(figures, why, usual), replace(figures, reasons=tuple(why))))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _reasons(one: Checked, usual: float, surprising: bool) -> list[Reason]:
    found = []
    if one.answers >= FEWEST_ANSWERS:
        if one.slope + _SURE * one.slope_error < 0.0:
            found.append(Reason.REVERSED)
        elif one.slope + _SURE * one.slope_error < FLAT * usual:
            found.append(Reason.FLAT)
        if one.observed in (0.0, 1.0):
            found.append(Reason.ALL_RIGHT if one.observed else Reason.ALL_WRONG)
        if abs(one.residual) > BEYOND_CHANCE and abs(one.observed - one.expected) >= FAR:
            found.append(Reason.EASIER if one.residual > 0.0 else Reason.HARDER)
        if one.misfit >= POOR_FIT and surprising and not found:
            found.append(Reason.MISFIT)
    if is_drifted(one.drift):
        found.append(Reason.DRIFTED)
    return found


def _order(one: Checked, reasons: list[Reason], usual: float) -> tuple[int, float, int]:
    """The most reasons first, then how many standard errors the clearest of them is beyond, then the number."""
    beyond = {
        Reason.REVERSED: -one.slope / one.slope_error,
        Reason.FLAT: (FLAT * usual - one.slope) / one.slope_error,
        Reason.HARDER: -one.residual,
        Reason.EASIER: one.residual,
        Reason.DRIFTED: abs(one.drift or 0.0),
    }
    # rounded, so that the order in which sums were taken decides nothing
    return -len(reasons), -round(max((beyond.get(reason, 0.0) for reason in reasons), default=0.0), 6), one.item


def slopes_of(seen: ItemAnswers, items: int) -> tuple[Floats, Floats]:
    """Slope of each item's answers on ability, and its standard error, [I] each.

    y ~ Bernoulli(sigma(c + d (x - mean x))) by Newton's steps over all items at once, d ~ N(1, 4), c ~ N(0, 25): the
    answers themselves and not the calibration say whether those who know more do better. Without answers, the prior.
    """
    count = np.maximum(np.bincount(seen.item, minlength=items), 1)
    x = seen.ability - (np.bincount(seen.item, seen.ability, items) / count)[seen.item]
    mean, variance = _SLOPE_PRIOR
    centre, slope = np.zeros(items), np.full(items, mean)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(centre[seen.item] + slope[seen.item] * x)))
        weight, off = p * (1.0 - p), seen.y - p
        score_c = np.bincount(seen.item, off, items) - centre / _CENTRE_VARIANCE
        score_d = np.bincount(seen.item, off * x, items) - (slope - mean) / variance
        cc = np.bincount(seen.item, weight, items) + 1.0 / _CENTRE_VARIANCE
        cd = np.bincount(seen.item, weight * x, items)
        dd = np.bincount(seen.item, weight * x * x, items) + 1.0 / variance
        determinant = cc * dd - cd * cd
        centre = centre + np.clip((dd * score_c - cd * score_d) / determinant, -1.0, 1.0)
        slope = slope + np.clip((cc * score_d - cd * score_c) / determinant, -1.0, 1.0)
    return slope, np.sqrt(cc / determinant)


def _misfit(seen: ItemAnswers, off: Floats, count: Integers, chance: Floats) -> tuple[Floats, Floats]:
    """Root mean square distance over groups by ability, and how surprising it is (chi-square, four degrees); [I]."""
    items = len(off)
    order = np.lexsort((seen.ability, seen.item))
    item = seen.item[order]
    starts = np.r_[0, np.cumsum(np.bincount(item, minlength=items))]
    group = item * _GROUPS + (np.arange(len(item)) - starts[item]) * _GROUPS // count[item]
    size = np.bincount(group, minlength=items * _GROUPS)
    beyond = np.bincount(group, (seen.y - seen.expected)[order] - off[item], items * _GROUPS)
    squares = (beyond**2 / np.maximum(size, 1)).reshape(items, _GROUPS).sum(axis=1)
    return np.sqrt(squares / count), squares / np.maximum(chance / count, 1e-12)
