"""From curves, however found, to a calibration: what is known how well, and what does not fit."""

from __future__ import annotations

from typing import cast

import numpy as np

from mastery.calibrate.answers import Answers, Dropped
from mastery.calibrate.calibration import Calibration, Engine
from mastery.calibrate.information import complete_information, covariances
from mastery.calibrate.kernel import expect, read_posteriors
from mastery.calibrate.model import GREATEST_SLOPE, LEAST_SLOPE, Prior, Quadrature, curves
from mastery.estimate.state import Floats

# of a bend less than this share of what complete data would tell is seen: nothing is said then
_ENOUGH = 0.05


def describe(
    answers: Answers, dropped: tuple[Dropped, ...], quadrature: Quadrature, prior: Prior, slope: Floats,
    easiness: Floats, engine: Engine, iterations: int, converged: bool,
) -> Calibration:  # fmt: skip
    """The calibration of usable answers whose curves are `slope` and `easiness` [J]."""
    data = answers.offsets, answers.item, answers.right, slope, easiness
    tried, rights, likelihood = expect(*data, quadrature.nodes, quadrature.log_weights)
    ability, scores, missing, common = read_posteriors(*data, quadrature.basis, quadrature.log_weights)
    complete = complete_information(slope, easiness, tried, quadrature.basis)
    counts = answers.tried()
    return Calibration(
        engine=engine,
        items=answers.items,
        answers=counts,
        right=np.bincount(answers.item, weights=answers.right, minlength=len(counts)) / counts,
        slope=slope,
        easiness=easiness,
        covariance=covariances(answers, quadrature, prior, slope, easiness, complete, missing, common),
        bend=_bends(slope, easiness, scores, complete, missing, prior),
        misfit=_misfits(slope, easiness, tried, rights, quadrature.nodes),
        clipped=(slope <= LEAST_SLOPE) | (slope >= GREATEST_SLOPE),
        prior=prior,
        dropped=dropped,
        students=answers.students,
        ability=ability,
        iterations=iterations,
        converged=converged,
        log_likelihood=likelihood,
    )


def _bends(slope: Floats, easiness: Floats, scores: Floats, complete: Floats, missing: Floats, prior: Prior) -> Floats:
    """Score test that a third parameter, times t^2 - 1, is nought (Rao 1948; for item curves Glas 1999) [J]."""
    information = complete - missing
    information[:, :2, :2] += prior.precision()
    found = scores.copy()
    found[:, :2] += (prior.mean() - np.stack([slope, easiness], axis=1)) @ prior.precision()
    nuisance, mixed = information[:, :2, :2], information[:, :2, 2]
    weights = np.linalg.solve(nuisance, mixed[:, :, None])[:, :, 0]
    score = found[:, 2] - np.einsum("ja,ja->j", weights, found[:, :2])
    variance = information[:, 2, 2] - np.einsum("ja,ja->j", weights, mixed)
    told = variance > _ENOUGH * complete[:, 2, 2]
    return cast(Floats, np.where(told, score / np.sqrt(np.where(told, variance, 1.0)), np.nan))


def _misfits(slope: Floats, easiness: Floats, tried: Floats, rights: Floats, nodes: Floats) -> Floats:
    """RMSD: distance of the expected from the model's share right, over the abilities of who answered [J].

    As in the technical reports of PISA and of NAEP, with posteriors in the place of groups.
    """
    off = rights - tried * curves(slope, easiness, nodes)
    # at abilities that nobody can have, expected answers vanish
    weighted = off**2 / np.maximum(tried, np.finfo(float).tiny)
    return cast(Floats, np.sqrt(np.sum(weighted, axis=1) / np.sum(tried, axis=1)))
