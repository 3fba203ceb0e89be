"""The yardstick (measurement 4): how well an estimator predicts students it never saw, and how far it can be believed.

answers = AnswerSet.of(rows)                            a file of answers as columns
train = answers.select(training_students(answers.students, fold=0))
report = judge(answers, 0, fit_filter(train), perf_counter)      what came of it with the students of fold 0

The folds are those of published comparisons, so that figures compare; whatever is tuned is tuned on `train` alone.
"""

from mastery.measure.answers import AnswersError, AnswerSet
from mastery.measure.duplicates import of_both, once, twins
from mastery.measure.fitted import FittedFilter, fit_filter
from mastery.measure.judge import Fitted, Predicted, Report, judge
from mastery.measure.splits import FOLDS, inner_splits, judged_students, training_students
from mastery.measure.timestamps import Timestamps

__all__ = [
    "FOLDS",
    "AnswerSet",
    "AnswersError",
    "Fitted",
    "FittedFilter",
    "Predicted",
    "Report",
    "Timestamps",
    "fit_filter",
    "inner_splits",
    "judge",
    "judged_students",
    "of_both",
    "once",
    "training_students",
    "twins",
]
