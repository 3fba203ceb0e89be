"""The geometry of the pictures of a measurement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.measurement_pictures import WIDTH, bars_picture, diagram_picture, drift_picture, map_picture


def _share(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def _bands(low: int, counts: list[int], step: float = 0.5) -> list[dict[str, float]]:
    return [{"low": low + step * n, "high": low + step * (n + 1), "count": one} for n, one in enumerate(counts)]


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_what_comes_as_it_was_said_is_on_the_line(said: float, other: float) -> None:
    """From the lower left corner of the square (30, 286) to the upper right one (346, 14)."""
    low, high = sorted((said, other))
    picture = diagram_picture([(said, _share(said, low, high))])
    assert picture is not None
    (mark,) = picture.marks
    assert (mark.x - 30) / 316 == pytest.approx((286 - mark.y) / 272, abs=0.001)
    assert mark.high <= mark.y <= mark.low
    assert 0 < mark.x < WIDTH


def test_a_bar_of_four_fifths_ends_on_the_line_of_four_fifths() -> None:
    picture = bars_picture([_share(0.8, 0.7, 0.9), _share(0.5, 0.4, 0.6)], 0.8)
    assert picture is not None
    first, second = picture.bars
    assert first.x == picture.wanted
    assert first.low < first.x < first.high
    assert (second.x - 10) / (first.x - 10) == pytest.approx(0.5 / 0.8, abs=0.001)
    assert first.y < second.y < picture.height


def test_the_area_of_a_band_is_the_number_in_it() -> None:
    students = [*_bands(-1, [10, 20]), {"low": 0.0, "high": 2.0, "count": 40}]
    picture = map_picture({"students": students, "items": _bands(-2, [1, 3, 2]), "low": -0.5, "high": 1.0})
    areas = [one.height * one.length for one in picture.students]
    assert areas[1] / areas[0] == pytest.approx(2.0, rel=0.01)
    assert areas[2] / areas[0] == pytest.approx(4.0, rel=0.01)
    # higher levels are higher up, and bands lie end to end
    assert [one.y for one in picture.students] == sorted((one.y for one in picture.students), reverse=True)
    assert picture.students[1].y + picture.students[1].height == pytest.approx(picture.students[0].y)
    assert [level for _, level in picture.ticks] == [-2, -1, 0, 1, 2]
    assert picture.inner[0] < picture.inner[1] <= picture.bottom < picture.height


def test_dots_beyond_the_lines_are_those_that_moved_beyond_chance() -> None:
    picture = drift_picture([-5.0, -3.29, 0.0, 3.3], 3.29)
    assert picture is not None
    assert [one.beyond for one in picture.dots] == [True, False, False, True]
    assert picture.dots[2].x == picture.zero
    for one in picture.dots:
        assert one.beyond == (one.x < picture.chance[0] or one.x > picture.chance[1])
    assert [one.number for one in picture.dots] == [1, 2, 3, 4]


def test_there_is_no_picture_of_nothing() -> None:
    assert diagram_picture([]) is None
    assert bars_picture([], 0.8) is None
    assert drift_picture([], 3.29) is None
