"""What a calibration refuses, and what it leaves out and says so."""

from __future__ import annotations

import pytest

from mastery.calibrate import Answers, CalibrationError


def test_answers_are_kept_by_student_with_ids_in_order_of_appearance() -> None:
    answers = Answers.build(["b", "a", "b"], ["q2", "q2", "q1"], [1, 0, True])
    assert (answers.students, answers.items) == (["b", "a"], ["q2", "q1"])
    assert (answers.offsets.tolist(), answers.item.tolist()) == ([0, 2, 3], [0, 1, 0])
    assert answers.right.tolist() == [True, True, False]
    assert answers.student.tolist() == [0, 0, 1]


@pytest.mark.parametrize("share", [0.9, 0.5, -1, 2, float("nan")])
def test_a_share_is_refused_and_not_turned_into_wrong(share: float) -> None:
    with pytest.raises(CalibrationError, match=r"in row 1; an answer is right \(1\) or wrong \(0\)"):
        Answers.build([1, 2], [1, 1], [1, share])


def test_two_answers_of_one_student_to_one_item_are_refused() -> None:
    with pytest.raises(CalibrationError, match="student ana answered item q1 twice, again in row 2"):
        Answers.build(["ana", "ben", "ana"], ["q1", "q1", "q1"], [1, 0, 0])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(CalibrationError, match="student has 2 rows, item 1 and y 2"):
        Answers.build([1, 2], [1], [1, 0])


def test_items_that_say_nothing_are_dropped_each_with_its_reason() -> None:
    shares = {"once": [1], "easy": [1, 1, 1], "hard": [0, 0, 0], "x": [1, 0, 0], "y": [0, 1, 1], "z": [1, 1, 0]}
    columns = [(student, item, y) for item, ys in shares.items() for student, y in enumerate(ys)]
    usable, dropped = Answers.build(*zip(*columns, strict=True)).usable()
    assert usable.items == ["x", "y", "z"]
    assert {(one.item, one.answers, one.reason) for one in dropped} == {
        ("once", 1, "answered once"),
        ("easy", 3, "everybody was right"),
        ("hard", 3, "everybody was wrong"),
    }
    assert usable.rows == 9


def test_fewer_than_three_usable_items_are_refused() -> None:
    with pytest.raises(CalibrationError, match="2 of 3 items have both right and wrong answers; 3 are needed"):
        Answers.build([1, 2] * 3, [1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 1, 1]).usable()
    with pytest.raises(CalibrationError, match="0 of 0 items"):
        Answers.build([], [], []).usable()
