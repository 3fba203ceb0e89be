"""What the pages of one student read: their standing on every target, and the evidence on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mastery.roster import Role
from models.graph import Node
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


@dataclass(frozen=True, slots=True)
class TargetStanding:
    """The stored row of a student on a target, with the target's own words."""

    standing: Standing
    statement: str
    code: str | None


def student_head(session: Session, district_id: int, student_id: int) -> StudentHead:
    """The student's names."""
    person = session.scalars(select(Person).where(Person.district_id == district_id, Person.id == student_id)).one()
    return StudentHead(person.id, person.display_name, person.pronouns, tuple(person.grades))


def student_sections(session: Session, district_id: int, student_id: int, today: date) -> Sequence[StudentSection]:
    """The student's sections today."""
    mine = enrolled(district_id, Role.STUDENT, today).where(Enrollment.person_id == student_id)
    rows = session.execute(
        select(Section.id, Section.title, School.name, Section.periods)
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(Section.district_id == district_id, Section.id.in_(mine.with_only_columns(Enrollment.section_id)))
        .order_by(Section.title, Section.id)
    )
    return [StudentSection(row[0], row[1], row[2], tuple(row[3])) for row in rows]


def target_standings(
    session: Session, district_id: int, student_id: int, limit: int, offset: int
) -> tuple[Sequence[TargetStanding], int]:
    """A page of the student's standings, the newest evidence first, and how many there are."""
    mine = (Standing.district_id == district_id, Standing.student_id == student_id)
    total = session.execute(select(func.count()).select_from(Standing).where(*mine)).scalar_one()
    rows = session.execute(
        select(Standing, Node.statement, Node.code)
        .join(Node, (Node.district_id == Standing.district_id) & (Node.id == Standing.target_id))
        .where(*mine)
        .order_by(Standing.subject, Standing.as_of.desc().nulls_last(), Node.code, Node.id)
        .limit(limit)
        .offset(offset)
    )
    return [TargetStanding(*row) for row in rows], total
