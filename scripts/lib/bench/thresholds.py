"""Whom thresholds for the probability of mastery let pass: thresholds.py [--write]

Students are simulated by the model itself: by the defaults and, where the public sets are beside the checkout, by what
is fitted to all students of each. Then the whole body-of-evidence rule beside its threshold alone, the other constants
that compare an estimate, and how much calibration error on the public sets is that of chance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

import numpy as np
from shared_data import SHARED, shared

from api.actions.evaluation import read_answers
from bench.body_rule import RATES, percent, rule_beside_threshold
from bench.constants import constants
from bench.report import columns, machine, write
from bench.simulated_tests import BAR
from mastery.estimate import UNCALIBRATED, Head, ItemParameters, Model, TargetParameters
from mastery.measure import FOLDS, AnswerSet, judged_students, training_students
from mastery.measure.ahead import chance_of_reaching, look_ahead, reached
from mastery.measure.chance import error_by_chance
from mastery.measure.fitted import FittedFilter, fit_filter
from mastery.measure.metrics import ece
from mastery.measure.operating import OperatingTable, operating_table
from mastery.policy import DEFAULT_POLICY

_SETS = ("assist2009", "statics2011")
_STUDENTS = 20_000
_TESTED = 6_000
_RULED = 3_000
_SHOWN = (0.50, 0.65, 0.75, 0.85, 0.90, 0.95)
_THRESHOLDS = (0.84, DEFAULT_POLICY.mastery_probability)


def main() -> int:
    """Simulate and print; with --write also into docs/measurement.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_thresholds", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/measurement.md")
    options = parser.parse_args()
    report = "\n\n".join(_parts())
    print(report)
    if options.write:
        write("thresholds", report, "measurement.md")
    return 0


def _parts() -> Iterator[str]:
    yield machine("one after the other")
    tables = {"defaults": operating_table(UNCALIBRATED, {}, BAR, _THRESHOLDS, students=_STUDENTS)}
    errors = []
    for name in _SETS if SHARED.is_dir() else ():
        answers = read_answers(shared("data", "responses", name, "responses.csv"), None, None)
        print(f"{name}, all students ...", file=sys.stderr, flush=True)
        fitted = fit_filter(answers)
        for told, head in ((f"{name}", fitted.head), (f"{name}, no head", None)):
            tables[told] = operating_table(_model(fitted, head), _items(answers), BAR, _THRESHOLDS, students=_STUDENTS)
        errors.append(_errors(name, answers))
    names = ("answers each", *(f"at {100 * rate:.0f}%" for rate in _SHOWN), "false mastery", "missed mastery")
    yield columns(("model", "threshold", *names), _operating(tables))
    recommended = (f"{name} {one.recommended or 'none'}" for name, one in tables.items())
    yield f"Smallest threshold with false mastery of at most 5% at 65%: {', '.join(recommended)}."
    names = ("answers each", "by", *(f"at {100 * rate:.0f}%" for rate in RATES), "false mastery", "missed mastery")
    yield columns(names, rule_beside_threshold(_RULED))
    yield columns(
        ("constant, after 10; 20; 40 answers each", "model", "knowledge tracing", "wanted"), constants(_TESTED)
    )
    yield columns(("mean of five folds", "mastery ECE", "of an honest head", "within, 19 of 20"), errors)


def _operating(tables: Mapping[str, OperatingTable]) -> Iterator[tuple[str, ...]]:
    for name, one in tables.items():
        for row in one.rows:
            passing = dict(zip(one.rates, row.passing, strict=True))
            yield (
                name, f"{row.threshold:.2f}", str(row.answers), *(percent(passing[rate]) for rate in _SHOWN),
                percent(row.false_mastery), percent(row.missed_mastery),
            )  # fmt: skip


def _model(fitted: FittedFilter, head: Head | None) -> Model:
    """Items and targets by their numbers in the file."""
    bank = fitted.calibrated.bank
    items = zip(bank.slope.tolist(), bank.easiness.tolist(), bank.easiness_variance.tolist(), strict=True)
    targets = zip(bank.target_easiness.tolist(), bank.practice_slope.tolist(), strict=True)
    return Model(
        fitted.calibrated.hyper,
        dict(enumerate(map(ItemParameters._make, items))),
        dict(enumerate(map(TargetParameters._make, targets))),
        head,
    )


def _items(answers: AnswerSet) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for target, item in np.unique(np.column_stack((answers.target, answers.item)), axis=0).tolist():
        found.setdefault(target, []).append(item)
    return found


def _errors(name: str, answers: AnswerSet) -> tuple[str, ...]:
    """What the head shows on students held out, and what one that tells the truth would."""
    shown, chance = [], []
    for fold in range(FOLDS):
        print(f"{name}, fold {fold} ...", file=sys.stderr, flush=True)
        fitted = fit_filter(answers.select(training_students(answers.students, fold)))
        test = answers.select(judged_students(answers.students, fold))
        said, ahead = fitted.predict(test), look_ahead(test)
        low, high, probability = (column[ahead.row] for column in (said.low, said.high, said.probability))
        p, y = chance_of_reaching(ahead.count, low, high, probability, BAR), reached(ahead, BAR)
        shown.append(ece(y, p))
        chance.append(error_by_chance(y, p, np.asarray(test.student)[ahead.row]).errors)
    honest = np.mean(chance, axis=0)
    return name, f"{np.mean(shown):.4f}", f"{honest.mean():.4f}", f"{np.quantile(honest, 0.95):.4f}"


if __name__ == "__main__":
    sys.exit(main())
