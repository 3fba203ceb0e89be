"""Students who are in the data twice: two accounts with the same answers make any estimator look better than it is.

Of two students r is, for each item that both answered, how far the answer was from what an item's easiness and the
student's overall share lead one to expect, in standard deviations; of n such items

    z = sum r_1 r_2 / sqrt(n)

is about standard normal for two different people (1.5 in real data, where classmates resemble each other), and about
sqrt(n) for the same answers twice.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit, logit

from mastery.estimate.state import Floats, Integers
from mastery.measure.answers import AnswerSet

SHARED = 20
"""Fewer items in common tell nothing."""
ALIKE = 0.9
"""Share of the shared items with the same answer."""
CERTAIN = 5.0
"""z of twins, at least."""
_FARTHEST = 3.0
_AT_ONCE = 500
_PRIOR = 2.0


def twins(answers: AnswerSet) -> Integers:
    """Pairs of students who are the same, int64[P, 2], the smaller number first, ascending.

    The same: at least 20 items in common (first answers), 90% of them answered alike, and z at least 5.
    """
    first = np.unique(answers.student * answers.items + answers.item, return_index=True)[1]
    student, item, y = answers.student[first], answers.item[first], answers.y[first]
    shape = (answers.students, answers.items)
    residual = csr_array((_residuals(student, item, y, shape), (student, item)), shape=shape)
    sign = csr_array((2.0 * y - 1.0, (student, item)), shape=shape)
    answered = csr_array((np.ones(len(y)), (student, item)), shape=shape)
    found: list[Integers] = []
    for start in range(0, answers.students, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        shared = (answered[part] @ answered.T).toarray()
        z = (residual[part] @ residual.T).toarray() / np.sqrt(np.maximum(shared, 1.0))
        alike = ((sign[part] @ sign.T).toarray() / np.maximum(shared, 1.0) + 1.0) / 2.0
        one, other = np.nonzero((shared >= SHARED) & (alike >= ALIKE) & (z >= CERTAIN))
        pairs = np.column_stack((one + start, other)).astype(np.int64)
        found.append(pairs[pairs[:, 0] < pairs[:, 1]])
    return np.concatenate(found)


def of_both(pairs: Integers, training: Integers, judged: Integers) -> Integers:
    """The training students who are among the judged ones under another number, ascending; `pairs` as `twins` has."""
    either = np.concatenate((pairs, pairs[:, ::-1]))
    return np.intersect1d(training, either[np.isin(either[:, 0], judged), 1])


def once(pairs: Integers, training: Integers, judged: Integers) -> Integers:
    """The training students without those who are judged as well, and each person once; ascending."""
    left = np.setdiff1d(training, of_both(pairs, training, judged))
    return np.setdiff1d(left, pairs[np.isin(pairs, left).all(axis=1), 1])


def _residuals(student: Integers, item: Integers, y: Floats, shape: tuple[int, int]) -> Floats:
    by_item = _share(item, y, shape[1])[item]
    by_student = _share(student, y, shape[0])[student]
    overall = logit(np.clip(y.mean(), 0.01, 0.99))
    p = expit(logit(by_item) + logit(by_student) - overall)
    return np.asarray(np.clip((y - p) / np.sqrt(p * (1.0 - p)), -_FARTHEST, _FARTHEST), np.float64)


def _share(index: Integers, y: Floats, size: int) -> Floats:
    """Share right of each, drawn to the overall share by two answers' worth."""
    mean = min(max(float(y.mean()), 0.01), 0.99)
    right = np.bincount(index, y, size) + _PRIOR * mean
    return np.asarray(right / (np.bincount(index, minlength=size) + _PRIOR), np.float64)
