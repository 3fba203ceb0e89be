"""The points of an estimate over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from mastery.decide import TargetRule, rule_book
from mastery.estimate import DEFAULTS, UNCALIBRATED, readout
from mastery.estimate.readout import RANGE_HALF_WIDTH
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.history import history, thinned
from mastery.policy import DEFAULT_POLICY
from mastery.progress import rebuild
from mastery.sittings import Piece, Sitting

FIRST = datetime(2026, 9, 1, 13, 0, tzinfo=UTC)
BOOK = rule_book([TargetRule(1), TargetRule(2, bar=0.6)])


def sitting(day: int, *answers: tuple[int, float], purpose: Purpose = Purpose.FORMATIVE) -> Sitting:
    """A sitting with one new item per answer, each (target, share)."""
    at = FIRST + timedelta(days=day)
    counts = purpose is not Purpose.STATE_SUMMATIVE
    pieces = tuple(
        Piece(target, *(((10 * day + n,), (y,), (1.0,)) if counts else ((), (), ())), None, y, False, None)
        for n, (target, y) in enumerate(answers)
    )
    order = OrderKey(at, at, "lms", f"r{day}")
    return Sitting(order, day, 1, purpose, EvidenceType.QUIZ, at, at.date(), purpose is Purpose.SUMMATIVE, pieces)


def points(sittings: list[Sitting], target: int = 1):
    return history(target, sittings, BOOK, UNCALIBRATED, DEFAULT_POLICY)


ANSWERS = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=1,
    max_size=2,
    unique_by=lambda one: one[0],
)
PURPOSES = st.sampled_from([Purpose.FORMATIVE, Purpose.SUMMATIVE, Purpose.STATE_SUMMATIVE])
SITTINGS = st.lists(st.tuples(ANSWERS, PURPOSES), max_size=8).map(
    lambda days: [sitting(day, *sorted(answers), purpose=purpose) for day, (answers, purpose) in enumerate(days)]
)
# the first example waits for the compiled kernels
RELAXED = settings(deadline=None)


def test_each_result_on_the_target_is_a_point_and_others_are_none() -> None:
    found = points([sitting(1, (1, 1.0)), sitting(2, (2, 0.0)), sitting(3, (1, 0.0), (2, 1.0))])
    assert [(one.result, one.at, one.records) for one in found] == [
        (1, FIRST + timedelta(days=1), 1),
        (3, FIRST + timedelta(days=3), 2),
    ]
    assert found[0].rate > found[1].rate
    assert points([]) == ()


def test_a_state_test_is_no_point_and_counts_for_nothing() -> None:
    beside = sitting(2, (1, 0.0), purpose=Purpose.STATE_SUMMATIVE)
    with_it = points([sitting(1, (1, 1.0)), beside, sitting(3, (1, 1.0)), sitting(4, (1, 1.0))])
    without = points([sitting(1, (1, 1.0)), sitting(3, (1, 1.0)), sitting(4, (1, 1.0))])
    assert with_it == without
    assert [one.enough for one in with_it] == [False, False, True]


@RELAXED
@given(SITTINGS)
def test_the_last_point_is_the_estimate_of_a_rebuild_to_the_last_bit(sittings: list[Sitting]) -> None:
    (rebuilt,) = rebuild([sittings], [()], BOOK, UNCALIBRATED, DEFAULT_POLICY)
    for target in (1, 2):
        found = points(sittings, target)
        estimate = rebuilt.estimates.get(target)
        assert bool(found) == (estimate is not None)
        if estimate is not None:
            last = found[-1]
            assert (last.rate, last.low, last.high, last.probability) == estimate[:4]
            assert last.records == rebuilt.standings[target].tally.records
            assert last.enough == rebuilt.standings[target].decision.enough_evidence


@RELAXED
@given(SITTINGS, st.integers(0, 8))
def test_what_comes_later_moves_no_earlier_point(sittings: list[Sitting], until: int) -> None:
    early = points(sittings[:until])
    assert points(sittings)[: len(early)] == early


@RELAXED
@given(SITTINGS)
def test_points_are_in_order_and_enough_stays_enough(sittings: list[Sitting]) -> None:
    for before, after in pairwise(points(sittings)):
        assert before.at < after.at
        assert before.records < after.records
        assert before.enough <= after.enough


@given(st.integers(0, 300), st.integers(2, 80))
def test_thinning_keeps_the_ends_and_the_order(count: int, most: int) -> None:
    found = thinned(range(count), most)
    assert len(found) == min(count, most)
    assert found == sorted(set(found))
    if count:
        assert (found[0], found[-1]) == (0, count - 1)
    gaps = [after - before for before, after in pairwise(found)]
    assert not gaps or max(gaps) - min(gaps) <= 1, "evenly"


def test_a_picture_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="first point and the last"):
        thinned([1, 2], 1)


@given(st.floats(-4, 4), st.floats(0.01, 3), st.floats(0.05, 0.95))
def test_the_band_is_above_the_bar_just_when_the_estimate_is_sure_enough(
    mean: float, variance: float, bar: float
) -> None:
    """What the picture says of band and bar in words is the rule: a tenth of the range's probability lies below it."""
    assert ndtr(RANGE_HALF_WIDTH) == pytest.approx(DEFAULT_POLICY.mastery_probability, abs=1e-12)
    said = readout(mean, variance, DEFAULTS, bar)
    if abs(said.low[0] - bar) > 1e-9:
        assert (said.low[0] > bar) == (said.probability[0] > DEFAULT_POLICY.mastery_probability)
