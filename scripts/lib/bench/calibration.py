"""The calibrators on simulated banks: calibration.py [--banks N] [--skip-pyirt] [--write]

Distances from the truth after linear linking (mean and standard deviation of the difficulties), each beside that of
PyPI's mirt on the same answers. Seconds are of the processor, of all threads, but pyirt's, which are of the clock.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3])]
sys.path.append(str(Path(__file__).resolve().parents[3] / "tests"))

import mirt
import numpy as np
from calibration_banks import Bank, simulated

from bench.report import Row, table, write
from mastery.calibrate import Answers, Calibration, calibrate_em, calibrate_pyirt

_FULL, _PYIRTS_MOST, _SPARSE = (2_000, 50, 1.0), (4_900, 200, 0.1), (20_000, 200, 0.1)
_Curves = tuple[np.ndarray, np.ndarray]


@dataclass
class Seen:
    """Of one calibrator on some banks: linked errors of a and of b, seconds, and whether intervals cover the truth."""

    slopes: list[np.ndarray] = field(default_factory=list)
    difficulties: list[np.ndarray] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    covered: list[np.ndarray] = field(default_factory=list)

    def take(self, bank: Bank, items: np.ndarray, slope: np.ndarray, difficulty: np.ndarray, seconds: float) -> None:
        """Add one bank's; `items` are the places of the curves in the bank."""
        truth = bank.difficulty[items]
        sd = truth.std() / difficulty.std()
        self.slopes.append(slope / sd - bank.slope[items])
        self.difficulties.append(sd * (difficulty - difficulty.mean()) + truth.mean() - truth)
        self.seconds.append(seconds)

    @property
    def rmse(self) -> tuple[float, float]:
        """Of a and of b."""
        return _rms(self.slopes), _rms(self.difficulties)


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_calibration", description=__doc__)
    parser.add_argument("--banks", type=int, default=5, help="how many banks of each size")
    parser.add_argument("--skip-pyirt", action="store_true", help="it takes up to two minutes a bank")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    calibrate_em(simulated(100, 5, 1.0, 0).answers)  # compiles
    with_pyirt = not options.skip_pyirt
    rows = [
        *_size(_FULL, options.banks, with_pyirt),
        *_size(_PYIRTS_MOST, min(options.banks, 2), with_pyirt),
        *_size(_SPARSE, options.banks, False),
    ]
    report = table(rows, "calibrator and reference share them")
    print(report)
    if options.write:
        write("calibration", report)
    return 0


def _size(size: tuple[int, int, float], banks: int, with_pyirt: bool) -> list[Row]:
    ours, theirs, pyirts = Seen(), Seen(), Seen()
    apart: list[np.ndarray] = []
    for seed in range(banks):
        bank = simulated(*size, 1000 + seed)
        answers = bank.answers
        by_em = _ours(bank, answers, ours, calibrate_em, time.process_time)
        _mirts(bank, theirs)
        if with_pyirt:
            by_pyirt = _ours(bank, answers, pyirts, calibrate_pyirt, time.perf_counter)
            apart.append((by_pyirt.slope - by_em.slope) / by_em.slope_se)
            apart.append((by_pyirt.easiness - by_em.easiness) / by_em.easiness_se)
        print(f"{size}: bank {seed + 1} of {banks}", file=sys.stderr)
    students, items, filled = size
    what = f"{students:,} students x {items} items, {filled:.0%} answered, {banks} banks"
    rows = _accuracy("em", ours, theirs, what)
    if with_pyirt:
        rows.extend(_accuracy("pyirt", pyirts, theirs, what))
        rows.append(_agreement(apart, pyirts, ours))
    return [*rows, _seconds("em", ours, theirs, students * items * filled)]


def _ours(
    bank: Bank, answers: Answers, seen: Seen, engine: Callable[[Answers], Calibration], clock: Callable[[], float]
) -> Calibration:
    began = clock()
    found = engine(answers)
    seconds = clock() - began
    items = np.array(found.items, int)
    seen.take(bank, items, found.slope, found.difficulty, seconds)
    for value, error, truth in (
        (found.slope, found.slope_se, bank.slope),
        (found.difficulty, found.difficulty_se, bank.difficulty),
    ):
        seen.covered.append(np.abs(value - truth[items]) < 1.96 * error)
    return found


def _mirts(bank: Bank, seen: Seen) -> None:
    wide = np.full((bank.student.max() + 1, bank.item.max() + 1), -1)
    wide[bank.student, bank.item] = bank.y
    began = time.process_time()
    found = mirt.fit_mirt(wide, model="2PL", n_quadpts=31)
    seconds = time.process_time() - began
    parameters = found.model.parameters
    seen.take(bank, np.arange(wide.shape[1]), parameters["discrimination"], parameters["difficulty"], seconds)


def _accuracy(engine: str, seen: Seen, reference: Seen, what: str) -> list[Row]:
    (a, b), (reference_a, reference_b) = seen.rmse, reference.rmse
    covered = [float(np.mean(np.concatenate(seen.covered[kind::2]))) for kind in range(2)]
    return [
        Row(
            f"linked RMSE of {engine}: {what}", f"a {a:.4f}, b {b:.4f}",
            f"mirt {mirt.__version__}, a {reference_a:.4f}, b {reference_b:.4f}",
            f"{a / reference_a:.2f}, {b / reference_b:.2f}", "<= 1.05",
        ),
        Row(
            f"95% intervals of {engine} that cover the truth, the same", f"a {covered[0]:.1%}, b {covered[1]:.1%}",
            "", "", "92% to 98%",
        ),
    ]  # fmt: skip


def _agreement(apart: list[np.ndarray], seen: Seen, reference: Seen) -> Row:
    farthest = max(float(np.abs(one).max()) for one in apart)
    slowest, ours = max(seen.seconds), float(np.median(reference.seconds))
    return Row(
        "pyirt's a and easiness from em's, in standard errors, and its slowest bank by the clock",
        f"root mean square {_rms(apart):.2f}, farthest {farthest:.2f}; {slowest:.0f} s", f"em, {ours:.2f} s",
        f"{slowest / ours:,.0f}", "< 120 s",
    )  # fmt: skip


def _seconds(engine: str, seen: Seen, reference: Seen, answers: float) -> Row:
    ours, theirs = float(np.median(seen.seconds)), float(np.median(reference.seconds))
    return Row(
        f"{answers:,.0f} answers by {engine}, with errors and fit, seconds of one core", f"{ours:.2f} s",
        f"mirt {mirt.__version__}, with errors, {theirs:.2f} s", f"{ours / theirs:.2f}",
        "400,000 answers in < 2 s",
    )  # fmt: skip


def _rms(errors: list[np.ndarray]) -> float:
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))


if __name__ == "__main__":
    sys.exit(main())
