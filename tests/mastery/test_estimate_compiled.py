"""Compiled code is kept where it can be, and works where it can not."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mastery
from mastery.estimate import DEFAULTS, Observations, SubjectState, advance, levels
from mastery.estimate.compiled import compiled
from mastery.estimate.kernel import read_all, run_filter
from mastery.estimate.slots import extend, find_slots

ROOT = Path(mastery.__file__).resolve().parents[1]
FIRST_ANSWER = """
from mastery.estimate import DEFAULTS, Observations, SubjectState, advance, levels, warm_up
from mastery.estimate.kernel import read_all, run_filter
from mastery.estimate.slots import extend, find_slots
kernels = read_all, run_filter, find_slots, extend
warm_up(DEFAULTS)
assert all(len(kernel.signatures) == 1 for kernel in kernels)
batch = Observations.build(DEFAULTS, offsets=[0, 1], sitting=[0], target=[1], item=[1], y=[1.0], day=[0.0])
done = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS)
levels(done.states[0], DEFAULTS)
assert all(len(kernel.signatures) == 1 for kernel in kernels), "a request compiled what the warm-up had not"
hits, misses = (sum(sum(getattr(k.stats, kind).values()) for k in kernels) for kind in ("cache_hits", "cache_misses"))
print(hits, misses, done.prediction[0])
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
    hits, misses, prediction = ran.stdout.split()
    assert ran.stderr == ""
    return int(hits), int(misses), float(prediction)


def test_the_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    cold, warm = first_answer(tmp_path), first_answer(tmp_path)
    assert cold[:2] == (0, 4)
    assert warm[:2] == (4, 0)
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


def test_no_form_of_input_makes_it_compile_again() -> None:
    """Lists, strided and read-only columns, bytes from the database: one machine code for all."""
    fixed = np.arange(4.0)[::2]
    fixed.flags.writeable = False
    ids = np.array([1, 9, 2, 9])[::2]
    ids.flags.writeable = False
    columns = {"sitting": ids, "target": ids, "item": ids, "day": fixed, "y": np.array([True, False])}
    batch = Observations.build(DEFAULTS, offsets=(0, 2), **columns)
    first = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS).states[0]
    again = advance([SubjectState.from_bytes(first.to_bytes())], batch, DEFAULTS).states[0]
    levels(again, DEFAULTS)
    levels(SubjectState.from_bytes(again.to_bytes()), DEFAULTS, practice_slope=[0.1, 0.2])
    for kernel in (run_filter, read_all, find_slots):
        assert len(kernel.signatures) == 1
    # once for targets, once for items: both have columns of the same kind
    assert len(extend.signatures) == 1
