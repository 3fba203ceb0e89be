"""What a roll-up reads: where students stand on targets, and which courses their classes are of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mastery.body.words import Key, State
from mastery.rollup import OnTarget
from mastery.roster import Role
from models.queries_people import enrolled
from models.roster import Enrollment, Section
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
    return CourseClass(row.id, row.title, tuple(row.periods), row.school_id, row.course_sourced_id)


def known_courses(session: Session, district_id: int) -> Mapping[str, str]:
    """The courses that live classes are of, each with the title of one of its classes; one statement."""
    rows = session.execute(
        select(Section.course_sourced_id, func.min(Section.title))
        .where(Section.district_id == district_id, Section.active, Section.course_sourced_id.is_not(None))
        .group_by(Section.course_sourced_id)
        .order_by(Section.course_sourced_id.collate("C"))
    )
    return {course or "": title for course, title in rows}
