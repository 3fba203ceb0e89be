"""What each part of the estimator buys: ablation.py [--simulated] [--write]

On the two public sets: settings are found as `mastery evaluate` finds them, then one part is switched off, everything
else is calibrated anew, and the judged students are predicted with and without. Parts that those sets have no column
for are measured on simulated students, and say so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

import numpy as np
from shared_data import shared

from api.actions.evaluation import read_answers
from bench.report import Row, table, write
from bench.simulated_answers import Told, guessed, in_points, without_feedback
from bench.simulated_sittings import assisted, effective_items, first_tries, hints, loaded_on_several, several_targets
from bench.simulated_targets import checked, started
from mastery.measure import FOLDS, AnswerSet, judge, judged_students, metrics, training_students
from mastery.measure.batch import Calibrated, calibrate
from mastery.measure.fitted import ROUNDS, FittedFilter, fit_with, see
from mastery.measure.head import Head
from mastery.measure.search import Settings, search

_SETS = ("assist2009", "statics2011")
_OFF = 1e-6
Change = Callable[[Settings], Settings]


def _hyper(**numbers: float) -> Change:
    return lambda old: replace(old, hyper=replace(old.hyper, **numbers))  # type: ignore[arg-type]


def _spreads(**numbers: float) -> Change:
    return lambda old: replace(old, spreads=replace(old.spreads, **numbers))


_PARTS: dict[str, Change] = {
    "level that is known of the student (g)": _hyper(general_variance=_OFF, general_drift=0.0),
    "present form (f)": _hyper(form_variance=_OFF),
    "what is special to a target (s)": _hyper(target_variance=_OFF, target_drift=0.0, forgetting_variance=0.0),
    "memory of an item (r)": _hyper(item_variance=_OFF),
    "practice (lam)": lambda old: _spreads(practice=_OFF)(_hyper(practice_slope=0.0)(old)),
    "forgetting (phi, psi)": _hyper(forgetting=0.0, forgetting_variance=0.0),
    "drift and learning (q_g, q_s, lc, lw)": _hyper(
        general_drift=0.0, target_drift=0.0, learning_right=0.0, learning_wrong=0.0
    ),
    "easiness of each item (b)": _spreads(item=0.01),
    "slope of each item (a)": _spreads(slope=_OFF),
    "offsets of later attempts (delta)": _spreads(attempt=_OFF),
}


_SIMULATED: tuple[Callable[[], Told], ...] = (
    guessed, in_points, without_feedback, several_targets, loaded_on_several, assisted, effective_items, hints,
    first_tries, started, checked,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figures:
    auc: float
    log_loss: float
    ece: float


def main() -> int:
    """Measure and print; with --write also into docs/measurement.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_ablation", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/measurement.md")
    parser.add_argument("--simulated", action="store_true", help="only what is simulated, which takes half a minute")
    options = parser.parse_args()
    if not options.simulated:
        _show("ablation", [row for name in _SETS for row in _real(name)], options.write)
    _show("simulated", [_told(part()) for part in _SIMULATED], options.write)
    return 0


def _show(part: str, rows: list[Row], to_write: bool) -> None:
    report = table(rows, "one after the other")
    print(report)
    if to_write:
        write(part, report, "measurement.md")


def _real(name: str) -> Iterator[Row]:
    answers = read_answers(shared("data", "responses", name, "responses.csv"), None, None)
    whole, without = [], {part: [] for part in _PARTS}  # type: ignore[var-annotated]
    heads = []
    for fold in range(FOLDS):
        print(f"{name}, fold {fold} ...", file=sys.stderr, flush=True)
        training = answers.select(training_students(answers.students, fold))
        settings = search(training)
        test = answers.select(judged_students(answers.students, fold))
        whole.append(_predicted(training, test, settings))
        for part, change in _PARTS.items():
            without[part].append(_predicted(training, test, change(settings)))
        heads.append(_heads(answers, fold, fit_with(training, settings)))
    told = _mean(whole)
    for part, figures in without.items():
        less = _mean(figures)
        yield Row(
            f"{name}: without {part}",
            f"AUC {less.auc:.4f}, log-loss {less.log_loss:.4f}, ECE {less.ece:.4f}",
            f"with it, AUC {told.auc:.4f}, log-loss {told.log_loss:.4f}, ECE {told.ece:.4f}",
            f"AUC {less.auc - told.auc:+.4f}, log-loss {less.log_loss - told.log_loss:+.4f}",
            "",
        )
    with_head, bare = np.mean([one[0] for one in heads], axis=0), np.mean([one[1] for one in heads], axis=0)
    yield Row(
        f"{name}: without the calibration head",
        f"mastery ECE {bare[0]:.4f}, 80% range covers {bare[1]:.3f}",
        f"with it, {with_head[0]:.4f} and {with_head[1]:.3f}",
        f"ECE {bare[0] - with_head[0]:+.4f}",
        "mastery ECE <= .02, covers .80",
    )


def _predicted(training: AnswerSet, test: AnswerSet, settings: Settings) -> _Figures:
    calibrated: Calibrated = calibrate(training, settings.hyper, settings.spreads, ROUNDS)
    p, _ = see(calibrated, test)
    return _Figures(metrics.auc(test.y, p), metrics.log_loss(test.y, p), metrics.ece(test.y, p))


def _heads(answers: AnswerSet, fold: int, fitted: FittedFilter) -> tuple[tuple[float, float], tuple[float, float]]:
    reports = [judge(answers, fold, one, lambda: 0.0) for one in (fitted, FittedFilter(fitted.calibrated, Head()))]
    return tuple((one.mastery_ece, one.coverage_80) for one in reports)  # type: ignore[return-value]


def _mean(figures: list[_Figures]) -> _Figures:
    return _Figures(*np.mean([(one.auc, one.log_loss, one.ece) for one in figures], axis=0).tolist())


def _told(one: Told) -> Row:
    return Row(
        f"simulated: without {one.part}",
        f"error of the true ability {one.without_error:.3f} logits, 80% range covers {one.without_cover:.3f}",
        f"with it, {one.with_error:.3f} and {one.with_cover:.3f}",
        f"error {one.without_error / one.with_error:.2f} times",
        "covers .80",
    )


if __name__ == "__main__":
    sys.exit(main())
