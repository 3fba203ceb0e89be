"""The pyirt engine: the same linked answer as EM, and none of pyirt's side effects."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_banks import simulated
from scipy.optimize import approx_fprime

from mastery.calibrate import Answers, Calibration, CalibrationError, calibrate_em, calibrate_pyirt, pyirt_engine
from mastery.calibrate.pyirt_process import log_likelihood, log_likelihood_gradient

BANK = simulated(300, 12, 0.7, 21)


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrate_pyirt(BANK.answers)


def test_both_engines_come_to_the_same_linked_answer(found: Calibration) -> None:
    """A tenth of a standard error apart, the farthest a third: pyirt's density is free, and it stops as it likes."""
    by_em = calibrate_em(BANK.answers)
    assert found.items == by_em.items
    for apart in (
        (found.slope - by_em.slope) / by_em.slope_se,
        (found.easiness - by_em.easiness) / by_em.easiness_se,
    ):
        assert float(np.sqrt(np.mean(apart**2))) < 0.15
        assert float(np.abs(apart).max()) < 0.35
    assert found.slope_se == pytest.approx(by_em.slope_se, rel=0.1)
    assert found.easiness_se == pytest.approx(by_em.easiness_se, rel=0.1)
    assert found.ability[:, 0] == pytest.approx(by_em.ability[:, 0], abs=0.1)
    assert found.log_likelihood == pytest.approx(by_em.log_likelihood, abs=0.5)


def test_its_beta_is_read_as_easiness(found: Calibration) -> None:
    right = np.argsort(found.right)
    assert found.easiness[right[-1]] > 0 > found.easiness[right[0]]
    assert float(np.corrcoef(found.right, found.difficulty)[0, 1]) < -0.9


@pytest.mark.parametrize("y", [(1.0, 0.0), (0.0, 1.0), (3.4, 12.5)])
def test_the_two_functions_are_the_two_parameter_models(y: tuple[float, float]) -> None:
    for theta, alpha, beta in ((-5.0, 12.0, 20.0), (0.3, 1.1, -0.4), (5.0, 12.0, 20.0)):
        p = 1 / (1 + np.exp(-(alpha * theta + beta)))
        plain = y[0] * np.log(p) + y[1] * -np.logaddexp(0, alpha * theta + beta)
        assert log_likelihood(*y, theta, alpha, beta) == pytest.approx(float(plain), rel=1e-9, abs=1e-12)
    gradient = log_likelihood_gradient(*y, 0.3, 1.1, -0.4)
    numeric = approx_fprime(np.array([-0.4, 1.1]), lambda at: log_likelihood(*y, 0.3, at[1], at[0]), 1e-7)
    assert gradient == pytest.approx(numeric, rel=1e-5)


def test_guessing_enters_the_two_functions_as_it_does_pyirts() -> None:
    p = 0.2 + 0.8 / (1 + np.exp(-(1.1 * 0.3 - 0.4)))
    assert log_likelihood(1, 0, 0.3, 1.1, -0.4, 0.2) == pytest.approx(float(np.log(p)))
    assert log_likelihood(0, 1, 0.3, 1.1, -0.4, 0.2) == pytest.approx(float(np.log(1 - p)))
    numeric = approx_fprime(np.array([-0.4, 1.1]), lambda at: log_likelihood(1, 2, 0.3, at[1], at[0], 0.2), 1e-7)
    assert log_likelihood_gradient(1, 2, 0.3, 1.1, -0.4, 0.2) == pytest.approx(numeric, rel=1e-5)


def test_it_needs_no_compiler_and_writes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path without a compiler, and a temporary folder in which nothing can be made."""
    bare = tmp_path / "nothing"
    bare.mkdir()
    shared = Path("/tmp/pyximport")
    was_there = shared.exists()
    for name in ("TMPDIR", "TEMP", "TMP", "PATH"):
        monkeypatch.setenv(name, str(bare))
    monkeypatch.setenv("CC", "/bin/false")
    monkeypatch.setenv("HOME", str(bare))
    seen = _files(bare)
    assert calibrate_pyirt(simulated(60, 4, 1.0, 2).answers).iterations > 0
    assert _files(bare) == seen
    assert shared.exists() == was_there


def _files(folder: Path) -> set[tuple[str, int]]:
    return {(str(path), path.stat().st_mtime_ns) for path in (folder, *folder.rglob("*"))}


CALLER = """
import logging, os, sys, tempfile
import numpy as np
from mastery.calibrate import Answers, calibrate_pyirt
columns = [(s, i, (s * 7 + i * 5 + s * i) % 3 > 0) for s in range(30) for i in range(5)]
answers = Answers.build(*zip(*columns))
before = np.geterr(), list(logging.getLogger().handlers), logging.getLogger().level, os.getcwd(), dict(os.environ)
loaded = set(sys.modules)
calibrate_pyirt(answers)
assert before == (np.geterr(), logging.getLogger().handlers, logging.getLogger().level, os.getcwd(), dict(os.environ))
assert not {name.split(".")[0] for name in set(sys.modules) - loaded} & {"pyirt", "pyximport", "Cython", "pymongo"}
"""


def test_nothing_of_the_calling_process_is_touched() -> None:
    ran = subprocess.run([sys.executable, "-W", "error", "-c", CALLER], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_this_process_has_not_imported_pyirt(found: Calibration) -> None:
    assert found.engine == "pyirt"
    assert "pyirt" not in sys.modules
    assert np.geterr()["over"] != "raise"
    assert not [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]


def test_what_says_nothing_is_dropped_before_pyirt_sees_it() -> None:
    bank = simulated(60, 4, 1.0, 2)
    easy = [(student, "easy", 1) for student in range(60)]
    rows = [*zip(bank.student.tolist(), bank.item.tolist(), bank.y.tolist(), strict=True), *easy, (0, "once", 0)]
    with_them = calibrate_pyirt(Answers.build(*zip(*rows, strict=True)))
    assert {(one.item, one.reason) for one in with_them.dropped} == {
        ("easy", "everybody was right"),
        ("once", "answered once"),
    }
    assert with_them.items == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("MOST_ANSWERS", r"answers are more than the 10 that pyirt finishes in two minutes; use the engine em"),
        ("MOST_ITEMS", r"12 items are more than the 10 that pyirt finishes in two minutes; use the engine em"),
    ],
)
def test_more_than_it_finishes_in_two_minutes_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, says: str
) -> None:
    monkeypatch.setattr(pyirt_engine, limit, 10)
    with pytest.raises(CalibrationError, match=says):
        calibrate_pyirt(BANK.answers)


def test_a_failure_of_its_process_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pyirt_engine._SETTINGS, "num_theta", -1)
    with pytest.raises(CalibrationError, match=r"pyirt failed \(ValueError: .*\); use the engine em"):
        calibrate_pyirt(BANK.answers)


def test_progress_is_told_and_whoever_stops_listening_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **settings: Any) -> None:
            super().__init__(*words, **settings)
            begun.append(self)

    told: list[tuple[int, float | None]] = []

    def enough(iteration: int, change: float | None) -> None:
        told.append((iteration, change))
        if iteration == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Seen)
    with pytest.raises(KeyboardInterrupt):
        calibrate_pyirt(simulated(60, 4, 1.0, 2).answers, enough)
    assert told == [(1, None), (2, None)]
    assert [one.poll() for one in begun] == [-signal.SIGKILL]
