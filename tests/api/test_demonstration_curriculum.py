"""What is taught in the demonstration district: complete in both languages, in order, and right in its arithmetic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import pytest

from api.demonstration.curriculum import GRADES, STANDARDS, TARGETS, Standard, Target, load, read

BY_CODE = {target.code: target for target in TARGETS}
HARD = [(before, target.code) for target in TARGETS for before in target.hard]
CREDIT_BEARING_AT_MOST = 6


def _both(target: Target) -> Iterator[tuple[str, str, str]]:
    """Each kind of text with its English and its Spanish form."""
    yield "statement", target.statement, target.statement_es
    yield "example", target.example, target.example_es
    yield "task", target.task, target.task_es


def _grades_between(before: str, after: str) -> int:
    return int(BY_CODE[after].grade) - int(BY_CODE[before].grade)


# --- what there is ---------------------------------------------------------------------------------------------


def test_every_grade_has_its_targets() -> None:
    counts = Counter(target.grade for target in TARGETS)
    assert set(counts) == {"03", "04", "05", "06", "07", "08"}
    assert min(counts.values()) >= 21
    assert len(TARGETS) >= 126


def test_every_code_is_there_once() -> None:
    codes = [standard.code for standard in STANDARDS] + [target.code for target in TARGETS]
    assert [code for code, number in Counter(codes).items() if number > 1] == []


def test_target_codes_name_their_grade() -> None:
    assert [one.code for one in TARGETS if not re.fullmatch(rf"G{int(one.grade)}-[A-Z]{{2,3}}-[1-9]", one.code)] == []


def test_standard_codes_have_the_public_form_and_lie_below_their_grouping() -> None:
    for standard in STANDARDS:
        grade, parent = str(int(standard.grade)), standard.parent
        form = rf"{grade}\.[A-Z]{{1,3}}" if parent is None else rf"{re.escape(parent)}\.[A-D]\.[1-9]"
        assert re.fullmatch(form, standard.code), standard.code


def test_every_target_has_a_standard_and_every_standard_a_target() -> None:
    used = {target.standard for target in TARGETS}
    assert used == {standard.code for standard in STANDARDS if standard.parent is not None}
    assert {one.parent for one in STANDARDS if one.parent} == {one.code for one in STANDARDS if one.parent is None}


def test_only_a_handful_in_grade_8_bears_credit() -> None:
    bearing = [target for target in TARGETS if target.credit_bearing]
    assert {target.grade for target in bearing} == {"08"}
    assert len(bearing) <= CREDIT_BEARING_AT_MOST


# --- the texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda one: one.code)
def test_standards_are_in_both_languages(standard: Standard) -> None:
    assert standard.statement.strip()
    assert standard.statement_es.strip()
    assert standard.statement != standard.statement_es
    assert max(len(standard.statement), len(standard.statement_es)) <= 140


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_texts_are_in_both_languages_and_short(target: Target) -> None:
    limits = {"statement": 140, "example": 600, "task": 500}
    for kind, english, spanish in _both(target):
        assert english.strip(), kind
        assert spanish.strip(), kind
        assert english != spanish, kind
        assert max(len(english), len(spanish)) <= limits[kind], (kind, len(english), len(spanish))
        assert "  " not in english + spanish, kind


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_statements_are_one_sentence_of_the_child(target: Target) -> None:
    assert target.statement.startswith("I can ")
    assert target.statement_es.startswith("Puedo ")
    for statement in (target.statement, target.statement_es):
        assert statement.endswith(".")
        assert ". " not in statement


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_examples_have_two_to_five_short_lines_each(target: Target) -> None:
    english, spanish = target.example.split("\n"), target.example_es.split("\n")
    assert 2 <= len(english) <= 5
    assert len(spanish) == len(english)
    assert max(map(len, english + spanish)) <= 100
    assert all(line == line.strip() for line in english + spanish)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_tasks_say_how_to_check(target: Target) -> None:
    assert "Check: " in target.task
    assert "Comprueba: " in target.task_es
    assert "\n" not in target.task + target.task_es


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_a_task_names_the_same_numbers_in_both_languages(target: Target) -> None:
    figures = re.compile(r"\d+(?:[.,/]\d+)*")
    assert sorted(figures.findall(target.task)) == sorted(figures.findall(target.task_es))


# --- the order -------------------------------------------------------------------------------------------------


def test_prerequisites_come_first() -> None:
    place = {target.code: number for number, target in enumerate(TARGETS)}
    for target in TARGETS:
        for before in target.hard + target.soft:
            assert place[before] < place[target.code], (before, target.code)


def test_no_prerequisite_is_of_a_later_grade() -> None:
    for target in TARGETS:
        for before in target.hard + target.soft:
            assert _grades_between(before, target.code) >= 0, (before, target.code)


def test_the_grades_are_taught_in_order() -> None:
    assert [target.grade for target in TARGETS] == sorted(target.grade for target in TARGETS)


def test_most_targets_from_grade_4_on_rest_on_another() -> None:
    later = [target for target in TARGETS if target.grade > "03"]
    assert sum(bool(target.hard) for target in later) >= 0.9 * len(later)


def test_chains_are_long() -> None:
    length: dict[str, int] = {}
    for target in TARGETS:
        length[target.code] = 1 + max((length[before] for before in target.hard), default=0)
    assert max(length.values()) >= 8


def test_many_hard_prerequisites_are_of_an_earlier_grade() -> None:
    assert sum(_grades_between(*edge) >= 1 for edge in HARD) >= 15
    assert sum(_grades_between(*edge) >= 2 for edge in HARD) >= 3


def test_what_is_reached_in_one_step_is_not_also_a_step_further() -> None:
    """A hard prerequisite that another hard prerequisite already brings says nothing."""
    above: dict[str, set[str]] = {}
    for target in TARGETS:
        above[target.code] = {one for before in target.hard for one in above[before] | {before}}
    spare = [
        (before, target.code)
        for target in TARGETS
        for before in target.hard
        if any(before in above[other] for other in target.hard)
    ]
    assert spare == []


# --- the arithmetic --------------------------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_ROOTS = {"√": 2, "∛": 3}
_TOKEN = re.compile(
    r"""
    (?P<mixed>\d+\ \d+/\d+)
    | (?P<fraction>\d+/\d+(?:,\d{3})*)
    | (?P<number>\$?\d+(?:,\d{3})*(?:\.\d+)?[%°]?)
    | (?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    | (?P<root>[√∛])
    | (?P<sign>(?<![^\s(|])-(?=[\d(.a-z]))
    | (?P<operator>[-+×÷])
    | (?P<relation>[=<>≤≥])
    | (?P<open>\()
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<word>(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹])[^\W\d_]){2,}(?<!mx))
    | (?P<letter>mx|[a-zπ□])
    | (?P<space>[^\S\n]+)
    | (?P<other>.|\n)
    """,
    re.VERBOSE,
)
_ENDS = {"mixed", "fraction", "number", "power", "close", "letter"}
_STARTS = {"mixed", "fraction", "number", "root", "sign", "open", "bar", "letter"}
_RELATIONS = {
    "=": Fraction.__eq__,
    "<": Fraction.__lt__,
    ">": Fraction.__gt__,
    "≤": Fraction.__le__,
    "≥": Fraction.__ge__,
}
CHECKED_AT_LEAST = 150


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Two sides of a relation as they stand in a text."""

    left: tuple[Token, ...]
    relation: str
    right: tuple[Token, ...]

    def __str__(self) -> str:
        return " ".join(token.text for token in (*self.left, Token("relation", self.relation), *self.right))

    @property
    def has_letters(self) -> bool:
        return any(token.kind == "letter" for token in self.left + self.right)

    @property
    def holds(self) -> bool:
        return _RELATIONS[self.relation](_value(self.left), _value(self.right))


def _runs(text: str) -> Iterator[list[Token]]:
    """The stretches of a text that can be read as mathematics: a word, a stop or a gap between two values ends one."""
    run: list[Token] = []
    gap = False
    for match in _TOKEN.finditer(text):
        token = Token(str(match.lastgroup), match[0])
        if token.kind == "space":
            gap = True
            continue
        apart = gap and run and run[-1].kind in _ENDS and token.kind in _STARTS
        if apart or token.kind in ("word", "other"):
            yield run
            run = []
        if token.kind not in ("word", "other"):
            run.append(token)
        gap = False
    yield run


def claims(text: str) -> Iterator[Claim]:
    """Each relation of a text with its two sides; ValueError where a side is missing."""
    for run in _runs(text):
        sides: list[list[Token]] = [[]]
        relations: list[str] = []
        for token in run:
            if token.kind == "relation":
                relations.append(token.text)
                sides.append([])
            else:
                sides[-1].append(token)
        for place, relation in enumerate(relations):
            left, right = tuple(sides[place]), tuple(sides[place + 1])
            if not left or not right:
                raise ValueError(f"a side is missing at {relation} in {text!r}")
            yield Claim(left, relation, right)


def _plain(number: str) -> Fraction:
    value = Fraction(number.strip("$%°").replace(",", ""))
    return value / 100 if number.endswith("%") else value


def _root(value: Fraction, degree: int) -> Fraction:
    found = isqrt(int(value)) if degree == 2 else round(float(value) ** (1 / degree))
    if found**degree != value:
        raise ValueError(f"{value} has no whole root")
    return Fraction(found)


class _Reader:
    """The value of a side: sums of products of powers."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = list(tokens)

    def all(self) -> Fraction:
        value = self._sum()
        if self._tokens:
            raise ValueError(f"cannot read on at {self._tokens[0].text}")
        return value

    def _next_is(self, *texts: str) -> bool:
        return bool(self._tokens) and self._tokens[0].text in texts

    def _sum(self) -> Fraction:
        value = self._product()
        while self._next_is("+", "-"):
            plus = self._tokens.pop(0).text == "+"
            other = self._product()
            value = value + other if plus else value - other
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while self._next_is("×", "÷"):
            times = self._tokens.pop(0).text == "×"
            other = self._signed()
            value = value * other if times else value / other
        return value

    def _signed(self) -> Fraction:
        if self._next_is("-"):
            self._tokens.pop(0)
            return -self._signed()
        value = self._single()
        if self._tokens and self._tokens[0].kind == "power":
            value = Fraction(value ** int(self._tokens.pop(0).text.translate(_SUPERSCRIPTS)))
        return value

    def _single(self) -> Fraction:
        token = self._tokens.pop(0)
        if token.kind == "mixed":
            whole, part = token.text.split(" ")
            return Fraction(whole) + Fraction(part)
        if token.kind in ("fraction", "number"):
            return _plain(token.text)
        if token.kind == "root":
            return _root(self._single(), _ROOTS[token.text])
        if token.kind in ("open", "bar"):
            value = self._sum()
            self._tokens.pop(0)
            return value if token.kind == "open" else abs(value)
        raise ValueError(f"{token.text} is no value")


def _value(side: tuple[Token, ...]) -> Fraction:
    return _Reader(side).all()


def _checkable(text: str) -> list[Claim]:
    return [claim for claim in claims(text) if not claim.has_letters]


@pytest.mark.parametrize(
    "text",
    [
        "3/4 = 9/12",
        "6 × 7 = 42",
        "So 2 3/4 = 11/4, and back.",
        "157 ÷ 6: 6 × 26 + 1 = 157.",
        "$32.40 > $32, y 2,500 = 2.5 × 1,000 metros",
        "25% = 1/4",
        "-2 - (-6) = -2 + 6 = 4",
        "|-7| = 7 y |-3| = 3",
        "x² is 9, 3² = 9",
        "3 × 4² = 48",
        "5⁻² = 1/25",
        "√49 = 7",
        "∛27 = 3",
        "90° ÷ 2 = 45°",
        "2 + 1 = 3 y -2 + 5 = 3",
        "19.36 < 20 < 20.25",
        "9x = 7, 9 × 7/9 = 7",
        "48 ≥ 48 and 47 ≤ 48",
    ],
)
def test_true_equations_are_read(text: str) -> None:
    found = _checkable(text)
    assert found
    assert all(claim.holds for claim in found)


@pytest.mark.parametrize(
    "text",
    ["3/4 = 9/11", "6 × 7 = 43", "2 3/4 = 10/4", "2 + 1 = 3 and 3 + 1 = 5", "-2 + 5 = -3", "25% = 25", "3 < 3"],
)
def test_false_equations_are_found(text: str) -> None:
    assert not all(claim.holds for claim in _checkable(text))


@pytest.mark.parametrize("text", ["the area = 12", "12 = twelve", "the sum is = 4"])
def test_an_equation_with_words_is_not_passed_over(text: str) -> None:
    with pytest.raises(ValueError, match="a side is missing"):
        list(claims(text))


@pytest.mark.parametrize("text", ["√20 = 4", "2 + = 4", "3(4) = 12"])
def test_what_cannot_be_worked_out_is_not_passed_over(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        [claim.holds for claim in _checkable(text)]


def test_letters_take_an_equation_out_of_the_count() -> None:
    assert _checkable("y = mx + b, 3(n + 4) = 3n + 12, □ × 7 = 35") == []
    assert len(list(claims("y = mx + b, 3(n + 4) = 3n + 12, □ × 7 = 35"))) == 3


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_every_equation_is_right(target: Target) -> None:
    for _, english, spanish in _both(target):
        for claim in [*claims(english), *claims(spanish)]:
            assert claim.has_letters or claim.holds, str(claim)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_both_languages_have_the_same_equations(target: Target) -> None:
    for kind, english, spanish in _both(target):
        assert sorted(map(str, claims(english))) == sorted(map(str, claims(spanish))), kind


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_an_example_with_letters_also_has_numbers_to_check(target: Target) -> None:
    if any(claim.has_letters for claim in claims(target.example)):
        assert _checkable(target.example)


def test_many_equations_are_checked() -> None:
    for examples in ([one.example for one in TARGETS], [one.example_es for one in TARGETS]):
        assert sum(len(_checkable(example)) for example in examples) >= CHECKED_AT_LEAST


# --- the reading -----------------------------------------------------------------------------------------------

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
