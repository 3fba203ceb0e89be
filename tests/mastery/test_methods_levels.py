"""Rules on levels, on golden numbers that were worked out by hand or independently."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from method_records import at_levels, scored, with_items

from mastery.evidence import Purpose
from mastery.methods import Judgement, Said, choose, say
from mastery.numbers import exact, half_up


def value(name: str, levels: list[float | None], **parameters: str) -> Fraction | None:
    """What a method says of levels, oldest first."""
    return say(choose(name, parameters), at_levels(levels)).value


def shown(name: str, levels: list[float | None], **parameters: str) -> Decimal | None:
    """The same to two decimals, as people read it."""
    exact_value = value(name, levels, **parameters)
    return None if exact_value is None else half_up(exact_value, 2)


def test_two_rules_that_were_both_called_decaying_average_differ() -> None:
    """The recursion and the latest-against-the-mean agree on two scores and on no more."""
    assert value("DECAY", [2, 3, 4]) == Fraction("3.5275")
    assert value("WEIGHTED", [2, 3, 4]) == Fraction("3.475")
    assert shown("DECAY", [2, 3, 4]) == Decimal("3.53")
    assert shown("WEIGHTED", [2, 3, 4]) == Decimal("3.48")
    assert value("DECAY", [2, 3]) == value("WEIGHTED", [2, 3]) == Fraction("2.65")


@pytest.mark.parametrize(
    ("name", "levels", "expected"),
    [
        ("DECAY", [1, 2, 3, 4, 5], "4.47"),
        ("WEIGHTED", [1, 2, 3, 4, 5], "4.13"),
        ("RECENT", [4, 1, 2.5], "2.50"),
        ("HIGHEST", [4, 1, 2.5], "4.00"),
        ("N_OF", [4, 5, 1, 3, 2, 3], "3.75"),
        ("POWER", [1, 2, 3, 3.5], "3.71"),
        ("POWER", [1, 1, 3, 3.5], "3.24"),
        ("POWER", [4, 3, 2, 1], "1.28"),
    ],
)
def test_a_rule_gives_its_golden_value(name: str, levels: list[float | None], expected: str) -> None:
    assert shown(name, levels) == Decimal(expected)


def test_display_rounds_half_up_from_the_exact_value() -> None:
    assert value("WEIGHTED", [1, 2, 3, 4, 5]) == Fraction(33, 8)
    assert half_up(Fraction(33, 8), 2) == Decimal("4.13")
    assert half_up(Fraction(-33, 8), 2) == Decimal("-4.13")
    assert half_up(Fraction(33, 8) - Fraction(1, 10**40), 2) == Decimal("4.12")
    assert exact(0.65) == Fraction(13, 20)


@pytest.mark.parametrize("name", ["DECAY", "WEIGHTED", "RECENT", "HIGHEST", "N_OF", "POWER"])
def test_no_level_is_no_value_and_a_level_of_zero_is_one(name: str) -> None:
    assert say(choose(name), []) == Said(None, None)
    assert say(choose(name), at_levels([None, None])) == Said(None, None)
    if name not in ("N_OF", "POWER"):
        assert say(choose(name), at_levels([0])) == Said(Fraction(), False)


def test_n_of_has_no_value_where_too_few_reach_mastery() -> None:
    assert value("N_OF", [3, 1, 2]) is None
    assert value("N_OF", [3, 1, 4], count="2") == Fraction("3.5")


def test_the_power_law_refuses_fewer_than_four_levels_and_a_level_of_zero() -> None:
    assert value("POWER", [1, 2, 3]) is None
    assert value("POWER", [1, 0, 3, 4]) is None


def test_the_power_law_ends_at_the_top_of_the_scale() -> None:
    assert value("POWER", [0.5, 4, 4, 4, 4]) == 4


def test_work_that_was_not_done_alone_is_passed_over_where_it_can_not_count_half() -> None:
    alone, helped = scored(1, level=Fraction(2)), scored(2, level=Fraction(4), weight=Fraction(1, 2))
    assert say(choose("HIGHEST"), [alone, helped]).value == 2
    rule = choose("PCT80")
    assert say(rule, [with_items(1, [1] * 10, weight=Fraction(1, 2))]).value is None
    assert say(rule, [with_items(1, [1] * 10)]).value == 100


def test_a_state_test_stands_beside_every_method() -> None:
    local, state = scored(1, level=Fraction(2)), scored(2, level=Fraction(4), purpose=Purpose.STATE_SUMMATIVE)
    assert say(choose("RECENT"), [local, state]).value == 2


def test_a_judgement_needs_a_reason() -> None:
    said = [Judgement(Fraction(2), "early work"), Judgement(Fraction(3), "explains it to others")]
    assert say(choose("JUDGE"), [], said) == Said(Fraction(3), True)
    assert say(choose("JUDGE"), at_levels([4, 4]), []) == Said(None, None)
    assert say(choose("JUDGE"), [], [*said, Judgement(Fraction(4), "  ")]).value == 3


def test_mastered_is_said_from_the_threshold_on_and_not_by_the_rounded_value() -> None:
    assert say(choose("RECENT"), at_levels([3])).mastered is True
    almost = say(choose("DECAY"), at_levels([2.5, 2.5, 3, 3, 3, 3, 3, 3]))
    assert half_up(almost.value or 0, 2) == 3
    assert almost.mastered is False
