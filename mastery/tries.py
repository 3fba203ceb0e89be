"""How long guessing has to wait: an account that rests, and an address from which too many tries failed."""

from __future__ import annotations

from datetime import timedelta

from mastery.policy import DEFAULT_POLICY, Policy

_FIRST_SECONDS = 60.0
_DOUBLINGS = 20  # beyond which the longest has long been reached


def rest(failures: int, policy: Policy = DEFAULT_POLICY) -> timedelta | None:
    """How long an account rests after so many failures in a row; None while further tries are free.

    The first failure too many costs a minute, each further one twice as much, up to the longest.
    """
    over = failures - policy.sign_in_free_tries
    if over <= 0:
        return None
    seconds = _FIRST_SECONDS * 2.0 ** min(over - 1, _DOUBLINGS)
    return min(timedelta(seconds=seconds), timedelta(minutes=policy.sign_in_longest_rest_minutes))


def address_window(policy: Policy = DEFAULT_POLICY) -> timedelta:
    """In how long an address that failed as often as is allowed is as good as new."""
    return timedelta(minutes=policy.sign_in_address_minutes)


def failures_left(failures: float, passed: timedelta, policy: Policy = DEFAULT_POLICY) -> float:
    """How many failures still count against an address a while later: they wear off evenly over the window."""
    worn_off = policy.sign_in_address_failures * (passed / address_window(policy))
    return max(0.0, failures - max(0.0, worn_off))


def wait_of_address(failures: float, policy: Policy = DEFAULT_POLICY) -> timedelta:
    """How long until an address against which so many failures count may try once more; zero where it may now."""
    over = failures + 1 - policy.sign_in_address_failures
    return max(timedelta(0), address_window(policy) * (over / policy.sign_in_address_failures))
