"""From logits to what people are told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import integrate
from scipy.special import expit
from scipy.stats import norm

from mastery.estimate import DEFAULTS, readout

H = DEFAULTS
FLAT = 1.0 / np.sqrt(1.0 + np.pi / 8.0 * (H.item_variance + H.item_easiness_variance))


def columns(estimate: object) -> list[np.ndarray]:
    return [getattr(estimate, field.name) for field in dataclasses.fields(estimate)]  # type: ignore[arg-type]


def test_every_element_is_the_same_alone_and_in_any_company() -> None:
    """Lengths around the widths of vector instructions, contiguous, strided, reversed: the same bits."""
    random = np.random.default_rng(1)
    mean, variance = random.normal(0.0, 2.0, 1000), random.uniform(0.01, 4.0, 1000)
    whole = columns(readout(mean, variance, H, 0.75))
    for start, length in [(0, 1), (3, 2), (5, 3), (7, 4), (11, 7), (13, 8), (17, 9), (23, 33), (100, 257)]:
        part = columns(readout(mean[start : start + length], variance[start : start + length], H, 0.75))
        for one, other in zip(whole, part, strict=True):
            assert one[start : start + length].tobytes() == other.tobytes()
    for stride in (2, 3, 7, -1, -5):
        part = columns(readout(mean[::stride], variance[::stride], H, 0.75))
        for one, other in zip(whole, part, strict=True):
            assert one[::stride].tobytes() == other.tobytes()
    for place in range(0, 1000, 37):
        alone = columns(readout(float(mean[place]), float(variance[place]), H, 0.75))
        assert [column[0] for column in alone] == [column[place] for column in whole]


@pytest.mark.parametrize("mean", [-3.0, -0.5, 0.0, 1.2, 4.0])
@pytest.mark.parametrize("variance", [0.02, 0.4, 1.7])
def test_rate_range_and_probability_are_those_of_the_distribution(mean: float, variance: float) -> None:
    deviation = np.sqrt(variance)
    estimate = readout(mean, variance, H, 0.75)

    def rate_of(ability: float) -> float:
        return float(expit(FLAT * (ability + H.item_easiness)))

    expected, _ = integrate.quad(
        lambda x: rate_of(x) * norm.pdf(x, mean, deviation), mean - 9 * deviation, mean + 9 * deviation
    )
    assert estimate.rate[0] == pytest.approx(expected, abs=0.012)
    assert estimate.low[0] == pytest.approx(rate_of(norm.ppf(0.1, mean, deviation)), rel=1e-12)
    assert estimate.high[0] == pytest.approx(rate_of(norm.ppf(0.9, mean, deviation)), rel=1e-12)
    needed = np.log(0.75 / 0.25) / FLAT - H.item_easiness
    assert estimate.probability[0] == pytest.approx(norm.sf(needed, mean, deviation), rel=1e-9)
    assert rate_of(needed) == pytest.approx(0.75, rel=1e-12)


def test_rate_lies_in_its_range_and_both_rise_with_the_mean() -> None:
    mean = np.linspace(-12.0, 12.0, 401)
    for variance in (0.001, 0.3, 2.0, 8.0):
        estimate = readout(mean, np.full(401, variance), H, 0.75)
        assert (estimate.low <= estimate.rate).all()
        assert (estimate.rate <= estimate.high).all()
        assert (np.diff(estimate.rate) > 0).all()
        assert (np.diff(estimate.probability) >= 0).all()


def test_an_easier_target_is_mastered_with_less_ability() -> None:
    estimate = readout([0.5, 0.5], [0.3, 0.3], H, 0.75, easiness=[0.0, 2.0])
    assert estimate.rate[0] < estimate.rate[1]
    assert estimate.probability[0] < estimate.probability[1]


def test_targets_with_bars_of_their_own_are_read_as_each_alone() -> None:
    mean, variance, bars = [0.2, 1.5, 1.5], [0.4, 0.3, 0.3], [0.6, 0.75, 0.9]
    together = readout(mean, variance, H, bars).probability.tolist()
    assert together == [readout(m, v, H, b).probability[0] for m, v, b in zip(mean, variance, bars, strict=True)]
    assert together[1] > together[2]


@pytest.mark.parametrize("bar", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_bar_outside_the_open_interval_is_refused(bar: float) -> None:
    with pytest.raises(ValueError, match="bar"):
        readout(0.0, 1.0, H, bar)


@pytest.mark.parametrize("variance", [0.0, -1.0, float("nan")])
def test_a_variance_that_is_none_is_refused(variance: float) -> None:
    with pytest.raises(ValueError, match="variance"):
        readout(0.0, variance, H, 0.75)
