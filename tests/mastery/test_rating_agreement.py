"""Agreement, calibration and drift of raters (domain 2.7), against an oracle by matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rating.agreement import Agreement, Pair, Verdict, agreement, weighted_kappa
from mastery.rating.calibration import AnchorScore, Trial, calibrated_until, is_calibrated, passes
from mastery.rating.drift import Severity, severity, told

# found by a search over pairs of which six are equal and four a point apart
GOLDEN = [(1, 1), (1, 1), (1, 1), (1, 1), (2, 2), (3, 3), (1, 2), (2, 1), (2, 3), (3, 2)]
TODAY = date(2026, 10, 5)

half = st.integers(0, 8).map(lambda number: number / 2)
scored = st.lists(st.tuples(half, half), min_size=1, max_size=40)


def work(scores: Sequence[tuple[float, float]], first: int = 0) -> list[Pair]:
    """Each pair of scores of a piece of work of its own, by raters 1 and 2."""
    return [Pair(first + n, 1, 2, float(one), float(other)) for n, (one, other) in enumerate(scores)]


def by_matrices(scores: Sequence[tuple[float, float]]) -> float | None:
    """Quadratic weighted kappa as textbooks print it: observed and expected counts, and a matrix of weights."""
    categories = 9
    observed = np.zeros((categories, categories))
    for one, other in scores:
        observed[int(2 * one), int(2 * other)] += 1
    steps = np.arange(categories)
    weights = (steps[:, None] - steps[None, :]) ** 2 / (categories - 1) ** 2
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    below = float((weights * expected).sum())
    return None if below == 0 else 1 - float((weights * observed).sum()) / below


# --- agreement --------------------------------------------------------------------------------------------------------


def test_ten_pairs_that_are_all_adjacent_and_fail_kappa() -> None:
    ten = agreement(work(GOLDEN), POLICY)
    assert (ten.exact, ten.adjacent, ten.works) == (Fraction(6, 10), Fraction(1), 10)
    assert ten.kappa is not None
    assert round(float(ten.kappa), 3) == 0.672
    assert by_matrices(GOLDEN) == pytest.approx(float(ten.kappa))
    assert ten.verdicts(POLICY) == {"exact": Verdict.MET, "adjacent": Verdict.MET, "kappa": Verdict.NOT_YET}
    thirty = agreement(work(GOLDEN * 3), POLICY)
    assert thirty.kappa == ten.kappa
    assert thirty.verdicts(POLICY) == {"exact": Verdict.MET, "adjacent": Verdict.MET, "kappa": Verdict.BELOW}


def test_half_points_are_scores_as_well() -> None:
    halves = [(one / 2 + 1.5, other / 2 + 1.5) for one, other in GOLDEN]
    assert weighted_kappa(halves) == weighted_kappa([(float(one), float(other)) for one, other in GOLDEN])
    apart = agreement(work([(2.0, 2.5), (2.0, 3.0), (2.0, 3.5), (2.0, 2.0)]), POLICY)
    assert (apart.exact, apart.adjacent) == (Fraction(1, 4), Fraction(3, 4))


@given(scored)
def test_kappa_is_that_of_the_matrices(scores: list[tuple[float, float]]) -> None:
    found, expected = weighted_kappa(scores), by_matrices(scores)
    assert (found is None) == (expected is None)
    if found is not None:
        assert float(found) == pytest.approx(expected, abs=1e-9)


@given(scored)
def test_kappa_is_1_where_all_are_equal_and_the_same_with_the_raters_changed_over(
    scores: list[tuple[float, float]],
) -> None:
    assert weighted_kappa([(other, one) for one, other in scores]) == weighted_kappa(scores)
    same = [(one, one) for one, _ in scores]
    assert weighted_kappa(same) == (None if len(set(same)) == 1 else 1)


@given(scored)
def test_exact_is_never_more_than_adjacent(scores: list[tuple[float, float]]) -> None:
    found = agreement(work(scores), POLICY)
    assert found.exact is not None
    assert found.adjacent is not None
    assert 0 <= found.exact <= found.adjacent <= 1


def test_without_pairs_nothing_is_low() -> None:
    nothing = agreement([], POLICY)
    assert nothing == Agreement(0, 0, None, None, None)
    assert set(nothing.verdicts(POLICY).values()) == {Verdict.NOT_YET}


def test_criteria_of_one_piece_of_work_are_no_separate_looks() -> None:
    few = [replace(pair, work=pair.work % 8) for pair in work(GOLDEN * 4)]  # type: ignore[operator]
    assert agreement(few, POLICY).works == 8
    assert agreement(few, POLICY).verdicts(POLICY)["kappa"] is Verdict.NOT_YET


@pytest.mark.parametrize(("equal", "far", "verdicts"), [(60, 5, ("met", "met")), (59, 6, ("below", "below"))])
def test_the_bars_themselves_are_met(equal: int, far: int, verdicts: tuple[str, str]) -> None:
    scores = [(3.0, 3.0)] * equal + [(1.0, 3.0)] * far + [(2.0, 3.0)] * (100 - equal - far)
    found = agreement(work(scores), POLICY).verdicts(POLICY)
    assert (found["exact"].value, found["adjacent"].value) == verdicts


# --- calibration ------------------------------------------------------------------------------------------------------


def trial(*off: float, day: date = TODAY) -> Trial:
    return Trial(day, tuple(AnchorScore(n, 2.0, 2.0 + each) for n, each in enumerate(off)))


@pytest.mark.parametrize(
    ("off", "good"),
    [
        ((0, 0, 0, 1, -1), True), ((0, 0, 0, 0.5, 1), True), ((0, 0, 1, 1, 1), False), ((0, 0, 0, 0, 1.5), False),
        ((0, 0, 0, 0), False), ((0,) * 5, True), ((0, 0, 0, 0, 1, 1), True),
    ],
)  # fmt: skip
def test_five_anchors_three_of_them_exactly_right_and_none_further_off_than_a_point(
    off: tuple[float, ...], good: bool
) -> None:
    assert passes(trial(*off), POLICY) is good


def test_one_anchor_five_times_is_one_anchor() -> None:
    same = tuple(AnchorScore("same", 2.0, 2.0) for _ in range(5))
    assert not passes(Trial(TODAY, same), POLICY)


def test_it_lasts_365_days_of_the_calendar_also_through_a_leap_day() -> None:
    passed = date(2027, 9, 1)
    good = [trial(0, 0, 0, 0, 0, day=passed)]
    assert calibrated_until(good, POLICY) == date(2028, 8, 31)
    for days, valid in ((-1, False), (0, True), (365, True), (366, False)):
        assert is_calibrated(good, passed + timedelta(days=days), POLICY) is valid


def test_the_newest_trial_speaks() -> None:
    good, bad = trial(0, 0, 0, 0, 0), trial(2, 2, 2, 2, 2, day=TODAY + timedelta(days=30))
    assert is_calibrated([bad, good], TODAY + timedelta(days=29), POLICY)
    assert not is_calibrated([bad, good], TODAY + timedelta(days=30), POLICY)
    again = trial(0, 0, 0, 0, 0, day=bad.day)
    assert is_calibrated([good, bad, again], bad.day, POLICY)
    assert calibrated_until([], POLICY) is None


# --- drift ------------------------------------------------------------------------------------------------------------


def apart(tenths: int, of: int) -> list[Pair]:
    """Work in which rater 1 is half a point more severe in so many pieces."""
    return work([(2.0, 2.5)] * tenths + [(2.0, 2.0)] * (of - tenths))


def test_a_difference_past_three_tenths_over_twenty_pieces_is_drift() -> None:
    assert severity(1, apart(12, 20)) == Severity(1, 20, Fraction(-3, 10))
    assert not severity(1, apart(12, 20)).drifts(POLICY)
    assert severity(1, apart(13, 20)).drifts(POLICY)
    assert severity(2, apart(13, 20)).drifts(POLICY)
    assert not severity(1, apart(19, 19)).drifts(POLICY)
    assert severity(7, apart(3, 20)) == Severity(7, 0, None)
    assert not severity(7, apart(3, 20)).drifts(POLICY)


@given(scored)
def test_of_two_raters_one_is_as_severe_as_the_other_is_mild(scores: list[tuple[float, float]]) -> None:
    one, other = severity(1, work(scores)).difference, severity(2, work(scores)).difference
    assert one is not None
    assert other is not None
    assert one == -other
    assert float(one) == pytest.approx(float(np.mean([a - b for a, b in scores])))


def test_the_moderation_lead_alone_is_told() -> None:
    drifted = severity(1, apart(20, 20))
    assert told(drifted, leads={8, 9}, supervisors={5}, policy=POLICY) == {8, 9}
    assert told(drifted, leads={1, 5, 9}, supervisors={5}, policy=POLICY) == {9}, "nor the rater, nor who is over them"
    assert told(severity(1, apart(0, 20)), leads={9}, supervisors=set(), policy=POLICY) == frozenset()
