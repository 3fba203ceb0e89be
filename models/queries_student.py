"""What the pages of one student read: their standing on every target, and the evidence on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.names import NameUse, name_for, pronouns_for
from mastery.roster import Role
from models.queries_names import FAMILY_RULE, family_rule, with_family_rule
from models.queries_people import enrolled
from models.roster import Enrollment, Person, School, Section


@dataclass(frozen=True, slots=True)
class StudentHead:
    """Who the page is about."""

    id: int
    name: str
    pronouns: str | None
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudentSection:
    """A section that the student is in today."""

    id: int
    title: str
    school: str | None
    periods: tuple[str, ...]
    school_id: int | None


def student_head(session: Session, district_id: int, student_id: int, use: NameUse) -> StudentHead:
    """The student by the name for a use, by what the district and the student's record say of families."""
    person, view, agreed = session.execute(
        with_family_rule(select(Person, *FAMILY_RULE)).where(Person.district_id == district_id, Person.id == student_id)
    ).one()
    rule = family_rule(view, agreed)
    name, pronouns = name_for(person.names, use, rule), pronouns_for(person.names, use, rule)
    return StudentHead(person.id, name, pronouns, tuple(person.grades))


def student_sections(session: Session, district_id: int, student_id: int, at: datetime) -> Sequence[StudentSection]:
    """The student's sections at an instant."""
    mine = enrolled(district_id, Role.STUDENT, at).where(Enrollment.person_id == student_id)
    rows = session.execute(
        select(Section.id, Section.title, School.name, Section.periods, Section.school_id)
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(Section.district_id == district_id, Section.id.in_(mine.with_only_columns(Enrollment.section_id)))
        .order_by(Section.title, Section.id)
    )
    return [StudentSection(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in rows]
