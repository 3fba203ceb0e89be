"""The pure engine on one core, by the time of its own process: engine.py [--write]

A rebuild is `advance` whole, from first states to new ones, on real answers of one sitting each. Its reference is the
plain transcription of the same equations in Python and numpy that the tests use as their oracle, on the first answers
of the same file. The request path is what a post has done for its student: state from bytes, answers read with a
calibrated model, filter, what is told before and after, state to bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

import numpy as np
from estimate_oracle import Answer, Student
from shared_data import shared

from bench.report import Row, quantile, table, write
from mastery.estimate import (
    DEFAULTS,
    Head,
    ItemParameters,
    Model,
    Observations,
    SubjectState,
    TargetParameters,
    advance,
)
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.sittings import Piece, Sitting, rows_of

_SETS = ("assist2009", "statics2011")
_REFERENCE_ANSWERS = 400
_TARGETS, _ITEMS, _POSTED, _CALLS = 60, 1500, 40, 1000
_START = "import time; t = time.perf_counter(); import mastery.estimate as e; print(time.perf_counter() - t)"
_FIRST = (
    "; b = e.Observations.build(e.DEFAULTS, offsets=[0, 1], sitting=[0], target=[1], item=[1], y=[1.0], day=[0.0])"
    "; t = time.perf_counter(); e.advance([e.SubjectState.initial(e.DEFAULTS)], b, e.DEFAULTS)"
    "; print(time.perf_counter() - t)"
)


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_engine", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="how many rebuilds, the fastest of which counts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    report = table([*_rebuilds(options.repeats), *_posts(), _start()], "one after the other")
    print(report)
    if options.write:
        write("engine", report)
    return 0


def _rebuilds(repeats: int) -> Iterator[Row]:
    for name in _SETS:
        rows, batch = load(name)
        engine, reference = updates_per_second(batch, repeats), reference_per_second(rows)
        yield Row(
            f"rebuild by the pure engine, {name}, one core", f"{engine:,.0f} updates a second",
            f"plain transcription in Python, the tests' oracle, {reference:,.0f}", f"{engine / reference:,.0f}",
            ">= 3,000,000 a second",
        )  # fmt: skip


def _posts() -> Iterator[Row]:
    model, stored = calibrated(), history().to_bytes()
    one = seconds_of(model, stored, sitting(1, summed=False))
    for summed, said in ((False, "feedback after each"), (True, "feedback after the last")):
        taken = seconds_of(model, stored, sitting(_POSTED, summed))
        yield Row(
            f"one sitting of {_POSTED} items in the request path, {said}; student with {_TARGETS} targets and"
            f" {_ITEMS:,} items",
            f"p50 {quantile(taken, 0.5) * 1000:.2f} ms, p99 {quantile(taken, 0.99) * 1000:.2f} ms",
            f"of one item, p50 {quantile(one, 0.5) * 1000:.2f} ms",
            f"{quantile(taken, 0.5) / quantile(one, 0.5):.1f}", "< 5 ms",
        )  # fmt: skip


def _start() -> Row:
    imported, first = start_seconds()
    return Row(
        "first answer of a new process, machine code on disk", f"{first:.2f} s", f"its import, {imported:.2f} s",
        f"{first / imported:.2f}", "",
    )  # fmt: skip


def load(name: str) -> tuple[np.ndarray, Observations]:
    """Rows (user, item, time, correct, skill) grouped by user, and the same as one batch of one sitting per answer."""
    rows = np.loadtxt(shared("data", "responses", name, "responses.csv"), np.int64, delimiter=",", skiprows=1)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    offsets = np.flatnonzero(np.r_[True, rows[1:, 0] != rows[:-1, 0], True])
    batch = Observations.build(
        DEFAULTS,
        offsets=offsets,
        sitting=np.arange(len(rows)),
        target=rows[:, 4],
        item=rows[:, 1],
        y=rows[:, 3],
        day=np.zeros(len(rows)),
    )
    return rows, batch


def updates_per_second(batch: Observations, repeats: int) -> float:
    """Best of some rebuilds from nothing, states made and all, by the time of this process."""
    fresh = [SubjectState.initial(DEFAULTS)] * batch.students
    advance(fresh, batch, DEFAULTS)
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        advance(fresh, batch, DEFAULTS)
        best = min(best, time.process_time() - start)
    return batch.rows / best


def reference_per_second(rows: np.ndarray) -> float:
    """The transcription on the first answers of the file."""
    answers = [Answer(n, int(row[4]), int(row[1]), float(row[3])) for n, row in enumerate(rows[:_REFERENCE_ANSWERS])]
    students = [
        [a for a, row in zip(answers, rows, strict=False) if row[0] == user]
        for user in np.unique(rows[: len(answers), 0])
    ]
    start = time.process_time()
    for path in students:
        Student(DEFAULTS).feed(path)
    return len(answers) / (time.process_time() - start)


def calibrated() -> Model:
    """A model with numbers of its own for every item and target, and a head."""
    draw = np.random.default_rng(1)
    slopes, easiness = draw.uniform(0.6, 1.6, _ITEMS + _POSTED).tolist(), draw.normal(0, 1, _ITEMS + _POSTED).tolist()
    items = {n: ItemParameters(a, b, 0.05) for n, (a, b) in enumerate(zip(slopes, easiness, strict=True))}
    return Model(DEFAULTS, items, {k: TargetParameters(0.5, 0.1) for k in range(_TARGETS)}, Head(centre=1.1))


def history() -> SubjectState:
    """A student who has met every target and item, each item twice, in two years of sittings of ten."""
    rows = np.arange(2 * _ITEMS)
    batch = Observations.build(
        DEFAULTS,
        offsets=[0, len(rows)],
        sitting=rows // 10,
        target=rows // 25 % _TARGETS,
        item=rows % _ITEMS,
        y=np.random.default_rng(2).random(len(rows)) < 0.7,
        day=19000.0 + rows // 10 * 2.0,
    )
    return advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS).states[0]


def sitting(items: int, summed: bool) -> Sitting:
    """So many items, five to a target, so that all count in full; every other one was met before."""
    at = datetime.fromtimestamp(0, UTC) + timedelta(days=19700)
    pieces = []
    for first in range(0, items, 5):
        some = range(first, min(first + 5, items))
        known = tuple(_ITEMS + n if n % 2 else 17 * n for n in some)
        right = tuple(float(n % 3 > 0) for n in some)
        pieces.append(Piece(7 * first % _TARGETS, known, right, (1.0,) * len(known), None, 1.0, True, None))
    order = OrderKey(at, at, "bench", "bench")
    return Sitting(order, 1, 1, Purpose.FORMATIVE, EvidenceType.QUIZ, at, at.date(), summed, tuple(pieces))


def seconds_of(model: Model, stored: bytes, posted: Sitting) -> list[float]:
    """What posts of a sitting took, sorted; the first is not counted."""
    return sorted([post(model, stored, posted) for _ in range(1 + _CALLS)][1:])


def post(model: Model, stored: bytes, posted: Sitting) -> float:
    """All that the engine does of one post, in seconds by the time of this process."""
    start = time.process_time()
    state = SubjectState.from_bytes(stored)
    rows = rows_of([[posted]])
    done = advance([state], rows.observations(model), model.hyper)
    targets = [target for _, target in rows.runs]
    for levels in (done.before, done.after):
        model.told(levels.mean, levels.variance, targets, 0.75)
    done.states[0].to_bytes()
    return time.process_time() - start


def start_seconds() -> tuple[float, float]:
    """Import, and first call with the compiled code found on disk, in a new process."""
    ran = subprocess.run([sys.executable, "-c", _START + _FIRST], capture_output=True, text=True, check=True)
    imported, first = (float(line) for line in ran.stdout.split())
    return imported, first


if __name__ == "__main__":
    sys.exit(main())
