"""A student's plan and its history: re-planning moves the plan line alone, and says why (domain 3.2, 3.7).

Hiding that somebody slips by planning anew is the main misuse. So the teacher's line and the graduation clock are part
of the plan and no function moves them, a new line needs a reason, and every earlier one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from mastery.pace.lines import Line


@dataclass(frozen=True, slots=True)
class Rebaseline:
    """A plan line set by a person on a day. `private`: only staff with access to accommodations read the reason."""

    line: Line
    on: date
    by: int
    reason: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A student's lines in a course: E (`teacher`), G (`graduation`), and P, from the original one on."""

    teacher: Line
    graduation: Line
    original: Line
    rebaselines: tuple[Rebaseline, ...] = ()

    @property
    def current(self) -> Line:
        """P, as it is now."""
        return self.rebaselines[-1].line if self.rebaselines else self.original

    @property
    def changed_on(self) -> date | None:
        """When P was last changed."""
        return self.rebaselines[-1].on if self.rebaselines else None

    def line_on(self, day: date) -> Line:
        """P, as it was at the end of a day."""
        held = [one.line for one in self.rebaselines if one.on <= day]
        return held[-1] if held else self.original


def new_plan(teacher: Line, graduation: Line, own: Line | None = None) -> Plan:
    """A plan at its beginning: the teacher's pace is the student's until they agree on another.

    Raises ValueError where the lines do not lead to the same amount.
    """
    original = teacher if own is None else own
    if not teacher.total == graduation.total == original.total:
        raise ValueError("all lines of a plan lead to the same amount")
    return Plan(teacher, graduation, original)


def replan(plan: Plan, line: Line, on: date, by: int, reason: str, *, private: bool = False) -> Plan:
    """The plan after a person agreed on another line.

    Raises ValueError without a reason, for a line that leads to another amount (a plan with less in it is no slower
    plan, it is another course), and for a day before the last change.
    """
    if not reason.strip():
        raise ValueError("another plan needs a reason")
    if line.total != plan.original.total:
        raise ValueError("another plan leads to the same amount")
    if plan.changed_on is not None and on < plan.changed_on:
        raise ValueError("the plan was changed after that day")
    return replace(plan, rebaselines=(*plan.rebaselines, Rebaseline(line, on, by, reason.strip(), private)))


def without_private(plan: Plan) -> Plan:
    """The plan as told to whom accommodations are none of their business: all dates, and no reason that is private.

    Who set it says as much as the reason would, where a case manager did.
    """
    told = tuple(replace(one, by=0, reason="", private=False) if one.private else one for one in plan.rebaselines)
    return replace(plan, rebaselines=told)


@dataclass(frozen=True, slots=True)
class ExtendedTime:
    """Two things that are often confused: more time for a course, and more time on one test. Neither moves the bar."""

    reason: str
    course: float = 1.0
    test: float = 1.0

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("extended time needs a reason")
        if not (1 <= self.course < float("inf") and 1 <= self.test < float("inf")):
            raise ValueError("extended time multiplies by 1 or more")


def extended(line: Line, time: ExtendedTime, since: float = 0.0) -> Line:
    """P with more time from a distance on: what is due after `since` comes so many times as late after it.

    An amount between two dates stays in proportion, so the point of `since` itself is put on the line.
    """
    points = list(line.points)
    if 0 < since < line.length and all(x != since for x, _ in points):
        points = sorted([*points, (since, line.at(since))])
    return Line(tuple((x if x <= since else since + (x - since) * time.course, y) for x, y in points))
