"""Who is trained on and who is predicted: the folds of measurement 4, and the split inside the training students."""

from __future__ import annotations

import numpy as np

from mastery.estimate.state import Integers

FOLDS = 5
_SEED = 42
_INNER_SEED = 7


def fold_of(students: int) -> Integers:
    """The fold 0..4 of each student, int64[students]; students are numbered by first appearance in the file.

    The student at position j of numpy.random.RandomState(42).permutation(students) is in fold j mod 5. ValueError for
    fewer students than folds.
    """
    return _dealt(students, _SEED)


def judged_students(students: int, fold: int) -> Integers:
    """Numbers of the students who are predicted in this fold, ascending. ValueError for a fold outside 0..4."""
    return np.flatnonzero(fold_of(students) == _checked(fold))


def training_students(students: int, fold: int) -> Integers:
    """Numbers of the students that may be trained on in this fold, ascending. ValueError for a fold outside 0..4."""
    return np.flatnonzero(fold_of(students) != _checked(fold))


def inner_splits(students: int) -> list[tuple[Integers, Integers]]:
    """Training students, numbered from 0, in two, five times over: four fifths to fit to, and the fifth held out.

    Dealt as the folds are, with the seed 7, so that a search finds the same again. ValueError for fewer than five.
    """
    dealt = _dealt(students, _INNER_SEED)
    return [(np.flatnonzero(dealt != one), np.flatnonzero(dealt == one)) for one in range(FOLDS)]


def _dealt(students: int, seed: int) -> Integers:
    if students < FOLDS:
        raise ValueError(f"{students} students can not be dealt into {FOLDS} folds: give at least {FOLDS}")
    dealt = np.empty(students, np.int64)
    dealt[np.random.RandomState(seed).permutation(students)] = np.arange(students) % FOLDS
    return dealt


def _checked(fold: int) -> int:
    if not 0 <= fold < FOLDS:
        raise ValueError(f"fold {fold} does not exist: give 0 to {FOLDS - 1}")
    return fold
