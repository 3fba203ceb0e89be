"""Whether what an estimator says before an answer depends on that answer or a later one."""

from __future__ import annotations

import dataclasses

import numpy as np

from mastery.measure import AnswerSet, Fitted


def assert_nothing_leaks(fitted: Fitted, answers: AnswerSet, student: int, place: int, seed: int) -> None:
    """Change all answers of a student from its answer number `place` on: nothing up to there moves by a bit.

    Nor does anything of another student.
    """
    first, end = int(answers.offsets[student]), int(answers.offsets[student + 1])
    row = first + place % (end - first)
    changed = answers.y.copy()
    changed[row:end] = np.random.default_rng(seed).integers(0, 3, end - row) / 2.0
    before = fitted.predict(answers)
    after = fitted.predict(dataclasses.replace(answers, y=changed))
    untouched = np.r_[0 : row + 1, end : answers.rows]
    for field in dataclasses.fields(before):
        one, other = getattr(before, field.name), getattr(after, field.name)
        assert one.shape == (answers.rows,)
        assert one[untouched].tobytes() == other[untouched].tobytes(), field.name
