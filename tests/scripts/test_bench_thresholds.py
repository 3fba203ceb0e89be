"""What the report on thresholds rests on: the same filter, the same tracing, the same rule; and the constants hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mastery.estimate import UNCALIBRATED
from mastery.measure.simulated_students import Plan, simulate
from mastery.methods.bkt import Bkt, learn, observe, odds_against, probability, traced
from mastery.policy import DEFAULT_POLICY as POLICY

BAR = POLICY.mastery_bar
TRACING = Bkt(prior=0.25, transit=0.15, slip=0.10, guess=0.20)


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    """The package of the benchmarks, which only its commands have on their path."""
    before = sys.path[:]
    sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
    try:
        import bench.body_rule
        import bench.constants
        import bench.simulated_tests

        yield bench
    finally:
        sys.path[:] = before


def test_what_is_told_of_practice_is_what_the_simulation_tells(bench: ModuleType) -> None:
    seen = simulate(UNCALIBRATED, {}, Plan(20, sittings=3), BAR, 4)
    told = bench.simulated_tests.tell([bench.simulated_tests.Block(seen.y[:, sitting]) for sitting in range(3)])
    assert told == pytest.approx(seen.told, abs=1e-12)


def test_tracing_is_that_of_the_score_rules(bench: ModuleType) -> None:
    block = bench.simulated_tests.Block
    practice, test = [1.0, 0.0, 1.0, 1.0, 0.0], [1.0] * 8 + [0.0] * 2
    found = bench.simulated_tests.trace([block(np.array([[practice]])), block(np.array([[test]]), summed=True)])
    assert found[0, 0, 0] == pytest.approx(traced(practice, TRACING)[-1][1])
    odds = odds_against(found[0, 0, 0])
    assert found[0, 1, 0] == pytest.approx(probability(learn(observe(odds, test, 0.5, TRACING), TRACING.transit)))


def test_answers_come_as_often_right_as_the_true_rate_says(bench: ModuleType) -> None:
    rate = np.repeat([[0.3, 0.6, 0.9]], 4000, axis=0)
    share = bench.simulated_tests.answers_at(rate, 10, np.random.default_rng(1)).mean(axis=(0, 2))
    # present form takes the edge off: a good day cannot win what a bad one loses
    assert np.abs(share - [0.3, 0.6, 0.9]).max() < 0.035
    assert (np.diff(share) > 0.2).all()


def test_the_whole_rule_passes_fewer_than_its_threshold_and_nobody_after_two_records(bench: ModuleType) -> None:
    one = bench.simulated_tests.tested(150, 4, 6)
    whole, bare = bench.body_rule.passing(one), one.told[:, -1] >= POLICY.mastery_probability
    assert whole.any()
    assert not (whole & ~bare).any()
    assert (whole == (bare & (one.share >= BAR))).all()
    assert not bench.body_rule.passing(bench.simulated_tests.tested(150, 1, 6)).any()


def test_the_constants_do_what_they_are_wanted_for(bench: ModuleType) -> None:
    """Domain 2.6 for readiness, the gates of 4.3 for flags; one figure of each, after twenty answers."""
    one = bench.simulated_tests.tested(2500, 4, 8)
    passed, told, below = one.share >= BAR, one.told[:, -2], one.rate < BAR
    assert 0.75 <= passed[told >= POLICY.readiness_probability].mean() <= 0.90
    assert below[told < POLICY.prereq_gap_probability].mean() >= 0.70
    contradicted = one.told[:, -1] < POLICY.contradiction_probability_low
    assert contradicted[passed].mean() <= 0.06
    assert (one.told[:, -1] < 0.60)[passed].mean() > 0.20
    assert (one.told[:, -1] >= POLICY.contradiction_probability_high)[one.share <= 0.65].mean() <= 0.05
    first, second = bench.constants._spins(one, one.told, POLICY.wheel_spin_probability).split(" and ")
    assert float(first[:-1]) >= 70.0
    assert float(second[:-1]) > 15.0
