"""The pyirt engine: pyirt 0.3.4 in a fresh process, its input checked, its result linked, shrunk, given its errors.

What it costs and what it does besides is told in `pyirt_process.py`; this side starts that process and reads it. Data
go through pipes, so that no folder is needed, and nothing of this process is touched. pyirt's `beta` is easiness; its
density of ability floats, so the scale is ours: that of the normal population which its curves and the answers say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mastery.calibrate.answers import Answers, CalibrationError
from mastery.calibrate.calibration import Advance, Calibration, unheard
from mastery.calibrate.describe import describe
from mastery.calibrate.information import complete_information, inverse
from mastery.calibrate.kernel import expect, read_posteriors
from mastery.calibrate.link import population_of
from mastery.calibrate.model import GREATEST_SLOPE, LEAST_SLOPE, Prior, Quadrature
from mastery.estimate.state import Floats

MOST_ANSWERS = 100_000
MOST_ITEMS = 2_000
"""Beyond these pyirt would not finish in two minutes what takes EM less than one second; see docs/benchmarks.md."""

# an answer costs some 25 microseconds in each iteration, so this is about two minutes
_ANSWERS_IN_ALL = 5_000_000
_MOST_ITERATIONS = 200

_SETTINGS = {
    "theta_bnds": [-5, 5],
    "num_theta": 31,
    # wide: what pyirt's own bounds would clip is clipped after linking, where a slope has a meaning
    "alpha_bnds": [0.02, 12],
    "beta_bnds": [-20, 20],
    "tol": 1e-6,
    "mode": "production",
}
# its matrices are of two rows: threads of the linear algebra would only wait for each other
_ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def too_large(answers: int, items: int) -> str | None:
    """Why pyirt would not finish so many answers to so many items in two minutes, in words, or nothing."""
    if answers > MOST_ANSWERS:
        return f"{answers:,} answers are more than the {MOST_ANSWERS:,} that pyirt finishes in two minutes"
    if items > MOST_ITEMS:
        return f"{items:,} items are more than the {MOST_ITEMS:,} that pyirt finishes in two minutes"
    return None


def calibrate_pyirt(answers: Answers, advance: Advance = unheard, prior: Prior | None = None) -> Calibration:
    """Calibrate as `calibrate_em` does; `advance` hears the number of each iteration, and no change.

    Raises CalibrationError, also where the answers are too many for pyirt or pyirt fails.
    """
    usable, dropped = answers.usable()
    reason = too_large(usable.rows, len(usable.items))
    if reason:
        raise CalibrationError(f"{reason}; use the engine em")
    said = _run(usable, advance)
    raw = np.array([said["items"][str(j)] for j in range(len(usable.items))]).T
    quadrature = Quadrature.for_answers(usable)
    slope, easiness = population_of(usable, raw[0], raw[1], quadrature).apply(raw[0], raw[1])
    prior = prior or Prior.of_bank(slope, usable.tried())
    slope, easiness = _shrunk(usable, quadrature, prior, slope, easiness)
    slope = np.clip(slope, LEAST_SLOPE, GREATEST_SLOPE)
    return describe(usable, dropped, quadrature, prior, slope, easiness, "pyirt", said["iterations"], said["converged"])


def _shrunk(
    answers: Answers, quadrature: Quadrature, prior: Prior, slope: Floats, easiness: Floats
) -> tuple[Floats, Floats]:
    """Each item's estimate and the prior, weighted by their information (normal approximation of the posterior)."""
    data = answers.offsets, answers.item, answers.right, slope, easiness
    tried, _, _ = expect(*data, quadrature.nodes, quadrature.log_weights)
    _, _, missing, _ = read_posteriors(*data, quadrature.basis, quadrature.log_weights)
    told = (complete_information(slope, easiness, tried, quadrature.basis) - missing)[:, :2, :2]
    weighted = np.einsum("jab,jb->ja", told, np.stack([slope, easiness], axis=1)) + prior.precision() @ prior.mean()
    floor = prior.floor()
    found = np.einsum("jab,jb->ja", inverse(told + prior.precision(), floor), weighted)
    return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])


def _run(answers: Answers, advance: Advance) -> dict[str, Any]:
    """pyirt's last word: items, iterations, converged."""
    settings = {**_SETTINGS, "max_iter": min(_MOST_ITERATIONS, _ANSWERS_IN_ALL // answers.rows)}
    rows = np.stack([answers.student, answers.item, answers.right.astype(np.int64)], axis=1)
    last: dict[str, Any] = {}
    for said in _lines(json.dumps(settings).encode() + b"\n" + rows.astype(np.int64).tobytes()):
        if "iteration" in said:
            advance(said["iteration"], None)
        last = said
    return last


def _lines(sent: bytes) -> Iterator[dict[str, Any]]:
    """What the process says to `sent`, line by line. Raises CalibrationError with its last words where it fails."""
    command = [sys.executable, "-P", "-W", "ignore", str(Path(__file__).with_name("pyirt_process.py"))]
    words = "it said nothing"
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **_ALONE}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # it reads all before it says anything
            process.stdin.write(sent)
            process.stdin.close()
            for line in process.stdout:
                if line.startswith(b'{"'):
                    yield json.loads(line)
                elif line.strip():
                    words = line.decode(errors="replace").strip()
        finally:
            # whoever stops listening, as by Ctrl-C, ends it
            process.kill()
    if process.returncode:
        raise CalibrationError(f"pyirt failed ({words}); use the engine em")
