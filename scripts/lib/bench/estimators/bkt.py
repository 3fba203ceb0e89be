"""Bayesian knowledge tracing (Corbett and Anderson 1995): known or not, learned at a constant rate, never forgotten.

Each target has a chance to be known at first, to be learned after an answer, to be guessed and to slip, found by
expectation and maximisation (Baum and Welch) over the training students' sequences on it. Guessing and slipping are not
held below a half, which predicts better. Half of the points is right.
"""

from __future__ import annotations

import numpy as np

from bench.estimators import Predict
from mastery.estimate.compiled import compiled
from mastery.estimate.state import Floats, Integers
from mastery.measure import AnswerSet

START = (0.4, 0.15, 0.25, 0.15)
"""Known at first, learned, guessed, slipped: where the search begins."""
_ROUNDS, _ENOUGH = 200, 1e-5
_EDGE = 1e-4


def fit(training: AnswerSet) -> Predict:
    """A model of each target; of one that no training student met, the one of all sequences together."""
    start, right = _sequences(training)
    own = training.target[_order(training)][start[:-1]]
    models = np.tile(maximise(start, right, np.array(START)), (training.targets, 1))
    for target in np.unique(own):
        pieces = [right[start[one] : start[one + 1]] for one in np.flatnonzero(own == target)]
        ends = np.concatenate(([0], np.cumsum([len(piece) for piece in pieces])))
        models[target] = maximise(ends, np.concatenate(pieces), np.array(START))

    def predict(answers: AnswerSet) -> Floats:
        order = _order(answers)
        start, right = _sequences(answers)
        chances = np.empty(answers.rows)
        chances[order] = _trace(start, right, models[answers.target[order]])
        return chances

    return predict


def _order(answers: AnswerSet) -> Integers:
    """Rows by student and target, in the order in which they were given."""
    return np.argsort(answers.student * answers.targets + answers.target, kind="stable")


def _sequences(answers: AnswerSet) -> tuple[Integers, Integers]:
    """Where each sequence of a student on a target starts, int64[S+1], and the answers 0 or 1, in `_order`."""
    order = _order(answers)
    group = (answers.student * answers.targets + answers.target)[order]
    start = np.flatnonzero(np.concatenate(([True], np.diff(group) != 0, [True])))
    return start, (answers.y[order] >= 0.5).astype(np.int64)


@compiled
def maximise(start: Integers, right: Integers, model: Floats, rounds: int = _ROUNDS) -> Floats:
    """Known at first, learned, guessed, slipped [4], from `model` on until the likelihood hardly grows."""
    longest = 1
    for s in range(len(start) - 1):
        longest = max(longest, start[s + 1] - start[s])
    filtered, backward = np.empty((longest, 2)), np.empty((longest, 2))
    before = -np.inf
    for _ in range(rounds):
        known, learned, guess, slip = model
        first = stayed = moved = 0.0
        # in each state: answers, and right ones
        answers, rights = np.zeros(2), np.zeros(2)
        likelihood = 0.0
        for s in range(len(start) - 1):
            length = start[s + 1] - start[s]
            p = known
            for t in range(length):
                y = right[start[s] + t]
                as_known, as_new = p * (1.0 - slip if y else slip), (1.0 - p) * (guess if y else 1.0 - guess)
                total = as_known + as_new
                likelihood += np.log(total)
                filtered[t, 1], filtered[t, 0] = as_known / total, as_new / total
                p = filtered[t, 1] + filtered[t, 0] * learned
            backward[length - 1] = 1.0
            for t in range(length - 2, -1, -1):
                y = right[start[s] + t + 1]
                as_known = (1.0 - slip if y else slip) * backward[t + 1, 1]
                as_new = (guess if y else 1.0 - guess) * backward[t + 1, 0]
                at_new = learned * as_known + (1.0 - learned) * as_new
                scale = filtered[t, 1] * as_known + filtered[t, 0] * at_new
                moved += filtered[t, 0] * learned * as_known / scale
                stayed += filtered[t, 0] * (1.0 - learned) * as_new / scale
                backward[t, 1], backward[t, 0] = as_known / scale, at_new / scale
            for t in range(length):
                y = right[start[s] + t]
                for state in range(2):
                    share = filtered[t, state] * backward[t, state]
                    answers[state] += share
                    rights[state] += share * y
            first += filtered[0, 1] * backward[0, 1]
        model = np.array(
            [
                _held(first / (len(start) - 1)),
                _held(moved / max(moved + stayed, _EDGE)),
                _held(rights[0] / max(answers[0], _EDGE)),
                _held(1.0 - rights[1] / max(answers[1], _EDGE)),
            ]
        )
        if likelihood - before < _ENOUGH * len(right):
            break
        before = likelihood
    return model


@compiled
def _held(share: float) -> float:
    return min(max(share, _EDGE), 1.0 - _EDGE)


@compiled
def _trace(start: Integers, right: Integers, models: Floats) -> Floats:
    """Chance of each answer before it is seen [R]; models [R, 4], the same within a sequence."""
    chances = np.empty(len(right))
    for s in range(len(start) - 1):
        p = models[start[s], 0]
        for row in range(start[s], start[s + 1]):
            _, learned, guess, slip = models[row]
            chances[row] = p * (1.0 - slip) + (1.0 - p) * guess
            p = p * (1.0 - slip) / chances[row] if right[row] else p * slip / (1.0 - chances[row])
            p += (1.0 - p) * learned
    return chances
