"""Reading the curriculum: what is wrong with a file is named with its place."""

from __future__ import annotations

import pytest

from api.demonstration.curriculum import GRADES, TARGETS, load, read

_GROUPING = """
[[standard]]
code = "3.OA"
grade = "03"
statement = "Numbers"
statement_es = "Números"
"""
_BELOW = """
[[standard]]
code = "3.OA.A.1"
parent = "3.OA"
grade = "03"
statement = "Groups"
statement_es = "Grupos"
"""


def _text(code: str, more: str = "", without: str = "") -> str:
    fields = {
        "code": code,
        "standard": "3.OA.A.1",
        "statement": "I can",
        "statement_es": "Puedo",
        "example": "An example",
        "example_es": "Un ejemplo",
        "task": "A task",
        "task_es": "Una tarea",
    }
    lines = [f'{key} = "{value}"' for key, value in fields.items() if key != without]
    return "\n".join(["", "[[target]]", *lines, more, ""])


_GOOD = _GROUPING + _BELOW + _text("A") + _text("B", 'hard = ["A"]')


def test_a_small_file_is_read() -> None:
    curriculum = read({"grade-3.toml": _GOOD})
    assert [one.code for one in curriculum.standards] == ["3.OA", "3.OA.A.1"]
    first, second = curriculum.targets
    assert (first.code, first.grade, first.hard, first.dok, first.credit_bearing) == ("A", "03", (), None, False)
    assert (second.code, second.hard) == ("B", ("A",))


def test_targets_come_after_what_they_rest_on_and_else_in_the_order_of_the_file() -> None:
    text = _GROUPING + _BELOW + _text("C", 'soft = ["B"]') + _text("A") + _text("B") + _text("D")
    assert [one.code for one in read({"grade-3.toml": text}).targets] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[standard]", r"grade-3\.toml: "),
        ("[[unit]]\ncode = 'A'", r"grade-3\.toml: unknown table unit"),
        ("standard = 1", r"grade-3\.toml: standard is not a list of tables"),
        (_GOOD + _text("C", "colour = 1"), r"grade-3\.toml: target C: unknown key colour"),
        (_GOOD + _BELOW.replace("A.1", "A.2") + "order = 1", r"grade-3\.toml: standard 3\.OA\.A\.2: unknown key order"),
        (_GOOD + _text("B"), r"grade-3\.toml: target B: the code is also in grade-3\.toml"),
        (_GOOD + _BELOW, r"grade-3\.toml: standard 3\.OA\.A\.1: the code is also in grade-3\.toml"),
        (_GOOD + _text("C", 'hard = ["Z"]'), r"grade-3\.toml: target C: unknown prerequisite Z"),
        (_GOOD + _text("C", 'soft = ["Z"]'), r"grade-3\.toml: target C: unknown prerequisite Z"),
        (_GOOD + _text("C", 'hard = ["A"]\nsoft = ["A"]'), r"target C: the prerequisite A is there twice"),
        (_GOOD + _text("C", 'hard = "A"'), r"target C: hard is not a list of codes"),
        (_GOOD + _text("C", 'hard = ["C"]'), r"grade-3\.toml: target C: it comes before itself: C -> C"),
        (_GOOD + _text("C", without="code"), r"grade-3\.toml: target number 3: code is missing"),
        (_GOOD + _text("C", without="task_es"), r"grade-3\.toml: target C: task_es is missing"),
        (_GOOD + _text("C").replace("Una tarea", "A task"), r"target C: task_es is not translated"),
        (_GOOD + _text("C").replace("Una tarea", " "), r"target C: task_es is missing"),
        (_GROUPING.replace('_es = "Números"', '_es = "Numbers"'), r"standard 3\.OA: statement_es is not translated"),
        (_GOOD + _text("C").replace("3.OA.A.1", "3.OA"), r"target C: 3\.OA is not a standard of this file"),
        (_GOOD + _text("C", "dok = 4"), r"target C: dok is not 1, 2 or 3"),
        (_GOOD + _text("C", "dok = true"), r"target C: dok is not 1, 2 or 3"),
        (_GOOD + _text("C", "credit_bearing = 1"), r"target C: credit_bearing is neither true nor false"),
        (_GROUPING.replace('"03"', '"04"'), r"standard 3\.OA: the grade 04 does not belong in this file"),
        (_BELOW, r"standard 3\.OA\.A\.1: the parent 3\.OA is not a grouping"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read({"grade-3.toml": text})


def test_the_files_are_read_once() -> None:
    assert load() is load()
    assert load().targets is TARGETS
    assert tuple(GRADES.values()) == ("03", "04", "05", "06", "07", "08")
