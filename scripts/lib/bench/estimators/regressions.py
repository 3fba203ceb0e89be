"""PFA (Pavlik, Cen and Koedinger 2009) and Best-LR (Gervet et al. 2020), with logarithms of counts as in the latter."""

from __future__ import annotations

from collections.abc import Callable

from scipy.sparse import csr_array

from bench.estimators import Predict
from bench.estimators.counts import base_columns, item_counts, one_hot, side_by_side, total_counts
from bench.estimators.logistic import Logistic
from mastery.estimate.state import Floats
from mastery.measure import AnswerSet


def fit_pfa(training: AnswerSet) -> Predict:
    """Base targets, and what was attempted and won on each of them before."""
    return _fit(training, lambda answers: side_by_side([*base_columns(answers)]))


def fit_best_lr(training: AnswerSet) -> Predict:
    """The same, with the item, what was attempted and won on it before, and in all."""
    return _fit(
        training,
        lambda answers: side_by_side(
            [
                one_hot(answers.item, answers.items),
                *base_columns(answers),
                item_counts(answers),
                total_counts(answers),
            ]
        ),
    )


def _fit(training: AnswerSet, encode: Callable[[AnswerSet], csr_array]) -> Predict:
    fitted = Logistic(encode(training), training.y)

    def predict(answers: AnswerSet) -> Floats:
        return fitted.predict(encode(answers))

    return predict
