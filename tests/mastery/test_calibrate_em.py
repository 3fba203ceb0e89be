"""The EM engine against direct maximisation of the same likelihood, and what must hold of any calibration."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_banks import USUAL, Bank, Oracle, simulated

from mastery.calibrate import Answers, Calibration, calibrate_em
from mastery.calibrate.information import TOGETHER
from mastery.calibrate.kernel import expect, maximise, missing_information, read_posteriors
from mastery.calibrate.link import population_of
from mastery.calibrate.model import Quadrature


def of(found: Calibration, items: list[int], values: np.ndarray) -> np.ndarray:
    """Values by item in the order of `items`."""
    place = {item: n for n, item in enumerate(found.items)}
    return values[[place[item] for item in items]]


@pytest.fixture(scope="module")
def small() -> tuple[Bank, Calibration, Oracle]:
    bank = simulated(300, 6, 0.8, 4)
    found = calibrate_em(bank.answers, prior=USUAL, tolerance=1e-8)
    return bank, found, Oracle(bank, [int(str(item)) for item in found.items])


def test_it_finds_the_maximum_that_direct_maximisation_finds(small: tuple[Bank, Calibration, Oracle]) -> None:
    _, found, oracle = small
    best = oracle.maximum().reshape(2, -1)
    assert found.converged
    assert found.slope == pytest.approx(best[0], abs=2e-4)
    assert found.easiness == pytest.approx(best[1], abs=2e-4)


def test_its_log_likelihood_is_the_plain_one(small: tuple[Bank, Calibration, Oracle]) -> None:
    _, found, oracle = small
    at = np.concatenate([found.slope, found.easiness])
    assert found.log_likelihood == pytest.approx(oracle.log_likelihood(at), rel=1e-7)
    assert oracle.log_posterior(at) >= oracle.log_posterior(oracle.maximum()) - 1e-6


def test_its_covariance_is_the_inverse_of_the_second_derivative(small: tuple[Bank, Calibration, Oracle]) -> None:
    _, found, oracle = small
    size = len(found.items)
    whole = oracle.covariance(np.concatenate([found.slope, found.easiness]))
    each = np.arange(size)
    assert found.covariance[:, 0, 0] == pytest.approx(whole[each, each], rel=1e-3)
    assert found.covariance[:, 1, 1] == pytest.approx(whole[size + each, size + each], rel=1e-3)
    assert found.covariance[:, 0, 1] == pytest.approx(whole[each, size + each], rel=5e-3, abs=1e-5)


def test_the_difficultys_error_follows_from_its_gradient(small: tuple[Bank, Calibration, Oracle]) -> None:
    """Draws of slope and easiness, narrowed so that the ratio is as good as linear."""
    _, found, _ = small
    rng = np.random.default_rng(0)
    narrow = 0.02
    for j in range(len(found.items)):
        mean = [found.slope[j], found.easiness[j]]
        drawn = rng.multivariate_normal(mean, found.covariance[j] * narrow**2, 20000)
        spread = float(np.std(-drawn[:, 1] / drawn[:, 0]))
        assert found.difficulty_se[j] == pytest.approx(spread / narrow, rel=0.03)


def test_beyond_the_whole_inverse_standard_errors_are_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = simulated(600, 50, 0.6, 8)
    whole = calibrate_em(bank.answers)
    monkeypatch.setattr("mastery.calibrate.information.TOGETHER", 0)
    pieced = calibrate_em(bank.answers)
    assert TOGETHER > 50
    assert pieced.slope_se == pytest.approx(whole.slope_se, rel=0.03)
    assert pieced.easiness_se == pytest.approx(whole.easiness_se, rel=0.05)


@pytest.mark.parametrize(("students", "items", "filled", "banks"), [(400, 30, 0.7, 12), (1500, 90, 0.3, 5)])
def test_intervals_of_95_percent_cover_what_is_true(students: int, items: int, filled: float, banks: int) -> None:
    inside: list[np.ndarray] = []
    for seed in range(banks):
        bank = simulated(students, items, filled, 100 + seed)
        found = calibrate_em(bank.answers)
        true = np.array(found.items, int)
        for value, error, truth in (
            (found.slope, found.slope_se, bank.slope),
            (found.easiness, found.easiness_se, bank.easiness),
            (found.difficulty, found.difficulty_se, bank.difficulty),
        ):
            inside.append(np.abs(value - truth[true]) < 1.96 * error)
    for kind in range(3):
        assert 0.92 <= np.concatenate(inside[kind::3]).mean() <= 0.98


def test_other_names_and_another_order_of_rows_change_nothing() -> None:
    bank = simulated(200, 12, 0.7, 3)
    found = calibrate_em(bank.answers, tolerance=1e-9)
    order = np.random.default_rng(1).permutation(len(bank.y))
    answers = Answers.build([f"s{i}" for i in bank.student[order]], [f"q{j}" for j in bank.item[order]], bank.y[order])
    again = calibrate_em(answers, tolerance=1e-9)
    items = list(range(12))
    place = {str(item): n for n, item in enumerate(again.items)}
    by_name = [place[f"q{item}"] for item in items]
    for name in ("slope", "easiness", "covariance", "bend", "misfit", "answers", "right"):
        assert getattr(again, name)[by_name] == pytest.approx(of(found, items, getattr(found, name)), abs=1e-7)
    abilities = dict(zip(again.students, again.ability, strict=True))
    for student, ability in zip(found.students, found.ability, strict=True):
        assert abilities[f"s{student}"] == pytest.approx(ability, abs=1e-7)


def test_a_student_of_whom_no_usable_answer_is_left_changes_nothing() -> None:
    bank = simulated(150, 8, 0.9, 6)
    before = calibrate_em(bank.answers)
    more = Answers.build([*bank.student.tolist(), 9999], [*bank.item.tolist(), "once"], [*bank.y.tolist(), 1])
    after = calibrate_em(more)
    assert after.slope.tobytes() == before.slope.tobytes()
    assert after.covariance.tobytes() == before.covariance.tobytes()
    assert after.students == before.students
    assert [(one.item, one.answers, one.reason) for one in after.dropped] == [("once", 1, "answered once")]


def test_an_item_that_falls_with_ability_is_held_and_said() -> None:
    bank = simulated(600, 10, 1.0, 2)
    turned = np.where(bank.item == 4, 1 - bank.y, bank.y)
    found = calibrate_em(Answers.build(bank.student.tolist(), bank.item.tolist(), turned))
    place = list(found.items).index(4)
    assert np.flatnonzero(found.clipped).tolist() == [place]
    assert found.slope[place] == 0.1
    assert np.isfinite(found.covariance).all()
    share = turned[bank.item == 4].mean()
    # its easiness is that of the share of right answers, which a flat curve has at every ability
    assert found.easiness[place] == pytest.approx(np.log(share / (1 - share)), abs=0.05)


def test_progress_is_told_pass_by_pass() -> None:
    told: list[tuple[int, float]] = []
    found = calibrate_em(simulated(100, 5, 1.0, 1).answers, lambda number, change: told.append((number, change)))
    assert [number for number, _ in told] == list(range(1, found.iterations + 1))
    assert told[-1][1] <= 1e-5


def test_no_item_is_known_less_well_than_its_prior_says() -> None:
    """Answers so regular that the search ends on a saddle, where the observed information has a negative direction."""
    columns = [(s, i, (s * 7 + i * 5 + s * i) % 3 > 0) for s in range(30) for i in range(5)]
    found = calibrate_em(Answers.build(*zip(*columns, strict=True)))
    assert (found.easiness_se <= found.prior.easiness_sd).all()
    assert (np.linalg.eigvalsh(found.covariance) > 0).all()


def test_no_way_to_the_kernels_makes_them_compile_again() -> None:
    """Lists, strided and narrow columns, both engines' curves: one machine code for all."""
    bank = simulated(80, 6, 1.0, 1)
    twice = np.repeat(bank.y, 2).astype(np.int8)[::2]
    found = calibrate_em(Answers.build(bank.student[::1], map(str, bank.item), twice))
    answers = bank.answers
    strided = np.stack([found.slope, found.easiness], axis=1)
    population_of(answers, strided[:, 0], strided[:, 1], Quadrature.for_answers(answers))
    for kernel in (expect, maximise, read_posteriors, missing_information):
        assert len(kernel.signatures) == 1


@pytest.mark.parametrize("sharper", [0.6, 1.0, 2.2])
def test_a_bank_that_is_sharp_or_blunt_as_a_whole_is_not_drawn_to_the_usual(sharper: float) -> None:
    bank = simulated(800, 20, 1.0, 11, sharper)
    found = calibrate_em(bank.answers)
    true = np.array(found.items, int)
    assert float(np.mean(found.slope) / np.mean(bank.slope[true])) == pytest.approx(1, abs=0.06)
    assert found.prior.slope == pytest.approx(float(bank.slope.mean()), rel=0.08)
    assert found.prior.slope_sd == found.prior.slope / 2
