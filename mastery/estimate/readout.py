"""From the logit scale to what people are told: a success rate, its range, and the chance that the bar is reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr

from mastery.estimate.hyperparameters import Hyperparameters
from mastery.estimate.kernel import PROBIT
from mastery.estimate.state import Floats

RANGE_HALF_WIDTH = 1.2815515655446004  # standard normal quantile of .90: low..high holds 80%


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What is known of M targets, as columns [M]. Present form is left out (measurement 1).

    rate: expected success rate 0..1 on typical items of the target, each met for the first time.
    low, high: 80% range of that rate.
    probability: that the rate is at or above the bar, 0..1.
    mean, variance: of the ability behind it, in logits; the rate of an ability x is sigma(k (x + b)).
    """

    rate: Floats
    low: Floats
    high: Floats
    probability: Floats
    mean: Floats
    variance: Floats


def readout(
    mean: npt.ArrayLike,
    variance: npt.ArrayLike,
    hyper: Hyperparameters,
    bar: npt.ArrayLike,
    easiness: npt.ArrayLike | None = None,
) -> Estimate:
    """The success rate on typical items for abilities N(mean, variance), each [M] or scalar, in logits.

    `bar` in 0..1 exclusive is the mastery bar, `easiness` the typical item's b, else that of `hyper`; one or [M].
    Items differ by `item_variance` + `item_easiness_variance`, so a rate over many of them is less extreme than on one:
    k = 1 / sqrt(1 + pi/8 (V_r + SE_b^2)). Every element depends on its own inputs alone, to the last bit, whatever
    the length or layout of the arrays. ValueError for a bar outside 0..1 or a variance that is not positive.
    """
    bars = np.asarray(bar, np.float64)
    if not ((bars > 0.0) & (bars < 1.0)).all():
        raise ValueError(f"bar = {bar!r} is not between 0 and 1")
    centres = np.atleast_1d(np.asarray(mean, np.float64))
    spreads = np.atleast_1d(np.asarray(variance, np.float64))
    if not (spreads > 0.0).all():
        raise ValueError("a variance is not positive")
    base = np.asarray(hyper.item_easiness if easiness is None else easiness, np.float64)
    noise = 1.0 + PROBIT * (hyper.item_variance + hyper.item_easiness_variance)
    flattening = 1.0 / np.sqrt(noise)
    shifted = centres + base
    deviations = np.sqrt(spreads)
    reach = RANGE_HALF_WIDTH * deviations
    low = expit(flattening * (shifted - reach))
    high = expit(flattening * (shifted + reach))
    # the mean of a very wide, far-off distribution can lie outside its middle 80%; the range is what is shown with it
    rate = np.clip(expit(shifted / np.sqrt(noise + PROBIT * spreads)), low, high)
    probability = ndtr((shifted - logit(bars) / flattening) / deviations)
    return Estimate(rate, low, high, probability, centres, spreads)
