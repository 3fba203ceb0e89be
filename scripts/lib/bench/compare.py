"""The estimator beside those of the literature, same students, same figures: compare.py [FILE.csv ...] [--fold K]

Skill mean, BKT, PFA, Elo and Best-LR are fitted to the training students of each fold and predict the others' answers
one by one, as `mastery evaluate` does. `q_matrix.csv` beside a file is its q-matrix.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

import numpy as np
from shared_data import shared

from api.actions.evaluation import evaluate_fold, read_answers
from bench.estimators import Fit, bkt, elo, regressions, skill_mean
from bench.report import Row, table, write
from mastery.measure import FOLDS, AnswerSet, judged_students, metrics, training_students, twins

_SETS = ("assist2009", "statics2011")
_OWN, _BEST = "this project", "Best-LR"
_LITERATURE: dict[str, Fit] = {
    "skill mean": skill_mean.fit,
    "BKT": bkt.fit,
    "PFA": regressions.fit_pfa,
    "Elo": elo.fit,
    _BEST: regressions.fit_best_lr,
}


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one estimator, each the mean of the folds; seconds to fit and to predict one."""

    auc: float
    accuracy: float
    log_loss: float
    rmse: float
    ece: float
    seconds: float


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_estimators", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE.csv", help="assist2009 and statics2011 if not said"
    )
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="one fold alone, rather than the mean of all")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    files = options.files or [shared("data", "responses", name, "responses.csv") for name in _SETS]
    folds = range(FOLDS) if options.fold is None else [options.fold]
    report = table([row for path in files for row in _rows(path, folds)], "one estimator after the other")
    print(report)
    if options.write:
        write("estimators", report)
    return 0


def _rows(path: Path, folds: Sequence[int]) -> Iterator[Row]:
    matrix = path.with_name("q_matrix.csv")
    answers = read_answers(path, matrix if matrix.exists() else None, None)
    results = {}
    for name in (*_LITERATURE, _OWN):
        print(f"{path.parent.name}: {name} ...", file=sys.stderr, flush=True)
        results[name] = _mean([_judged(answers, fold, name) for fold in folds])
    best = results[_BEST]
    for name, result in results.items():
        own = name == _OWN
        yield Row(
            f"{path.parent.name}, {name}, {f'fold {folds[0]}' if len(folds) == 1 else 'mean of the folds'}",
            f"AUC {result.auc:.4f}, accuracy {result.accuracy:.4f}, log-loss {result.log_loss:.4f},"
            f" RMSE {result.rmse:.4f}, ECE {result.ece:.4f}, {result.seconds:.1f} s a fold",
            f"{_BEST}, AUC {best.auc:.4f}, log-loss {best.log_loss:.4f}" if name != _BEST else "",
            f"AUC {result.auc - best.auc:+.4f}, log-loss {result.log_loss - best.log_loss:+.4f}"
            if name != _BEST
            else "",
            "AUC >= +.0100, log-loss below, ECE <= .0150" if own else "",
        )


def _judged(answers: AnswerSet, fold: int, name: str) -> Result:
    if name == _OWN:
        told = evaluate_fold(answers, fold, time.perf_counter, pairs=twins(answers)).figures
        return Result(told.auc, told.accuracy, told.log_loss, told.rmse, told.ece, told.seconds)
    test = answers.select(judged_students(answers.students, fold))
    began = time.perf_counter()
    predict = _LITERATURE[name](answers.select(training_students(answers.students, fold)))
    p = predict(test)
    seconds = time.perf_counter() - began
    return Result(
        metrics.auc(test.y, p),
        metrics.accuracy(test.y, p),
        metrics.log_loss(test.y, p),
        metrics.rmse(test.y, p),
        metrics.ece(test.y, p),
        seconds,
    )


def _mean(results: Sequence[Result]) -> Result:
    return Result(*np.mean([astuple(one) for one in results], axis=0).tolist())


if __name__ == "__main__":
    sys.exit(main())
