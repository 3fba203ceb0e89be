"""Compiled code is kept where it can be, and works where it can not."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mastery
from mastery.estimate.compiled import compiled

ROOT = Path(mastery.__file__).resolve().parents[1]
FIRST_ANSWER = """
import time
from mastery.estimate import DEFAULTS, Observations, SubjectState, advance
from mastery.estimate.kernel import run_filter
batch = Observations.build(DEFAULTS, offsets=[0, 1], sitting=[0], target=[1], item=[1], y=[1.0], day=[0.0])
start = time.perf_counter()
done = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS)
took = time.perf_counter() - start
print(sum(run_filter.stats.cache_hits.values()), sum(run_filter.stats.cache_misses.values()), took, done.prediction[0])
"""


def first_answer(cache: Path) -> tuple[int, int, float]:
    """Cache hits and misses of a new process and its first prediction."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_ANSWER],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    hits, misses, _, prediction = ran.stdout.split()
    assert ran.stderr == ""
    return int(hits), int(misses), float(prediction)


def test_the_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    cold, warm = first_answer(tmp_path), first_answer(tmp_path)
    assert cold[:2] == (0, 1)
    assert warm[:2] == (1, 0)
    assert cold[2] == warm[2]
    assert list(tmp_path.rglob("kernel.run_filter-*.nbc"))


def test_without_any_directory_it_is_compiled_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """A function without a file is what numba can keep nowhere, like a package that nobody may write beside."""
    names: dict[str, object] = {}
    exec(compile("def twice(x: float) -> float:\n    return x + x\n", "<nowhere>", "exec"), names)
    with caplog.at_level(logging.WARNING, logger="mastery.estimate.compiled"):
        twice = compiled(names["twice"])  # type: ignore[type-var]
    assert twice(1.5) == 3.0  # type: ignore[operator]
    assert "NUMBA_CACHE_DIR" in caplog.text
