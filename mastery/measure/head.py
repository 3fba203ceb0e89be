"""Fitting the calibration head (`mastery.estimate.head`) to students that nothing else was fitted to.

w and v make the likelihood of how many of the next answers were right (`look_ahead`) greatest, u that of whether the
share of the next answers reached the bar. The success expected of one answer needs no head (tried: Platt's two numbers
changed no figure by more than .0005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import bdtrc, expit, gammaln, log_expit, logit, logsumexp

from mastery.estimate.head import KNOTS, Head, Known
from mastery.estimate.state import Floats, Integers
from mastery.measure.ahead import needed

_NODES, _weights = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _weights / _weights.sum()
_LOG_WEIGHTS = np.log(_WEIGHTS)
_FLATTEST = 0.05
_TRUST = 0.5
"""Standard deviation of the normal prior around a head that changes nothing: few points change little."""
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a head is fitted to, about students that nothing else was fitted to.

    M moments: what was known, and how many of the `count` answers that came next were `right`, int64[M].
    """

    known: Known
    right: Integers
    count: Integers

    @classmethod
    def together(cls, seen: Sequence[Seen]) -> Seen:
        """Several as one, in order."""
        known = [one.known for one in seen]
        return cls(
            Known(
                np.concatenate([one.centre for one in known]),
                np.concatenate([one.spread for one in known]),
                np.concatenate([one.easiness for one in known]),
            ),
            np.concatenate([one.right for one in seen]),
            np.concatenate([one.count for one in seen]),
        )


def fit_head(seen: Seen, bar: float) -> Head:
    """The head under which what came was most likely; one that changes nothing where nothing came."""
    if not len(seen.right):
        return Head()
    rate = _fit_rate(seen.known, seen.right, seen.count)
    centre, spread = rate.told_rate(seen.known)
    return replace(rate, **_fit_chance(centre, spread, seen.right, seen.count, bar))


def _fit_rate(known: Known, right: Integers, count: Integers) -> Head:
    log_ways = gammaln(count + 1.0) - gammaln(right + 1.0) - gammaln(count - right + 1.0)
    features = np.column_stack((np.ones(len(right)), known.centre, known.spread, known.easiness))
    log_spread = np.log(known.spread)
    plain = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 1.0])

    def loss(weights: Floats) -> tuple[float, Floats]:
        spread = np.exp(weights[4] + weights[5] * log_spread)
        logits = (features @ weights[:4])[:, None] + spread[:, None] * _NODES
        terms = _LOG_WEIGHTS + right[:, None] * log_expit(logits) + (count - right)[:, None] * log_expit(-logits)
        each = logsumexp(terms, axis=1)
        surprise = np.exp(terms - each[:, None]) * (right[:, None] - count[:, None] * expit(logits))
        by_centre = surprise.sum(axis=1)
        by_log_spread = (surprise * _NODES).sum(axis=1) * spread
        gradient = np.r_[features.T @ by_centre, by_log_spread.sum(), by_log_spread @ log_spread]
        away = (weights - plain) / _TRUST**2
        return float(0.5 * away @ (weights - plain) - (log_ways + each).sum()), away - gradient

    bounds = [(None, None), (_FLATTEST, None), *[(None, None)] * 4]
    return Head(*minimize(loss, plain, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist())


def _fit_chance(centre: Floats, spread: Floats, right: Integers, count: Integers, bar: float) -> dict[str, float]:
    """u0 to u4, by name."""
    at_least = needed(count, bar)
    reached = right >= at_least
    # found as the slopes of three pieces, so that each can be kept above 0
    near, middle, far = _pieces(centre - logit(bar))
    features = np.column_stack((np.ones(len(right)), near + logit(bar), spread, middle, far))
    ways = np.exp(gammaln(count + 1.0) - gammaln(at_least) - gammaln(count - at_least + 1.0))
    plain = np.array([0.0, 1.0, 0.0, 1.0, 1.0])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = (features @ weights)[:, None] + spread[:, None] * _NODES
        rate = expit(logits)
        chance = bdtrc(at_least[:, None] - 1.0, count[:, None], rate) @ _WEIGHTS
        # d P(right >= k) / d logit = n! / (k-1)! / (n-k)! R^k (1-R)^(n-k+1)
        slope = ways * ((rate ** at_least[:, None] * (1.0 - rate) ** (count - at_least + 1.0)[:, None]) @ _WEIGHTS)
        chance = np.clip(chance, _TINY, 1.0 - _TINY)
        away = (weights - plain) / _TRUST**2
        gradient = features.T @ (np.where(reached, 1.0 / chance, -1.0 / (1.0 - chance)) * slope)
        lost = -np.where(reached, np.log(chance), np.log1p(-chance)).sum()
        return float(0.5 * away @ (weights - plain) + lost), away - gradient

    bounds = [(None, None), (_FLATTEST, None), (None, None), (_FLATTEST, None), (_FLATTEST, None)]
    constant, one, of_spread, two, three = minimize(loss, plain, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    return {
        "chance_constant": constant,
        "chance_centre": one,
        "chance_spread": of_spread,
        "chance_bend": two - one,
        "chance_far_bend": three - two,
    }


def _pieces(above: Floats) -> tuple[Floats, Floats, Floats]:
    """What lies below the first of KNOTS, between both, and beyond the second; together it is `above`, [M]."""
    first, second = KNOTS
    return np.minimum(above, first), np.clip(above - first, 0.0, second - first), np.maximum(above - second, 0.0)
