"""An estimator judged on students that it never saw."""

from __future__ import annotations

import dataclasses
import math
from itertools import count

import numpy as np
import pytest
from answer_sets import Given, made_up
from filter_world import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from leaks import assert_nothing_leaks
from unfitted import Unfitted

from mastery.estimate import DEFAULTS, MODEL_VERSION, Observations, SubjectState, advance, readout, warm_up
from mastery.measure import AnswerSet, Predicted, judge, judged_students, metrics


@pytest.fixture(scope="module", autouse=True)
def _compiled_kernels() -> None:
    """Loaded once, so that no example of hypothesis waits for it."""
    warm_up(DEFAULTS)


class Fixed:
    """Says the same of everybody, and remembers whom it was asked about."""

    version = "fixed"

    def predict(self, answers: AnswerSet) -> Predicted:
        self.asked = answers
        column = np.full(answers.rows, 0.6)
        return Predicted(column, column, column - 0.2, column + 0.2, column)


def test_a_report_is_of_the_folds_students_and_of_the_clock_that_was_given() -> None:
    answers = AnswerSet.of(made_up(50, 3000))
    fixed = Fixed()
    ticks = count(10.0, 2.0)
    report = judge(answers, 2, fixed, lambda: next(ticks))
    test = answers.select(judged_students(50, 2))
    assert fixed.asked.student_names == test.student_names
    assert (report.fold, report.students, report.answers) == (2, 10, test.rows)
    assert (report.seconds, report.updates_per_second) == (2.0, test.rows / 2.0)
    assert report.auc == 0.5
    p = np.full(test.rows, 0.6)
    assert report.accuracy == metrics.accuracy(test.y, p)
    assert report.log_loss == metrics.log_loss(test.y, p)
    assert report.rmse == metrics.rmse(test.y, p)
    assert report.ece == metrics.ece(test.y, p) == report.success.error
    assert report.mastery is not None
    assert report.mastery_ece == report.mastery.error
    assert report.points == report.mastery.count.sum()


def test_where_nothing_can_be_said_a_figure_is_not_a_number() -> None:
    answers = AnswerSet.of([Given(f"u{user}", "i", "s", 1.0) for user in range(5)])
    report = judge(answers, 0, Fixed(), lambda: 0.0)
    assert report.points == 0
    assert report.mastery is None
    for figure in (report.auc, report.mastery_ece, report.coverage_80, report.updates_per_second):
        assert math.isnan(figure)


def test_the_shipped_filter_says_of_each_student_what_the_engine_says_of_that_student_alone() -> None:
    answers = AnswerSet.of(made_up(8, 200))
    said = Unfitted().predict(answers)
    assert Unfitted().version == MODEL_VERSION
    for student in range(answers.students):
        state = SubjectState.initial(DEFAULTS)
        for row in range(int(answers.offsets[student]), int(answers.offsets[student + 1])):
            batch = Observations.build(
                DEFAULTS,
                offsets=[0, 1],
                sitting=[row],
                target=answers.target[row : row + 1],
                item=answers.item[row : row + 1],
                y=answers.y[row : row + 1],
                day=answers.days()[row : row + 1],
            )
            done = advance([state], batch, DEFAULTS)
            told = readout(done.before.mean, done.before.variance, DEFAULTS, 0.75)
            assert said.success[row] == done.prediction[0]
            for name in ("rate", "low", "high", "probability"):
                assert getattr(said, name)[row] == getattr(told, name)[0]
            state = done.states[0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(0, 200), st.integers(0, 2**32))
def test_no_prediction_or_estimate_depends_on_a_later_answer(student: int, place: int, seed: int) -> None:
    assert_nothing_leaks(Unfitted(), AnswerSet.of(made_up(7, 210, seed % 5)), student, place, seed)


@pytest.mark.parametrize("form_variance", [1e-6, DEFAULTS.form_variance])
def test_where_the_model_is_the_truth_mastery_is_calibrated_and_ranges_cover_four_fifths(form_variance: float) -> None:
    """The whole way: simulated students, the filter, what it tells, the next answers; with present form and without."""
    hyper = dataclasses.replace(DEFAULTS, form_variance=form_variance)
    report = judge(simulated(hyper, 4000, 3, 11, seed=4), 1, Unfitted(hyper), lambda: 0.0)
    assert report.points == 800 * 3 * 6
    assert report.mastery_ece < 0.03
    assert report.coverage_80 == pytest.approx(0.8, abs=0.025)
    assert report.ece < 0.02


def test_a_filter_that_takes_students_for_more_alike_than_they_are_is_found_out() -> None:
    sure = dataclasses.replace(DEFAULTS, target_variance=0.05, general_variance=0.2)
    report = judge(simulated(DEFAULTS, 4000, 3, 11, seed=4), 1, Unfitted(sure), lambda: 0.0)
    assert report.mastery_ece > 0.05
    assert report.coverage_80 < 0.72
