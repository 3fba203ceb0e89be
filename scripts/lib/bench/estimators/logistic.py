"""Penalised logistic regression on sparse columns: what scikit-learn's LogisticRegression() finds, by scipy alone."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from mastery.estimate.state import Floats

_PENALTY = 1.0
_ITERATIONS = 5000


class Logistic:
    """The minimum of sum(-ln p(y)) + |w|^2 / 2, the intercept unpenalised, by L-BFGS: weights [C], intercept."""

    def __init__(self, columns: csr_array, y: Floats) -> None:
        """Fit; columns [R, C], y [R] 0..1. RuntimeError where the minimum is not found."""
        rows, width = columns.shape
        turned = csr_array(columns.T)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            weights = parameters[:width]
            logits = columns @ weights + parameters[width]
            residual = expit(logits) - y
            value = float(np.sum(np.logaddexp(0.0, logits) - y * logits)) + _PENALTY / 2.0 * float(weights @ weights)
            gradient = np.append(turned @ residual + _PENALTY * weights, residual.sum())
            # per row, so that the tolerances mean the same for any number of rows
            return value / rows, gradient / rows

        found = minimize(
            loss, np.zeros(width + 1), jac=True, method="L-BFGS-B",
            options={"maxiter": _ITERATIONS, "maxfun": 2 * _ITERATIONS, "gtol": 1e-4, "ftol": 64 * np.finfo(float).eps},
        )  # fmt: skip
        if not found.success:
            raise RuntimeError(f"the regression ended without its minimum: {found.message}")
        self.weights, self.intercept = found.x[:width], float(found.x[width])

    def predict(self, columns: csr_array) -> Floats:
        """Chances [R]."""
        return np.asarray(expit(columns @ self.weights + self.intercept))
