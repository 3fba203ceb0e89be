"""How well an estimator does on a file of answers: fitted to training students, judged on others, stored nowhere."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from api.actions.responses import ResponsesError, read_q_matrix, read_rows
from mastery.estimate.state import Integers
from mastery.measure import (
    FOLDS,
    AnswersError,
    AnswerSet,
    Fitted,
    Timestamps,
    fit_filter,
    judge,
    judged_students,
    of_both,
    once,
    training_students,
)

Advance = Callable[[int, int], None]
"""Told how many steps of how many are done."""
Fit = Callable[[AnswerSet, Advance], Fitted]
"""Fits an estimator to training students alone, hyperparameters included."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What measurement 4 asks for; NaN where nothing can be said.

    seconds: to fit, to predict and to compare, by the clock on the wall; updates_per_second: of predicting alone;
    peak_mb: the most memory the process has held so far.
    """

    auc: float
    accuracy: float
    log_loss: float
    rmse: float
    ece: float
    mastery_ece: float
    coverage_80: float
    updates_per_second: float
    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One fold: its figures, how many students and answers were judged, at how many points mastery was, and by what.

    twins: how many of the training students are judged as well, under another name; trained on or left out.
    """

    fold: int
    figures: Figures
    students: int
    answers: int
    points: int
    model: str
    twins: int


def read_answers(path: Path, q_matrix: Path | None, timestamps: Timestamps | None) -> AnswerSet:
    """A file of answers as columns, enough of it for the folds. Raises ResponsesError."""
    try:
        answers = AnswerSet.of(read_rows(path), read_q_matrix(q_matrix) if q_matrix else None, timestamps)
    except AnswersError as error:
        raise ResponsesError(f"{path.name}: {error}") from error
    if answers.students < FOLDS:
        raise ResponsesError(f"{path.name}: students found: {answers.students}; {FOLDS} folds need at least {FOLDS}")
    return answers


def evaluate_fold(
    answers: AnswerSet,
    fold: int,
    clock: Callable[[], float],
    fit: Fit = fit_filter,
    advance: Advance = lambda *_: None,
    *,
    pairs: Integers,
    without_twins: bool = False,
) -> Evaluation:
    """Fit to the training students of a fold, 0 to 4, and judge on its others; `clock` tells seconds.

    `pairs` are the `twins` of all answers; `without_twins` leaves out those training students who are judged as well,
    and trains on each person once.
    """
    began = clock()
    training, judged = training_students(answers.students, fold), judged_students(answers.students, fold)
    fitted = fit(answers.select(once(pairs, training, judged) if without_twins else training), advance)
    report = judge(answers, fold, fitted, clock)
    figures = Figures(
        report.auc,
        report.accuracy,
        report.log_loss,
        report.rmse,
        report.ece,
        report.mastery_ece,
        report.coverage_80,
        report.updates_per_second,
        clock() - began,
        peak_megabytes(),
    )
    return Evaluation(
        fold,
        figures,
        report.students,
        report.answers,
        report.points,
        fitted.version,
        len(of_both(pairs, training, judged)),
    )


def mean_of(evaluations: Sequence[Evaluation]) -> Figures:
    """The mean of each figure over folds, each fold the same weight; of memory the most."""
    means = {
        field.name: float(np.mean([getattr(one.figures, field.name) for one in evaluations]))
        for field in fields(Figures)
    }
    return Figures(**{**means, "peak_mb": max(one.figures.peak_mb for one in evaluations)})


def peak_megabytes() -> float:
    """The most memory that this process has held at once, in megabytes of 1,048,576 bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # counted in bytes on macOS, in kilobytes elsewhere
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
