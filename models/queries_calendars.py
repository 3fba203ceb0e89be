"""Calendars of schools as they are read: the days, who changed which, and which of them a person may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from mastery.names import NameUse, name_for
from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay
from mastery.pace.school_days import SchoolDays
from mastery.roster import Role
from models.calendars import CalendarChange, CalendarDay
from models.links import Link
from models.queries_office import in_force
from models.queries_people import at_work, on
from models.roster import Enrollment, Person, PersonRole, School, Section

_DISTRICT = "district"
# what lies farther back is over by any rule that counts days
_LONG_AGO = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A school with the first and the last day of its calendar; None where none is on file."""

    school: int
    name: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A date that was made something by hand; `by` is None where a command did it."""

    day: date
    kind: DayKind
    reason: str
    by: str | None
    at: datetime


def calendar_of(session: Session, district_id: int, school_id: int) -> SchoolCalendar | None:
    """All that is on file of a school's days; None where nothing is."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.weight)
        .where(CalendarDay.district_id == district_id, CalendarDay.school_id == school_id)
        .order_by(CalendarDay.day)
    )
    return _calendar(tuple(SchoolDay(day, DayKind(kind), weight) for day, kind, weight in rows))


def school_days_of(session: Session, district_id: int, student_id: int, today: date) -> SchoolDays:
    """How days count for a student: by the calendar of the school that they belong to first today, in one statement."""
    school = (
        select(PersonRole.school_id)
        .where(
            PersonRole.district_id == district_id, PersonRole.person_id == student_id, PersonRole.role == Role.STUDENT,
            PersonRole.school_id.is_not(None), on(today, PersonRole),
        )
        .order_by(PersonRole.primary.desc(), PersonRole.id)
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip
    of_school = (CalendarDay.district_id == district_id, CalendarDay.school_id == school)
    # of a calendar that ended long ago its last day is read: it is on file, and says that it ended
    last = select(func.max(CalendarDay.day)).where(*of_school).scalar_subquery()
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.weight)
        .where(*of_school, CalendarDay.day >= func.least(today - _LONG_AGO, last))
        .order_by(CalendarDay.day)
    )
    return SchoolDays(_calendar(tuple(SchoolDay(day, DayKind(kind), weight) for day, kind, weight in rows)))


def _calendar(days: tuple[SchoolDay, ...]) -> SchoolCalendar | None:
    return SchoolCalendar(days) if days else None


def calendars_read_by(
    session: Session, district_id: int, person: int | None, today: date, now: datetime
) -> Sequence[CalendarLine]:
    """The schools at which a person works today, by name, with their calendars; all of the district for None."""
    span = (
        select(CalendarDay.school_id, func.min(CalendarDay.day).label("first"), func.max(CalendarDay.day).label("last"))
        .where(CalendarDay.district_id == district_id)
        .group_by(CalendarDay.school_id)
        .subquery("span")
    )
    query = (
        select(School.id, School.name, span.c.first, span.c.last)
        .outerjoin(span, span.c.school_id == School.id)
        .where(School.district_id == district_id, School.kind != _DISTRICT, School.active)
        .order_by(School.name, School.id)
    )
    if person is not None:
        query = query.where(School.id.in_(_workplaces(district_id, person, today, now)))
    return [CalendarLine(*row) for row in session.execute(query)]


def _workplaces(district_id: int, person: int, today: date, now: datetime) -> Select[int]:
    """Ids of the schools at which a person works: by a role, by a class of theirs, or by an office."""
    roles = select(PersonRole.school_id).where(
        PersonRole.district_id == district_id, PersonRole.person_id == person, at_work(PersonRole),
        on(today, PersonRole),
    )  # fmt: skip
    teaching = (
        select(Section.school_id)
        .join(Enrollment, (Enrollment.district_id == Section.district_id) & (Enrollment.section_id == Section.id))
        .where(
            Section.district_id == district_id, Section.active, Enrollment.person_id == person, at_work(Enrollment),
            on(today, Enrollment),
        )
    )  # fmt: skip
    offices = select(Link.school_id).where(Link.district_id == district_id, Link.person_id == person, in_force(now))
    places = union(roles, teaching, offices).subquery("workplace")
    return select(places.c[0])


def changes_by_hand(session: Session, district_id: int, school_id: int, most: int) -> Sequence[ChangeLine]:
    """What was changed by hand at a school, the newest first."""
    rows = session.execute(
        select(CalendarChange, Person)
        .outerjoin(Person, (Person.district_id == CalendarChange.district_id) & (Person.id == CalendarChange.by_person))
        .where(
            CalendarChange.district_id == district_id,
            CalendarChange.school_id == school_id,
            CalendarChange.reason.is_not(None),
        )
        .order_by(CalendarChange.id.desc())
        .limit(most)
    )
    return [
        ChangeLine(
            one.day,
            DayKind(one.kind),
            one.reason or "",
            None if person is None else name_for(person.names, NameUse.SCREEN),
            one.at,
        )
        for one, person in rows
    ]
