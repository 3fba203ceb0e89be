"""The plan of a class: which targets are due when, evenly over the school days of a term to begin with (domain 3.2).

A plan runs in school days since it starts, so that a closure moves its dates and nobody has to; a date that the law has
set stays a date, whatever the calendar does (domain 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mastery.pace.calendar import SchoolCalendar
from mastery.pace.own_calendar import own_calendar

MOST_TARGETS = 120
MOST_WEIGHT = 100.0


class CourseError(ValueError):
    """What is no plan; `field` is what is wrong (starts, finishes, targets, day, weight, reason), `target` of which."""

    def __init__(self, field: str, message: str, target: int | None = None) -> None:
        super().__init__(message)
        self.field, self.target = field, target


@dataclass(frozen=True, slots=True)
class Dated:
    """A target as a teacher plans it: by the end of which day, how much it counts, whether it may not be late."""

    target: int
    day: date
    weight: float = 1.0
    priority: bool = False
    fixed_by_law: bool = False


@dataclass(frozen=True, slots=True)
class CourseTarget:
    """A target of a plan, due by the end of the `due`-th school day of it."""

    dated: Dated
    due: float

    def day_in(self, own: SchoolCalendar) -> date | None:
        """When it is due in a calendar that begins with the plan, or with a student; None: after its end."""
        return self.dated.day if self.dated.fixed_by_law else own.reached(self.due)

    def due_in(self, own: SchoolCalendar) -> float:
        """After how many days of a calendar it is due; what the law has dated is so by the calendar alone."""
        return own.through(min(self.dated.day, own.last)) if self.dated.fixed_by_law else self.due


def spread(targets: Sequence[int], school: SchoolCalendar, starts: date, finishes: date) -> dict[int, date]:
    """Dates for targets in the order in which they are learned: evenly over the school days, the last at the end.

    Raises CourseError where there is no school day between the two dates, or too much to plan.
    """
    own = _running(school, starts, finishes)
    if not 0 < len(targets) <= MOST_TARGETS:
        raise CourseError("targets", f"choose from 1 to {MOST_TARGETS} targets")
    days = own.through(finishes)
    found = (own.reached(days * (place + 1) / len(targets)) for place in range(len(targets)))
    return {target: day for target, day in zip(targets, found, strict=True) if day is not None}


def course_targets(
    dated: Sequence[Dated], school: SchoolCalendar, starts: date, finishes: date
) -> tuple[CourseTarget, ...]:
    """The targets of a plan, in the order of their days. Raises CourseError for what is no plan."""
    own = _running(school, starts, finishes)
    if not 0 < len(dated) <= MOST_TARGETS or len({one.target for one in dated}) < len(dated):
        raise CourseError("targets", f"choose from 1 to {MOST_TARGETS} targets, each once")
    for one in dated:
        if not starts <= one.day <= finishes:
            raise CourseError("day", "a target is due within the plan", one.target)
        if not 0 < one.weight <= MOST_WEIGHT:
            raise CourseError("weight", f"a target counts more than 0 and at most {MOST_WEIGHT:g}", one.target)
    return tuple(CourseTarget(one, own.through(one.day)) for one in sorted(dated, key=lambda one: one.day))


def own_dues(days: Mapping[int, date], targets: Sequence[int], own: SchoolCalendar) -> dict[int, float]:
    """Distances for the days that a student sets for targets. Raises CourseError for a day the calendar lacks."""
    if set(days) != set(targets):
        raise CourseError("targets", "give each target of the plan its day")
    for target, day in days.items():
        if not own.first <= day <= own.last:
            raise CourseError("day", f"give a day from {own.first} to {own.last}", target)
    return {target: own.through(day) for target, day in days.items()}


def longer(dues: Mapping[int, float], multiplier: float, since: float) -> dict[int, float]:
    """Distances with more time: what is due after `since` comes so many times as late after it (domain 3.7)."""
    return {target: due if due <= since else since + (due - since) * multiplier for target, due in dues.items()}


def _running(school: SchoolCalendar, starts: date, finishes: date) -> SchoolCalendar:
    if not school.first <= starts <= school.last:
        raise CourseError("starts", f"the school's calendar goes from {school.first} to {school.last}")
    if not starts <= finishes <= school.last:
        raise CourseError("finishes", f"give a day from the first one to {school.last}, where the calendar ends")
    own = own_calendar(school, starts)
    if own.through(finishes) <= 0:
        raise CourseError("finishes", "there is no school day between the two dates")
    return own
