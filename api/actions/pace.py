"""Pace of the students of a class: worked out for a day, kept by the night, and told as of now.

What is told is worked out when it is asked for, from what the last night left: a decision of this minute is in it, and
taking in results writes nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.policy_records import in_force_in
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.learners import Evaluated, Learner, evaluate_class
from mastery.policy import Policy
from mastery.policy_records import policy_of
from models.locks import work_out_pace
from models.policy_records import records_of
from models.queries_calendars import calendar_of
from models.queries_pace import (
    Class,
    Course,
    class_of,
    course_of,
    keep_night,
    keep_pace,
    learners_of,
    night_of,
    planned_classes,
)
from models.unit_of_work import district_transaction

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClassPace:
    """The pace of a class as of a day: its plan, its school's calendar, the rules that count there, its students."""

    section: Class
    course: Course
    calendar: SchoolCalendar
    policy: Policy
    day: date
    students: Sequence[Evaluated]


def pace_of_class(
    session: Session, district_id: int, section_id: int, now: datetime, only: Collection[int] | None = None
) -> ClassPace | None:
    """The pace of a class as of now, of `only` these students; None where it has no plan, or its school no calendar.

    After the end of the calendar it is that of the last day of it: nothing is known of the days that follow.
    """
    found = _Found.of(session, district_id, section_id)
    if found is None:
        return None
    day = found.last_known(now.astimezone(found.section.zone).date())
    learners = learners_of(session, district_id, found.section, found.course, day, only)
    policy = found.policy(session, district_id, day)
    students = evaluate_class(learners, found.course.targets, found.calendar, day, policy)
    return ClassPace(found.section, found.course, found.calendar, policy, day, students)


@dataclass(frozen=True, slots=True)
class _Found:
    section: Class
    course: Course
    calendar: SchoolCalendar

    @classmethod
    def of(cls, session: Session, district_id: int, section_id: int) -> _Found | None:
        section = class_of(session, district_id, section_id)
        course = None if section is None else course_of(session, district_id, section_id)
        if section is None or section.school is None or course is None:
            return None
        calendar = calendar_of(session, district_id, section.school)
        return None if calendar is None else cls(section, course, calendar)

    def last_known(self, day: date) -> date:
        return min(day, self.calendar.last)

    def policy(self, session: Session, district_id: int, day: date) -> Policy:
        """The rules in force at the school of the class."""
        return policy_of(in_force_in(records_of(session, district_id), day, self.section.school_sourced_id))


# --- the night --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failed:
    """A student whose pace could not be worked out, and why; None: the whole class."""

    section: int
    student: int | None
    problem: str


@dataclass(slots=True)
class Ran:
    """What a run did: classes and students worked out, classes done before, and those of whom nothing can be said."""

    classes: int = 0
    students: int = 0
    done_before: int = 0
    without_calendar: int = 0
    failed: list[Failed] = field(default_factory=list)


Outcome = Literal["done_before", "without_calendar"] | tuple[int, list[Failed]]


def run_night(
    engine: Engine, district_id: int, now: datetime, advance: Callable[[int, int], None], day: date | None = None
) -> Ran:
    """Work out and keep the pace of every class with a plan for the last day that is over where its school is.

    Class by class, each in a transaction of its own: said again it goes on where it was stopped, and two runs at once
    wait for each other at a class and find it done. `advance` is told how many classes are done, of how many.
    """
    with district_transaction(engine, district_id) as session:
        sections = planned_classes(session, district_id)
    ran = Ran()
    for place, section in enumerate(sections, 1):
        try:
            with district_transaction(engine, district_id) as session:
                outcome = _one_class(session, district_id, section, now, day)
                session.commit()
        except Exception as error:  # noqa: BLE001 - told at the end, and the other classes are worked out
            outcome = 0, [Failed(section, None, _said(error))]
        _count(ran, outcome)
        advance(place, len(sections))
    return ran


def _count(ran: Ran, outcome: Outcome) -> None:
    if outcome == "done_before":
        ran.done_before += 1
    elif outcome == "without_calendar":
        ran.without_calendar += 1
    else:
        students, failed = outcome
        ran.classes += 1
        ran.students += students
        ran.failed += failed


def _one_class(session: Session, district_id: int, section_id: int, now: datetime, day: date | None) -> Outcome:
    work_out_pace(session, district_id, section_id)
    found = _Found.of(session, district_id, section_id)
    if found is None:
        return "without_calendar"
    wanted = found.last_known(day or now.astimezone(found.section.zone).date() - _DAY)
    before = night_of(session, district_id, section_id)
    if before is not None and before >= wanted:
        return "done_before"
    learners = learners_of(session, district_id, found.section, found.course, wanted)
    policy = found.policy(session, district_id, wanted)
    students, failed = _each(learners, found, wanted, policy)
    keep_pace(session, district_id, section_id, students, policy.version, now)
    if not failed:
        keep_night(session, district_id, section_id, wanted, now)
    return len(students), failed


def _each(
    learners: Sequence[Learner], found: _Found, day: date, policy: Policy
) -> tuple[Sequence[Evaluated], list[Failed]]:
    """All students at once; where that fails one by one, so that one of them stops nobody else."""
    targets, calendar = found.course.targets, found.calendar
    try:
        return evaluate_class(learners, targets, calendar, day, policy), []
    except (ArithmeticError, ValueError):
        students: list[Evaluated] = []
        failed: list[Failed] = []
        for one in learners:
            try:
                students += evaluate_class([one], targets, calendar, day, policy)
            except (ArithmeticError, ValueError) as error:
                failed.append(Failed(found.section.section, one.student, _said(error)))
        return students, failed


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
