"""What was said of targets and courses: which targets are priority, which competencies a course needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Index, insert, select
from sqlalchemy.orm import Mapped, Session

from mastery.curriculum import Marked, Required
from models.base import Base, DistrictKey, Key, Surrogate, owned


class TargetPriority(Base):
    """A target said to be a priority or a supporting one, from a day on (mastery.curriculum). Append-only."""

    __tablename__ = "target_priority"
    __table_args__ = (owned("node_id", to="node"), Index(None, "district_id", "node_id"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    node_id: Mapped[Key]
    priority: Mapped[bool]
    effective_from: Mapped[date]
    signed_by: Mapped[str]
    at: Mapped[datetime]


class CourseRequirement(Base):
    """A competency that a course is said to need, or to need no more, from a day on. Append-only.

    `course` is the roster's sourcedId of the course, as its classes name it.
    """

    __tablename__ = "course_requirement"
    __table_args__ = (owned("node_id", to="node"), Index(None, "district_id", "course"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    course: Mapped[str]
    node_id: Mapped[Key]
    required: Mapped[bool]
    effective_from: Mapped[date]
    signed_by: Mapped[str]
    at: Mapped[datetime]


def marked_targets(session: Session, district_id: int) -> Sequence[Marked]:
    """All that was ever said of a district's targets, in the order of signing; one statement."""
    rows = session.scalars(
        select(TargetPriority).where(TargetPriority.district_id == district_id).order_by(TargetPriority.id)
    )
    return [Marked(row.id, row.node_id, row.priority, row.effective_from) for row in rows]


def course_requirements(session: Session, district_id: int) -> Sequence[Required]:
    """All that was ever said of a district's courses, in the order of signing; one statement."""
    rows = session.scalars(
        select(CourseRequirement).where(CourseRequirement.district_id == district_id).order_by(CourseRequirement.id)
    )
    return [Required(row.id, row.course, row.node_id, row.required, row.effective_from) for row in rows]


def put_priorities(
    session: Session, district_id: int, targets: Iterable[tuple[int, bool]], since: date, by: str, now: datetime
) -> None:  # fmt: skip
    """Keep of targets, by key, whether each is a priority from a day on."""
    key = {"district_id": district_id, "effective_from": since, "signed_by": by, "at": now}
    rows = [{**key, "node_id": target, "priority": priority} for target, priority in targets]
    if rows:
        session.execute(insert(TargetPriority), rows)


def put_requirements(
    session: Session,
    district_id: int,
    course: str,
    competencies: Iterable[tuple[int, bool]],
    since: date,
    by: str,
    now: datetime,
) -> None:
    """Keep of competencies, by key, whether a course needs each from a day on."""
    key = {"district_id": district_id, "course": course, "effective_from": since, "signed_by": by, "at": now}
    rows = [{**key, "node_id": one, "required": required} for one, required in competencies]
    if rows:
        session.execute(insert(CourseRequirement), rows)
