"""Which value is in force and why, by example; what may be signed, and what the table says of every parameter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mastery.policy import DEFAULT_POLICY
from mastery.policy_parameters import (
    FOLLOWED,
    NAMES,
    SETTABLE,
    Fixed,
    PolicyError,
    Unit,
    fits,
    fixed_because,
    read_value,
)
from mastery.policy_records import Asked, InForce, Level, Places, Signed, check, in_force, policy_of
from mastery.reassessment.presets import classroom_summative

DAY = date(2026, 10, 5)
DAYS = "retake_cooldown_days"
HERE = Places(schools=frozenset({"lincoln"}))


def signed(number: int, value: int | None, level: Level = Level.DISTRICT, **more: Any) -> Signed:
    place = "lincoln" if level is Level.SCHOOL else None
    at = datetime(2026, 9, number + 1, 12, tzinfo=UTC)
    return replace(Signed(number, DAYS, value, level, place, "Board policy 7", DAY, at), **more)


def cooldown(*records: Signed, where: Places = HERE, day: date = DAY) -> InForce:
    return in_force(records, where, day)[DAYS]


def told(found: InForce) -> list[tuple[Any, str | None, str]]:
    """The value in force and what it overrode: value, level, why."""
    said = [(found.value, found.by.level if found.by else None, found.why.value)]
    return said + [(one.value, one.by.level if one.by else None, one.why.value) for one in found.overrode]


# --- which value, and why ---------------------------------------------------------------------------------------------


def test_without_a_record_it_is_the_default() -> None:
    assert told(cooldown()) == [(3, None, "default")]
    assert policy_of(in_force([], HERE, DAY)) is DEFAULT_POLICY


def test_the_nearest_level_wins_and_says_what_it_overrode() -> None:
    found = cooldown(signed(1, 5, Level.STATE), signed(2, 4), signed(3, 2, Level.SCHOOL))
    assert told(found) == [
        (2, "school", "nearest"), (4, "district", "farther"), (5, "state", "farther"), (3, None, "farther"),
    ]  # fmt: skip
    elsewhere = Places(schools=frozenset({"roosevelt"}))
    assert told(cooldown(signed(2, 4), signed(3, 2, Level.SCHOOL), where=elsewhere))[0] == (4, "district", "nearest")


def test_what_is_binding_farther_up_wins_and_the_farthest_of_those() -> None:
    state, district = signed(1, 5, Level.STATE, binding=True), signed(2, 4, binding=True)
    school = signed(3, 2, Level.SCHOOL)
    assert told(cooldown(school, district)) == [
        (4, "district", "binding"), (2, "school", "bound"), (3, None, "farther"),
    ]  # fmt: skip
    assert told(cooldown(school, district, state))[:3] == [
        (5, "state", "binding"), (2, "school", "bound"), (4, "district", "bound"),
    ]  # fmt: skip
    released = replace(state, number=4, binding=False, effective_from=DAY + timedelta(days=1))
    assert cooldown(school, state, released).value == 5
    assert cooldown(school, state, released, day=DAY + timedelta(days=1)).value == 2


def test_a_later_first_day_wins_and_of_one_day_what_was_signed_later() -> None:
    old = signed(1, 5, effective_from=DAY - timedelta(days=9))
    assert cooldown(old, signed(2, 7)).value == 7
    assert cooldown(replace(old, number=9), signed(2, 7)).value == 7, "however late the older one was signed"
    assert cooldown(signed(3, 8), signed(2, 7)).value == 8
    assert cooldown(old, signed(2, 7), day=DAY - timedelta(days=1)).value == 5


def test_a_place_may_leave_it_to_others_again() -> None:
    records = (signed(1, 5), signed(2, 2, Level.SCHOOL), signed(3, None, Level.SCHOOL))
    assert told(cooldown(*records)) == [(5, "district", "nearest"), (3, None, "farther")]


def test_of_two_schools_the_one_that_said_it_later_counts() -> None:
    both = Places(schools=frozenset({"lincoln", "roosevelt"}))
    other = signed(3, 4, Level.SCHOOL, place="roosevelt")
    found = cooldown(signed(2, 2, Level.SCHOOL), other, where=both)
    assert told(found) == [(4, "school", "nearest"), (2, "school", "earlier"), (3, None, "farther")]


def test_the_policy_of_a_day_has_the_values_in_force_and_a_version_of_its_own() -> None:
    policy = policy_of(in_force([signed(1, 7)], HERE, DAY))
    assert policy.retake_cooldown_days == 7
    assert policy.version.startswith("default-1+")
    assert policy == replace(DEFAULT_POLICY, retake_cooldown_days=7, version=policy.version)
    assert policy_of(in_force([signed(1, 3)], HERE, DAY)) is DEFAULT_POLICY, "the same value as the default's"


# --- what may be signed -----------------------------------------------------------------------------------------------


def test_every_parameter_may_be_set_or_says_why_not() -> None:
    assert set(SETTABLE) <= set(NAMES)
    assert {name for name in NAMES if fixed_because(name) is None} == set(FOLLOWED)
    assert fixed_because("mastery_probability") is Fixed.ESTIMATES
    assert fixed_because("session_hours") is Fixed.INSTALLATION
    assert fixed_because("decision_confirm_within") is Fixed.NOT_FOLLOWED
    with pytest.raises(KeyError):
        fixed_because("version")


@pytest.mark.parametrize("name", SETTABLE)
def test_the_default_is_in_its_own_range(name: str) -> None:
    parameter, default = SETTABLE[name], getattr(DEFAULT_POLICY, name)
    assert fits(Decimal(str(default)), parameter)
    assert isinstance(default, int) == (parameter.unit in (Unit.DAYS, Unit.COUNT))
    if parameter.unit in (Unit.SHARE, Unit.PROBABILITY):
        assert 0 <= parameter.least <= parameter.most <= 1


@pytest.mark.parametrize("end", ["least", "most"])
def test_a_retake_policy_can_be_made_of_every_value_that_may_be_set(end: str) -> None:
    records = [
        Signed(number, name, read_value(name, str(getattr(SETTABLE[name], end))), Level.DISTRICT, None, "RSA", DAY,
               datetime(2026, 9, 1, tzinfo=UTC))
        for number, name in enumerate(FOLLOWED)
    ]  # fmt: skip
    assert classroom_summative(policy_of(in_force(records, HERE, DAY)))


ASKED = Asked(DAYS, 5, Level.DISTRICT, "Board policy 7", DAY)


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        (replace(ASKED, parameter="nothing"), "parameter", "there is no parameter 'nothing'"),
        (replace(ASKED, parameter="version"), "parameter", "there is no parameter 'version'"),
        (replace(ASKED, parameter="boe_records"), "parameter", "stored estimates, decisions or hints rest on it"),
        (replace(ASKED, parameter="session_hours"), "parameter", "about the whole installation"),
        (replace(ASKED, parameter="retake_items_min"), "parameter", "does not go by the student's day in it yet"),
        (replace(ASKED, value=61), "value", f"{DAYS} is from 0 to 60 (days), in steps of 1"),
        (replace(ASKED, value=5.0), "value", "from 0 to 60"),
        (replace(ASKED, value=True), "value", "from 0 to 60"),
        (replace(ASKED, value=(5,)), "value", "from 0 to 60"),
        (replace(ASKED, parameter="retake_improve_level", value=3.3), "value", "in steps of 0.5"),
        (replace(ASKED, place="lincoln"), "place", "names no place"),
        (replace(ASKED, level=Level.SCHOOL), "place", "names its place"),
        (replace(ASKED, value=None, binding=True), "binding", "binds nobody"),
        (replace(ASKED, basis="  "), "basis", "name the law"),
        (replace(ASKED, basis="x" * 301), "basis", "at most 300"),
        (replace(ASKED, effective_from=DAY - timedelta(days=1)), "from", "2026-10-04 is over"),
    ],
)
def test_what_can_not_be_signed_is_named(asked: Asked, field: str, says: str) -> None:
    with pytest.raises(PolicyError) as refused:
        check(asked, DAY)
    assert refused.value.field == field
    assert says in str(refused.value)


def test_what_may_be_signed_is_taken() -> None:
    check(ASKED, DAY)
    check(replace(ASKED, value=None, level=Level.SCHOOL, place="lincoln"), DAY)
    check(replace(ASKED, level=Level.STATE, binding=True, effective_from=DAY + timedelta(days=99)), DAY)


@pytest.mark.parametrize("text", ["", "five", "2,5", "nan", "inf", "-1", "1e9", "4.5"])
def test_a_value_is_a_number_of_the_range(text: str) -> None:
    with pytest.raises(PolicyError, match="from 0 to 60"):
        read_value(DAYS, text)
    assert read_value(DAYS, " 5 ") == read_value(DAYS, "5.0") == 5
