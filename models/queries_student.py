"""What the pages of one student read: their standing on every target, and the evidence on one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mastery.roster import Role
from models.queries_people import enrolled
from models.roster import Enrollment, Person, School, Section
from models.standing import Standing


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


def student_head(session: Session, district_id: int, student_id: int) -> StudentHead:
    """The student's names."""
    person = session.scalars(select(Person).where(Person.district_id == district_id, Person.id == student_id)).one()
    return StudentHead(person.id, person.display_name, person.pronouns, tuple(person.grades))


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


def standings_on(session: Session, district_id: int, student_id: int, targets: Collection[int]) -> dict[int, Standing]:
    """The student's stored rows on some targets, by target."""
    rows = session.scalars(
        select(Standing).where(
            Standing.district_id == district_id,
            Standing.student_id == student_id,
            Standing.target_id == func.any(list(targets)),
        )
    )
    return {row.target_id: row for row in rows}
