"""What a calibration says, by whichever engine it was made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mastery.calibrate.answers import Dropped
from mastery.calibrate.kernel import Flags
from mastery.calibrate.model import Prior
from mastery.estimate.state import Floats, Integers

Engine = Literal["em", "pyirt"]
Advance = Callable[[int, float | None], None]
"""Hears of each pass its number and, where it is known, the largest change of a parameter."""

# what an item must be shown for; see docs/measurement.md
POOR_FIT = 0.1
SURE_BEND = 2.576


def unheard(iteration: int, change: float | None) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Items with slope and easiness [J] and the covariance of the two [J, 2, 2], on the scale of one population."""

    items: Sequence[Hashable]
    slope: Floats
    easiness: Floats
    covariance: Floats

    @property
    def slope_se(self) -> Floats:
        """Standard errors of the slopes [J]."""
        return np.sqrt(self.covariance[:, 0, 0])

    @property
    def easiness_se(self) -> Floats:
        """Standard errors of the easinesses [J]."""
        return np.sqrt(self.covariance[:, 1, 1])

    @property
    def difficulty(self) -> Floats:
        """b [J]: the ability at which half are right."""
        return -self.easiness / self.slope

    @property
    def difficulty_se(self) -> Floats:
        """Standard errors of the difficulties [J], by the delta method."""
        gradient = np.stack([self.difficulty, np.ones(len(self.items))], axis=1) / self.slope[:, None]
        return np.asarray(np.sqrt(np.einsum("ja,jab,jb->j", gradient, self.covariance, gradient)))


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Curves of J items, p = sigma(slope t + easiness), for a population of abilities t with mean 0 and sd 1.

    items       ids; answers int64[J] and right [J], their number and the share that was right
    slope       [J], a; easiness [J], -a b; covariance [J, 2, 2] of the two, the prior's information included
    bend        [J], score statistic, standard normal where the curve is as the model says; above 0 the weakest and the
                strongest do better than it, as with guessing; NaN where the answers can not tell
    misfit      [J], root mean square distance of the observed curve from the model's (RMSD), a share of 0..1
    clipped     bool[J], the slope was held at a bound
    prior       what slopes and easinesses were drawn to
    dropped     items without a curve
    students    ids; ability [N, 2], mean and standard deviation of each one's posterior
    iterations, converged, log_likelihood    how the engine ended; the marginal log-likelihood, without the prior
    """

    engine: Engine
    items: Sequence[Hashable]
    answers: Integers
    right: Floats
    slope: Floats
    easiness: Floats
    covariance: Floats
    bend: Floats
    misfit: Floats
    clipped: Flags
    prior: Prior
    dropped: tuple[Dropped, ...]
    students: Sequence[Hashable]
    ability: Floats
    iterations: int
    converged: bool
    log_likelihood: float

    @property
    def curves(self) -> Curves:
        """The curves alone."""
        return Curves(self.items, self.slope, self.easiness, self.covariance)

    @property
    def slope_se(self) -> Floats:
        """Standard errors of the slopes [J]."""
        return self.curves.slope_se

    @property
    def easiness_se(self) -> Floats:
        """Standard errors of the easinesses [J]."""
        return self.curves.easiness_se

    @property
    def difficulty(self) -> Floats:
        """b [J]: the ability at which half are right."""
        return self.curves.difficulty

    @property
    def difficulty_se(self) -> Floats:
        """Standard errors of the difficulties [J]."""
        return self.curves.difficulty_se

    @property
    def reliability(self) -> float:
        """Share of the variance of ability that the answers tell, 0..1."""
        told = float(np.var(self.ability[:, 0]))
        return told / (told + float(np.mean(self.ability[:, 1] ** 2)))

    def misfits(self) -> Flags:
        """Items whose observed curve is far from the model's, beyond what so few answers do by chance, bool[J].

        Simulated, 99 of 100 items that follow the model stay below .85 over the root of their answers.
        """
        return np.asarray(self.misfit >= np.maximum(POOR_FIT, self.answers**-0.5))

    def bends(self) -> Flags:
        """Items whose curve surely bends otherwise than the model's, bool[J]."""
        return np.asarray(np.nan_to_num(np.abs(self.bend)) >= SURE_BEND)
