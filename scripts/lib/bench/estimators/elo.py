"""Elo as it is used in learning systems (Pelanek 2016, Computers & Education 98, its multivariate form).

The chance is sigma(general + own of the target - difficulty); after an answer each of the three moves by K (y -
chance), where K = a / (1 + b n) falls with the number n of answers that the rating rests on. Items are rated on
training students; while others are predicted their ratings stand, so that no prediction depends on another student.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from bench.estimators import Predict
from mastery.estimate.compiled import compiled
from mastery.estimate.state import Floats, Integers
from mastery.measure import AnswerSet, inner_splits
from mastery.measure.metrics import log_loss

_GRID = tuple(product((0.2, 0.4, 0.6, 1.0), (0.02, 0.05, 0.1, 0.2)))


def fit(training: AnswerSet) -> Predict:
    """Rate the items, with the a and b that predict a fifth of the training students best from the others."""
    some, held = (training.select(part) for part in inner_splits(training.students)[0])

    def loss(steps: tuple[float, float]) -> float:
        return log_loss(held.y, _rate(some, *steps)(held))

    return _rate(training, *min(_GRID, key=loss))


def _rate(training: AnswerSet, start: float, decay: float) -> Predict:
    share = training.y.mean()
    difficulty = np.full(training.items, -np.log(share / (1.0 - share)))
    _run(training, difficulty, start, decay, True)

    def predict(answers: AnswerSet) -> Floats:
        return _run(answers, difficulty, start, decay, False)

    return predict


def _run(answers: AnswerSet, difficulty: Floats, start: float, decay: float, moves: bool) -> Floats:
    return _elo(
        answers.offsets, answers.item, answers.target, answers.y, difficulty, answers.targets, start, decay, moves
    )


@compiled
def _elo(
    offsets: Integers,
    item: Integers,
    target: Integers,
    y: Floats,
    difficulty: Floats,
    targets: int,
    start: float,
    decay: float,
    moves: bool,
) -> Floats:
    """Chances before each answer [R], student after student; `difficulty` [I] changes in place if it `moves`."""
    chances = np.empty(len(y))
    met = np.zeros(len(difficulty))
    for student in range(len(offsets) - 1):
        general = 0.0
        own, practised = np.zeros(targets), np.zeros(targets)
        for row in range(offsets[student], offsets[student + 1]):
            i, k = item[row], target[row]
            chances[row] = 1.0 / (1.0 + np.exp(difficulty[i] - general - own[k]))
            surprise = start * (y[row] - chances[row])
            general += surprise / (1.0 + decay * (row - offsets[student]))
            own[k] += surprise / (1.0 + decay * practised[k])
            practised[k] += 1.0
            if moves:
                difficulty[i] -= surprise / (1.0 + decay * met[i])
                met[i] += 1.0
    return chances
