"""Answers that count for two targets, against posteriors that are integrated on a grid over both."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import run
from scipy.special import expit

from mastery.estimate import DEFAULTS, levels

# present form, memory, drift and practice are kept out, so that a grid over the two sums alone is exact
H = dataclasses.replace(
    DEFAULTS, form_variance=1e-6, item_variance=1e-6, item_easiness_variance=0.0, general_drift=0.0, target_drift=0.0,
    practice_slope=0.0, attempt_offsets=(0.0,),
)  # fmt: skip
TARGETS = (1, 2)
SIDE = np.linspace(-7.0, 7.0, 401)
# both sums g + s_k, correlated by g
PRECISION = np.linalg.inv(np.diag([H.target_variance] * 2) + H.general_variance)
_ONE, _TWO = np.meshgrid(SIDE, SIDE, indexing="ij")
SUMS = np.stack([_ONE, _TWO])
PRIOR = np.exp(-0.5 * np.einsum("iab,ij,jab->ab", SUMS, PRECISION, SUMS))

# (easiness, right, the targets that it counts for)
Given = tuple[float, bool, tuple[int, ...]]


def exact(answers: list[Given]) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances of both sums, an answer's likelihood on K targets being the K-th root of their product.

    A composite likelihood of its margins, weighted so that one answer is one answer (Varin, Reid and Firth 2011).
    """
    density = PRIOR.copy()
    for easiness, right, targets in answers:
        for target in targets:
            p = expit(SUMS[TARGETS.index(target)] + easiness)
            density *= (p if right else 1.0 - p) ** (1.0 / len(targets))
    density /= density.sum()
    mean = (density * SUMS).sum(axis=(1, 2))
    return mean, (density * (SUMS - mean[:, None, None]) ** 2).sum(axis=(1, 2))


def told(answers: list[Given]) -> tuple[np.ndarray, np.ndarray]:
    """The same of the filter, the rows of an answer next to each other."""
    rows = [
        Answer(sitting, target, sitting, float(right), weight=1.0 / len(targets), easiness=easiness)
        for sitting, (easiness, right, targets) in enumerate(answers)
        for target in targets
    ]
    state = run(rows, H).states[0]
    known = levels(state, H)
    order = np.argsort(state.target_ids)
    return known.mean[order], known.variance[order]


@pytest.mark.parametrize("easiness", [-2.5, -1.0, 0.0, 1.0, 2.5])
@pytest.mark.parametrize("right", [False, True])
def test_one_answer_on_two_targets_moves_both_as_the_exact_posterior_does(easiness: float, right: bool) -> None:
    """Within a quarter of a posterior standard deviation in the mean, a quarter of the variance."""
    answers = [(easiness, right, TARGETS)]
    (mean, variance), (wanted, wanted_variance) = told(answers), exact(answers)
    assert mean[0] == pytest.approx(mean[1], abs=1e-12)
    assert (np.abs(mean - wanted) < 0.25 * np.sqrt(wanted_variance)).all()
    assert variance == pytest.approx(wanted_variance, rel=0.25)


@pytest.mark.parametrize("seed", range(12))
def test_answers_on_one_and_on_both_targets_move_as_the_exact_posterior_does(seed: int) -> None:
    """Twelve answers of a student of the prior; within .3 standard deviations, and a quarter of the variance."""
    random = np.random.default_rng(seed)
    sums = random.multivariate_normal([0.0, 0.0], np.linalg.inv(PRECISION))
    answers: list[Given] = [(0.0, bool(sums[0] > 0), (1,)), (0.0, bool(sums[1] > 0), (2,))]
    for _ in range(10):
        targets = ((1,), (2,), TARGETS, TARGETS)[random.integers(4)]
        easiness = float(random.normal(0.0, 1.0))
        ability = float(np.mean([sums[TARGETS.index(target)] for target in targets]))
        answers.append((easiness, bool(random.random() < expit(ability + easiness)), targets))
    (mean, variance), (wanted, wanted_variance) = told(answers), exact(answers)
    assert (np.abs(mean - wanted) < 0.3 * np.sqrt(wanted_variance)).all()
    assert variance == pytest.approx(wanted_variance, rel=0.25)


def test_an_answer_on_two_targets_is_no_more_than_one_answer() -> None:
    """It says no more of the general level than an answer on one of them, and less of each target."""
    both = run([Answer(0, target, 1, 1.0, weight=0.5) for target in TARGETS], H).states[0]
    one = run([Answer(0, 1, 1, 1.0)], H).states[0]
    twice = run([Answer(0, target, 1, 1.0) for target in TARGETS], H).states[0]
    assert both.general_mean == pytest.approx(one.general_mean, rel=0.15)
    assert both.general_variance == pytest.approx(one.general_variance, rel=0.05)
    assert twice.general_variance < both.general_variance
