"""A calibration of evidence in which items can be guessed or are scored in points: easiness is that of knowing."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from scipy.special import expit

from mastery.estimate import DEFAULTS
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.measure.ahead import look_ahead
from mastery.measure.batch import Spreads, calibrate
from mastery.measure.evidence_set import EvidenceSet
from mastery.sittings import Piece, Sitting, rows_of

HYPER = dataclasses.replace(DEFAULTS, general_variance=1.0, form_variance=0.1, item_variance=1e-4, target_variance=0.2)
ITEMS, STUDENTS = 20, 1500
SPREAD = np.sqrt(1.0 + 0.1 + 0.2)


def sitting(
    number: int, items: list[int], ys: list[float], guessing: list[float], points: tuple[int, ...] = ()
) -> Sitting:
    at = datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=number)
    piece = Piece(
        7, tuple(items), tuple(ys), (1.0,) * len(items), None, 1.0, False, None, guessing=tuple(guessing), points=points
    )  # fmt: skip
    return Sitting(
        OrderKey(at, at, "lms", str(number)), number, 1, Purpose.FORMATIVE, EvidenceType.QUIZ, at, date(2026, 9, 1),
        False, (piece,),
    )  # fmt: skip


def guessed(said: bool) -> tuple[EvidenceSet, np.ndarray]:
    """Half of the items have four choices, the other half are open; `said` tells whether that was registered."""
    random = np.random.default_rng(31)
    easiness = np.tile(random.normal(-0.3, 0.8, ITEMS // 2), 2)
    chance = np.repeat([0.25, 0.0], ITEMS // 2)
    everyone = []
    for ability in random.normal(0.0, SPREAD, STUDENTS):
        right = random.random(ITEMS) < chance + (1.0 - chance) * expit(ability + easiness)
        order = random.permutation(ITEMS).tolist()
        known = chance if said else np.zeros(ITEMS)
        everyone.append(
            [
                sitting(number, some, right[some].astype(float).tolist(), known[some].tolist())
                for number, some in enumerate([order[:10], order[10:]])
            ]
        )
    return EvidenceSet.of([rows_of(everyone)]), easiness


def test_the_easiness_of_an_item_that_can_be_guessed_is_that_of_knowing_it() -> None:
    """Twins that differ in their choices alone come out alike where it was said, and a logit easier where not."""
    answers, easiness = guessed(True)
    found = calibrate(answers, HYPER, Spreads(), 6).bank.easiness
    twins = found[: ITEMS // 2] - found[ITEMS // 2 :]
    assert np.abs(twins).mean() < 0.15
    assert twins.mean() == pytest.approx(0.0, abs=0.08)
    assert np.corrcoef(found, easiness)[0, 1] > 0.98
    unsaid = calibrate(guessed(False)[0], HYPER, Spreads(), 6).bank.easiness
    assert (unsaid[: ITEMS // 2] - unsaid[ITEMS // 2 :]).mean() > 0.5


def test_what_is_known_of_answers_goes_along_with_the_students_chosen() -> None:
    answers, _ = guessed(True)
    some = answers.select([5, 2])
    assert (some.guessing == np.where(some.item < ITEMS // 2, 0.25, 0.0)).all()
    assert some.observations(answers.model(calibrate(some, HYPER, Spreads(), 1))).guessing.tolist() == (
        some.guessing.tolist()
    )


def in_points(said: bool) -> tuple[EvidenceSet, np.ndarray]:
    """Half of the items are scored in eight steps, as the filter has them; the other half are right or wrong."""
    random = np.random.default_rng(32)
    easiness = np.tile(random.normal(0.8, 0.8, ITEMS // 2), 2)
    points = np.repeat([8, 1], ITEMS // 2)
    everyone = []
    for ability in random.normal(0.0, SPREAD, STUDENTS):
        chances = np.exp(0.3 * (ability + easiness)[:, None] * np.arange(9))
        upto = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
        reached = (random.random(ITEMS)[:, None] > upto).sum(axis=1) / 8
        y = np.where(points > 1, reached, random.random(ITEMS) < expit(ability + easiness))
        order = random.permutation(ITEMS).tolist()
        known = points if said else np.ones(ITEMS, np.int64)
        everyone.append(
            [
                sitting(number, some, y[some].tolist(), [0.0] * len(some), tuple(known[some].tolist()))
                for number, some in enumerate([order[:10], order[10:]])
            ]
        )
    return EvidenceSet.of([rows_of(everyone)]), easiness


def test_the_easiness_of_an_item_in_points_is_that_of_one_that_is_right_or_wrong() -> None:
    answers, easiness = in_points(True)
    found = calibrate(answers, HYPER, Spreads(), 6).bank
    twins = found.easiness[: ITEMS // 2] - found.easiness[ITEMS // 2 :]
    assert np.abs(twins).mean() < 0.15
    assert twins.mean() == pytest.approx(0.0, abs=0.08)
    assert np.corrcoef(found.easiness, easiness)[0, 1] > 0.98
    # twice as much is known of such an item
    in_steps, plain = found.easiness_variance[: ITEMS // 2].mean(), found.easiness_variance[ITEMS // 2 :].mean()
    assert 1.3 < plain / in_steps < 2.5
    assert (answers.select([3]).points == np.where(answers.select([3]).item < ITEMS // 2, 8, 1)).all()


def test_what_comes_next_is_counted_by_answers_that_are_right_or_wrong_and_not_by_luck() -> None:
    """Ten plain answers of a student on a target, and between them as many that say nothing of a rate."""
    ys = [float(number % 3 > 0) for number in range(10)]
    plain = [sitting(2 * number, [number], [y], [0.0]) for number, y in enumerate(ys)]
    guesses = [sitting(2 * number + 1, [100 + number], [1.0], [0.25]) for number in range(10)]
    steps = [sitting(2 * number + 1, [200 + number], [0.5], [0.0], (4,)) for number in range(10)]
    alone = look_ahead(EvidenceSet.of([rows_of([plain])]))
    assert len(alone.row) > 4
    for others in (guesses, steps):
        both = sorted([*plain, *others], key=lambda one: one.order)
        found = look_ahead(EvidenceSet.of([rows_of([both])]))
        assert (found.row // 2).tolist() == alone.row.tolist()
        assert found.right.tolist() == alone.right.tolist()
        assert found.count.tolist() == alone.count.tolist()
