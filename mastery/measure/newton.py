"""Newton's steps of many one-dimensional regressions at once, in one compiled loop over the answers."""

from __future__ import annotations

import numpy as np

from mastery.estimate.compiled import compiled, compiled_within
from mastery.estimate.kernel import PROBIT
from mastery.estimate.state import Floats, Integers

_LONGEST_STEP = 1.0
_NODES, _raw = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _raw / _raw.sum()


@compiled
def newton(
    index: Integers,
    offset: Floats,
    variance: Floats,
    y: Floats,
    weight: Floats,
    guessing: Floats,
    points: Floats,
    feature: Floats,
    prior_mean: Floats,
    prior_variance: float,
    start: Floats,
    steps: int,
) -> tuple[Floats, Floats]:
    """C coefficients c ~ N(prior_mean, prior_variance) of answers y at mu = offset + c[index] feature.

    index int64[R] 0..C-1; offset, feature, y [R]; variance [R], of what is not known of mu; weight [R], 0..1, tempers
    the likelihood; guessing [R], 0 to below 1; points [R], whole, from 1; prior_mean, start [C]. The likelihood is that
    of the filter (`mastery.estimate.kernel`, which can not be called from here: machine code is kept by file).
    Newton's steps, by the information expected of an answer that can be guessed, since its curvature may be negative
    (Fisher's scoring), of at most 1. Returns the coefficients [C] and their variances by the information at the last
    step [C]; without rows those of the prior.
    """
    found = start.copy()
    score, information = np.zeros(len(start)), np.zeros(len(start))
    kappa = 1.0 / np.sqrt(1.0 + PROBIT * variance)
    for _ in range(steps):
        score[:] = 0.0
        information[:] = 0.0
        for row in range(len(y)):
            at = index[row]
            mu = offset[row] + feature[row] * found[at]
            if points[row] <= 1.0:
                first, second = _right_or_wrong(y[row], mu, kappa[row], guessing[row])
            else:
                first, second = _in_points(y[row], mu, variance[row], points[row])
            score[at] += weight[row] * first * feature[row]
            information[at] += weight[row] * second * feature[row] * feature[row]
        for at in range(len(start)):
            known = information[at] + 1.0 / prior_variance
            step = (score[at] - (found[at] - prior_mean[at]) / prior_variance) / known
            found[at] += min(_LONGEST_STEP, max(-_LONGEST_STEP, step))
    return found, 1.0 / (information + 1.0 / prior_variance)


@compiled_within
def _right_or_wrong(y: float, mu: float, kappa: float, guessing: float) -> tuple[float, float]:
    """The first derivative by mu of the logarithm of y's likelihood, and the information expected.

    p = c + (1 - c) q, q = sigma(kappa mu): kappa (y - p) q / p and kappa^2 (1 - c) q^2 (1 - q) / p (Birnbaum 1968).
    """
    q = 1.0 / (1.0 + np.exp(-kappa * mu))
    p = guessing + (1.0 - guessing) * q
    telling = kappa * q / p
    return telling * (y - p), telling * kappa * (1.0 - p) * q


@compiled_within
def _in_points(y: float, mu: float, variance: float, points: float) -> tuple[float, float]:
    """The same of y in m points, and minus the second derivative, which is never negative, by quadrature.

    P(k) ~ exp(a k x), a = 3 / (m + 2), x ~ N(mu, variance) (Muraki 1992).
    """
    deviation = np.sqrt(variance)
    step = 3.0 / (points + 2.0)
    total, first, second = 0.0, 0.0, 0.0
    for node in range(len(_NODES)):
        x = mu + deviation * _NODES[node]
        top = max(points * step * x, 0.0)
        norm = 0.0
        for k in range(int(points) + 1):
            norm += np.exp(step * k * x - top)
        likelihood = _WEIGHTS[node] * np.exp(step * points * y * x - top) / norm
        total += likelihood
        first += likelihood * _NODES[node]
        second += likelihood * _NODES[node] * _NODES[node]
    moved = first / total
    return moved / deviation, (1.0 - (second / total - moved * moved)) / variance
