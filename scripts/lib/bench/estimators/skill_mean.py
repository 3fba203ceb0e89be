"""The share right of each target among training students: the least that an estimator has to beat."""

from __future__ import annotations

import numpy as np

from bench.estimators import Predict
from mastery.estimate.state import Floats
from mastery.measure import AnswerSet


def fit(training: AnswerSet) -> Predict:
    """The share of each target; of one that no training student met, the share of all."""
    count = np.bincount(training.target, minlength=training.targets)
    right = np.bincount(training.target, training.y, training.targets)
    share = np.where(count > 0, right / np.maximum(count, 1), training.y.mean())

    def predict(answers: AnswerSet) -> Floats:
        return share[answers.target]

    return predict
