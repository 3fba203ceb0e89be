"""Questions that mislead are found, for the right reason; honest ones are left in peace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from mastery.measure.item_check import Checked, ItemAnswers, Reason, check_items, slopes_of

STUDENTS, ITEMS = 150, 12


def _world(seed: int, slope: np.ndarray, true: np.ndarray, expected: np.ndarray) -> ItemAnswers:
    """Every student answers every item once; slope and easiness are true, `expected` the easiness in use."""
    random = np.random.default_rng(seed)
    ability = random.normal(0.0, 1.2, STUDENTS)
    student, item = np.repeat(np.arange(STUDENTS), ITEMS), np.tile(np.arange(ITEMS), STUDENTS)
    x = ability[student]
    y = (random.random(len(x)) < expit(slope[item] * x + true[item])).astype(np.float64)
    return ItemAnswers(item, student, y, expit(x + expected[item]), x)


def _by_item(found: list[Checked]) -> dict[int, Checked]:
    return {one.item: one for one in found}


def test_each_fault_is_found_and_called_by_its_name() -> None:
    slope, true, expected = np.ones(ITEMS), np.linspace(-1.0, 1.0, ITEMS), np.linspace(-1.0, 1.0, ITEMS)
    slope[0], slope[1] = -1.0, 0.0
    true[2], expected[2] = 40.0, 4.0
    true[3], expected[3] = -40.0, -4.0
    true[4], true[5] = expected[4] - 1.2, expected[5] + 1.2
    drift = np.full(ITEMS, np.nan)
    drift[6:] = [4.0, -3.2, 0.0, 0.0, 0.0, 0.0]
    seen = _world(1, slope, true, expected)
    # wrong below, right above, and at the top again wrong half of the time; as often as expected on the whole
    bent = seen.item == 11
    place = np.argsort(np.argsort(seen.ability[bent]))
    seen.y[bent] = ((place >= 60) & ((place < 120) | (place % 2 == 0))).astype(np.float64)
    seen.expected[bent] = 0.5
    found = check_items(seen, drift)
    reasons = {item: one.reasons for item, one in _by_item(found).items()}
    assert reasons[0][0] is Reason.REVERSED
    assert reasons[1][0] is Reason.FLAT
    assert reasons[2] == (Reason.ALL_RIGHT,)
    assert reasons[3] == (Reason.ALL_WRONG,)
    assert Reason.HARDER in reasons[4]
    assert Reason.EASIER in reasons[5]
    assert reasons[6] == (Reason.DRIFTED,)
    assert reasons[7] == reasons[8] == reasons[9] == reasons[10] == ()
    assert reasons[11] == (Reason.MISFIT,)
    wanted = [one.item for one in found if one.reasons]
    assert wanted == [one.item for one in found][: len(wanted)]
    assert [len(one.reasons) for one in found] == sorted((len(one.reasons) for one in found), reverse=True)


def test_figures_of_an_item_by_hand() -> None:
    """Forty students, one answer each: 30 right where .5 was expected."""
    y = np.repeat([1.0, 0.0], [30, 10])
    seen = ItemAnswers(np.zeros(40, np.int64), np.arange(40), y, np.full(40, 0.5), np.zeros(40))
    (one,) = check_items(seen, np.array([1.5]))
    assert (one.answers, one.students, one.observed, one.expected, one.drift) == (40, 40, 0.75, 0.5, 1.5)
    assert one.residual == pytest.approx(0.25 * 40 / (40 * 0.25) ** 0.5)
    # ability says nothing of them, so the slope is what it was before
    assert (one.slope, one.slope_error) == pytest.approx((1.0, 2.0))
    # groups of eight: three all right, one with six, one all wrong; .25 beyond, and the rest about that
    off = np.array([0.5, 0.5, 0.5, 0.25, -0.5]) - 0.25
    assert one.misfit == pytest.approx(float(np.sqrt(np.mean(off**2))))


def test_slopes_are_those_that_an_optimiser_finds() -> None:
    slope = np.linspace(-0.5, 2.0, ITEMS)
    seen = _world(7, slope, np.linspace(-1.0, 1.5, ITEMS), np.zeros(ITEMS))
    found, error = slopes_of(seen, ITEMS)
    for item in (0, 5, ITEMS - 1):
        rows = seen.item == item
        x, y = seen.ability[rows] - seen.ability[rows].mean(), seen.y[rows]

        def loss(values: np.ndarray, x: np.ndarray = x, y: np.ndarray = y) -> float:
            logits = values[0] + values[1] * x
            likelihood = np.sum(y * logits - np.logaddexp(0.0, logits))
            return float(-likelihood + values[0] ** 2 / 50.0 + (values[1] - 1.0) ** 2 / 8.0)

        best = minimize(loss, np.array([0.0, 1.0]), method="BFGS", options={"gtol": 1e-6})
        assert found[item] == pytest.approx(best.x[1], abs=1e-4)
        assert error[item] == pytest.approx(best.hess_inv[1, 1] ** 0.5, rel=0.05)


def test_honest_questions_are_left_in_peace() -> None:
    """Of 40 x 12 questions that are what they are taken for, hardly one is named."""
    slope, easiness = np.ones(ITEMS), np.linspace(-1.5, 1.5, ITEMS)
    named = sum(
        1
        for seed in range(40)
        for one in check_items(_world(seed, slope, easiness, easiness), np.full(ITEMS, np.nan))
        if one.reasons
    )
    assert named <= 4


def test_few_students_are_not_told_of_and_few_answers_say_nothing() -> None:
    item = np.repeat([0, 1], [9 * 5, 20])
    student = np.r_[np.repeat(np.arange(9), 5), np.arange(20)]
    seen = ItemAnswers(item, student, np.ones(len(item)), np.full(len(item), 0.2), np.zeros(len(item)))
    (one,) = check_items(seen, np.full(2, np.nan))
    assert (one.item, one.answers, one.reasons) == (1, 20, ())
    assert one.residual > 3.29


def test_a_sure_but_small_difference_misleads_nobody() -> None:
    random = np.random.default_rng(2)
    count = 40_000
    y = (random.random(count) < 0.53).astype(np.float64)
    seen = ItemAnswers(np.zeros(count, np.int64), np.arange(count), y, np.full(count, 0.5), random.normal(size=count))
    (one,) = check_items(seen, np.full(1, np.nan))
    assert one.residual > 3.29
    assert Reason.EASIER not in one.reasons


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_neither_the_order_of_answers_nor_the_names_of_students_mean_anything(seed: int, shuffle: int) -> None:
    seen = _world(seed, np.ones(ITEMS), np.linspace(-1.0, 1.0, ITEMS), np.zeros(ITEMS))
    drift = np.linspace(-5.0, 5.0, ITEMS)
    order = np.random.default_rng(shuffle).permutation(len(seen.y))
    again = check_items(
        ItemAnswers(
            seen.item[order], 9_999 - seen.student[order], seen.y[order], seen.expected[order], seen.ability[order]
        ),
        drift,
    )
    found = check_items(seen, drift)
    assert [(one.item, one.reasons, one.answers) for one in again] == [
        (one.item, one.reasons, one.answers) for one in found
    ]
    assert [one.residual for one in again] == pytest.approx([one.residual for one in found])
    assert [one.misfit for one in again] == pytest.approx([one.misfit for one in found])
