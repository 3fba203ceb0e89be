"""When a session ends by itself, who needs a second factor, what guessing costs: stepped across each boundary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access_matrix import Role
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.second_factor import NEEDING, Step, needs_second_factor, step
from mastery.session_limits import SEEN_EVERY, Ending, Life, end, lapse, limits, look, until
from mastery.tries import Allowance, charged, rest, sign_in_allowance

BEGAN = datetime(2026, 10, 5, 7, 40, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
FRESH = Life(BEGAN, BEGAN)


@pytest.mark.parametrize(("staff", "minutes"), [(True, 60), (False, 30)])
def test_an_unused_session_ends_at_its_idle_limit(staff: bool, minutes: int) -> None:
    lasting, at = limits(staff), BEGAN + timedelta(minutes=minutes)
    assert until(FRESH, lasting) == (at, Ending.IDLE)
    assert lapse(FRESH, at - MOMENT, lasting).is_open
    assert lapse(FRESH, at, lasting) == Life(BEGAN, BEGAN, at, Ending.IDLE)
    assert lapse(FRESH, at + timedelta(days=3), lasting).ended == at  # when it ended, not when that was noticed


def test_a_used_session_ends_at_its_absolute_limit() -> None:
    lasting, life, now = limits(staff=True), FRESH, BEGAN
    while now < BEGAN + timedelta(hours=12) - timedelta(minutes=20):
        now += timedelta(minutes=20)
        life = look(life, now, lasting, attended=True)
    at = BEGAN + timedelta(hours=12)
    assert until(life, lasting) == (at, Ending.LIMIT)
    assert look(life, at - MOMENT, lasting, attended=True).is_open
    assert look(life, at, lasting, attended=True) == Life(BEGAN, life.seen, at, Ending.LIMIT)


def test_being_seen_is_written_down_once_a_minute_and_only_when_somebody_is_there() -> None:
    lasting = limits(staff=True)
    assert look(FRESH, BEGAN + SEEN_EVERY - MOMENT, lasting, attended=True) is FRESH
    assert look(FRESH, BEGAN + SEEN_EVERY, lasting, attended=True).seen == BEGAN + SEEN_EVERY
    assert look(FRESH, BEGAN + 10 * SEEN_EVERY, lasting, attended=False) is FRESH


def test_what_ended_stays_as_it_ended() -> None:
    lasting = limits(staff=False)
    ended = end(FRESH, BEGAN + SEEN_EVERY, Ending.SIGNED_OUT)
    later = BEGAN + timedelta(days=1)
    assert (
        end(ended, later, Ending.BY_OFFICE)
        is lapse(ended, later, lasting)
        is look(ended, later, lasting, True)
        is ended
    )


@pytest.mark.parametrize("role", sorted(NEEDING))
def test_whoever_sees_many_children_needs_a_second_factor(role: str) -> None:
    assert needs_second_factor([Role.TEACHER_OF_RECORD, role])


def test_others_do_not() -> None:
    assert not needs_second_factor([])
    assert not needs_second_factor([Role.TEACHER_OF_RECORD, Role.STUDENT, Role.PARENT, Role.COUNSELOR])


def test_what_signing_in_still_lacks() -> None:
    assert step(needed=False, has=False, shown=False) is Step.IN
    assert step(needed=True, has=False, shown=False) is Step.SET_UP
    assert step(needed=True, has=True, shown=False) is step(needed=False, has=True, shown=False) is Step.SHOW
    assert {step(needed, has, shown=True) for needed in (True, False) for has in (True, False)} == {Step.IN}


def test_an_account_rests_longer_each_time_up_to_the_longest() -> None:
    free = POLICY.sign_in_free_tries
    assert rest(free) is None
    assert [rest(free + over) for over in (1, 2, 3, 4, 5, 60)] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15, 15)
    ]


def test_tries_from_an_address_wear_off_evenly() -> None:
    allowed, now = sign_in_allowance(), datetime(2026, 11, 23, 15, tzinfo=UTC)
    free = now
    for _ in range(allowed.tries):
        free, wait = charged(free, now, allowed)
        assert wait == timedelta(0)
    assert free == now + allowed.window
    assert charged(free, now, allowed) == (free, allowed.each)
    assert charged(free, now + allowed.each, allowed) == (free + allowed.each, timedelta(0))
    # as good as new after the window, and no better
    assert charged(free, now + 9 * allowed.window, allowed)[0] == now + 9 * allowed.window + allowed.each


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 5), st.integers(1, 20))
def test_as_many_pass_as_a_bucket_that_leaks_evenly_takes(pauses: list[int], tries: int, seconds: int) -> None:
    """A count that goes down by one in each part of the window, kept as a fraction, says the same."""
    allowed, now = Allowance(tries, timedelta(seconds=tries * seconds)), datetime(2026, 11, 23, 15, tzinfo=UTC)
    free, count = now, Fraction(0)
    for pause in pauses:
        now += timedelta(seconds=pause)
        count = max(Fraction(0), count - Fraction(pause, seconds))
        free, wait = charged(free, now, allowed)
        over = max(Fraction(0), count + 1 - tries)
        assert wait == timedelta(seconds=float(over * seconds))
        count += over == 0
