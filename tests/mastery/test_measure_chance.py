"""The error that chance brings is that of an honest estimator, however alike a student's points are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtr

from mastery.measure.chance import error_by_chance
from mastery.measure.metrics import ece

STUDENTS, EACH = 60, 80


def honest(random: np.random.Generator, alike: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predictions that are true, with a share of what decides the outcome common to all points of a student."""
    student = np.repeat(np.arange(STUDENTS), EACH)
    p = expit(random.normal(0.5, 1.0, len(student)))
    common = random.normal(size=STUDENTS)[student] * np.sqrt(alike)
    own = random.normal(size=len(student)) * np.sqrt(1.0 - alike)
    return (ndtr(common + own) < p).astype(float), p, student


@pytest.mark.parametrize("alike", [0.0, 0.1, 0.3])
def test_it_is_the_error_that_an_honest_estimator_shows(alike: float) -> None:
    random = np.random.default_rng(2)
    shown, told, within = [], [], []
    for _ in range(60):
        y, p, student = honest(random, alike)
        chance = error_by_chance(y, p, student, draws=200)
        shown.append(ece(y, p))
        told.append(chance.mean)
        within.append(shown[-1] <= chance.highest)
    # what a bin is off on the whole is taken out, so a little of chance goes with it
    assert 0.85 * np.mean(shown) < np.mean(told) < 1.05 * np.mean(shown)
    assert np.mean(within) > 0.75


def test_what_is_wrong_with_the_predictions_is_no_chance() -> None:
    y, p, student = honest(np.random.default_rng(3), 0.1)
    sure = expit(2.0 * np.log(p / (1.0 - p)))
    chance = error_by_chance(y, sure, student)
    assert ece(y, sure) > 2.0 * chance.highest
    assert chance.mean == pytest.approx(error_by_chance(y, p, student).mean, rel=0.25)


def test_the_same_again_and_nothing_of_nothing() -> None:
    y, p, student = honest(np.random.default_rng(4), 0.2)
    assert np.array_equal(error_by_chance(y, p, student).errors, error_by_chance(y, p, student + 7).errors)
    # of two students who are off by as much there are two outcomes: the signs agree or not
    two = error_by_chance(np.array([1.0, 0.0, 1.0, 0.0]), np.full(4, 0.5), np.array([0, 1, 0, 1]), bins=1)
    assert sorted(set(np.round(two.errors, 12))) == [0.0, 0.5]
    with pytest.raises(ValueError, match="no rows"):
        error_by_chance(np.empty(0), np.empty(0), np.empty(0, np.int64))
