"""The model both engines find: the curves, the population, and what is believed of an item before its answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.calibrate.answers import Answers
from mastery.estimate.state import Floats, Integers

LEAST_SLOPE, GREATEST_SLOPE = 0.1, 6.0
"""Beyond these a slope is held: a flatter item says next to nothing of ability, a steeper one is an artefact."""

_REACH = 5.0
_WIDEST_STEP = 1 / 3
_MOST_NODES = 121


# slopes of a bank whose mean is taken for its prior's: a bank can be sharp or blunt, but not without bound
_MEAN_SLOPES = 0.3, 3.0


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal priors of an item: mean and standard deviation of slope and easiness."""

    slope: float = 1.0
    slope_sd: float = 0.5
    easiness: float = 0.0
    easiness_sd: float = 3.0

    @classmethod
    def of_bank(cls, slope: Floats, answers: Integers) -> Prior:
        """A weak one around a bank's own mean slope, weighted by answers [J]; ours (empirical Bayes).

        Its spread is half of that mean, and three times it for easiness: 100 answers tell about twice as much of a
        usual slope. Around a fixed mean a bank whose items are all sharp would be drawn to it as a whole, by thirty
        percent of its slopes on 536 answers to each of 20 items.
        """
        mean = float(np.clip(np.average(slope, weights=answers), *_MEAN_SLOPES))
        return cls(mean, mean / 2.0, 0.0, 3.0 * mean)

    def columns(self) -> Floats:
        """Mean and precision of slope, mean and precision of easiness [4], as the kernel takes them."""
        return np.array([self.slope, self.slope_sd**-2, self.easiness, self.easiness_sd**-2])

    def mean(self) -> Floats:
        """[2]: slope, easiness."""
        return np.array([self.slope, self.easiness])

    def precision(self) -> Floats:
        """[2, 2]."""
        return np.diag([self.slope_sd**-2, self.easiness_sd**-2])

    def floor(self) -> float:
        """The least information that any parameter has."""
        return 1.0 / max(self.slope_sd, self.easiness_sd) ** 2


VAGUE = Prior(slope_sd=2.0, easiness_sd=6.0)
"""What is believed before anything is known of a bank."""


@dataclass(frozen=True, slots=True, eq=False)
class Quadrature:
    """Abilities at which the curves are looked at, and their weights in a standard normal population.

    basis [3, Q]: the nodes, 1, and what bends a curve, the square of the nodes less its mean; log_weights [Q].
    """

    basis: Floats
    log_weights: Floats

    @property
    def nodes(self) -> Floats:
        """[Q], evenly spaced from -5 to 5."""
        return np.ascontiguousarray(self.basis[0])

    @classmethod
    def for_answers(cls, answers: Answers) -> Quadrature:
        """At least 31 nodes, and as many more as the posteriors of students with many answers are narrow, up to 121.

        Nodes a standard deviation apart integrate a normal density to 1e-8, nodes two apart to 1e-2.
        """
        many = float(np.quantile(np.diff(answers.offsets), 0.9))
        # at slope 1 an answer has an information of about a fifth
        step = min(_WIDEST_STEP, (1.0 + many / 5.0) ** -0.5)
        nodes = np.linspace(-_REACH, _REACH, min(2 * round(_REACH / step) + 1, _MOST_NODES))
        log_weights = -0.5 * nodes**2
        log_weights -= np.log(np.exp(log_weights).sum())
        return cls(np.stack([nodes, np.ones(len(nodes)), nodes**2 - 1.0]), log_weights)


def curves(slope: Floats, easiness: Floats, nodes: Floats) -> Floats:
    """p of each item at each node, [J, Q]."""
    return np.asarray(1.0 / (1.0 + np.exp(-(slope[:, None] * nodes + easiness[:, None]))))
