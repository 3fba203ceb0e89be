"""The regressions of the batch step: each ends where its penalised likelihood is greatest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import expit

from mastery.measure.newton import newton

ROWS = 400
MEAN, VARIANCE = 0.4, 0.6


Kind = tuple[float, int]  # the chance to guess, and points


def success(mu: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """sigma over N(mu, variance), as the filter has it (MacKay 1992)."""
    return np.asarray(expit(mu / np.sqrt(1.0 + np.pi / 8.0 * variance)))


def steps(points: int, x: np.ndarray) -> np.ndarray:
    """P(0..points) at x: a generalised partial-credit model with equal steps, [..., points + 1]."""
    weights = np.exp(3.0 / (points + 2.0) * x[..., None] * np.arange(points + 1))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def of_points(points: int, mu: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The same over N(mu, variance), on a grid of its own."""
    grid = np.linspace(-6.0, 6.0, 241)
    density = np.exp(-0.5 * grid**2)
    each = steps(points, mu[:, None] + np.sqrt(variance)[:, None] * grid)
    return np.asarray(np.einsum("rgk,g->rk", each, density / density.sum()))


class World:
    """Answers of `size` coefficients, drawn by the model that is fitted."""

    def __init__(self, seed: int, size: int, kinds: tuple[Kind, ...]) -> None:
        random = np.random.default_rng(seed)
        self.index = random.integers(0, size, ROWS)
        self.feature, self.offset = random.normal(1.0, 0.5, ROWS), random.normal(0.0, 1.0, ROWS)
        self.variance, self.weight = random.uniform(0.2, 2.0, ROWS), random.uniform(0.2, 1.0, ROWS)
        self.guessing, self.points = np.array(kinds)[random.integers(0, len(kinds), ROWS)].T.copy()
        self.size = size
        chances = self.chances(random.normal(0.5, 0.7, size)[self.index])
        drawn = (random.random(ROWS)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
        self.y = np.minimum(drawn, self.points) / self.points

    def chances(self, coefficient: np.ndarray) -> np.ndarray:
        """P(k points), [R, most + 1]."""
        mu = self.offset + coefficient * self.feature
        found = np.zeros((ROWS, int(self.points.max()) + 1))
        p = self.guessing + (1.0 - self.guessing) * success(mu, self.variance)
        found[:, 0], found[:, 1] = 1.0 - p, p
        for points in {int(one) for one in self.points if one > 1}:
            some = self.points == points
            found[some, : points + 1] = of_points(points, mu[some], self.variance[some])
        return found

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        return newton(
            self.index, self.offset, self.variance, self.y, self.weight, self.guessing, self.points, self.feature,
            np.full(self.size, MEAN), VARIANCE, np.zeros(self.size), 60,
        )  # fmt: skip

    def loss(self, at: int, coefficient: float) -> float:
        """Written out, for one coefficient."""
        own = self.index == at
        chances = self.chances(np.full(ROWS, coefficient))
        reached = chances[np.arange(ROWS), np.rint(self.y * self.points).astype(int)][own]
        return float((coefficient - MEAN) ** 2 / (2 * VARIANCE) - self.weight[own] @ np.log(reached))

    def information(self, at: int, coefficient: float) -> float:
        """What right and wrong answers are expected to say of one coefficient: the squared slope of p over its
        variance.
        """
        own = self.index == at
        low, high = (self.chances(np.full(ROWS, coefficient + step))[own, 1] for step in (-1e-5, 1e-5))
        p = self.chances(np.full(ROWS, coefficient))[own, 1]
        return float(self.weight[own] @ (((high - low) / 2e-5) ** 2 / (p * (1.0 - p))))

    def curvature(self, at: int, here: float) -> float:
        return (self.loss(at, here + 1e-3) - 2 * self.loss(at, here) + self.loss(at, here - 1e-3)) / 1e-6


KINDS: tuple[tuple[Kind, ...], ...] = (((0.0, 1),), ((0.0, 1), (0.25, 1), (0.5, 1)), ((0.0, 4),), ((0.25, 1), (0.0, 3)))


@settings(deadline=None, max_examples=16)
@given(st.integers(0, 2**32), st.integers(1, 6), st.sampled_from(KINDS))
def test_the_steps_end_where_the_penalised_likelihood_is_greatest(
    seed: int, size: int, kinds: tuple[Kind, ...]
) -> None:
    """Oracle: one general minimiser per coefficient, on the loss written out."""
    world = World(seed, size, kinds)
    found, _ = world.found()
    for at in range(size):
        best = minimize_scalar(
            lambda c, at=at: world.loss(at, c), bounds=(found[at] - 1.0, found[at] + 0.7), method="bounded"
        )
        assert found[at] == pytest.approx(best.x, abs=1e-3)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32), st.integers(1, 6), st.sampled_from([0.0, 0.2, 0.5]))
def test_the_variance_of_right_and_wrong_answers_is_by_the_information_expected(
    seed: int, size: int, guessing: float
) -> None:
    world = World(seed, size, ((guessing, 1),))
    found, spread = world.found()
    for at in range(size):
        known = 1.0 / VARIANCE + world.information(at, found[at])
        assert spread[at] == pytest.approx(1.0 / known, rel=1e-4)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32), st.integers(1, 6), st.sampled_from([1, 2, 4]))
def test_where_nothing_is_guessed_the_variance_is_by_the_curvature(seed: int, size: int, points: int) -> None:
    world = World(seed, size, ((0.0, points),))
    found, spread = world.found()
    for at in range(size):
        assert spread[at] == pytest.approx(1.0 / world.curvature(at, found[at]), rel=1e-2)


def test_a_coefficient_without_answers_keeps_its_prior() -> None:
    nothing = np.zeros(0)
    found, spread = newton(
        np.zeros(0, np.int64), *[nothing] * 7, np.array([0.3, -1.0]), 0.5, np.zeros(2), 60
    )  # fmt: skip
    assert found == pytest.approx([0.3, -1.0])
    assert spread == pytest.approx([0.5, 0.5])
