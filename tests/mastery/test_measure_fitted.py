"""The whole fit: reproducible, from training students alone, better than what is shipped, and honest of what comes."""

from __future__ import annotations

import dataclasses

import pytest
from answer_sets import made_up
from filter_world import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from leaks import assert_nothing_leaks
from unfitted import Unfitted

from mastery.estimate import DEFAULTS
from mastery.estimate.head import Head
from mastery.measure import AnswerSet, FittedFilter, fit_filter, judge, training_students
from mastery.measure.batch import calibrate
from mastery.measure.search import START, held_loss, search
from mastery.measure.splits import inner_splits

TRUE = dataclasses.replace(
    DEFAULTS,
    general_variance=0.8,
    form_variance=0.3,
    target_variance=0.6,
    item_easiness_variance=1.2,
    practice_slope=0.3,
)


@pytest.fixture(scope="module")
def answers() -> AnswerSet:
    return simulated(TRUE, 500, 4, 8, seed=11)


@pytest.fixture(scope="module")
def fitted(answers: AnswerSet) -> FittedFilter:
    return fit_filter(answers.select(training_students(answers.students, 0)), evaluations=40)


def test_it_predicts_students_it_never_saw_better_than_what_is_shipped(
    answers: AnswerSet, fitted: FittedFilter
) -> None:
    report, shipped = (judge(answers, 0, one, lambda: 0.0) for one in (fitted, Unfitted()))
    assert report.auc > shipped.auc + 0.03
    assert report.log_loss < shipped.log_loss - 0.03
    assert report.ece < 0.04
    assert report.mastery_ece < 0.08  # chance alone makes .05 of 1,200 points in 20 bins
    assert report.coverage_80 == pytest.approx(0.8, abs=0.04)


def test_the_same_answers_fit_the_same_and_it_is_named_by_its_numbers(answers: AnswerSet) -> None:
    train = answers.select(range(60))
    heard: list[tuple[int, int]] = []
    one, again = fit_filter(train, lambda *step: heard.append(step), 6), fit_filter(train, evaluations=6)
    assert one.version == again.version
    assert heard == [(step, 6) for step in range(1, 7)]
    assert fit_filter(answers.select(range(1, 61)), evaluations=6).version != one.version


def test_a_search_ends_no_worse_than_where_it_begins(answers: AnswerSet) -> None:
    train = answers.select(range(200))
    fit, held = (train.select(some) for some in inner_splits(200)[0])
    found = search(train, 40)
    begun, ended = (held_loss(calibrate(fit, one.hyper, one.spreads, 6), held) for one in (START, found))
    assert ended < begun


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 6), st.integers(0, 200), st.integers(0, 2**32))
def test_no_prediction_or_estimate_depends_on_a_later_answer(student: int, place: int, seed: int) -> None:
    assert_nothing_leaks(_FITTED, AnswerSet.of(made_up(7, 210, seed % 5)), student, place, seed)


def test_fewer_students_than_fifths_are_calibrated_without_a_search(answers: AnswerSet) -> None:
    few = fit_filter(answers.select(range(4)))
    assert few.head == Head()
    assert few.calibrated.hyper.general_variance == START.hyper.general_variance


_FITTED = fit_filter(AnswerSet.of(made_up(30, 900)), evaluations=5)
