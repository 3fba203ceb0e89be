"""The regressions of the batch step: each ends where its penalised likelihood is greatest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from mastery.measure.newton import newton

ROWS = 400
MEAN, VARIANCE = 0.4, 0.6


class World:
    """Answers of `size` coefficients, drawn by the model that is fitted."""

    def __init__(self, seed: int, size: int, guessing: tuple[float, ...]) -> None:
        random = np.random.default_rng(seed)
        self.index = random.integers(0, size, ROWS)
        self.feature, self.offset = random.normal(1.0, 0.5, ROWS), random.normal(0.0, 1.0, ROWS)
        self.scale, self.weight = random.uniform(0.5, 1.0, ROWS), random.uniform(0.2, 1.0, ROWS)
        self.guessing = random.choice(guessing, ROWS)
        self.size = size
        self.y = (random.random(ROWS) < self.expected(random.normal(0.5, 0.7, size)[self.index])).astype(float)

    def expected(self, coefficient: np.ndarray) -> np.ndarray:
        q = expit(self.scale * (self.offset + coefficient * self.feature))
        return np.asarray(self.guessing + (1.0 - self.guessing) * q)

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        return newton(
            self.index, self.offset, self.scale, self.y, self.weight, self.guessing, self.feature,
            np.full(self.size, MEAN), VARIANCE, np.zeros(self.size), 60,
        )  # fmt: skip

    def loss(self, at: int, coefficient: float) -> float:
        """Written out, for one coefficient."""
        own = self.index == at
        p = self.expected(np.full(ROWS, coefficient))[own]
        likelihood = self.weight[own] @ (self.y[own] * np.log(p) + (1 - self.y[own]) * np.log(1 - p))
        return float((coefficient - MEAN) ** 2 / (2 * VARIANCE) - likelihood)

    def information(self, at: int, coefficient: float) -> float:
        """What the answers are expected to say of one coefficient: the squared slope of p over its variance."""
        own = self.index == at
        low, high = (self.expected(np.full(ROWS, coefficient + step))[own] for step in (-1e-5, 1e-5))
        p = self.expected(np.full(ROWS, coefficient))[own]
        return float(self.weight[own] @ (((high - low) / 2e-5) ** 2 / (p * (1.0 - p))))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 12), st.sampled_from([(0.0,), (0.0, 0.25, 0.5), (0.2,)]))
def test_the_steps_end_where_the_penalised_likelihood_is_greatest(
    seed: int, size: int, guessing: tuple[float, ...]
) -> None:
    """Oracle: one general minimiser per coefficient, on the loss written out."""
    world = World(seed, size, guessing)
    found, spread = world.found()
    for at in range(size):
        best = minimize(lambda c, at=at: world.loss(at, c[0]), found[at : at + 1] + 0.05).x[0]
        assert found[at] == pytest.approx(best, abs=2e-4)
        known = 1.0 / VARIANCE + world.information(at, found[at])
        assert spread[at] == pytest.approx(1.0 / known, rel=1e-4)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_without_guessing_the_information_is_the_curvature(seed: int, size: int) -> None:
    world = World(seed, size, (0.0,))
    found, spread = world.found()
    for at in range(size):
        here = found[at]
        curvature = (world.loss(at, here + 1e-3) - 2 * world.loss(at, here) + world.loss(at, here - 1e-3)) / 1e-6
        assert spread[at] == pytest.approx(1.0 / curvature, rel=1e-2)


def test_a_coefficient_without_answers_keeps_its_prior() -> None:
    nothing = np.zeros(0)
    found, spread = newton(
        np.zeros(0, np.int64), *[nothing] * 6, np.array([0.3, -1.0]), 0.5, np.zeros(2), 60
    )  # fmt: skip
    assert found == pytest.approx([0.3, -1.0])
    assert spread == pytest.approx([0.5, 0.5])
