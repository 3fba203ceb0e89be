"""An item whose curve is not the model's shows, and one whose curve is does not."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_banks import simulated

from mastery.calibrate import Answers, Calibration, calibrate_em


def with_guessing(seed: int) -> Calibration:
    """Item 0 is hard, steep, and guessed right by half of those who do not know."""
    bank = simulated(2000, 30, 1.0, seed)
    rng = np.random.default_rng(seed)
    ability = np.zeros(2000)
    np.add.at(ability, bank.student, bank.y)
    ability = (ability - ability.mean()) / ability.std()
    known = rng.random(2000) < 1 / (1 + np.exp(-2.5 * (ability - 0.8)))
    y = np.where(bank.item == 0, (known | (rng.random(2000) < 0.5))[bank.student], bank.y)
    return calibrate_em(Answers.build(bank.student.tolist(), bank.item.tolist(), y))


def test_where_the_model_holds_the_bend_is_standard_normal() -> None:
    bends, misfits = [], []
    for seed in range(12):
        found = calibrate_em(simulated(600, 30, 0.8, 200 + seed).answers)
        bends.extend(found.bend.tolist())
        misfits.extend(found.misfit.tolist())
    assert np.isfinite(bends).all()
    assert abs(float(np.mean(bends))) < 0.2
    assert 0.85 < float(np.std(bends)) < 1.15
    assert 0.02 < float(np.mean(np.abs(bends) > 1.96)) < 0.09
    assert max(misfits) < 0.07


def test_guessing_bends_a_curve_upwards() -> None:
    found = with_guessing(5)
    place = list(found.items).index(0)
    assert found.bend[place] > 4
    assert found.bends()[place]
    assert found.bends().sum() <= 3
    assert int(np.argmax(found.misfit)) == place


def test_an_item_that_the_middle_gets_right_does_not_fit() -> None:
    bank = simulated(2000, 20, 1.0, 9)
    score = np.zeros(2000)
    np.add.at(score, bank.student, bank.y)
    middle = np.abs(score - np.median(score)) < 3
    y = np.where(bank.item == 0, middle[bank.student], bank.y)
    found = calibrate_em(Answers.build(bank.student.tolist(), bank.item.tolist(), y))
    assert [found.items[j] for j in np.flatnonzero(found.misfits())] == [0]


def test_too_few_items_tell_nothing_of_a_bend() -> None:
    found = calibrate_em(simulated(60, 3, 1.0, 1).answers)
    assert np.isnan(found.bend).any()
    assert not found.bends()[np.isnan(found.bend)].any()


def test_abilities_and_reliability_are_those_of_the_posterior() -> None:
    bank = simulated(1500, 40, 0.6, 14)
    found = calibrate_em(bank.answers)
    mean, deviation = found.ability.T
    assert float(mean.mean()) == pytest.approx(0, abs=0.02)
    assert float(np.var(mean) + np.mean(deviation**2)) == pytest.approx(1, abs=0.05)
    assert found.reliability == pytest.approx(float(np.var(mean)), abs=0.03)
