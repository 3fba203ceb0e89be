"""What a run finds of a subject: a model, its figures, and a head where a head is of use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from mastery.estimate import DEFAULTS, UNCALIBRATED
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.measure.batch import Spreads
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.recalibrate import MasteryFigures, Recalibrated, recalibrate
from mastery.measure.search import Settings
from mastery.sittings import Piece, Sitting, rows_of, shared

# the filter is told that students hardly differ, so its own word is too sure of itself
SURE = replace(DEFAULTS, general_variance=0.05, target_variance=0.02, form_variance=0.01, item_variance=1e-3)


def sitting(number: int, targets: tuple[int, ...], items: list[int], ys: list[float]) -> Sitting:
    at = datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=number)
    pieces = [Piece(target, tuple(items), tuple(ys), (1.0,) * len(items), None, 1.0, False, None) for target in targets]
    return Sitting(
        OrderKey(at, at, "lms", str(number)), number, 1, Purpose.FORMATIVE, EvidenceType.QUIZ, at, date(2026, 9, 1),
        False, shared(pieces),
    )  # fmt: skip


@cache
def world(students: int) -> EvidenceSet:
    """Each student answers eight quizzes of two questions on each of two targets, out of twenty a target."""
    random = np.random.default_rng(4)
    everyone = []
    for ability in random.normal(0.5, 1.3, students):
        quizzes = []
        for number in range(16):
            items = (random.permutation(20)[:2] + 100 * (number % 2)).tolist()
            right = random.random(2) < expit(ability + 0.3 * (number % 2))
            quizzes.append(sitting(number, (1 + number % 2,), items, right.astype(float).tolist()))
        everyone.append(quizzes)
    return EvidenceSet.of([rows_of(everyone)])


@cache
def found(students: int, sure: bool) -> Recalibrated:
    return recalibrate(world(students), Settings(SURE if sure else DEFAULTS, Spreads()), UNCALIBRATED)


def test_a_head_is_kept_where_it_predicts_mastery_of_students_held_out_better() -> None:
    run = found(200, True)
    mastery = run.figures.mastery
    # a quiz begins at the fifth answer on a target and later, with at least three still to come
    assert mastery.points == 40 * 2 * 5
    assert mastery.plain is not None
    assert mastery.head is not None
    assert mastery.head < mastery.plain - 0.02
    assert run.model.head is not None
    assert run.model.version != replace(run.model, head=None).version


def test_what_is_found_is_found_again() -> None:
    again = recalibrate(world(200), Settings(SURE, Spreads()), UNCALIBRATED)
    assert again.model.digest == found(200, True).model.digest
    assert again.figures == found(200, True).figures


@pytest.mark.parametrize(
    ("figures", "better"),
    [
        (MasteryFigures(9, 0.5, 0.4), True),
        (MasteryFigures(9, 0.4, 0.4), False),
        (MasteryFigures(9, 0.4, 0.5), False),
        (MasteryFigures(0, None, None), False),
    ],
)
def test_a_head_must_be_better_to_be_kept(figures: MasteryFigures, better: bool) -> None:
    assert figures.head_is_better is better


def test_too_few_answers_to_judge_mastery_leave_the_filters_own_word() -> None:
    few = EvidenceSet.of([rows_of([[sitting(1, (7,), [1, 2], [1.0, 0.0])] for _ in range(10)])])
    run = recalibrate(few, Settings(DEFAULTS, Spreads()), UNCALIBRATED)
    assert run.figures.mastery == MasteryFigures(0, None, None)
    assert run.model.head is None
    assert (run.figures.students, run.figures.answers, run.drift) == (2, 4, {})


@cache
def chained(share: float) -> EvidenceSet:
    """400 students with three quizzes on target 1 and then two on 2, which leans on it as told."""
    random = np.random.default_rng(12)
    everyone = []
    for level in random.normal(0.8, 0.8, 400):
        first = random.normal(0.0, 1.2)
        second = share * first + random.normal(0.0, 1.2 * np.sqrt(1.0 - share**2))
        quizzes = []
        for number in range(5):
            own, place = (first, 0) if number < 3 else (second, 100)
            items = (random.permutation(20)[:4] + place).tolist()
            right = random.random(4) < expit(level + own)
            quizzes.append(sitting(number, (1 + number // 3,), items, right.astype(float).tolist()))
        everyone.append(quizzes)
    return EvidenceSet.of([rows_of(everyone)])


def test_a_start_leans_on_its_prerequisites_where_that_predicts_students_held_out_better() -> None:
    settings, graph = Settings(replace(DEFAULTS, target_variance=1.4), Spreads()), {1: (), 2: (1,)}
    run = recalibrate(chained(0.9), settings, UNCALIBRATED, graph)
    assert run.model.hyper.prerequisite_share in {0.5, 0.75}
    assert run.model.prerequisites == graph
    alone = recalibrate(chained(0.9), settings, UNCALIBRATED)
    assert run.figures.calibrated.log_loss < alone.figures.calibrated.log_loss
    assert (alone.model.hyper.prerequisite_share, alone.model.prerequisites) == (0.0, {})


def test_a_graph_that_says_nothing_of_the_start_is_not_read() -> None:
    settings = Settings(replace(DEFAULTS, target_variance=1.4), Spreads())
    run = recalibrate(chained(0.0), settings, UNCALIBRATED, {2: (1,)})
    assert (run.model.hyper.prerequisite_share, run.model.prerequisites) == (0.0, {})


def test_an_answer_on_two_targets_is_counted_once_and_nothing_is_told_within_a_quiz() -> None:
    """Eight quizzes of two questions, each of which counts for both targets."""
    random = np.random.default_rng(6)
    students = [
        [sitting(number, (1, 2), [10, 11], (random.random(2) < 0.6).astype(float).tolist()) for number in range(8)]
        for _ in range(25)
    ]
    evidence = EvidenceSet.of([rows_of(students)])
    assert evidence.rows == 25 * 8 * 2 * 2
    assert evidence.answers_of_items().tolist() == [25 * 8] * 2
    run = recalibrate(evidence, Settings(DEFAULTS, Spreads()), UNCALIBRATED)
    assert run.answers == {10: 25 * 8, 11: 25 * 8}
    # of each of five students and two targets: as the third quiz to the seventh begins
    assert run.figures.mastery.points == 5 * 2 * 5
