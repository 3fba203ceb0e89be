"""The batch step: parameters of items and targets from all students' answers, with the filter's output as offset.

The filter says before each answer what it expects and how sure it is: p = c + (1 - c) sigma(kappa mu). Seen from one
parameter, mu is an offset plus that parameter times a feature (1 for b and delta, the ability for a, a ln(1 + n) for
lam), so each is a one-dimensional logistic regression with a normal prior, solved by Newton's steps, all items or
targets at once (measurement 2, `mastery.measure.newton`). Then the filter runs again. The priors: b ~ N(easiness of its
target, item^2), that easiness ~ N(mean of targets, target^2), a ~ N(1, slope^2), lam ~ N(mean of targets, practice^2),
delta ~ N(0, attempt^2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logit

from mastery.estimate import Advanced, Hyperparameters, SubjectState, advance
from mastery.estimate.state import Floats, Integers
from mastery.measure.anchor import Anchor
from mastery.measure.bank import AnswerColumns, Bank
from mastery.measure.newton import newton

ATTEMPTS = 8
"""Attempts with an offset of their own; all further ones share the last."""
_STEEPEST, _FLATTEST = 2.5, 0.3
_EASINESS_BOUND = 10.0
_OFFSET_BOUND = 5.0
_PRACTICE_BOUND = 2.0
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations of the batch step's priors, in logits (`slope` and `practice` per logit)."""

    item: float = 1.0
    target: float = 1.0
    slope: float = 0.3
    practice: float = 0.35
    attempt: float = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """A bank and the hyperparameters that it was fitted with, attempt offsets and typical item among them."""

    hyper: Hyperparameters
    bank: Bank

    def advanced(self, answers: AnswerColumns) -> Advanced:
        """What the filter says of all answers, from each student's first on."""
        fresh = [SubjectState.initial(self.hyper)] * answers.students
        return advance(fresh, self.bank.observations(answers, self.hyper), self.hyper)


def calibrate(
    answers: AnswerColumns,
    hyper: Hyperparameters,
    spreads: Spreads,
    rounds: int,
    start: Calibrated | None = None,
    anchor: Anchor | None = None,
) -> Calibrated:
    """Fit items, targets and attempts to the answers in so many rounds of filter and Newton's steps.

    `start` is what to begin from, else nothing is known but the mean. With `anchor` the items keep to its scale, round
    by round, so that abilities can follow. ValueError where there are no answers.
    """
    if not answers.rows:
        raise ValueError("there are no answers to calibrate with")
    now = _begin(answers, hyper, spreads) if start is None else Calibrated(_with(hyper, start), start.bank)
    target_of = _target_of_item(answers)
    for number in range(rounds):
        # slopes are of use once the abilities are
        now = _round(answers, now, spreads, target_of, anchor, slopes=number > 0 or start is not None)
    return now


def _begin(answers: AnswerColumns, hyper: Hyperparameters, spreads: Spreads) -> Calibrated:
    guessed = float(answers.guessing.mean())
    share = min(max((float(answers.y.mean()) - guessed) / (1.0 - guessed), 0.01), 0.99)
    easiness = float(logit(share))
    known = replace(
        hyper,
        attempt_offsets=(0.0,) * ATTEMPTS,
        item_easiness=easiness,
        item_easiness_variance=spreads.item**2,
    )
    return Calibrated(
        known, Bank.blank(answers.items, answers.targets, easiness, spreads.item**2, hyper.practice_slope)
    )


def _with(hyper: Hyperparameters, start: Calibrated) -> Hyperparameters:
    return replace(
        hyper,
        attempt_offsets=start.hyper.attempt_offsets,
        item_easiness=start.hyper.item_easiness,
        item_easiness_variance=start.hyper.item_easiness_variance,
    )


def _target_of_item(answers: AnswerColumns) -> Integers:
    """The target of each item; of one that stands under several, the one of its last row."""
    found = np.zeros(answers.items, np.int64)
    found[answers.item] = answers.target
    return found


def _round(
    answers: AnswerColumns,
    now: Calibrated,
    spreads: Spreads,
    target_of: Integers,
    anchor: Anchor | None,
    slopes: bool,
) -> Calibrated:
    hyper, bank = now.hyper, now.bank
    item, target = answers.item, answers.target
    seen = now.advanced(answers)
    logits = _Logits.of(answers, seen, bank.easiness_variance[item])
    ones = np.ones(answers.rows)
    around = np.full(answers.targets, bank.target_easiness.mean())
    of_target = bank.target_easiness[target] - bank.easiness[item]
    typical = logits.plus(of_target).solve(target, ones, around, spreads.target, bank.target_easiness)
    typical = typical.within(-_EASINESS_BOUND, _EASINESS_BOUND)
    items = logits.solve(item, ones, typical.value[target_of], spreads.item, bank.easiness)
    shift = 0.0 if anchor is None else anchor.shift(items.value, items.variance)
    typical, items = typical.moved(shift), items.moved(shift)
    logits = logits.plus((items.value - bank.easiness)[item])
    slope = bank.slope
    if slopes:
        slopes_found = logits.solve(item, seen.ability, np.ones(answers.items), spreads.slope, slope)
        slope = slopes_found.within(_FLATTEST, _STEEPEST).value
        logits = logits.plus((slope - bank.slope)[item] * seen.ability)
    offsets = np.array(hyper.attempt_offsets)
    moved = logits.solve(seen.attempt, ones, np.zeros(len(offsets)), spreads.attempt, offsets).value
    moved = np.clip(moved - moved[0], -_OFFSET_BOUND, _OFFSET_BOUND)
    logits = logits.plus((moved - offsets)[seen.attempt])
    usual = np.full(answers.targets, bank.practice_slope.mean())
    practice = logits.solve(target, slope[item] * seen.practised, usual, spreads.practice, bank.practice_slope)
    practice = practice.within(0.0, _PRACTICE_BOUND)
    return Calibrated(
        replace(
            hyper,
            attempt_offsets=tuple(moved.tolist()),
            practice_slope=float(practice.value.mean()),
            item_easiness=float(typical.value.mean()),
            item_easiness_variance=spreads.item**2,
        ),
        Bank(slope, items.value, items.variance, typical.value, practice.value),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Logits:
    """mu of each answer by the parameters found so far, its variance, and what the answer was; [R]."""

    logits: Floats
    variance: Floats
    y: Floats
    weight: Floats
    guessing: Floats
    points: Floats

    @classmethod
    def of(cls, answers: AnswerColumns, seen: Advanced, easiness_variance: Floats) -> _Logits:
        # what is not known of the item is what is looked for: it widens nothing here
        variance = seen.logit_variance - easiness_variance
        return cls(seen.logit, variance, answers.y, answers.weight, answers.guessing, answers.points)

    def plus(self, change: Floats) -> _Logits:
        """With parameters that changed."""
        return replace(self, logits=self.logits + change)

    def solve(self, index: Integers, feature: Floats, mean: Floats, spread: float, start: Floats) -> _Solved:
        """One kind of parameter, all others as they are."""
        others = self.logits - start[index] * feature
        known = (self.variance, self.y, self.weight, self.guessing, self.points)
        return _Solved(*newton(index, others, *known, feature, mean, spread**2, start, _STEPS))


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    value: Floats
    variance: Floats

    def moved(self, shift: float) -> _Solved:
        """Of an easiness: on another scale, and within its bounds."""
        return _Solved(self.value + shift, self.variance).within(-_EASINESS_BOUND, _EASINESS_BOUND)

    def within(self, low: float, high: float) -> _Solved:
        return _Solved(np.clip(self.value, low, high), self.variance)
