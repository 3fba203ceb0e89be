"""A person who is in the data twice is found; people who are merely alike are not."""

from __future__ import annotations

import numpy as np
from answer_sets import Given
from scipy.special import expit

from mastery.measure import AnswerSet, of_both, once, twins


def a_class(students: int, items: int, seed: int) -> list[Given]:
    """Everybody answers every item."""
    random = np.random.default_rng(seed)
    ability, easiness = random.normal(0.0, 1.0, students), random.normal(0.8, 1.0, items)
    right = random.random((students, items)) < expit(ability[:, None] + easiness)
    return [
        Given(f"u{student}", f"i{item}", "s", float(right[student, item]))
        for student in range(students)
        for item in range(items)
    ]


def again(rows: list[Given], user: str, name: str, changed: int = 0) -> list[Given]:
    """The answers of a user under another name, the first few of them changed."""
    own = [row._replace(user=name) for row in rows if row.user == user]
    return [row._replace(correct=1.0 - row.correct) if place < changed else row for place, row in enumerate(own)]


def test_the_same_answers_under_two_names_are_one_person() -> None:
    rows = a_class(60, 80, 1)
    answers = AnswerSet.of([*rows, *again(rows, "u7", "copy"), *again(rows, "u12", "nearly", changed=3)])
    assert 0.4 < answers.y[answers.student == 12].mean() < 0.8  # of who gets all right there is little to tell them by
    assert twins(answers).tolist() == [[7, 60], [12, 61]]


def test_people_who_are_alike_are_not_taken_for_one() -> None:
    """Forty students who get nearly everything right agree on nearly everything."""
    random = np.random.default_rng(2)
    able = [
        Given(f"able{student}", f"i{item}", "s", float(random.random() < 0.97))
        for student in range(40)
        for item in range(80)
    ]
    assert twins(AnswerSet.of([*a_class(200, 80, 3), *able])).tolist() == []


def test_a_few_items_in_common_tell_nothing() -> None:
    rows = a_class(60, 19, 4)
    assert twins(AnswerSet.of([*rows, *again(rows, "u7", "copy")])).tolist() == []


def test_who_is_judged_as_well_is_told_of_the_training_students() -> None:
    pairs = np.array([[0, 9], [1, 2], [3, 8]])
    assert of_both(pairs, np.array([0, 1, 2, 3]), np.array([8, 9])).tolist() == [0, 3]
    assert of_both(pairs, np.array([8, 9]), np.array([0, 1, 2, 3])).tolist() == [8, 9]
    assert of_both(pairs[:0], np.array([0, 1]), np.array([2])).tolist() == []


def test_each_person_is_trained_on_once_and_none_who_is_judged() -> None:
    pairs = np.array([[0, 9], [1, 2], [1, 5], [2, 5], [3, 8]])
    assert once(pairs, np.arange(8), np.array([8, 9])).tolist() == [1, 4, 6, 7]
