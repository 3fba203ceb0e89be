"""The head makes what is told true: found again where it is known, silent where the filter already tells the truth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from mastery.estimate.head import Head, Known
from mastery.measure.ahead import chance_of_reaching, needed
from mastery.measure.head import Seen, fit_head
from mastery.measure.metrics import reliability

BAR = 0.75


def came(head: Head, size: int, seed: int, lumped: float = 0.0) -> Seen:
    """Moments whose next answers are drawn as a head says; a share of them all alike, as on a good or a bad day."""
    random = np.random.default_rng(seed)
    known = Known(random.normal(0.8, 1.2, size), random.uniform(0.3, 1.2, size), random.normal(0.8, 0.4, size))
    centre, spread = head.told_rate(known)
    rate = expit(random.normal(centre, spread))
    count = random.integers(3, 6, size)
    right = np.where(random.random(size) < lumped, count * (random.random(size) < rate), random.binomial(count, rate))
    return Seen(known, right.astype(np.int64), count.astype(np.int64))


def test_a_head_is_found_again_from_what_came() -> None:
    truth = Head(-0.3, 0.8, 0.2, 0.3, 0.25, 0.7)
    found = fit_head(came(truth, 25_000, 1), BAR)
    for name in ("constant", "centre", "spread", "easiness", "log_spread_constant", "log_spread"):
        assert getattr(found, name) == pytest.approx(getattr(truth, name), abs=0.15), name
    # and where answers are independent the rate says all there is about the bar
    assert found.chance_constant == pytest.approx(0.0, abs=0.12)
    assert found.chance_centre == pytest.approx(1.0, abs=0.08)


def test_a_filter_that_tells_the_truth_is_left_alone() -> None:
    found = fit_head(came(Head(), 20_000, 2), BAR)
    assert dataclasses.astuple(found)[:-2] == pytest.approx(dataclasses.astuple(Head())[:-2], abs=0.12)
    # fewer points are so far above the bar
    assert (found.chance_bend, found.chance_far_bend) == pytest.approx((0.0, 0.0), abs=0.25)


def test_where_answers_come_in_lumps_the_probability_is_true_none_the_less() -> None:
    """Half of the moments all right or all wrong: no rate has such counts, so the probability is judged by itself."""
    fitted, judged = came(Head(), 15_000, 3, lumped=0.5), came(Head(), 15_000, 4, lumped=0.5)
    head = fit_head(fitted, BAR)
    reached = (judged.right >= needed(judged.count, BAR)).astype(float)

    def error(one: Head) -> float:
        told = one.tell(judged.known, BAR)
        return reliability(reached, chance_of_reaching(judged.count, told.low, told.high, told.probability, BAR)).error

    assert error(head) < 0.02
    assert error(Head()) > 2 * error(head)


def test_far_above_the_bar_the_probability_may_be_less_sure_than_near_it() -> None:
    """Students whom the filter takes for far above the bar are less than half as far above it."""

    def bent(size: int, seed: int) -> Seen:
        random = np.random.default_rng(seed)
        known = Known(random.normal(1.6, 1.3, size), np.full(size, 0.5), np.full(size, 0.8))
        beyond = np.maximum(known.centre - logit(BAR) - 1.0, 0.0)
        right = random.binomial(5, expit(random.normal(known.centre - 0.6 * beyond, 0.5)))
        return Seen(known, right.astype(np.int64), np.full(size, 5))

    fitted, judged = bent(15_000, 5), bent(15_000, 6)
    head = fit_head(fitted, BAR)
    assert head.chance_bend < -0.2
    reached = (judged.right >= needed(judged.count, BAR)).astype(float)
    told = head.tell(judged.known, BAR)
    chance = chance_of_reaching(judged.count, told.low, told.high, told.probability, BAR)
    assert reliability(reached, chance).error < 0.015


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32), st.integers(1, 300))
def test_more_is_told_of_more(seed: int, size: int) -> None:
    """Whatever it is fitted to: a higher mean never lowers what is told, and the rate lies in its range."""
    head = fit_head(came(Head(0.5, 0.4, -0.5, 0.2, 0.3, 0.4), size, seed, lumped=0.3), BAR)
    random = np.random.default_rng(seed)
    known = Known(np.sort(random.normal(0, 2, 50)), np.full(50, random.uniform(0.1, 2)), np.full(50, 0.5))
    told = head.tell(known, BAR)
    for name in ("rate", "low", "high", "probability"):
        assert (np.diff(getattr(told, name)) >= 0).all(), name
    assert ((told.low <= told.rate) & (told.rate <= told.high)).all()
    assert ((told.probability >= 0) & (told.probability <= 1)).all()


def test_nothing_came_so_nothing_changes() -> None:
    none = np.empty(0)
    assert fit_head(Seen(Known(none, none, none), np.empty(0, np.int64), np.empty(0, np.int64)), BAR) == Head()


def test_a_head_that_changes_nothing_tells_the_normal_distribution_it_is_given() -> None:
    known = Known(np.array([0.5]), np.array([0.8]), np.array([1.0]))
    told = Head().tell(known, BAR)
    draws = expit(np.random.default_rng(0).normal(0.5, 0.8, 400_000))
    assert told.rate[0] == pytest.approx(draws.mean(), abs=0.003)
    assert [told.low[0], told.high[0]] == pytest.approx(np.quantile(draws, [0.1, 0.9]).tolist(), abs=0.003)
    assert told.probability[0] == pytest.approx((draws >= BAR).mean(), abs=0.003)
    assert logit(BAR) == pytest.approx(np.log(3.0))
