"""After a summer: which targets are asked about again, though no estimate decays (domain 3.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mastery.body.words import State
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.lines import COUNTED
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class LastYears:
    """A target as the last year left it: its state now, and the date, in the school's zone, of its mastery."""

    target: int
    priority: bool
    state: State
    mastered_on: date | None


def welcome_back(
    targets: Iterable[LastYears], own: SchoolCalendar, year_ended_on: date, policy: Policy
) -> tuple[int, ...]:
    """The priority targets mastered within the last days of instruction of the year: the earliest first.

    `own` is the student's calendar of that year. What was mastered in the summer itself is fresh, and what lost its
    mastery is worked on anyway.
    """
    begin = own.through(year_ended_on) - policy.welcome_back_days
    found = [
        (one.mastered_on, one.target)
        for one in targets
        if one.priority
        and one.state in COUNTED
        and one.mastered_on is not None
        and one.mastered_on <= year_ended_on
        and own.through(one.mastered_on) > begin
    ]
    return tuple(target for _, target in sorted(found))
