"""Two sections of the Law School Admission Test, against what has been published of them."""

from __future__ import annotations

import numpy as np
import pytest
from shared_data import needs_shared, shared

from mastery.calibrate import Answers, Prior, calibrate_em

pytestmark = [pytest.mark.shared, needs_shared]

# as good as none: the published values are of maximum likelihood
FLAT = Prior(slope_sd=100.0, easiness_sd=100.0)


def section(name: str) -> Answers:
    table = np.loadtxt(shared("data", "lsat", f"{name}.csv"), int, delimiter=",", skiprows=1)
    student, item = np.indices(table.shape)
    return Answers.build(student.ravel().tolist(), item.ravel().tolist(), table.ravel())


def test_section_6_is_as_the_r_package_ltm_has_it() -> None:
    """Rizopoulos 2006, Journal of Statistical Software 17(5), the two-parameter model with its standard errors."""
    found = calibrate_em(section("lsat6"), prior=FLAT, tolerance=1e-7)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=2e-3)
    assert found.difficulty == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=4e-3)
    assert found.difficulty_se == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], rel=5e-3)
    assert found.slope == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=2e-3)
    assert found.slope_se == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], rel=5e-3)


def test_section_7_is_as_the_r_package_mirt_has_it() -> None:
    """Chalmers 2012, Journal of Statistical Software 48(6), the one-factor model."""
    found = calibrate_em(section("lsat7"), prior=FLAT, tolerance=1e-7)
    assert found.log_likelihood == pytest.approx(-2658.805, abs=2e-3)
    assert found.slope == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=2e-3)
    assert found.easiness == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=2e-3)


@pytest.mark.parametrize("name", ["lsat6", "lsat7"])
def test_the_weak_prior_moves_what_a_thousand_answers_say_by_less_than_an_error(name: str) -> None:
    free, held = calibrate_em(section(name), prior=FLAT), calibrate_em(section(name))
    assert (np.abs(held.slope - free.slope) < free.slope_se).all()
    assert (np.abs(held.easiness - free.easiness) < free.easiness_se).all()
    assert not held.misfits().any()


def test_a_sharp_test_is_not_drawn_to_the_usual() -> None:
    """Fraction subtraction (Tatsuoka): slopes around 2.6, which a prior around 1 would take for 1.9."""
    table = np.loadtxt(shared("data", "fraction_subtraction", "responses_wide.csv"), int, delimiter=",", skiprows=1)
    student, item = np.indices(table.shape)
    answers = Answers.build(student.ravel().tolist(), item.ravel().tolist(), table.ravel())
    free, found = calibrate_em(answers, prior=FLAT), calibrate_em(answers)
    assert found.log_likelihood > free.log_likelihood - 1
    assert float(np.mean(found.slope / free.slope)) > 0.95
    assert (np.abs(found.slope - free.slope) < 0.6 * free.slope_se).all()
    assert calibrate_em(answers, prior=Prior()).log_likelihood < free.log_likelihood - 20
