"""Students and questions on one scale."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from mastery.measure.item_map import FARTHEST, STEP, Band, bands, difficulty_of, item_map, levels_of


def test_a_question_stands_where_half_of_the_answers_are_right() -> None:
    slope, easiness = np.array([0.5, 1.0, 2.0]), np.array([1.0, -2.0, 0.0])
    at = difficulty_of(slope, easiness)
    assert at.tolist() == [-2.0, 2.0, 0.0]
    assert expit(slope * at + easiness) == pytest.approx([0.5] * 3)


def test_bands_by_hand() -> None:
    places = np.r_[np.full(4, -0.6), np.full(8, -0.2), np.full(12, 0.0), np.full(3, 1.4)]
    assert bands(places, 1) == (Band(-1.0, -0.5, 4), Band(-0.5, 0.0, 8), Band(0.0, 0.5, 12), Band(0.5, 1.5, 3))
    assert bands(places, 10) == (Band(-1.0, 0.0, 12), Band(0.0, 1.5, 15))


def test_too_few_places_make_no_band() -> None:
    with pytest.raises(ValueError, match="9 places make no band of at least 10"):
        bands(np.zeros(9), 10)


@given(st.lists(st.floats(-20.0, 20.0), min_size=10, max_size=80), st.integers(1, 10))
def test_bands_hold_everybody_once_and_lie_end_to_end(places: list[float], fewest: int) -> None:
    found = bands(np.array(places), fewest)
    assert sum(one.count for one in found) == len(places)
    assert min(one.count for one in found) >= fewest
    assert all(before.high == after.low for before, after in pairwise(found))
    assert -FARTHEST <= found[0].low < found[-1].high <= FARTHEST
    inner = np.clip(places, -FARTHEST, FARTHEST - STEP)
    for one in found:
        assert one.count == np.count_nonzero((inner >= one.low) & (inner < one.high))


def test_a_student_stands_at_the_mean_of_what_is_known_last_of_each_target() -> None:
    student, target = np.array([3, 3, 3, 3, 8]), np.array([1, 2, 1, 1, 1])
    mean = np.array([5.0, 1.0, 6.0, 2.0, -1.0])
    assert levels_of(student, target, mean).tolist() == [1.5, -1.0]


def test_the_map_counts_questions_where_the_students_are() -> None:
    level = np.linspace(-1.0, 1.0, 21)
    found = item_map(level, np.array([-3.0, -0.8, 0.0, 0.7999, 0.9]))
    assert found is not None
    assert (found.low, found.middle, found.high) == pytest.approx((-0.8, 0.0, 0.8))
    assert found.within == 3
    assert sum(one.count for one in found.students) == 21
    assert sum(one.count for one in found.items) == 5


def test_there_is_no_map_of_a_few_students_or_without_questions() -> None:
    assert item_map(np.zeros(9), np.zeros(3)) is None
    assert item_map(np.zeros(10), np.array([])) is None
