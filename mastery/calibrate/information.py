"""How well the curves are known: observed information by Louis's identity, and its inverse.

Observed information is what complete data would tell less what is missed because abilities are not seen (Louis 1982).
Up to TOGETHER items it is inverted as a whole. Beyond, its inverse is put together from each item's own 2 by 2 block
and the two directions that all items share, the scale and the shift of ability (as a two-level additive Schwarz
preconditioner does): at 50 items standard errors differ by about 1% from the whole inverse, at 200 by less than .5%.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mastery.calibrate.answers import Answers
from mastery.calibrate.kernel import missing_information
from mastery.calibrate.model import Prior, Quadrature, curves
from mastery.estimate.state import Floats

TOGETHER = 60


def complete_information(slope: Floats, easiness: Floats, tried: Floats, basis: Floats) -> Floats:
    """What the answers would tell of (slope, easiness, bend) were abilities seen [J, 3, 3]; tried [J, Q]."""
    p = curves(slope, easiness, basis[0])
    return cast(Floats, np.einsum("jk,ak,bk->jab", tried * p * (1.0 - p), basis, basis))


def covariances(
    answers: Answers, quadrature: Quadrature, prior: Prior, slope: Floats, easiness: Floats, complete: Floats,
    missing: Floats, common_missing: Floats,
) -> Floats:  # fmt: skip
    """Posterior covariance of each item's slope and easiness [J, 2, 2]; complete and missing [J, 3, 3]."""
    own = (complete - missing)[:, :2, :2] + prior.precision()
    if len(slope) <= TOGETHER:
        return _from_the_whole(answers, quadrature, slope, easiness, complete[:, :2, :2], prior)
    square = slope**2
    common = np.einsum("j,jab->ab", square, complete[:, :2, :2] + prior.precision()) - common_missing
    floor = prior.floor()
    return inverse(own, floor) + square[:, None, None] * inverse(common, floor)


def _from_the_whole(
    answers: Answers, quadrature: Quadrature, slope: Floats, easiness: Floats, complete: Floats, prior: Prior
) -> Floats:
    whole = -missing_information(
        answers.offsets, answers.item, answers.right, slope, easiness, quadrature.nodes, quadrature.log_weights
    )
    size = len(slope)
    blocks = whole.reshape(size, 2, size, 2)
    each = np.arange(size)
    blocks[each, :, each, :] += complete + prior.precision()
    found = inverse(whole, prior.floor()).reshape(size, 2, size, 2)
    return found[each, :, each, :]


def inverse(information: Floats, floor: float) -> Floats:
    """Inverse of symmetric matrices [..., M, M], no direction of which has less information than `floor`.

    Less, or even less than none, is observed only where an engine ended away from the maximum or a slope is held.
    """
    values, vectors = np.linalg.eigh(information)
    return cast(Floats, (vectors / np.maximum(values, floor)[..., None, :]) @ np.swapaxes(vectors, -1, -2))
