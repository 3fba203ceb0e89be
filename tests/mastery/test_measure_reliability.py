"""The reliability diagram: what was said beside what came, no point of it about a few students."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.measure import metrics
from mastery.measure.reliability import diagram_of, tenths_of
from mastery.measure.shares import FEWEST_STUDENTS, share_of


def test_a_diagram_by_hand() -> None:
    """Twenty students with two answers each, said .2 and .8: two bins would do, ten hold enough students too."""
    said = np.tile([0.2, 0.8], 20)
    y = np.tile([0.0, 1.0], 20)
    y[0], y[1] = 1.0, 0.0
    diagram = diagram_of(y, said, np.repeat(np.arange(20), 2))
    assert diagram is not None
    # forty rows in four bins of ten answers of ten students each
    assert [one.came.count for one in diagram.points] == [10] * 4
    assert [one.came.students for one in diagram.points] == [10] * 4
    assert [one.said for one in diagram.points] == pytest.approx([0.2, 0.2, 0.8, 0.8])
    assert sum(one.came.value * 10 for one in diagram.points[:2]) == pytest.approx(1.0)
    assert sum(one.came.value * 10 for one in diagram.points[2:]) == pytest.approx(19.0)
    assert diagram.brier == pytest.approx((38 * 0.04 + 2 * 0.64) / 40)
    assert diagram.log_loss == pytest.approx(-(38 * np.log(0.8) + 2 * np.log(0.2)) / 40)
    assert diagram.error == pytest.approx(
        sum(10 * abs(one.said - one.came.value) for one in diagram.points) / 40, abs=1e-12
    )


def _rows(seed: int, students: int, each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    said = random.random(students * each)
    return (random.random(len(said)) < said).astype(np.float64), said, np.repeat(np.arange(students), each)


@given(st.integers(0, 10_000), st.integers(10, 40), st.integers(1, 12))
def test_bins_add_up_are_of_one_size_and_each_holds_enough_students(seed: int, students: int, each: int) -> None:
    y, said, student = _rows(seed, students, each)
    diagram = diagram_of(y, said, student)
    assert diagram is not None
    counts = [one.came.count for one in diagram.points]
    assert sum(counts) == len(y)
    assert max(counts) - min(counts) <= 1
    assert min(one.came.students for one in diagram.points) >= FEWEST_STUDENTS
    assert [one.said for one in diagram.points] == sorted(one.said for one in diagram.points)
    assert sum(one.came.value * one.came.count for one in diagram.points) == pytest.approx(y.sum())
    assert sum(one.said * one.came.count for one in diagram.points) == pytest.approx(said.sum())
    assert len(diagram.points) <= 10


@given(st.integers(0, 10_000), st.randoms())
def test_the_order_of_answers_means_nothing(seed: int, random: np.random.RandomState) -> None:
    """Where no two predictions are alike; ties fall into bins at random, with a fixed seed."""
    y, said, student = _rows(seed, 14, 8)
    order = list(range(len(y)))
    random.shuffle(order)
    one, other = diagram_of(y, said, student), diagram_of(y[order], said[order], student[order])
    assert one is not None
    assert other is not None
    assert [point.came.count for point in other.points] == [point.came.count for point in one.points]
    assert [point.came.value for point in other.points] == pytest.approx([point.came.value for point in one.points])
    assert other.error == pytest.approx(one.error)


def test_with_many_students_the_error_is_that_of_the_yardstick() -> None:
    y, said, student = _rows(3, 500, 4)
    diagram = diagram_of(y, said, student)
    assert diagram is not None
    assert len(diagram.points) == 10
    assert diagram.error == pytest.approx(metrics.reliability(y, said, 10).error)


def test_of_nine_students_nothing_is_told() -> None:
    y, said, student = _rows(1, 9, 50)
    assert diagram_of(y, said, student) is None
    assert tenths_of(y, said, student) == ()


def test_tenths_are_rounded_half_up_and_told_where_enough_students_stand_behind() -> None:
    said = np.r_[np.full(12, 0.75), np.full(12, 0.849), np.full(12, 0.85), np.full(9, 0.05), 1.0]
    y = np.r_[np.ones(18), np.zeros(6), np.ones(12), np.zeros(9), 1.0]
    student = np.r_[np.tile(np.arange(12), 3), np.arange(9), 0]
    found = tenths_of(y, said, student)
    assert [one.tenths for one in found] == [8, 9]
    assert found[0].came == share_of(y[:24], student[:24])
    assert (found[0].came.value, found[1].came.value) == (0.75, 1.0)
