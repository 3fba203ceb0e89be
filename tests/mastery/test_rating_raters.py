"""Who scores: how many, who may, and what they see of one another (domain 2.7)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rating.agreement import Pair
from mastery.rating.blind import Sheet, first_sheets, pairs, seen_by, submitted
from mastery.rating.raters import Bar, Lack, Rater, bar, panel
from mastery.rating.rubric import Criterion, Rubric, RubricError
from mastery.rating.sample import is_sampled, raters_needed

KEY = b"a secret of the district"
START = datetime(2026, 10, 5, 9, tzinfo=UTC)
RUBRIC = Rubric((Criterion("method", 1), Criterion("product", 2)))

ids = st.lists(st.integers(0, 10**6) | st.text(max_size=4), min_size=1, max_size=3)


# --- how many ---------------------------------------------------------------------------------------------------------


@given(ids)
def test_work_for_credit_needs_two_whatever_the_sample_says(names: list[int | str]) -> None:
    assert raters_needed(names, KEY, POLICY, credit_bearing=True) == 2
    assert raters_needed(names, KEY, POLICY, credit_bearing=False) == 1 + is_sampled(names, KEY, POLICY)


@given(ids, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_higher_share_only_adds_to_the_sample(names: list[int | str], one: float, other: float) -> None:
    low, high = (replace(POLICY, raters_sample_rate=share) for share in sorted((one, other)))
    assert is_sampled(names, KEY, low) <= is_sampled(names, KEY, high)


def test_the_sample_is_even_over_tasks_and_over_raters() -> None:
    """Of 20,000 pieces of work fifteen in a hundred, within four standard errors; so in each fiftieth part."""
    found = [(task, is_sampled((task, student), KEY, POLICY)) for task in range(50) for student in range(400)]

    def within(some: list[bool]) -> bool:
        return abs(sum(some) / len(some) - 0.15) < 4 * (0.15 * 0.85 / len(some)) ** 0.5

    assert within([chosen for _, chosen in found])
    for part in range(50):
        assert within([chosen for task, chosen in found if task == part])


def test_another_key_makes_another_sample_and_names_do_not_run_together() -> None:
    every = [(task, student) for task in range(20) for student in range(100)]
    mine, theirs = ({one for one in every if is_sampled(one, key, POLICY)} for key in (KEY, b"another"))
    assert len(mine & theirs) < len(mine) / 2
    half = replace(POLICY, raters_sample_rate=0.5)
    for one, other in (((1, 23), (12, 3)), ((1,), ("1",)), (("a", "b"), ("ab",))):
        assert any(is_sampled((n, *one), KEY, half) != is_sampled((n, *other), KEY, half) for n in range(60)), (
            "they are told apart"
        )


# --- who --------------------------------------------------------------------------------------------------------------

TRUTHS = [one.name for one in fields(Rater) if one.name != "person"]
raters = st.builds(Rater, st.integers(1, 5), *[st.booleans() for _ in TRUTHS])


def test_mentors_rate_and_relatives_never_do() -> None:
    educator, mentor, aunt = Rater(1, authorised=True), Rater(2), Rater(3, authorised=True, relative=True)
    assert panel([educator, mentor], 2).complete
    assert panel([educator, aunt], 2).barred == ((3, Bar.RELATIVE),)
    assert panel([educator, aunt], 2).lacks == (Lack.RATERS,)
    assert panel([mentor, Rater(4)], 2).lacks == (Lack.AUTHORISED,)


def test_the_students_supervisor_at_work_rates_beside_somebody_else_only() -> None:
    boss = Rater(1, supervisor=True)
    assert panel([replace(boss, authorised=True)], 1).lacks == (Lack.BESIDE_SUPERVISOR,)
    assert panel([boss, Rater(2, authorised=True)], 2).complete
    assert Lack.BESIDE_SUPERVISOR in panel([boss, Rater(2, authorised=True, relative=True)], 2).lacks


def test_who_has_seen_scores_or_is_not_calibrated_or_comes_twice_is_not_counted() -> None:
    one = Rater(1, authorised=True)
    assert bar(replace(one, has_seen=True)) is Bar.HAS_SEEN
    assert bar(replace(one, calibrated=False)) is Bar.NOT_CALIBRATED
    assert bar(replace(one, oneself=True)) is Bar.ONESELF
    assert panel([one, one], 2).barred == ((1, Bar.TWICE),)
    assert panel([], 1).lacks == (Lack.RATERS, Lack.AUTHORISED)


@given(st.lists(raters, max_size=5), st.integers(1, 3))
def test_a_panel_is_complete_exactly_if_the_sentence_of_the_specification_holds(some: list[Rater], needed: int) -> None:
    apart = all(one.person != other.person for one, other in combinations(some, 2))
    clean = all(not (one.oneself or one.relative or one.has_seen) and one.calibrated for one in some)
    enough = len(some) >= needed
    certified = any(one.authorised for one in some)
    not_alone = any(not one.supervisor for one in some)
    assert panel(some, needed).complete == (apart and clean and enough and certified and not_alone)


# --- blind ------------------------------------------------------------------------------------------------------------


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def sheet(rater: int, minute: int | None = None, *, lead: bool = False, level: float | None = 3.0) -> Sheet:
    return Sheet(rater, {"method": level, "product": 2.0}, None if minute is None else at(minute), lead)


sheets = st.lists(
    st.builds(sheet, st.integers(1, 5), st.none() | st.integers(0, 9), lead=st.booleans()),
    max_size=5,
    unique_by=lambda one: one.rater,
)


@given(sheets, st.integers(1, 6))
def test_nothing_of_another_is_seen_before_ones_own_is_submitted(some: list[Sheet], viewer: int) -> None:
    seen = seen_by(viewer, some)
    own = [one for one in some if one.rater == viewer]
    others = [one for one in seen if one.rater != viewer]
    assert all(one.submitted_at is not None for one in others), "a sheet in the making is its rater's alone"
    if not own or own[0].submitted_at is None:
        assert others == []
    else:
        assert others == [one for one in some if one.rater != viewer and one.submitted_at is not None]


def test_a_sheet_is_submitted_whole_and_once() -> None:
    waiting = (sheet(1), sheet(2, 1))
    done = submitted(waiting, 1, RUBRIC, at(5))
    assert done == (sheet(1, 5), sheet(2, 1))
    with pytest.raises(ValueError, match="waits to be submitted"):
        submitted(done, 1, RUBRIC, at(6))
    with pytest.raises(RubricError):
        submitted((Sheet(1, {"method": 3.0}),), 1, RUBRIC, at(5))


def test_agreement_is_about_blind_scores_and_not_the_leads() -> None:
    some = (sheet(9, 7, lead=True), sheet(2, 1, level=3.5), sheet(1, 5), sheet(4))
    assert [one.rater for one in first_sheets(some)] == [1, 2]
    assert pairs("work", some) == (Pair("work", 1, 2, 3.0, 3.5), Pair("work", 1, 2, 2.0, 2.0))
    assert pairs("work", (sheet(1, 1, level=None), sheet(2, 2))) == (Pair("work", 1, 2, 2.0, 2.0),)


@given(sheets, st.randoms())
def test_who_submits_first_changes_no_pair(some: list[Sheet], chance: object) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    moved = [replace(one, submitted_at=at(n)) if one.submitted_at else one for n, one in enumerate(shuffled)]
    assert pairs("work", moved) == pairs("work", some)
