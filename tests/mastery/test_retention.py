"""What a later check is expected to find: the ability that the filter would take an answer of that day to come from."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from estimate_oracle import Answer, Student
from estimate_paths import random_path, run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from mastery.estimate import DEFAULTS, Model, TargetParameters, levels, levels_after
from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay
from mastery.pace.school_days import EVERY_DAY, SchoolDays
from mastery.policy import DEFAULT_POLICY
from mastery.retention import due_since, expected, scheduled, to_come

HYPER = replace(DEFAULTS, forgetting=0.3, forgetting_variance=0.1)
MODEL = Model(HYPER, targets={1: TargetParameters(0.4, 0.25), 2: TargetParameters(1.1, 0.05)})
NEWEST = date(2026, 9, 1)


@pytest.mark.parametrize("days", [0, 1, 20, 60, 400])
def test_a_check_reads_the_ability_that_an_answer_of_that_day_is_predicted_from(days: int) -> None:
    """Against the dense transcription, aged: mean and variance, present form left out."""
    path = random_path(3, sittings=15, days=4.0)
    state = run(path, HYPER).states[0]
    later = levels_after(state, HYPER, float(days), HYPER.practice_slope)
    for place, target in enumerate(state.target_ids.tolist()):
        oracle = Student(HYPER, {}).feed(path)
        own = oracle.targets[target]
        now = own.mean
        oracle._age(own, own.last_day + days)
        # time teaches nothing
        own.mean = min(own.mean, now)
        np.testing.assert_allclose(
            [later.mean[place], later.variance[place]], oracle.reading(target), rtol=1e-9, atol=1e-9
        )


def test_students_who_forget_are_found_where_the_check_says() -> None:
    """20,000 abilities drawn from what is known, each forgetting by the model, 60 days later: rate and chance."""
    state = run([Answer(n, 1, n, y, day=n) for n, y in enumerate([1.0, 1.0, 0.0, 1.0, 1.0, 1.0])], HYPER).states[0]
    (said,) = expected(state, 1, 0.75, (60,), Model(HYPER))
    random = np.random.default_rng(2)
    now = levels(state, HYPER)
    gap = math.log1p(60.0)
    # s given g is N(rest + (u - 1) g + (v - 1) f, V); g and f are drawn together
    rest, variance, on_general, on_form = state.targets[0, :4]
    mean, cover = state.level[[0, 2]], [[state.level[1], state.level[4]], [state.level[4], state.level[3]]]
    general, form = random.multivariate_normal(mean, cover, 20_000).T
    # what is known of s fades towards the level; what is not known stays, and grows
    left = math.exp(-HYPER.forgetting * gap)
    own = left * (rest + (on_general - 1.0) * general + (on_form - 1.0) * form)
    own = own + random.normal(0.0, math.sqrt(variance + 0.1 * gap), 20_000)
    scale = 1.0 / math.sqrt(1.0 + math.pi / 8.0 * (HYPER.item_variance + HYPER.item_easiness_variance))
    rates = expit(scale * (general + own + now.practice[0] + HYPER.item_easiness))
    assert said.rate == pytest.approx(rates.mean(), abs=0.02)
    assert said.probability == pytest.approx((rates >= 0.75).mean(), abs=0.03)
    assert np.quantile(rates, 0.1) == pytest.approx(said.low, abs=0.02)
    assert np.quantile(rates, 0.9) == pytest.approx(said.high, abs=0.02)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 500), st.integers(0, 500))
def test_a_later_check_is_never_better_nor_below_the_level(seed: int, one: int, other: int) -> None:
    state = run(random_path(seed, sittings=8), HYPER).states[0]
    sooner, later = (levels_after(state, HYPER, float(days), 0.1) for days in sorted((one, other)))
    assert (later.mean <= sooner.mean + 1e-12).all()
    assert (later.target >= np.minimum(sooner.target, 0.0) - 1e-12).all()
    assert (later.general == sooner.general).all()


def test_at_once_a_check_finds_the_estimate() -> None:
    state = run(random_path(5, sittings=8), HYPER).states[0]
    now = levels(state, HYPER, MODEL.practice_slopes_of(state.target_ids))
    for place, target in enumerate(state.target_ids.tolist()):
        told = MODEL.told(now.mean[[place]], now.variance[[place]], [target], 0.75)
        (said,) = expected(state, target, 0.75, (0,), MODEL)
        assert said[1:] == tuple(float(one[0]) for one in (told.rate, told.low, told.high, told.probability))


def test_a_target_without_evidence_has_no_check() -> None:
    with pytest.raises(ValueError, match="target 9 has no evidence"):
        expected(run(random_path(5, sittings=3), HYPER).states[0], 9, 0.75, (20,), MODEL)


@pytest.mark.parametrize(
    ("passed", "days"), [(0, (20, 60)), (19, (20, 60)), (20, (60,)), (59, (60,)), (60, (60,)), (61, (61,))]
)
def test_the_checks_to_come_are_those_of_the_policy_and_then_today(passed: int, days: tuple[int, ...]) -> None:
    found = to_come(NEWEST, NEWEST + timedelta(days=passed), EVERY_DAY, DEFAULT_POLICY)
    assert found == tuple(NEWEST + timedelta(days=one) for one in days)


def test_school_days_count_and_a_holiday_does_not() -> None:
    """Five days a week, and a week without school: twenty days are five weeks, not four."""
    days = [NEWEST + timedelta(days=n) for n in range(120)]
    free = set(days[7:14])
    taught = [day for day in days if day.weekday() < 5 and day not in free]
    calendar = SchoolCalendar(
        tuple(SchoolDay(day) if day in taught else SchoolDay(day, DayKind.HOLIDAY, 0.0) for day in days)
    )
    first, second = scheduled(NEWEST, SchoolDays(calendar), DEFAULT_POLICY)
    taught.remove(NEWEST)
    assert (first, second) == (taught[19], taught[59])
    assert scheduled(NEWEST, SchoolDays(SchoolCalendar(calendar.days[:50])), DEFAULT_POLICY) == (first,)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_check_is_due_from_its_day_until_something_is_scored(passed: int, newest: int) -> None:
    today, last = NEWEST + timedelta(days=passed), NEWEST + timedelta(days=min(newest, passed))
    since = due_since(NEWEST, last, today, EVERY_DAY, DEFAULT_POLICY)
    reached = max((one for one in DEFAULT_POLICY.retention_check_days if one <= passed), default=None)
    if reached is None or min(newest, passed) >= reached:
        assert since is None
    else:
        assert since == NEWEST + timedelta(days=reached)
