"""Answers with the curves and errors they lead to, stored as numbers that any implementation can be checked against.

`PYTHONPATH=tests python tests/mastery/test_calibrate_golden.py` writes the file anew, by the oracle.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_banks import USUAL, Bank, Oracle, simulated

from mastery.calibrate import Prior, calibrate_em

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "calibration_golden.json"
ABSENT = "-"


def written(bank: Bank) -> dict[str, Any]:
    """What the file holds: one string of answers for each student, `1`, `0` or `-`."""
    students, items = int(bank.student.max()) + 1, len(bank.slope)
    marks = np.full((students, items), ABSENT)
    marks[bank.student, bank.item] = bank.y.astype(str)
    oracle = Oracle(bank, list(range(items)))
    at = oracle.maximum()
    errors = np.sqrt(np.diag(oracle.covariance(at)))
    return {
        "model": "sigma(slope t + easiness), t standard normal",
        "prior": {
            "slope": [USUAL.slope, USUAL.slope_sd],
            "easiness": [USUAL.easiness, USUAL.easiness_sd],
        },
        "answers": ["".join(row) for row in marks],
        "slope": np.round(at[:items], 4).tolist(),
        "easiness": np.round(at[items:], 4).tolist(),
        "slope_se": np.round(errors[:items], 4).tolist(),
        "easiness_se": np.round(errors[items:], 4).tolist(),
        "log_likelihood": round(oracle.log_likelihood(at), 4),
    }


def read(answers: list[str]) -> Bank:
    """The stored answers as columns; what is true of these items nobody knows."""
    marks = np.array([list(row) for row in answers])
    student, item = np.nonzero(marks != ABSENT)
    unknown = np.full(marks.shape[1], np.nan)
    return Bank(unknown, unknown, student, item, marks[student, item].astype(int))


def test_the_engine_comes_to_the_stored_curves() -> None:
    stored = json.loads(VECTORS.read_text())
    prior = Prior(*stored["prior"]["slope"], *stored["prior"]["easiness"])
    found = calibrate_em(read(stored["answers"]).answers, prior=prior, tolerance=1e-8)
    order = np.argsort(np.array(found.items, int))
    assert found.slope[order] == pytest.approx(stored["slope"], abs=3e-4)
    assert found.easiness[order] == pytest.approx(stored["easiness"], abs=3e-4)
    assert found.slope_se[order] == pytest.approx(stored["slope_se"], rel=2e-3)
    assert found.easiness_se[order] == pytest.approx(stored["easiness_se"], rel=2e-3)
    assert found.log_likelihood == pytest.approx(stored["log_likelihood"], abs=1e-3)


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(written(simulated(120, 7, 0.85, 31)), indent=1) + "\n")
