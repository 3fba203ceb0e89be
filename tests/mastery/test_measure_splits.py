"""The folds are exactly those of published comparisons; the search sees training students only."""

from __future__ import annotations

import numpy as np
import pytest

from mastery.measure import FOLDS, inner_splits, judged_students, training_students
from mastery.measure.splits import fold_of


@pytest.mark.parametrize("students", [5, 6, 282, 3114])
def test_the_student_at_position_j_of_the_permutation_is_in_fold_j_mod_5(students: int) -> None:
    permutation = np.random.RandomState(42).permutation(students)
    for position, student in enumerate(permutation):
        assert fold_of(students)[student] == position % 5


def test_the_folds_of_seven_students_are_these() -> None:
    """Golden: a changed generator must not go unnoticed."""
    assert np.random.RandomState(42).permutation(7).tolist() == [0, 1, 5, 2, 4, 3, 6]
    assert fold_of(7).tolist() == [0, 1, 3, 0, 4, 2, 1]
    assert [judged_students(7, fold).tolist() for fold in range(FOLDS)] == [[0, 3], [1, 6], [5], [2], [4]]


def test_each_student_is_judged_in_one_fold_and_trained_on_in_the_others() -> None:
    judged = np.concatenate([judged_students(282, fold) for fold in range(FOLDS)])
    assert sorted(judged.tolist()) == list(range(282))
    for fold in range(FOLDS):
        both = [*judged_students(282, fold).tolist(), *training_students(282, fold).tolist()]
        assert sorted(both) == list(range(282))


def test_each_fifth_of_the_training_students_is_held_back_once_and_always_the_same() -> None:
    splits = inner_splits(226)
    for fit, held in splits:
        assert sorted([*fit.tolist(), *held.tolist()]) == list(range(226))
    assert [len(held) for _, held in splits] == [46, 45, 45, 45, 45]
    assert sorted(np.concatenate([held for _, held in splits]).tolist()) == list(range(226))
    assert [held.tolist() for _, held in inner_splits(226)] == [held.tolist() for _, held in splits]


@pytest.mark.parametrize("fold", [-1, 5])
def test_a_fold_that_is_not_there_is_refused(fold: int) -> None:
    for part in (judged_students, training_students):
        with pytest.raises(ValueError, match="give 0 to 4"):
            part(100, fold)


def test_fewer_students_than_folds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        judged_students(4, 0)
