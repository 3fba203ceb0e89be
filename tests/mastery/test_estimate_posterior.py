"""The closed form against posteriors that are integrated numerically, and the intervals it promises."""

from __future__ import annotations

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import run
from scipy.special import expit

from mastery.estimate import DEFAULTS, Advanced

H = DEFAULTS
ITEM_NOISE = H.item_variance + H.item_easiness_variance
SUM_VARIANCE = H.general_variance + H.form_variance + H.target_variance
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
GRID = np.linspace(-9.0, 9.0, 6001)


def success(ability: np.ndarray, easiness: float) -> np.ndarray:
    """P(right) on an item of known mean easiness, its own noise integrated out exactly."""
    shifted = ability[..., None] + easiness + np.sqrt(ITEM_NOISE) * NODES
    return expit(shifted) @ WEIGHTS / WEIGHTS.sum()


def grid_posterior(answers: list[Answer]) -> tuple[float, float]:
    """Mean and variance of g + f + s after answers on one target of a fresh student."""
    density = np.exp(-0.5 * GRID**2 / SUM_VARIANCE)
    for answer in answers:
        p = success(GRID, H.item_easiness if answer.easiness is None else answer.easiness)
        density *= (p**answer.y * (1.0 - p) ** (1.0 - answer.y)) ** answer.weight
    density /= density.sum()
    mean = float(density @ GRID)
    return mean, float(density @ (GRID - mean) ** 2)


def sum_of(done: Advanced) -> tuple[float, float]:
    """Mean and variance of g + f + s right after the update of a fresh student's one step, learning undone.

    A fresh student's g moved by the share V_g / (V_g + V_f + V_s) of the sum.
    """
    shift = done.states[0].general_mean * SUM_VARIANCE / H.general_variance
    left = done.states[0].general_variance - H.general_drift * min(5, len(done.prediction))
    return shift, SUM_VARIANCE - (H.general_variance - left) * (SUM_VARIANCE / H.general_variance) ** 2


@pytest.mark.parametrize("easiness", [-3.0, -1.0, 0.0, 0.9, 2.5, 4.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_one_answer_moves_as_the_exact_posterior_does(easiness: float, y: float) -> None:
    """Within a quarter of a posterior standard deviation; a surprise leaves up to a quarter too much variance."""
    answer = Answer(0, target=1, item=1, y=y, easiness=easiness)
    done = run([answer], H)
    exact_mean, exact_variance = grid_posterior([answer])
    mean, variance = sum_of(done)
    assert abs(mean - exact_mean) < 0.25 * np.sqrt(exact_variance)
    assert 0.95 * exact_variance < variance < 1.25 * exact_variance
    prior = np.exp(-0.5 * GRID**2 / SUM_VARIANCE)
    exact_success = float(prior @ success(GRID, easiness) / prior.sum())
    assert done.prediction[0] == pytest.approx(exact_success, abs=0.012)


@pytest.mark.parametrize("right", range(6))
@pytest.mark.parametrize("easiness", [-1.5, 0.9, 2.5])
def test_a_test_of_five_items_moves_as_the_exact_posterior_does(right: int, easiness: float) -> None:
    """Within a quarter of a posterior standard deviation, from all wrong to all right."""
    answers = [Answer(0, target=1, item=j, y=float(j < right), summed=True, easiness=easiness) for j in range(5)]
    mean, variance = sum_of(run(answers, H))
    exact_mean, exact_variance = grid_posterior(answers)
    assert abs(mean - exact_mean) < 0.25 * np.sqrt(exact_variance)
    assert variance == pytest.approx(exact_variance, rel=0.25)


def test_one_linearisation_of_a_surprising_test_would_overshoot() -> None:
    """Why the step is taken in slices: five wrong answers to easy items, all linearised where the sitting began."""
    answers = [Answer(0, target=1, item=j, y=0.0, summed=True, easiness=3.5) for j in range(5)]
    done = run(answers, H)
    exact_mean, exact_variance = grid_posterior(answers)
    p, total = done.prediction[0], done.logit_variance[0]
    kappa = 1.0 / np.sqrt(1.0 + np.pi / 8.0 * total)
    noise = (1.0 / (kappa**2 * p * (1.0 - p)) - SUM_VARIANCE) / 5.0
    at_once = SUM_VARIANCE / (SUM_VARIANCE + noise) * -1.0 / (kappa * (1.0 - p))
    assert abs(at_once - exact_mean) > 1.0 * np.sqrt(exact_variance)
    assert abs(sum_of(done)[0] - exact_mean) < 0.4 * np.sqrt(exact_variance)


def test_a_sitting_on_two_targets_moves_both_as_monte_carlo_does() -> None:
    """g + s of the target answered well and of the one answered badly, by weighting 400,000 draws of the prior."""
    answers = [
        *(Answer(0, target=1, item=j, y=1.0, summed=True, easiness=0.0) for j in range(3)),
        *(Answer(0, target=2, item=10 + j, y=0.0, summed=True, easiness=0.5) for j in range(3)),
    ]
    done = run(answers, H)
    random = np.random.default_rng(11)
    draws = 400_000
    general = random.normal(0.0, np.sqrt(H.general_variance), draws)
    form = random.normal(0.0, np.sqrt(H.form_variance), draws)
    own = random.normal(0.0, np.sqrt(H.target_variance), (2, draws))
    first = np.interp(general + form + own[0], GRID, success(GRID, 0.0))
    second = np.interp(general + form + own[1], GRID, success(GRID, 0.5))
    weights = first**3 * (1.0 - second) ** 3
    weights /= weights.sum()
    learned = [H.learning_right + H.practice_slope * np.log(2.0), H.learning_wrong]
    for place in (0, 1):
        total = general + own[place]
        exact_mean = float(weights @ total)
        exact_variance = float(weights @ (total - exact_mean) ** 2)
        assert abs(done.after.mean[place] - learned[place] - exact_mean) < 0.15 * np.sqrt(exact_variance)
        drifted = done.after.variance[place] - H.target_drift - 6 * H.general_drift
        assert drifted == pytest.approx(exact_variance, rel=0.15)
