"""Judge a fitted estimator on the students of a fold that it never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mastery.estimate.state import Floats
from mastery.measure import metrics
from mastery.measure.ahead import chance_of_reaching, covered, look_ahead, reached
from mastery.measure.answers import AnswerSet
from mastery.measure.metrics import Reliability, reliability
from mastery.measure.splits import judged_students
from mastery.policy import DEFAULT_POLICY

BAR = DEFAULT_POLICY.mastery_bar


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What an estimator said just before each of R answers, from that student's earlier answers alone; columns [R].

    success: of this very answer, 0..1. rate, low, high: of the answer's target, the expected success rate on a typical
    item and its 80% range; probability: that this rate is at or above the bar.
    """

    success: Floats
    rate: Floats
    low: Floats
    high: Floats
    probability: Floats


class Fitted(Protocol):
    """An estimator after it was fitted to training students."""

    @property
    def version(self) -> str:
        """Name of exactly these parameters."""

    def predict(self, answers: AnswerSet) -> Predicted:
        """Take the answers one by one, saying before each what it will be; students do not depend on each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """How predictions and estimates compare with what came; figures that nothing could be said of are NaN.

    auc, accuracy, log_loss, rmse, ece: of the predicted success, over all answers of the fold's students.
    mastery_ece, coverage_80: of the probability of mastery and of the 80% range, over `points` (see `ahead`).
    seconds, updates_per_second: of predicting alone.
    success, mastery: the diagrams behind the two calibration errors; mastery is None where there are no points.
    """

    fold: int
    students: int
    answers: int
    points: int
    auc: float
    accuracy: float
    log_loss: float
    rmse: float
    ece: float
    mastery_ece: float
    coverage_80: float
    seconds: float
    updates_per_second: float
    success: Reliability
    mastery: Reliability | None


def judge(answers: AnswerSet, fold: int, fitted: Fitted, clock: Callable[[], float]) -> Report:
    """Predict the answers of the fold's students and compare. `answers` is the whole file; `clock` tells seconds.

    `fitted` must have seen none of these students: only `training_students(answers.students, fold)`. ValueError for
    a fold outside 0..4 or fewer than five students.
    """
    test = answers.select(judged_students(answers.students, fold))
    began = clock()
    said = fitted.predict(test)
    seconds = clock() - began
    success = reliability(test.y, said.success)
    ahead = look_ahead(test)
    low, high, probability = (column[ahead.row] for column in (said.low, said.high, said.probability))
    mastery = None
    coverage = np.nan
    if len(ahead.row):
        chance = chance_of_reaching(ahead.count, low, high, probability, BAR)
        mastery = reliability(reached(ahead, BAR), chance)
        coverage = float(np.mean(covered(ahead, low, high)))
    return Report(
        fold,
        test.students,
        test.rows,
        len(ahead.row),
        metrics.auc(test.y, said.success),
        metrics.accuracy(test.y, said.success),
        metrics.log_loss(test.y, said.success),
        metrics.rmse(test.y, said.success),
        success.error,
        np.nan if mastery is None else mastery.error,
        coverage,
        seconds,
        test.rows / seconds if seconds > 0.0 else np.nan,
        success,
        mastery,
    )
