"""Every number in the worked examples of the demonstration's curriculum is right, in both languages."""

from __future__ import annotations

import pytest
from curriculum_texts import both
from equations import checkable, claims

from api.demonstration.curriculum import TARGETS, Target

CHECKED_AT_LEAST = 150


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
    found = checkable(text)
    assert found
    assert all(claim.holds for claim in found)


@pytest.mark.parametrize(
    "text",
    ["3/4 = 9/11", "6 × 7 = 43", "2 3/4 = 10/4", "2 + 1 = 3 and 3 + 1 = 5", "-2 + 5 = -3", "25% = 25", "3 < 3"],
)
def test_false_equations_are_found(text: str) -> None:
    assert not all(claim.holds for claim in checkable(text))


@pytest.mark.parametrize("text", ["the area = 12", "12 = twelve", "the sum is = 4"])
def test_an_equation_with_words_is_not_passed_over(text: str) -> None:
    with pytest.raises(ValueError, match="a side is missing"):
        list(claims(text))


@pytest.mark.parametrize("text", ["√20 = 4", "2 + = 4", "3(4) = 12"])
def test_what_cannot_be_worked_out_is_not_passed_over(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        [claim.holds for claim in checkable(text)]


def test_letters_take_an_equation_out_of_the_count() -> None:
    assert checkable("y = mx + b, 3(n + 4) = 3n + 12, □ × 7 = 35") == []
    assert len(list(claims("y = mx + b, 3(n + 4) = 3n + 12, □ × 7 = 35"))) == 3


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_every_equation_is_right(target: Target) -> None:
    for _, english, spanish in both(target):
        for claim in [*claims(english), *claims(spanish)]:
            assert claim.has_letters or claim.holds, str(claim)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_both_languages_have_the_same_equations(target: Target) -> None:
    for kind, english, spanish in both(target):
        assert sorted(map(str, claims(english))) == sorted(map(str, claims(spanish))), kind


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_an_example_with_letters_also_has_numbers_to_check(target: Target) -> None:
    if any(claim.has_letters for claim in claims(target.example)):
        assert checkable(target.example)


def test_many_equations_are_checked() -> None:
    for examples in ([one.example for one in TARGETS], [one.example_es for one in TARGETS]):
        assert sum(len(checkable(example)) for example in examples) >= CHECKED_AT_LEAST
