"""A file of answers as columns: numbering, order, what the timestamps are, base targets, some of the students."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from answer_sets import Given, made_up

from mastery.measure import AnswersError, AnswerSet, Timestamps

ROWS = [
    Given("ann", "i9", "s2", 1.0),
    Given("bob", "i1", "s1", 0.0),
    Given("ann", "i1", "s1", 0.5),
    Given("bob", "i9", "s2", 1.0),
    Given("ann", "i9", "s2", 0.0),
]


def test_students_stand_together_in_order_of_first_appearance_with_their_rows_in_order() -> None:
    answers = AnswerSet.of(ROWS)
    assert answers.offsets.tolist() == [0, 3, 5]
    assert answers.student.tolist() == [0, 0, 0, 1, 1]
    assert answers.item.tolist() == [0, 1, 0, 1, 0]
    assert answers.target.tolist() == [0, 1, 0, 1, 0]
    assert answers.y.tolist() == [1.0, 0.5, 0.0, 0.0, 1.0]
    assert (answers.student_names, answers.item_names, answers.target_names) == (
        ["ann", "bob"],
        ["i9", "i1"],
        ["s2", "s1"],
    )
    assert (answers.rows, answers.students, answers.items, answers.targets) == (5, 2, 2, 2)


def test_every_row_of_a_file_is_there_once_and_says_what_the_file_says() -> None:
    rows = made_up(30, 500)
    answers = AnswerSet.of(rows)
    read = [
        (answers.student_names[s], answers.item_names[i], answers.target_names[t], y)
        for s, i, t, y in zip(answers.student, answers.item, answers.target, answers.y, strict=True)
    ]
    for user in {row.user for row in rows}:
        assert [one for one in read if one[0] == user] == [tuple(row[:4]) for row in rows if row.user == user]


def test_no_rows_make_no_set() -> None:
    with pytest.raises(AnswersError, match="no answers"):
        AnswerSet.of([])


def test_some_students_are_numbered_anew_and_keep_the_numbers_of_items_and_targets() -> None:
    answers = AnswerSet.of(made_up(20, 300))
    chosen = [7, 3, 12]
    part = answers.select(chosen)
    assert part.student_names == [answers.student_names[one] for one in chosen]
    assert part.items == answers.items
    for number, one in enumerate(chosen):
        here = slice(int(part.offsets[number]), int(part.offsets[number + 1]))
        there = slice(int(answers.offsets[one]), int(answers.offsets[one + 1]))
        assert (part.student[here] == number).all()
        for column in ("item", "target", "y"):
            assert getattr(part, column)[here].tolist() == getattr(answers, column)[there].tolist()
        assert part.days()[here].tolist() == answers.days()[there].tolist()


def test_nobody_is_a_set_without_rows() -> None:
    part = AnswerSet.of(ROWS).select([])
    assert (part.students, part.rows, part.offsets.tolist()) == (0, 0, [0])


def test_all_students_selected_are_the_same_set() -> None:
    answers = AnswerSet.of(made_up(9, 90))
    same = answers.select(np.arange(9))
    for field in dataclasses.fields(answers):
        assert np.array_equal(getattr(same, field.name), getattr(answers, field.name)) or field.name == "day"


def timed(*times: float, users: str = "") -> list[Given]:
    names = users or "a" * len(times)
    return [Given(user, "i", "s", 1.0, time) for user, time in zip(names, times, strict=True)]


@pytest.mark.parametrize(
    ("rows", "kind", "says"),
    [
        (timed(0, 0, 0), Timestamps.ORDER, "all are the same"),
        (timed(0, 1, 2, 3), Timestamps.ORDER, "numbering"),
        (timed(0, 50, 3600), Timestamps.ORDER, "reach over 0.04167 days"),
        (timed(0, 1.6e12, 1.6e12 + 9e7), Timestamps.ORDER, "reach over"),
        (timed(0, 200_000, 100_000), Timestamps.ORDER, "fall within a student"),
        (timed(1.6e9, 1.6e9 + 86400, 1.6e9 + 86400), Timestamps.SECONDS, "reach over 1.0 days"),
        (timed(5e5, 9e5, 1e5, 2e5, users="aabb"), Timestamps.SECONDS, "never fall within a student"),
    ],
)
def test_large_times_that_never_fall_within_a_student_are_taken_for_seconds(
    rows: list[Given], kind: Timestamps, says: str
) -> None:
    answers = AnswerSet.of(rows)
    assert answers.timestamps is kind
    assert says in answers.timing
    assert (answers.day is None) == (kind is Timestamps.ORDER)


def test_days_begin_at_the_earliest_answer_and_what_is_said_counts() -> None:
    rows = timed(186_400, 272_800, 100_000, 100_000, users="aabb")
    assert AnswerSet.of(rows, timestamps=Timestamps.SECONDS).days().tolist() == [1.0, 2.0, 0.0, 0.0]
    ordered = AnswerSet.of(rows, timestamps=Timestamps.ORDER)
    assert ordered.day is None
    assert ordered.days().tolist() == [0.0, 0.01, 0.0, 0.01]
    assert ordered.timing == "as was said"


def bases(answers: AnswerSet) -> dict[str, list[str]]:
    return {
        name: [answers.base_names[one] for one in answers.base[answers.base_offsets[i] : answers.base_offsets[i + 1]]]
        for i, name in enumerate(answers.item_names)
    }


def test_without_a_matrix_an_item_stands_for_the_targets_it_was_answered_for() -> None:
    assert bases(AnswerSet.of([*ROWS, Given("bob", "i1", "s2", 1.0)])) == {"i9": ["s2"], "i1": ["s1", "s2"]}


def test_with_a_matrix_an_item_stands_for_several_base_targets_and_one_it_lacks_for_its_skill() -> None:
    answers = AnswerSet.of(ROWS, {"i9": ["b1", "b2", "b1"], "i5": ["b3"]})
    assert bases(answers) == {"i9": ["b1", "b2"], "i1": ["skill s1 of the answers"]}
    assert answers.base_targets == 3
    assert bases(answers.select([1])) == bases(answers)
