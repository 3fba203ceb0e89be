"""Numbers that are shown together add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.numbers import adding_up, half_up

PARTS = st.lists(st.floats(-5, 5), min_size=1, max_size=6)
PLACES = st.sampled_from([0, 1, 2, 3])


@given(PARTS, PLACES)
def test_shown_parts_add_up_to_the_shown_total_and_stay_within_one_unit(parts: list[float], places: int) -> None:
    total = sum(parts)
    shown = adding_up(parts, total, places)
    assert sum(shown) == half_up(total, places)
    unit = Decimal(1).scaleb(-places)
    for part, figure in zip(parts, shown, strict=True):
        assert abs(figure - Decimal(str(part))) < unit
        assert figure == figure.quantize(unit)


@given(PARTS, PLACES)
def test_parts_that_add_up_when_rounded_half_up_are_left_so(parts: list[float], places: int) -> None:
    total = sum(parts)
    plain = [half_up(part, places) for part in parts]
    if sum(plain) == half_up(total, places):
        assert adding_up(parts, total, places) == plain


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        ([0.333, 0.333, 0.334], 1.0, ["0.33", "0.33", "0.34"]),
        ([0.115, 0.115, 0.115], 0.345, ["0.11", "0.12", "0.12"]),
        ([0.004, 0.004, 0.004], 0.012, ["0.00", "0.00", "0.01"]),
        ([-0.115, 0.115, 0.0], 0.0, ["-0.12", "0.12", "0.00"]),
        ([0.4, 0.1, 0.2, -0.1], 0.6, ["0.40", "0.10", "0.20", "-0.10"]),
    ],
)
def test_the_part_nearest_to_the_next_number_gives_way(parts: list[float], total: float, shown: list[str]) -> None:
    assert sorted(map(str, adding_up(parts, total, 2))) == sorted(shown)


def test_of_equals_the_first_gives_way() -> None:
    assert list(map(str, adding_up([0.115, 0.115, 0.115], 0.345, 2))) == ["0.11", "0.12", "0.12"]


def test_parts_of_another_total_are_refused() -> None:
    with pytest.raises(ValueError, match=r"add up to 0\.3, not to 0\.5"):
        adding_up([0.1, 0.2], 0.5, 2)
