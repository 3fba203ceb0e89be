"""What the students of a class have mastered and when anything was last scored on it, for the checks that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.names import NameUse, sort_name
from mastery.pace.school_days import SchoolDays
from mastery.retention import CHECKED
from mastery.roster import Role
from models.queries_calendars import calendar_of
from models.queries_people import enrolled, visible_students
from models.roster import Enrollment, Person, Section
from models.standing import Standing


@dataclass(frozen=True, slots=True)
class Held:
    """A mastery of a student of a class: since when, and when the newest result on it was performed."""

    student: int
    name: str
    sort: str
    target: int
    mastered_at: datetime
    newest_at: datetime


def masteries_of_class(session: Session, viewer: Viewer, section_id: int) -> list[Held]:
    """The masteries of a class's students whose standing the viewer may see; a class is no long list."""
    members = enrolled(viewer.district, Role.STUDENT, viewer.at).where(Enrollment.section_id == section_id)
    rows = session.execute(
        select(Person, Standing.target_id, Standing.mastered_at, Standing.as_of)
        .join(Standing, (Standing.district_id == Person.district_id) & (Standing.student_id == Person.id))
        .where(
            Person.district_id == viewer.district,
            Person.id.in_(members.with_only_columns(Enrollment.person_id)),
            Person.id.in_(visible_students(viewer, What.STANDING)),
            Standing.state.in_(sorted(CHECKED)),
        )
    )
    return [
        Held(one.id, one.display_name, sort_name(one.names, NameUse.SCREEN), target, since, newest)
        for one, target, since, newest in rows
        if since is not None and newest is not None
    ]


def days_of_class(session: Session, district_id: int, section_id: int) -> SchoolDays:
    """How days count in a class: by the calendar of its school, where one is on file."""
    school = session.scalars(
        select(Section.school_id).where(Section.district_id == district_id, Section.id == section_id)
    ).one()
    return SchoolDays(None if school is None else calendar_of(session, district_id, school))
