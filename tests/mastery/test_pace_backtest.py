"""Whether ranges hold, on students whose rates nobody tells the law, and how they widen (domain 3.5)."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from pace_students import simulated

from mastery.pace.backtest import WIDENINGS, Held, Projected, Widening, held, widening
from mastery.policy import DEFAULT_POLICY as POLICY

STUDENTS = 1000


def some(projected: Projected, rows: slice | np.ndarray) -> Projected:
    return Projected(*(getattr(projected, one.name)[rows] for one in fields(projected)))


def ended(projected: Projected) -> np.ndarray:
    """So much later that every range is over."""
    return np.full(len(projected.n), 1e5)


def thousand(seed: int, **world: float) -> Projected:
    found = some(simulated(1400, seed, **world), slice(STUDENTS))  # type: ignore[arg-type]
    assert len(found.n) == STUDENTS
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_students_whose_rates_are_not_known_finish_within_the_range(seed: int) -> None:
    students = thousand(seed)
    share = held(students, ended(students), POLICY).share
    assert share is not None
    assert 0.80 <= share <= 0.95


@pytest.mark.parametrize(
    "world",
    [{"bunch": 2.0}, {"weeks": 0.7, "bunch": 1.5}, {"spread": 0.6, "bunch": 2.5}, {"spread": 0.6, "weeks": 0.5}],
)
def test_where_the_law_is_too_sure_the_term_before_widens_it_enough(world: dict[str, float]) -> None:
    before, after = thousand(11, **world), thousand(12, **world)
    plain = held(after, ended(after), POLICY).share
    assert plain is not None
    assert plain < 0.80, "else the world is no harder than the law supposes"
    found = widening(before, ended(before), POLICY)
    assert found.enough
    assert found.factor > 1
    share = held(after, ended(after), POLICY, found.factor).share
    assert share is not None
    assert 0.80 <= share <= 0.95


def test_a_projection_is_judged_once_its_range_is_over() -> None:
    one = Projected(*(np.array([value]) for value in (5.0, 30.0, 0.2, 28.0, 160.0, True)))
    at = np.array

    def judged(seen: float, finished: bool, now: float) -> Held:
        return held(replace(one, seen=at([seen]), finished=at([finished])), at([now]), POLICY)

    # P10 is 99 days, P90 is 269
    assert judged(160, True, 268) == Held(0, 0)
    assert judged(160, True, 269) == Held(1, 1)
    assert [judged(day, True, 300).inside for day in (98, 99, 269, 270)] == [0, 1, 1, 0]
    assert judged(300, False, 300) == Held(1, 0)
    assert judged(160, True, 268).share is None


def test_judging_whoever_finished_first_would_find_ranges_too_late() -> None:
    terms = [simulated(1400, seed, supposed=True) for seed in range(5)]
    students = Projected(*(np.concatenate([getattr(one, field.name) for one in terms]) for field in fields(Projected)))
    early = students.seen <= 80
    cut = replace(students, seen=np.minimum(students.seen, 80), finished=early)
    judged = held(cut, np.full(len(early), 80.0), POLICY)
    assert 400 < judged.judged < len(early) / 2
    fair = judged.share
    assert fair is not None
    # where rates are as supposed, four in five, whichever ranges are over
    assert abs(fair - 0.80) < 3 * np.sqrt(0.80 * 0.20 / judged.judged)
    finished = some(students, early)
    first = held(finished, ended(finished), POLICY).share
    assert first is not None
    assert first < fair - 0.03


def test_with_few_judged_what_is_in_force_stays() -> None:
    few = some(thousand(11, bunch=2.0), slice(POLICY.projection_judged_least - 1))
    assert widening(few, ended(few), POLICY, in_force=2.5) == Widening(2.5, held(few, ended(few), POLICY, 2.5), False)
    none = some(few, slice(0))
    assert widening(none, ended(none), POLICY) == Widening(1.0, Held(0, 0), False)


def test_it_narrows_again_and_never_below_the_law() -> None:
    tame = thousand(11, spread=0.1)
    assert widening(tame, ended(tame), POLICY, in_force=6.0).factor == 1


def test_where_nothing_is_wide_enough_that_is_said() -> None:
    wild = replace(thousand(11), finished=np.zeros(STUDENTS, np.bool_))
    found = widening(wild, ended(wild), POLICY)
    assert (found.factor, found.enough, found.held.share) == (WIDENINGS[-1], False, 0)


def test_order_changes_nothing() -> None:
    students = thousand(11, bunch=2.0)
    shuffled = np.random.default_rng(1).permutation(STUDENTS)
    assert widening(some(students, shuffled), ended(students), POLICY) == widening(students, ended(students), POLICY)
