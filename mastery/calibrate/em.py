"""The EM engine: marginal maximum likelihood of the two-parameter logistic model (Bock and Aitkin 1981).

Abilities are integrated out over a standard normal population; items have weak normal priors (`model.Prior`), so the
maximum is that of the posterior. Steps are accelerated by SQUAREM (Varadhan and Roland 2008, scheme S3), which is taken
back where it lowers what is maximised.
"""

from __future__ import annotations

import numpy as np

from mastery.calibrate.answers import Answers
from mastery.calibrate.calibration import Advance, Calibration, unheard
from mastery.calibrate.describe import describe
from mastery.calibrate.kernel import expect, maximise
from mastery.calibrate.model import GREATEST_SLOPE, LEAST_SLOPE, VAGUE, Prior, Quadrature
from mastery.estimate.state import Floats

TOLERANCE = 1e-5
_ROUGHLY = 1e-2
MOST_ITERATIONS = 1000


def calibrate_em(
    answers: Answers,
    advance: Advance = unheard,
    prior: Prior | None = None,
    tolerance: float = TOLERANCE,
) -> Calibration:
    """Calibrate; `advance` hears the number of each pass over the answers and the largest change of a parameter.

    Without a prior it is the bank's own (`Prior.of_bank`), from a rough search with a vague one. Ends when a step
    changes no slope and no easiness by more than `tolerance`. Raises CalibrationError.
    """
    usable, dropped = answers.usable()
    search = _Search(usable, Quadrature.for_answers(usable), prior or VAGUE, advance)
    if prior is None:
        search.run(_ROUGHLY)
        search.prior = Prior.of_bank(search.at[0], usable.tried())
    converged = search.run(tolerance)
    return describe(
        usable, dropped, search.quadrature, search.prior, search.at[0], search.at[1], "em", search.passes, converged
    )


class _Search:
    """Where the search stands: slopes and easinesses [2, J], and how often it has gone over the answers."""

    def __init__(self, answers: Answers, quadrature: Quadrature, prior: Prior, advance: Advance) -> None:
        self.answers, self.quadrature, self.prior, self.advance = answers, quadrature, prior, advance
        counts = answers.tried()
        right = np.bincount(answers.item, weights=answers.right, minlength=len(counts))
        self.at = np.stack([np.ones(len(counts)), np.log((right + 0.5) / (counts - right + 0.5))])
        self.passes = 0

    def run(self, tolerance: float) -> bool:
        """From where it stands to the maximum: whether it was reached."""
        while self.passes < MOST_ITERATIONS:
            first, value = self._step(self.at)
            if np.abs(first - self.at).max() <= tolerance:
                self.at = first
                return True
            second, _ = self._step(first)
            change, bend = first - self.at, second - 2.0 * first + self.at
            length = float(np.linalg.norm(change) / max(float(np.linalg.norm(bend)), 1e-300))
            self.at = second
            if length > 1.0:
                self._leap(first - change, change, bend, length, value)
        return False

    def _leap(self, start: Floats, change: Floats, bend: Floats, length: float, least: float) -> None:
        """Extrapolate two steps; keep where that leads unless it is worse than where they began."""
        far = start + 2.0 * length * change + length**2 * bend
        far[0] = np.clip(far[0], LEAST_SLOPE, GREATEST_SLOPE)
        landed, value = self._step(far)
        if value >= least:
            self.at = landed

    def _step(self, at: Floats) -> tuple[Floats, float]:
        """One EM step, and the log-posterior where it began."""
        slope, easiness = at
        nodes, prior = self.quadrature.nodes, self.prior.columns()
        tried, rights, likelihood = expect(
            self.answers.offsets, self.answers.item, self.answers.right, slope, easiness, nodes,
            self.quadrature.log_weights,
        )  # fmt: skip
        found = np.stack(
            maximise(tried, rights, slope, easiness, nodes, prior, np.array([LEAST_SLOPE, GREATEST_SLOPE]))
        )
        self.passes += 1
        self.advance(self.passes, float(np.abs(found - at).max()))
        off = (at - self.prior.mean()[:, None]) ** 2
        return found, likelihood - 0.5 * float((self.prior.precision().diagonal() @ off).sum())
