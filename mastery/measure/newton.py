"""Newton's steps of many one-dimensional regressions at once, in one compiled loop over the answers."""

from __future__ import annotations

import numpy as np

from mastery.estimate.compiled import compiled
from mastery.estimate.state import Floats, Integers

_LONGEST_STEP = 1.0


@compiled
def newton(
    index: Integers,
    offset: Floats,
    scale: Floats,
    y: Floats,
    weight: Floats,
    guessing: Floats,
    feature: Floats,
    prior_mean: Floats,
    prior_variance: float,
    start: Floats,
    steps: int,
) -> tuple[Floats, Floats]:
    """C coefficients c of y ~ Bernoulli(g + (1 - g) sigma(scale (offset + c[index] feature))), c ~ N(prior_mean, ..).

    index int64[R] 0..C-1; offset, scale, y, feature [R]; weight [R], 0..1, tempers the likelihood; guessing g [R], 0 to
    below 1; prior_mean, start [C]. With q = sigma(..) and p = g + (1 - g) q the score by the argument is (y - p) q / p
    and the information expected (1 - g) q^2 (1 - q) / p (Birnbaum 1968), which unlike the curvature is never negative:
    Fisher's scoring, Newton's steps where g = 0. Steps of at most 1. Returns the coefficients [C] and their variances
    by the information at the last step [C]; without rows those of the prior.
    """
    found = start.copy()
    score, information = np.zeros(len(start)), np.zeros(len(start))
    for _ in range(steps):
        score[:] = 0.0
        information[:] = 0.0
        for row in range(len(y)):
            at = index[row]
            slope = scale[row] * feature[row]
            q = 1.0 / (1.0 + np.exp(-(scale[row] * offset[row] + slope * found[at])))
            p = guessing[row] + (1.0 - guessing[row]) * q
            telling = q / p
            score[at] += weight[row] * (y[row] - p) * telling * slope
            information[at] += weight[row] * telling * (1.0 - p) * q * slope * slope
        for at in range(len(start)):
            known = information[at] + 1.0 / prior_variance
            step = (score[at] - (found[at] - prior_mean[at]) / prior_variance) / known
            found[at] += min(_LONGEST_STEP, max(-_LONGEST_STEP, step))
    return found, 1.0 / (information + 1.0 / prior_variance)
