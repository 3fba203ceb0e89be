"""A calibration that keeps to the scale of an earlier one, whatever the students have learned meanwhile."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from scipy.special import expit

from mastery.estimate import DEFAULTS, UNCALIBRATED, ItemParameters, Model, SubjectState, advance
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.measure.anchor import Anchor
from mastery.measure.batch import Spreads, calibrate
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.recalibrate import recalibrate
from mastery.measure.search import Settings
from mastery.sittings import Piece, Sitting, rows_of

HYPER = dataclasses.replace(DEFAULTS, general_variance=1.0, form_variance=0.2, item_variance=1e-4, target_variance=0.2)
ITEMS = 30
TRUTH = np.random.default_rng(8).normal(0.3, 0.8, ITEMS)


def sitting(number: int, target: int, items: tuple[int, ...], ys: tuple[float, ...], weight: float = 1.0) -> Sitting:
    at = datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=number)
    piece = Piece(target, items, ys, (weight,) * len(items), None, 1.0, False, None)
    return Sitting(
        OrderKey(at, at, "lms", str(number)), number, 1, Purpose.FORMATIVE, EvidenceType.QUIZ, at, date(2026, 9, 1),
        False, (piece,),
    )  # fmt: skip


def year(mean: float, seed: int, easiness: np.ndarray = TRUTH, students: int = 800) -> EvidenceSet:
    """Students of this mean ability, each of whom answers half of the items; items 2n and 2n + 1 belong to target n."""
    random = np.random.default_rng(seed)
    everyone = []
    for ability in random.normal(mean, 1.0, students):
        chosen = np.sort(random.permutation(ITEMS)[: ITEMS // 2]).tolist()
        right = random.random(len(chosen)) < expit(ability + easiness[chosen])
        everyone.append(
            [
                sitting(number, 1000 + item // 2, (item,), (float(y),))
                for number, (item, y) in enumerate(zip(chosen, right.tolist(), strict=True))
            ]
        )
    return EvidenceSet.of([rows_of(everyone)])


@pytest.fixture(scope="module")
def first() -> Model:
    answers = year(0.0, seed=1)
    return answers.model(calibrate(answers, HYPER, Spreads(), 6))


def weighted_mean(answers: EvidenceSet, model: Model, items: range = range(ITEMS)) -> float:
    weights = answers.answers_of_items()[list(items)]
    return float(np.average([model.items[one].easiness for one in items], weights=weights))


def test_students_who_know_more_do_not_make_items_easier(first: Model) -> None:
    better = year(0.8, seed=2)
    adrift = better.model(calibrate(better, HYPER, Spreads(), 6))
    anchor = better.anchor(first)
    held = better.model(calibrate(better, HYPER, Spreads(), 6, anchor=anchor))
    was = weighted_mean(better, first)
    assert weighted_mean(better, adrift) - was > 0.5
    found = np.array([held.items[one].easiness for one in range(ITEMS)])
    variance = np.array([held.items[one].easiness_variance for one in range(ITEMS)])
    still = np.abs(anchor.drift(found, variance)) <= 3.29
    assert still.sum() >= ITEMS - 2
    kept = np.array([first.items[one].easiness for one in range(ITEMS)])
    assert np.average(found[still], weights=better.answers_of_items()[still]) == pytest.approx(
        np.average(kept[still], weights=better.answers_of_items()[still]), abs=0.02
    )
    assert np.corrcoef(found, TRUTH)[0, 1] > 0.95


def test_the_items_that_moved_are_told_and_do_not_move_the_others(first: Model) -> None:
    moved = TRUTH.copy()
    moved[:4] -= 1.2
    answers = year(0.0, seed=3, easiness=moved)
    anchor = answers.anchor(first)
    found = calibrate(answers, HYPER, Spreads(), 6, anchor=anchor).bank
    drift = anchor.drift(found.easiness, found.easiness_variance)
    assert (drift[:4] < -3.29).all()
    assert (np.abs(drift[4:]) > 3.29).sum() <= 1
    assert abs(np.mean(found.easiness[4:] - [first.items[one].easiness for one in range(4, ITEMS)])) < 0.1


def test_the_shift_is_the_weighted_mean_of_the_items_that_stand_still() -> None:
    anchor = Anchor(
        np.array([0.0, 1.0, 2.0, np.nan, 0.0]), np.array([0.01, 0.01, 0.01, np.nan, 0.01]), np.array([1, 1, 2, 9, 5])
    )
    easiness, variance = np.array([0.5, 1.4, 2.6, 7.0, 4.0]), np.full(5, 0.01)
    assert anchor.shift(easiness, variance) == pytest.approx(-(0.5 + 0.4 + 2 * 0.6) / 4)
    assert anchor.drift(easiness, variance)[[0, 4]].tolist() == pytest.approx([0.5 / 0.02**0.5, 4.0 / 0.02**0.5])
    assert np.isnan(anchor.drift(easiness, variance)[3])


def test_without_common_items_nothing_is_shifted() -> None:
    nothing = np.full(3, np.nan)
    assert Anchor(nothing, nothing, np.ones(3, np.int64)).shift(np.ones(3), np.ones(3)) == 0.0


def test_evidence_is_read_with_its_sittings_and_weights_and_by_ids() -> None:
    quiz = sitting(1, 70, (500, 501), (1.0, 0.0), 0.5)._replace(summed=True)
    one, other = [quiz, sitting(2, 71, (500,), (1.0,))], [sitting(3, 70, (9,), (0.25,))]
    answers = EvidenceSet.of([rows_of([one, []]), rows_of([]), rows_of([other])])
    assert (answers.students, answers.rows, answers.items, answers.targets) == (2, 4, 3, 2)
    assert answers.offsets.tolist() == [0, 3, 4]
    assert answers.item_ids[answers.item].tolist() == [500, 501, 500, 9]
    assert (answers.weight.tolist(), answers.summed.tolist()) == ([0.5, 0.5, 1.0, 1.0], [True, True, False, False])
    model = Model(HYPER, {500: ItemParameters(1.2, 0.1, 0.02)})
    alone = advance([SubjectState.initial(HYPER)], rows_of([one]).observations(model), HYPER).prediction
    assert answers.predicted(model)[:3].tolist() == alone.tolist()
    assert answers.select([1]).predicted(model).tolist() == answers.predicted(model)[3:].tolist()


def test_half_weight_moves_an_item_less() -> None:
    def easiness(weight: float) -> float:
        everyone = [[sitting(1, 70, (500,), (1.0,), weight), sitting(2, 70, (501,), (0.0,))] for _ in range(6)]
        answers = EvidenceSet.of([rows_of(everyone)])
        return float(calibrate(answers, HYPER, Spreads(), 4).bank.easiness[0])

    assert easiness(1.0) > easiness(0.5) > easiness(0.1)


def test_no_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="no answers"):
        EvidenceSet.of([rows_of([[]])])


def test_fewer_than_five_students_are_not_calibrated() -> None:
    answers = EvidenceSet.of([rows_of([[sitting(1, 70, (500,), (1.0,))] for _ in range(4)])])
    with pytest.raises(ValueError, match="4 students have evidence; at least 5 are needed"):
        recalibrate(answers, Settings(HYPER, Spreads()), UNCALIBRATED)
