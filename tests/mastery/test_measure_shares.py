"""A share and its 95% range, where answers of one student are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mastery.measure.shares import FEWEST_STUDENTS, are_enough, share_of, wilson


@pytest.mark.parametrize(("right", "count"), [(0, 10), (7, 10), (10, 10), (81, 263), (1, 1000)])
def test_the_range_of_independent_answers_is_wilsons(right: int, count: int) -> None:
    oracle = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert wilson(right / count, count) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


def test_an_example_of_newcombe_1998() -> None:
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_one_answer_of_each_student_is_as_good_as_independent() -> None:
    share = share_of(np.repeat([1.0, 0.0], [140, 60]), np.arange(200))
    assert (share.count, share.students, share.value) == (200, 200, 0.7)
    # the variance between students is taken of a sample: as of one answer less
    assert (share.low, share.high) == pytest.approx(wilson(0.7, 199))


def test_students_who_answer_always_alike_count_once() -> None:
    """Forty students with five answers each, all right or all wrong, tell what forty answers tell."""
    y = np.repeat(np.repeat([1.0, 0.0], [28, 12]), 5)
    share = share_of(y, np.repeat(np.arange(40), 5))
    assert (share.count, share.students) == (200, 40)
    assert (share.low, share.high) == pytest.approx(wilson(0.7, 39))


def test_the_range_of_clustered_answers_holds_the_truth_as_often_as_it_says() -> None:
    """Six answers each of students whose own rates differ a lot: plain Wilson would hold it in some 85%."""
    random = np.random.default_rng(5)
    held = plain = 0
    for _ in range(400):
        rates = random.beta(1.4, 0.6, 60)
        y = (random.random((60, 6)) < rates[:, None]).astype(np.float64).ravel()
        share = share_of(y, np.repeat(np.arange(60), 6))
        low, high = wilson(share.value, share.count)
        held += share.low <= 0.7 <= share.high
        plain += low <= 0.7 <= high
    assert 0.925 <= held / 400 <= 0.975
    assert plain / 400 < 0.9


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 6)), min_size=1, max_size=40), st.randoms())
def test_a_range_holds_its_share_whatever_the_order_and_the_names(
    rows: list[tuple[float, int]], random: np.random.RandomState
) -> None:
    y, student = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    share = share_of(y, student)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0
    assert share.count == len(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    again = share_of(y[order], 100 - student[order])
    assert (again.count, again.students) == (share.count, share.students)
    assert (again.value, again.low, again.high) == pytest.approx((share.value, share.low, share.high), abs=1e-9)


def test_there_is_no_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="no answers"):
        share_of(np.array([]), np.array([], np.int64))


def test_ten_students_are_enough_and_nine_are_not() -> None:
    assert FEWEST_STUDENTS == 10
    assert are_enough(np.arange(10))
    assert not are_enough(np.tile(np.arange(9), 100))
    assert not are_enough(np.array([], np.int64))
