"""The calendar of the demonstration's schools and the plans of its classes, made by their own people.

It comes in as a whole or not at all. Where it is, nothing is done again: what a visitor changed stays changed.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.calendars import change_day, put_calendar
from api.actions.course_plans import pause, plan_course
from api.actions.desk import Desk
from api.demonstration.people import Student, seats
from api.demonstration.plan import UNITS
from api.demonstration.world import (
    CONNECTED_AT,
    DAYS_OFF,
    FIRST_DAY,
    OPENS_AT,
    SCHOOLS,
    SECTIONS,
    TEACHER,
    YEAR_ENDS,
    Section,
    at,
)
from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay, school_day
from mastery.pace.course import Dated, spread
from mastery.policy import DEFAULT_POLICY
from models.course_plans import CoursePlan
from models.graph import Node
from models.queries_access import subject_of, viewer_of
from models.roster import Person, School
from models.roster import Section as Row

CLOSED = date(2026, 11, 3)
"""A day that the calendar of August had as one of school, and that a broken pipe closed."""
SEMESTER_ENDS = date(2027, 1, 29)
"""Until when what the term teaches is to be mastered: some weeks later than it is taught."""
_WINTER = (date(2026, 12, 21), date(2027, 1, 1))
_SPRING = (date(2027, 4, 5), date(2027, 4, 9))
_SATURDAY = 5
_PLANNED = at(FIRST_DAY, time(7, 0))


@cache
def calendar() -> tuple[SchoolDay, ...]:
    """The school year as it was printed in August."""

    def kind(day: date) -> DayKind:
        if any(first <= day <= last for first, last in (_WINTER, _SPRING)):
            return DayKind.BREAK
        return DayKind.HOLIDAY if day in DAYS_OFF and day != CLOSED else DayKind.INSTRUCTIONAL

    days = [FIRST_DAY + timedelta(days=number) for number in range((YEAR_ENDS - FIRST_DAY).days + 1)]
    return tuple(school_day(one, kind(one), DEFAULT_POLICY) for one in days if one.weekday() < _SATURDAY)


def resting() -> Student:
    """Who has been ill for two weeks, and whose plan rests."""
    (found,) = seats("middle-7-3", (19,))
    return found


def fill_pace(session: Session, district_id: int) -> None:
    """Put the calendars on file, close a day, plan every class for the semester, and let one plan rest."""
    if session.scalar(select(CoursePlan.id).where(CoursePlan.district_id == district_id).limit(1)) is not None:
        return
    desk = Desk(district_id)
    wanted = select(School.id).where(
        School.district_id == district_id, School.sourced_id.in_([one.sourced_id for one in SCHOOLS])
    )
    schools = session.scalars(wanted.order_by(School.id)).all()
    for school in schools:
        put_calendar(session, desk, school, calendar(), CONNECTED_AT)
    for one in SECTIONS:
        _plan(session, district_id, one)
    for school in schools:
        change_day(session, desk, school, CLOSED, DayKind.CLOSURE, "a broken water pipe", at(CLOSED, time(6, 0)))
    viewer = viewer_of(session, district_id, _person(session, district_id, TEACHER), OPENS_AT)
    subject = subject_of(session, district_id, _person(session, district_id, resting().sourced_id), OPENS_AT)
    assert subject is not None
    pause(session, viewer, subject, OPENS_AT.date() - timedelta(days=14), None, "ill, with a doctor’s note", OPENS_AT)


def _plan(session: Session, district_id: int, one: Section) -> None:
    """The targets that the term teaches, evenly over the school days of the semester."""
    section = session.scalars(
        select(Row.id).where(Row.district_id == district_id, Row.sourced_id == one.sourced_id)
    ).one()
    codes = [code for unit in UNITS[one.grade] for code in unit.targets]
    keys = dict(
        session.execute(select(Node.code, Node.id).where(Node.district_id == district_id, Node.code.in_(codes))).all()
    )
    known = SchoolCalendar(calendar())
    dates = spread([keys[code] for code in codes], known, FIRST_DAY, SEMESTER_ENDS)
    viewer = viewer_of(session, district_id, _person(session, district_id, one.teacher), _PLANNED)
    dated = [Dated(key, day) for key, day in dates.items()]
    plan_course(
        session, viewer, section, 0, (FIRST_DAY, SEMESTER_ENDS), dated, frozenset(keys.values()), "", _PLANNED
    )  # fmt: skip


def _person(session: Session, district_id: int, sourced_id: str) -> int:
    return session.scalars(
        select(Person.id).where(Person.district_id == district_id, Person.sourced_id == sourced_id)
    ).one()
