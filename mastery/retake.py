"""Trying a test again (domain 2.5): whether, from which day on, and when a teacher has to allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mastery.body.tally import Tally
from mastery.calendar import day_after
from mastery.policy import Policy


class Aim(StrEnum):
    """What another try is for."""

    REACH = "reach"
    IMPROVE = "improve"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sitting of a test on a target: the day where the school is, and its level, None where it has none."""

    day: date
    level: float | None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Another try, from the day `opens_on` on. `needs_leave`: the tries of the window are used up, so that day is the
    one on which there is room again, and before it a teacher may allow one.
    """

    aim: Aim
    opens_on: date
    needs_leave: bool = False


def try_again(attempts: Sequence[Attempt], today: date, policy: Policy) -> TryAgain | None:
    """The next try at the tests of one target after these, oldest first; None where there is none to be had.

    It may be taken after a level below the one that mastery needs, however often; after a level up to
    `retake_improve_level` once more. What has no level yet says nothing.
    """
    aim = _aim(attempts, policy)
    if aim is None:
        return None
    # a cooldown of none still is the next calendar day: never twice on one day
    opens_on = day_after(attempts[-1].day, max(policy.retake_cooldown_days, 1))
    if len(attempts) < policy.retake_attempts:
        return TryAgain(aim, opens_on)
    room = day_after(attempts[-policy.retake_attempts].day, policy.retake_window_days)
    return TryAgain(aim, max(opens_on, room), needs_leave=today < room)


def _aim(attempts: Sequence[Attempt], policy: Policy) -> Aim | None:
    newest = attempts[-1].level if attempts else None
    if newest is None:
        return None
    if newest < policy.scale_mastery_level:
        return Aim.REACH
    met = [one for one in attempts if one.level is not None and one.level >= policy.scale_mastery_level]
    return Aim.IMPROVE if len(met) == 1 and newest <= policy.retake_improve_level else None


def practise_first(tally: Tally, policy: Policy) -> bool:
    """Whether the newest record is a certifying one below the level of mastery: something comes between two tries."""
    certified = tally.certified
    if certified is None or certified.resolved or certified.last >= policy.scale_mastery_level:
        return False
    return tally.recent[-1:] == (certified.last_result,)
