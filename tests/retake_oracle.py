"""The classroom's rule of another try (domain 2.5), written a second time and by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from mastery.policy import Policy


@dataclass(frozen=True)
class Attempt:
    """A sitting: its day, and its level, None where it has none."""

    day: date
    level: float | None


@dataclass(frozen=True)
class TryAgain:
    """Another try: what for, from which day on, and whether a teacher has to allow it before."""

    aim: Literal["reach", "improve"]
    opens_on: date
    needs_leave: bool = False


def try_again(attempts: Sequence[Attempt], today: date, policy: Policy) -> TryAgain | None:
    """The next try after these, oldest first; None where there is none to be had."""
    aim = _aim(attempts, policy)
    if aim is None:
        return None
    opens_on = attempts[-1].day + timedelta(days=max(policy.retake_cooldown_days, 1))
    if len(attempts) < policy.retake_attempts:
        return TryAgain(aim, opens_on)
    room = attempts[-policy.retake_attempts].day + timedelta(days=policy.retake_window_days)
    return TryAgain(aim, max(opens_on, room), needs_leave=today < room)


def _aim(attempts: Sequence[Attempt], policy: Policy) -> Literal["reach", "improve"] | None:
    newest = attempts[-1].level if attempts else None
    if newest is None:
        return None
    if newest < policy.scale_mastery_level:
        return "reach"
    met = [one for one in attempts if one.level is not None and one.level >= policy.scale_mastery_level]
    return "improve" if len(met) == 1 and newest <= policy.retake_improve_level else None
