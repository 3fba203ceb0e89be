"""What a roll-up reads: where students stand on targets, and which courses their classes are of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from mastery.body.words import Key, State
from mastery.rollup import OnTarget
from mastery.roster import Role
from models.queries_people import enrolled, on
from models.retention import in_sight
from models.roster import Enrollment, Person, School, Section, Term
from models.standing import Standing


@dataclass(frozen=True, slots=True)
class CourseClass:
    """A class of a student, with its course as the roster names it."""

    section: int
    title: str
    periods: tuple[str, ...]
    school: int | None
    course: str


def on_targets(
    session: Session,
    district_id: int,
    students: Collection[int],
    zone: ZoneInfo,
    targets: Collection[int] | None = None,
) -> dict[int, dict[Key, OnTarget]]:
    """By student and target how each stands, mastery by its day where the district is; one statement.

    A student without any is there too; None are all targets.
    """
    found: dict[int, dict[Key, OnTarget]] = {student: {} for student in students}
    mine = select(Standing.student_id, Standing.target_id, Standing.state, Standing.level, Standing.mastered_at).where(
        Standing.district_id == district_id, Standing.student_id == func.any(list(students))
    )
    if targets is not None:
        mine = mine.where(Standing.target_id == func.any(list(targets)))
    for student, target, state, level, at in session.execute(mine):
        found[student][target] = OnTarget(State(state), level, at.astimezone(zone).date() if at else None)
    return found


def course_classes(session: Session, district_id: int, student: int, at: datetime) -> Sequence[CourseClass]:
    """The classes of a student today of which the roster names the course; one statement."""
    mine = enrolled(district_id, Role.STUDENT, at).where(Enrollment.person_id == student)
    rows = session.execute(
        select(Section.id, Section.title, Section.periods, Section.school_id, Section.course_sourced_id)
        .where(
            Section.district_id == district_id,
            Section.id.in_(mine.with_only_columns(Enrollment.section_id)),
            Section.course_sourced_id.is_not(None),
        )
        .order_by(Section.title, Section.id)
    )
    return [CourseClass(row[0], row[1], tuple(row[2]), row[3], row[4] or "") for row in rows]


def course_of_class(session: Session, district_id: int, section: int) -> CourseClass | None:
    """A class with its course; None where the roster names none. One statement."""
    row = session.get(Section, (district_id, section))
    if row is None or row.course_sourced_id is None:
        return None
    return _class_of(row)


def known_courses(session: Session, district_id: int) -> Mapping[str, str]:
    """The courses that live classes are of, each with the title of one of its classes; one statement."""
    rows = session.execute(
        select(Section.course_sourced_id, func.min(Section.title))
        .where(Section.district_id == district_id, Section.active, Section.course_sourced_id.is_not(None))
        .group_by(Section.course_sourced_id)
        .order_by(Section.course_sourced_id.collate("C"))
    )
    return {course or "": title for course, title in rows}


@dataclass(frozen=True, slots=True)
class TermClass:
    """A class of a term and its students on a day, by key and the roster's sourcedId."""

    of: CourseClass
    sourced_id: str
    school_sourced_id: str
    students: Sequence[tuple[int, str]]


def find_terms(session: Session, district_id: int, name: str) -> Sequence[Term]:
    """The terms with this sourcedId or title."""
    named = (Term.sourced_id == name) | (Term.title == name)
    return session.scalars(select(Term).where(Term.district_id == district_id, named).order_by(Term.sourced_id)).all()


def classes_of_term(
    session: Session, district_id: int, term: str, courses: Collection[str], day: date
) -> Sequence[TermClass]:  # fmt: skip
    """The classes of a term, by its sourcedId, of some courses, with who was in each on a day; two statements."""
    rows = session.execute(
        select(Section, School.sourced_id)
        .join(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(
            Section.district_id == district_id,
            literal(term) == func.any(Section.term_sourced_ids),
            Section.course_sourced_id.in_(list(courses)),
        )
        .order_by(Section.sourced_id.collate("C"))
    ).all()
    members = _members(session, district_id, [section.id for section, _ in rows], day)
    return [TermClass(_class_of(one), one.sourced_id, school, members.get(one.id, ())) for one, school in rows]


def class_members(session: Session, district_id: int, name: str, day: date) -> TermClass | None:
    """A class by its sourcedId with who is in it on a day; None where there is none with a course. Two statements."""
    row = session.execute(
        select(Section, School.sourced_id)
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(Section.district_id == district_id, Section.sourced_id == name, Section.course_sourced_id.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    section, school = row
    members = _members(session, district_id, [section.id], day)
    return TermClass(_class_of(section), section.sourced_id, school or "", members.get(section.id, ()))


def _class_of(row: Section) -> CourseClass:
    return CourseClass(row.id, row.title, tuple(row.periods), row.school_id, row.course_sourced_id or "")


def _members(
    session: Session, district_id: int, sections: Collection[int], day: date
) -> Mapping[int, Sequence[tuple[int, str]]]:
    rows = session.execute(
        select(Enrollment.section_id, Person.id, Person.sourced_id)
        .join(Person, (Person.district_id == Enrollment.district_id) & (Person.id == Enrollment.person_id))
        .where(
            Enrollment.district_id == district_id,
            Enrollment.section_id.in_(list(sections)),
            Enrollment.role == Role.STUDENT,
            on(day, Enrollment),
            in_sight(district_id, Person.id),
        )
        .distinct()
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for section, key, sourced_id in rows:
        found.setdefault(section, []).append((key, sourced_id))
    return {section: sorted(some, key=lambda one: one[1]) for section, some in found.items()}
