"""Calibrations come onto one scale, whoever moved, and what moved is named."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_banks import Bank, simulated
from hypothesis import given
from hypothesis import strategies as st

from mastery.calibrate import Answers, CalibrationError, Curves, Scale, anchor, calibrate_em
from mastery.calibrate.link import population_of
from mastery.calibrate.model import Quadrature, curves


def exact(items: int, seed: int = 0) -> Curves:
    """Curves that are known as well as calibration on a thousand answers tells them."""
    rng = np.random.default_rng(seed)
    slope = np.exp(rng.normal(0, 0.3, items))
    covariance = np.tile(np.array([[0.01, 0.002], [0.002, 0.008]]), (items, 1, 1))
    return Curves([f"q{j}" for j in range(items)], slope, rng.normal(0, 1, items), covariance)


def seen_from(those: Curves, scale: Scale) -> Curves:
    """The same items in a population whose abilities have `scale.mean` and `scale.sd` on the scale of `those`."""
    slope, easiness = scale.apply(those.slope, those.easiness)
    return Curves(those.items, slope, easiness, those.covariance)


scales = st.builds(Scale, st.floats(-2, 2), st.floats(0.4, 2.5))


@given(scales, st.floats(-3, 3))
def test_a_scale_moves_curves_as_it_moves_abilities(scale: Scale, ability: float) -> None:
    those = exact(5)
    here = scale.apply(those.slope, those.easiness)
    there = curves(those.slope, those.easiness, np.array([scale.mean + scale.sd * ability]))
    assert curves(*here, np.array([ability])) == pytest.approx(there)


@given(scales, scales)
def test_two_scales_one_after_the_other_are_one(first: Scale, second: Scale) -> None:
    those = exact(4)
    by_steps = second.apply(*first.apply(those.slope, those.easiness))
    assert np.array(by_steps) == pytest.approx(np.array(first.then(second).apply(those.slope, those.easiness)))


@given(scales)
def test_an_anchor_finds_the_way_back_exactly(scale: Scale) -> None:
    earlier = exact(12)
    found = anchor(seen_from(earlier, scale), earlier)
    back = found.scale.apply(*scale.apply(earlier.slope, earlier.easiness))
    assert np.array(back) == pytest.approx(np.array([earlier.slope, earlier.easiness]), abs=1e-5)
    assert not found.drifted.any()
    assert found.easiness_drift == pytest.approx(0, abs=1e-3)


def test_items_that_drifted_are_named_and_move_nothing_else() -> None:
    earlier = exact(20, seed=3)
    scale = Scale(0.5, 1.3)
    seen = seen_from(earlier, scale)
    easiness = seen.easiness.copy()
    easiness[[2, 7, 11, 15]] -= 1.5
    found = anchor(Curves(seen.items, seen.slope, easiness, seen.covariance), earlier)
    assert np.flatnonzero(found.drifted).tolist() == [2, 7, 11, 15]
    assert (found.easiness_drift[found.drifted] < -5).all()
    assert found.easiness_drift[~found.drifted] == pytest.approx(0, abs=1e-3)


def test_items_are_matched_by_name_and_others_are_left_out() -> None:
    earlier = exact(8)
    order = [5, 3, 7, 0]
    others = exact(3, seed=9)
    new = Curves(
        [*(f"other{j}" for j in range(3)), *(earlier.items[j] for j in order)],
        np.concatenate([others.slope, earlier.slope[order]]),
        np.concatenate([others.easiness, earlier.easiness[order]]),
        np.concatenate([others.covariance, earlier.covariance[order]]),
    )
    found = anchor(new, earlier)
    assert found.items == [earlier.items[j] for j in order]
    assert (found.scale.mean, found.scale.sd) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=1e-6))


def test_too_few_common_items_are_refused() -> None:
    with pytest.raises(CalibrationError, match="2 items are in both calibrations; 3 are needed"):
        anchor(exact(2), exact(8))
    scattered = exact(4)
    moved = Curves(scattered.items, scattered.slope, np.array([9.0, -9.0, 4.0, -30.0]), scattered.covariance)
    with pytest.raises(CalibrationError, match="items of both calibrations stand still; 3 are needed"):
        anchor(moved, scattered)


def test_chance_alone_seldom_drifts() -> None:
    """Two calibrations of one bank, by other students of whom the second are abler and more alike."""
    drifts: list[float] = []
    named = 0
    for seed in range(6):
        bank = simulated(800, 40, 0.7, 300 + seed)
        earlier = calibrate_em(bank.answers)
        later = calibrate_em(_answered_by_others(bank, seed))
        found = anchor(later.curves, earlier.curves)
        assert found.scale.mean == pytest.approx(-0.6 / 0.8, abs=0.2)
        assert found.scale.sd == pytest.approx(1 / 0.8, abs=0.15)
        drifts.extend(found.easiness_drift.tolist())
        named += int(found.drifted.sum())
    assert 0.8 < float(np.std(drifts)) < 1.15
    assert named <= 2


def _answered_by_others(bank: Bank, seed: int) -> Answers:
    rng = np.random.default_rng(seed)
    ability = rng.normal(0.6, 0.8, 800)
    student, item = np.nonzero(rng.random((800, 40)) < 0.7)
    p = 1 / (1 + np.exp(-(bank.slope[item] * ability[student] + bank.easiness[item])))
    return Answers.build(student.tolist(), item.tolist(), rng.random(len(p)) < p)


def test_the_population_is_found_whatever_scale_the_curves_have() -> None:
    """Curves of a scale that floats, as pyirt's, are brought to a population of mean 0 and deviation 1."""
    bank = simulated(3000, 25, 0.8, 12)
    answers = bank.answers
    order = np.array(answers.items, int)
    floated = Scale(-0.4, 1 / 1.7).apply(bank.slope[order], bank.easiness[order])
    population = population_of(answers, *floated, Quadrature.for_answers(answers))
    slope, easiness = population.apply(*floated)
    assert slope == pytest.approx(bank.slope[order], rel=0.06)
    assert easiness == pytest.approx(bank.easiness[order], abs=0.12)
    assert (population.mean, population.sd) == (pytest.approx(0.4 * 1.7, abs=0.15), pytest.approx(1.7, rel=0.06))


@given(scales)
def test_linked_curves_are_those_of_the_earlier_run_and_so_are_its_students(scale: Scale) -> None:
    """Errors too: what is a standard error there is one here, in the units of the scale."""
    earlier = exact(12)
    new = seen_from(earlier, scale)
    found = anchor(new, earlier)
    linked = found.linked(new)
    assert linked.difficulty == pytest.approx(earlier.difficulty, abs=1e-4)
    # the difficulty's error is a length on the scale of ability, which is `scale.sd` times as long there
    assert linked.difficulty_se * found.scale.sd == pytest.approx(new.difficulty_se, rel=1e-6)
    assert (found.students.mean, found.students.sd) == (
        pytest.approx(scale.mean, abs=1e-4), pytest.approx(scale.sd, abs=1e-4),
    )  # fmt: skip


def test_drifts_name_the_items_of_both() -> None:
    earlier = exact(6)
    found = anchor(earlier, earlier)
    assert list(found.drifts) == list(earlier.items)
    assert not any(drift.drifted for drift in found.drifts.values())
