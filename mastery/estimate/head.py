"""The calibration head: from what the filter knows of a target to a rate and a probability that later answers bear out.

The filter's own statement is too sure of itself, since what it takes for known (the level of a student's typical day,
that a target's items are alike) only nearly holds. So the rate of the next answers on a target is taken for

    logit R ~ N(w0 + w1 x + w2 d + w3 b, D^2),   ln D = v0 + v1 ln d

with x = k (mean + b) and d = k sqrt(variance) the filter's centre and spread of that logit (`readout`), and b the
easiness of the target's typical item. Whether the rate reaches the bar is judged by itself, since answers that come
together are more alike than a rate alone says: its probability is

    Phi((u0 + u1 c + u2 D + u3 [c - logit bar - 1]+ + u4 [c - logit bar - 2]+ - logit bar) / D),

c the centre above and [x]+ the larger of x and 0: far above the bar the filter may be surer or less sure than near it.
w1, u1, u1 + u3 and u1 + u3 + u4 are above 0: whatever raises the filter's mean raises rate and probability.
`mastery.measure.head` fits w, v and u.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr

from mastery.estimate.hyperparameters import Hyperparameters
from mastery.estimate.kernel import PROBIT
from mastery.estimate.readout import RANGE_HALF_WIDTH
from mastery.estimate.state import Floats

KNOTS = (1.0, 2.0)
"""Logits above the bar where the probability's slope may change."""


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of the head (w, v and u above); the default changes nothing."""

    constant: float = 0.0
    centre: float = 1.0
    spread: float = 0.0
    easiness: float = 0.0
    log_spread_constant: float = 0.0
    log_spread: float = 1.0
    chance_constant: float = 0.0
    chance_centre: float = 1.0
    chance_spread: float = 0.0
    chance_bend: float = 0.0
    chance_far_bend: float = 0.0

    def tell(self, known: Known, bar: npt.ArrayLike) -> Told:
        """What is told of M targets, each by its own numbers alone; `bar` in 0..1 exclusive, one or [M]."""
        centre, spread = self.told_rate(known)
        reach = RANGE_HALF_WIDTH * spread
        low, high = expit(centre - reach), expit(centre + reach)
        rate = np.clip(expit(centre / np.sqrt(1.0 + PROBIT * spread**2)), low, high)
        wanted = logit(np.asarray(bar, np.float64))
        moved = self.chance_constant + self.chance_centre * centre + self.chance_spread * spread
        bend, far_bend = (np.maximum(centre - wanted - knot, 0.0) for knot in KNOTS)
        moved = moved + self.chance_bend * bend + self.chance_far_bend * far_bend
        return Told(rate, low, high, ndtr((moved - wanted) / spread))

    def told_rate(self, known: Known) -> tuple[Floats, Floats]:
        """Centre and spread of the logit of the rate, [M]."""
        return (
            self.constant + self.centre * known.centre + self.spread * known.spread + self.easiness * known.easiness,
            np.exp(self.log_spread_constant + self.log_spread * np.log(known.spread)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What the filter knows of M targets: centre and spread of the rate's logit, easiness of the typical item; [M]."""

    centre: Floats
    spread: Floats
    easiness: Floats

    @classmethod
    def of(cls, mean: npt.ArrayLike, variance: npt.ArrayLike, easiness: Floats, hyper: Hyperparameters) -> Known:
        """From abilities N(mean, variance) in logits, [M] each."""
        flattening = 1.0 / np.sqrt(1.0 + PROBIT * (hyper.item_variance + hyper.item_easiness_variance))
        centre = np.ascontiguousarray(flattening * (np.asarray(mean, np.float64) + easiness))
        return cls(centre, np.ascontiguousarray(flattening * np.sqrt(np.asarray(variance, np.float64))), easiness)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Rate, its 80% range and the probability that it reaches the bar, each 0..1, [M]."""

    rate: Floats
    low: Floats
    high: Floats
    probability: Floats
