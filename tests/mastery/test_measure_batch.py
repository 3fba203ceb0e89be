"""The batch step finds items and targets, leans on its priors where the answers say little, and knows no names."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from answer_sets import Given
from filter_world import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from mastery.estimate import DEFAULTS, SubjectState, advance
from mastery.measure import AnswerSet, metrics
from mastery.measure.batch import ATTEMPTS, Spreads, calibrate

SPREADS = Spreads()
TRUE = dataclasses.replace(
    DEFAULTS, general_variance=1.0, form_variance=0.2, target_variance=0.3, item_variance=1e-6, practice_slope=0.3
)


def test_items_and_targets_of_simulated_answers_are_found_again() -> None:
    answers = simulated(TRUE, 3000, 3, 12, seed=2)
    found = calibrate(answers, TRUE, SPREADS, 6)
    counts = np.bincount(answers.item, minlength=answers.items)
    assert counts.min() > 500
    # items differ by sqrt(.2) in truth: what was made of them follows the shares right, the others' ability left out
    share = np.bincount(answers.item, answers.y) / counts
    assert np.corrcoef(found.bank.easiness, logit(share))[0, 1] > 0.97
    assert found.bank.easiness.std() == pytest.approx(np.sqrt(TRUE.item_easiness_variance), abs=0.1)
    assert found.bank.target_easiness == pytest.approx(np.full(3, TRUE.item_easiness), abs=0.25)
    assert found.bank.slope == pytest.approx(np.ones(answers.items), abs=0.35)
    assert found.bank.practice_slope == pytest.approx(np.full(3, TRUE.practice_slope), abs=0.2)
    assert np.sqrt(found.bank.easiness_variance).max() < 0.15


def test_a_calibration_predicts_other_students_better_than_none() -> None:
    train, test = (
        simulated(TRUE, 600, 3, 10, seed=3).select(range(500)),
        simulated(TRUE, 600, 3, 10, seed=3).select(range(500, 600)),
    )
    found = calibrate(train, TRUE, SPREADS, 4)
    seen = advance([SubjectState.initial(found.hyper)] * 100, found.bank.observations(test, found.hyper), found.hyper)
    blank = dataclasses.replace(
        found.bank,
        easiness=np.full(test.items, TRUE.item_easiness),
        easiness_variance=np.full(test.items, TRUE.item_easiness_variance),
    )
    plain = advance([SubjectState.initial(TRUE)] * 100, blank.observations(test, TRUE), TRUE)
    assert metrics.log_loss(test.y, seen.prediction) < metrics.log_loss(test.y, plain.prediction) - 0.005


def test_an_item_that_nobody_here_answered_is_its_targets_typical_item() -> None:
    rows = [Given(f"u{n}", f"i{n % 3}", "s", float(n % 4 > 0)) for n in range(80)]
    answers = AnswerSet.of([*rows, Given("late", "unseen", "s", 1.0), Given("late", "other", "t", 1.0)])
    found = calibrate(answers.select(range(80)), DEFAULTS, SPREADS, 3).bank
    unseen = answers.item_names.index("unseen")
    assert found.slope[unseen] == 1.0
    assert found.easiness_variance[unseen] == pytest.approx(SPREADS.item**2)
    # the target of an item is known from its rows, and this one has none
    assert found.easiness[unseen] == found.target_easiness[0]
    assert found.target_easiness[1] == pytest.approx(found.target_easiness[0], abs=0.6)


def test_few_answers_move_an_item_little_and_many_much() -> None:
    few = [Given(f"u{n}", "few", "s", 1.0) for n in range(2)]
    many = [Given(f"u{n}", "many", "s", 1.0) for n in range(200)]
    rest = [Given(f"u{n}", f"i{n % 20}", "s", float(n % 2)) for n in range(400)]
    answers = AnswerSet.of([*rest, *many, *few])
    bank = calibrate(answers, DEFAULTS, SPREADS, 4).bank
    at = answers.item_names.index
    assert bank.easiness[at("few")] < bank.easiness[at("many")] - 0.5
    assert bank.easiness_variance[at("few")] > 2 * bank.easiness_variance[at("many")]


def test_the_first_attempt_is_what_others_are_measured_from() -> None:
    answers = AnswerSet.of([Given(f"u{n % 50}", f"i{n // 50 % 4}", "s", float(n // 200)) for n in range(400)])
    offsets = calibrate(answers, DEFAULTS, SPREADS, 4).hyper.attempt_offsets
    assert len(offsets) == ATTEMPTS
    assert offsets[0] == 0.0
    assert offsets[1] > 0.5  # everybody was right at the second try, and half at the first


@settings(deadline=None, max_examples=10)
@given(st.permutations(range(8)))
def test_the_order_of_students_changes_nothing_but_rounding(order: list[int]) -> None:
    answers = simulated(TRUE, 8, 2, 5, seed=5)
    one, other = (calibrate(some, DEFAULTS, SPREADS, 2).bank for some in (answers, answers.select(order)))
    assert one.easiness == pytest.approx(other.easiness, abs=1e-9)
    assert one.practice_slope == pytest.approx(other.practice_slope, abs=1e-9)


def test_no_answers_are_refused() -> None:
    nobody = simulated(TRUE, 8, 2, 5, seed=5).select([])
    with pytest.raises(ValueError, match="no answers"):
        calibrate(nobody, DEFAULTS, SPREADS, 2)
