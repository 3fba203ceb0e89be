"""Simulated item banks, and a plain transcription of the marginal likelihood as the oracle of the calibrators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from mastery.calibrate import Answers, Prior

# of the banks below, whose slopes are around 1
USUAL = Prior()


@dataclass(frozen=True)
class Bank:
    """True slopes and easinesses, and who answered what: students, items and y as columns."""

    slope: np.ndarray
    easiness: np.ndarray
    student: np.ndarray
    item: np.ndarray
    y: np.ndarray

    @property
    def answers(self) -> Answers:
        return Answers.build(self.student.tolist(), self.item.tolist(), self.y)

    @property
    def difficulty(self) -> np.ndarray:
        return -self.easiness / self.slope


def simulated(students: int, items: int, filled: float, seed: int, sharper: float = 1.0) -> Bank:
    """Slopes around 1 times `sharper`, difficulties and abilities standard normal, answers missing at random."""
    rng = np.random.default_rng(seed)
    slope = sharper * np.exp(rng.normal(0, 0.3, items))
    easiness = -slope * rng.normal(0, 1, items)
    ability = rng.normal(size=students)
    student, item = np.nonzero(rng.random((students, items)) < filled)
    p = 1 / (1 + np.exp(-(slope[item] * ability[student] + easiness[item])))
    return Bank(slope, easiness, student, item, (rng.random(len(p)) < p).astype(int))


class Oracle:
    """The log-posterior of all slopes and easinesses by Gauss-Hermite quadrature, maximised directly."""

    def __init__(self, bank: Bank, items: list[int]) -> None:
        """`items` are the columns, in the order that is wanted."""
        column = {item: place for place, item in enumerate(items)}
        self._y = np.full((bank.student.max() + 1, len(items)), np.nan)
        self._y[bank.student, [column[item] for item in bank.item.tolist()]] = bank.y
        self._nodes, weights = np.polynomial.hermite_e.hermegauss(61)
        self._weights = weights / weights.sum()
        self._items = len(items)

    def log_likelihood(self, at: np.ndarray) -> float:
        """Of slopes and easinesses [2J]."""
        slope, easiness = at.reshape(2, -1)
        z = slope[:, None] * self._nodes + easiness[:, None]
        log_right, log_wrong = -np.logaddexp(0, -z), -np.logaddexp(0, z)
        right, wrong = np.nan_to_num(self._y), np.nan_to_num(1 - self._y)
        return float(np.log(np.exp(right @ log_right + wrong @ log_wrong) @ self._weights).sum())

    def log_posterior(self, at: np.ndarray) -> float:
        """With the priors, up to a constant."""
        slope, easiness = at.reshape(2, -1)
        off = ((slope - USUAL.slope) / USUAL.slope_sd) ** 2 + ((easiness - USUAL.easiness) / USUAL.easiness_sd) ** 2
        return self.log_likelihood(at) - 0.5 * float(off.sum())

    def maximum(self) -> np.ndarray:
        """Where the log-posterior is greatest [2J]."""
        start = np.concatenate([np.ones(self._items), np.zeros(self._items)])
        found = minimize(lambda at: -self.log_posterior(at), start, method="BFGS", options={"gtol": 1e-3})
        return np.asarray(found.x)

    def covariance(self, at: np.ndarray, step: float = 1e-3) -> np.ndarray:
        """Inverse of the negative second derivative by central differences [2J, 2J]."""
        size = len(at)
        unit = np.eye(size) * step
        second = np.empty((size, size))
        for one in range(size):
            for other in range(one, size):
                a, b = unit[one], unit[other]
                f = [self.log_posterior(at + x) for x in (a + b, a - b, b - a, -a - b)]
                second[one, other] = second[other, one] = (f[0] - f[1] - f[2] + f[3]) / (4 * step**2)
        return np.linalg.inv(-second)
