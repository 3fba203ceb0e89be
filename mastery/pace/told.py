"""What follows from a pace: the word told, whether a flag keeps quiet, when a learning plan is due (domain 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mastery.pace.calendar import SchoolCalendar
from mastery.pace.status import Status
from mastery.policy import Policy


class Word(StrEnum):
    """What students and families read; there is no rank among classmates to be read from it."""

    TOO_EARLY = "too_early"
    AHEAD = "ahead"
    ON = "on"
    A_LITTLE_BEHIND = "a_little_behind"
    BEHIND = "behind"
    CATCHING_UP = "catching_up"
    PAUSED = "paused"
    DONE = "done"


_WORDS = {
    Status.TOO_EARLY: Word.TOO_EARLY,
    Status.AHEAD: Word.AHEAD,
    Status.ON_PACE: Word.ON,
    Status.WATCH: Word.A_LITTLE_BEHIND,
    Status.BEHIND: Word.BEHIND,
    Status.COMPLETE: Word.DONE,
    Status.PAUSED: Word.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Support:
    """An intervention that is going on; whether its own aim line is met, None while that can not be said."""

    aim_met: bool | None


def word(status: Status, support: Support | None = None) -> Word:
    """The word for a status; behind with help is catching up, whatever the aim line says: help is there."""
    return Word.CATCHING_UP if status is Status.BEHIND and support is not None else _WORDS[status]


def keeps_quiet(status: Status, support: Support | None) -> bool:
    """Whether a flag for being behind is not raised: help is there, and it works."""
    return status is Status.BEHIND and support is not None and support.aim_met is True


@dataclass(frozen=True, slots=True)
class LearningPlanDue:
    """Days BEHIND without a change of plan; from when on and until when a learning plan is to be made.

    None where the day lies after the end of the calendar. `required`: that day has come.
    """

    days: float
    required_on: date | None
    due_on: date | None
    required: bool


def learning_plan(
    behind_since: date | None, changed_on: date | None, today: date, own: SchoolCalendar, policy: Policy
) -> LearningPlanDue | None:
    """What is due for somebody BEHIND since a day, in days of their own calendar; None for anybody else.

    A change of plan, the learning plan itself among them, lets the count begin anew.
    """
    if behind_since is None:
        return None
    changed = behind_since if changed_on is None or changed_on > today else changed_on
    begin = max(behind_since, changed)
    required_on = own.after(begin, policy.learning_plan_after_days)
    return LearningPlanDue(
        days=own.between(begin, today),
        required_on=required_on,
        due_on=own.after(begin, policy.learning_plan_after_days + policy.learning_plan_within_days),
        required=required_on is not None and required_on <= today,
    )
