"""Bringing calibrations onto one scale: to a standard normal population, and to an earlier calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.calibrate.answers import Answers
from mastery.calibrate.kernel import read_posteriors
from mastery.calibrate.model import Quadrature
from mastery.estimate.state import Floats

_CLOSE = 1e-5
_MOST_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Scale:
    """How another scale is read: ability there = mean + sd times ability here."""

    mean: float = 0.0
    sd: float = 1.0

    def apply(self, slope: Floats, easiness: Floats) -> tuple[Floats, Floats]:
        """Curves of that scale on this one: a sd, and d + a mean, so that b = (-d / a - mean) / sd."""
        return slope * self.sd, easiness + slope * self.mean

    def then(self, next_: Scale) -> Scale:
        """This scale read through one more: `next_` is of what is here."""
        return Scale(self.mean + self.sd * next_.mean, self.sd * next_.sd)


def population_of(answers: Answers, slope: Floats, easiness: Floats, quadrature: Quadrature) -> Scale:
    """Mean and standard deviation of the normal population that these curves [J] and answers say, on the curves' scale.

    Maximum likelihood by EM with the curves held: the mean and the spread of all posteriors, until they stand.
    """
    scale = Scale()
    for _ in range(_MOST_ROUNDS):
        ability, *_ = read_posteriors(
            answers.offsets, answers.item, answers.right, *scale.apply(slope, easiness), quadrature.basis,
            quadrature.log_weights,
        )  # fmt: skip
        mean = float(ability[:, 0].mean())
        sd = float(np.sqrt(np.var(ability[:, 0]) + np.mean(ability[:, 1] ** 2)))
        scale = scale.then(Scale(mean, sd))
        if abs(mean) < _CLOSE and abs(sd - 1.0) < _CLOSE:
            break
    return scale
