"""How long guessing has to wait: an account that rests, and an address from which too much was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries at once from somewhere; they wear off evenly over `window`, and as many pass in the long run."""

    tries: int
    window: timedelta

    @property
    def each(self) -> timedelta:
        """How long one try takes to wear off."""
        return self.window / self.tries


def sign_in_allowance(policy: Policy = DEFAULT_POLICY) -> Allowance:
    """How many failures to sign in one address has, over all names."""
    return Allowance(policy.sign_in_address_failures, timedelta(minutes=policy.sign_in_address_minutes))


def charged(free_at: datetime, now: datetime, allowance: Allowance) -> tuple[datetime, timedelta]:
    """From when on nothing counts any more after one more try, and how long that has to wait (zero: it may go on).

    `free_at` is the same before the try. All that counts is in this one instant (the generic cell rate algorithm,
    ITU-T I.371); a try that has to wait leaves it as it was.
    """
    after = max(free_at, now) + allowance.each
    wait = after - (now + allowance.window)
    return (free_at, wait) if wait > timedelta(0) else (after, timedelta(0))
