"""Laws of policy as records: no change reaches back, no order of arrival counts, and somebody else finds the same."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_oracle import decider

from mastery.policy import DEFAULT_POLICY
from mastery.policy_parameters import FOLLOWED, NAMES, SETTABLE, PolicyError, Value, read_value, stored_value, written
from mastery.policy_records import Asked, InForce, Level, Lost, Places, Signed, Why, check, in_force, policy_of

DAY = date(2026, 10, 5)
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
SOME = ["retake_cooldown_days", "retake_attempts"]
_PLACES = {Level.SCHOOL: ["s1", "s2"], Level.COURSE: ["c1", "c2"], Level.TARGET: ["t1", "t2"]}
days = st.integers(-20, 20).map(lambda count: DAY + timedelta(days=count))


@st.composite
def one_record(draw: st.DrawFn) -> Signed:
    level = draw(st.sampled_from(Level))
    place = draw(st.sampled_from(_PLACES[level])) if level in _PLACES else None
    value = draw(st.none() | st.integers(1, 9))
    binding = value is not None and draw(st.booleans())
    return Signed(0, draw(st.sampled_from(SOME)), value, level, place, "RSA 1", draw(days), AT, binding)


records = st.lists(one_record(), max_size=14).map(
    lambda some: [replace(one, number=number) for number, one in enumerate(some)]
)
places = st.builds(
    Places, *(st.frozensets(st.sampled_from(_PLACES[level])) for level in (Level.SCHOOL, Level.COURSE, Level.TARGET))
)


def value_or_none(name: str, text: str) -> Value | None:
    """A value as it is read; None where it is refused."""
    try:
        return read_value(name, text)
    except PolicyError:
        return None


@given(records, places, days)
def test_what_is_in_force_is_what_the_oracle_finds(signed: list[Signed], where: Places, day: date) -> None:
    found = in_force(signed, where, day)
    assert list(found) == list(NAMES)
    for name in SOME:
        by = decider(signed, name, where, day)
        assert found[name].by == by
        assert found[name].value == (getattr(DEFAULT_POLICY, name) if by is None else by.value)


@given(records, places, days, one_record())
def test_a_change_from_a_day_on_leaves_what_was_in_force_before_it(
    signed: list[Signed], where: Places, day: date, change: Signed
) -> None:
    later = [*signed, replace(change, number=len(signed), effective_from=day)]
    for before in (day - timedelta(days=1), day - timedelta(days=9)):
        assert in_force(later, where, before) == in_force(signed, where, before)
        assert repr(policy_of(in_force(later, where, before))) == repr(policy_of(in_force(signed, where, before)))


@given(records, places, days, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(
    signed: list[Signed], where: Places, day: date, chance: random.Random
) -> None:
    shuffled = list(signed)
    chance.shuffle(shuffled)
    assert in_force(shuffled, where, day) == in_force(signed, where, day)


@given(records, places, days)
def test_what_is_about_others_changes_nothing(signed: list[Signed], where: Places, day: date) -> None:
    assert in_force([one for one in signed if where.has(one)], where, day) == in_force(signed, where, day)


@given(records, places, days)
def test_everything_that_was_said_is_told_once_and_the_reasons_fit(
    signed: list[Signed], where: Places, day: date
) -> None:
    for one in in_force(signed, where, day).values():
        said = [each.by for each in one.overrode if each.by is not None]
        assert len(said) == len({each.number for each in said})
        assert one.by not in said
        if one.by is None:
            assert (one.why, one.overrode) == (Why.DEFAULT, ())
            continue
        assert one.overrode[-1].by is None, "the default comes last"
        assert (one.why is Why.BINDING) == one.by.binding
        order = list(Level)
        for lost in one.overrode[:-1]:
            assert lost.by is not None
            distance = order.index(one.by.level) - order.index(lost.by.level)
            assert (lost.why is Lost.FARTHER) == (distance > 0)
            if lost.why is Lost.BOUND:
                assert one.by.binding
            if distance < 0:
                assert lost.why is Lost.BOUND


@given(records, places, days)
def test_a_policy_s_version_tells_its_values_apart(signed: list[Signed], where: Places, day: date) -> None:
    policy = policy_of(in_force(signed, where, day))
    same = [getattr(policy, name) == getattr(DEFAULT_POLICY, name) for name in NAMES]
    assert (policy.version == DEFAULT_POLICY.version) == all(same)
    assert policy == policy_of({name: InForce(name, getattr(policy, name), None, Why.DEFAULT) for name in NAMES})


@given(st.sampled_from(FOLLOWED), st.decimals(allow_nan=True, allow_infinity=True))
def test_a_value_that_may_be_comes_back_as_it_was_stored(name: str, number: Decimal) -> None:
    value = value_or_none(name, str(number))
    if value is None:
        return
    assert SETTABLE[name].least <= Decimal(str(value)) <= SETTABLE[name].most
    assert type(value) is type(getattr(DEFAULT_POLICY, name))
    assert stored_value(name, written(value)) == value
    check(Asked(name, value, Level.DISTRICT, "RSA 1", DAY), DAY)


@given(st.sampled_from(FOLLOWED), st.text(max_size=12))
def test_any_text_is_a_value_or_refused(name: str, text: str) -> None:
    value_or_none(name, text)


@given(st.sampled_from(FOLLOWED), st.integers(1, 400))
def test_nothing_is_signed_for_a_day_that_is_over(name: str, ago: int) -> None:
    asked = Asked(name, getattr(DEFAULT_POLICY, name), Level.DISTRICT, "RSA 1", DAY - timedelta(days=ago))
    with pytest.raises(PolicyError, match="give a day from today on"):
        check(asked, DAY)
