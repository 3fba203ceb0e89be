"""Hyperparameters and priors for a set of answers: what predicts students best that were not fitted to.

A random search around the best so far (an evolution strategy of one parent and one child whose step adapts: Schumer and
Steiglitz 1968), by the log-loss on a fifth of the training students after calibrating on the others. Every candidate is
calibrated from the same bank, so that none is better for having had more rounds; from time to time that bank is made
anew from the best. The same answers and seed find the same settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from mastery.estimate import DEFAULTS, Hyperparameters
from mastery.measure import metrics
from mastery.measure.bank import AnswerColumns
from mastery.measure.batch import Calibrated, Spreads, calibrate
from mastery.measure.splits import inner_splits

Answers = TypeVar("Answers", bound=AnswerColumns)
EVALUATIONS = 150
_SEED = 20
_MOST_ROWS = 300_000
_FIRST_ROUNDS, _ROUNDS = 4, 1
_ANEW_EVERY = 30
_CHANGED = 0.25
_WIDER, _NARROWER = 1.15, 0.985
_WIDEST, _NARROWEST = 1.5, 0.25
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Settings:
    """What a search chooses: the filter's hyperparameters and the spreads of the batch step's priors."""

    hyper: Hyperparameters
    spreads: Spreads


@dataclass(frozen=True, slots=True)
class _Dial:
    """One number that is searched: how far one step goes (of its logarithm, unless `additive`), and its bounds."""

    name: str
    step: float
    low: float
    high: float
    additive: bool = False


_DIALS = (
    _Dial("general_variance", 0.5, 0.01, 4.0),
    _Dial("general_drift", 0.7, 0.0, 0.1),
    _Dial("form_variance", 0.6, 1e-4, 3.0),
    _Dial("form_persistence", 0.1, 0.01, 0.99, additive=True),
    _Dial("target_variance", 0.5, 1e-3, 4.0),
    _Dial("target_drift", 0.6, 0.0, 0.3),
    _Dial("learning_right", 0.04, 0.0, 0.5, additive=True),
    _Dial("learning_wrong", 0.04, -0.3, 0.0, additive=True),
    _Dial("item_variance", 0.6, 1e-4, 3.0),
    _Dial("forgetting", 0.7, 0.0, 1.0),
    _Dial("forgetting_variance", 0.7, 0.0, 0.5),
    _Dial("item", 0.3, 0.1, 2.5),
    _Dial("target", 0.3, 0.1, 2.0),
    _Dial("practice", 0.5, 0.005, 0.8),
    _Dial("slope", 0.4, 0.02, 0.9),
    _Dial("attempt", 0.3, 0.05, 1.5),
)
_OF_SPREADS = frozenset({"item", "target", "slope", "practice", "attempt"})
START = Settings(
    replace(
        DEFAULTS,
        general_variance=1.0,
        form_variance=0.45,
        form_persistence=0.85,
        target_variance=0.25,
        target_drift=0.01,
        learning_right=0.01,
        item_variance=0.1,
        forgetting=0.4,
        forgetting_variance=0.1,
    ),
    Spreads(),
)
"""Where a search begins: near what was found on the training students of several sets."""


def search(
    answers: AnswerColumns, evaluations: int = EVALUATIONS, tell: Callable[[int, int], None] = lambda done, of: None
) -> Settings:
    """The best settings of so many tries for these training answers; `tell` hears of progress.

    Of more than 300,000 rows so many students are taken, at random, as hold about that many. ValueError for fewer than
    five students.
    """
    taken = _fewer(answers)
    fitted, held = (taken.select(some) for some in inner_splits(taken.students)[0])
    random = np.random.default_rng(_SEED)
    best = START
    origin = calibrate(fitted, best.hyper, best.spreads, _FIRST_ROUNDS)
    least = held_loss(origin, held)
    step = 1.0
    for number in range(1, evaluations + 1):
        if number % _ANEW_EVERY == 1:
            origin = calibrate(fitted, best.hyper, best.spreads, _ROUNDS, origin)
            least = held_loss(calibrate(fitted, best.hyper, best.spreads, _ROUNDS, origin), held)
        candidate = _near(best, step, random)
        loss = held_loss(calibrate(fitted, candidate.hyper, candidate.spreads, _ROUNDS, origin), held)
        if loss < least:
            best, least, step = candidate, loss, min(step * _WIDER, _WIDEST)
        else:
            step = max(step * _NARROWER, _NARROWEST)
        tell(number, evaluations)
    return best


def held_loss(calibrated: Calibrated, held: AnswerColumns) -> float:
    """Log-loss of the predictions for students that were not fitted to."""
    return metrics.log_loss(held.y, calibrated.advanced(held).prediction)


def _fewer(answers: Answers) -> Answers:
    if answers.rows <= _MOST_ROWS:
        return answers
    shuffled = np.random.default_rng(_SEED).permutation(answers.students)
    rows = np.cumsum((answers.offsets[1:] - answers.offsets[:-1])[shuffled])
    return answers.select(np.sort(shuffled[: max(int(np.searchsorted(rows, _MOST_ROWS)), 5)]))


def _near(settings: Settings, step: float, random: np.random.Generator) -> Settings:
    """About a quarter of the numbers moved, at least one, by normal steps."""
    chosen = random.random(len(_DIALS)) < _CHANGED
    chosen[random.integers(len(_DIALS))] = True
    moves = random.standard_normal(len(_DIALS))
    changed: dict[str, float] = {}
    for dial, is_chosen, move in zip(_DIALS, chosen.tolist(), moves.tolist(), strict=True):
        if is_chosen:
            now = float(getattr(settings.spreads if dial.name in _OF_SPREADS else settings.hyper, dial.name))
            shift = dial.step * step * move
            moved = now + shift if dial.additive else (now + _FLOOR) * float(np.exp(shift))
            changed[dial.name] = min(max(moved, dial.low), dial.high)
    return Settings(
        replace(settings.hyper, **dict[str, Any]((name, changed[name]) for name in changed if name not in _OF_SPREADS)),
        replace(settings.spreads, **{name: changed[name] for name in changed if name in _OF_SPREADS}),
    )
