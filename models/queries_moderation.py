"""What a moderation lead reads: work that several score and is not settled, who may be asked, what was scored twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from mastery.roster import Role
from models.rated_work import CriterionResult, RaterCall, ScoreSheet, Submission, TaskRow
from models.roster import Enrollment, Guardianship, Person, PersonRole, Section

_MOST_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece of work that several score and is not settled, and its task."""

    submission: Submission
    task: TaskRow
    class_title: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A teacher who may be asked to score; `open`: how much they were asked for and has not been scored."""

    id: int
    name: str
    open: int


def waiting_work(session: Session, district_id: int, limit: int, offset: int) -> tuple[Sequence[Waiting], int]:
    """A page of the work that several score and is not settled, the oldest first; how much there is."""
    chosen = _unsettled(district_id)
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Submission.id).subquery())) or 0
    rows = session.execute(chosen.order_by(Submission.id).limit(limit).offset(offset)).all()
    return [Waiting(*row) for row in rows], total


def _unsettled(district_id: int) -> Select[Submission, TaskRow, str]:
    newer = aliased(Submission)
    return (
        select(Submission, TaskRow, Section.title)
        .join(TaskRow, and_(TaskRow.district_id == Submission.district_id, TaskRow.id == Submission.task_id))
        .join(Section, and_(Section.district_id == TaskRow.district_id, Section.id == TaskRow.section_id))
        .where(
            Submission.district_id == district_id,
            Submission.raters > 1,
            ~exists().where(
                CriterionResult.district_id == Submission.district_id, CriterionResult.submission_id == Submission.id
            ),
            ~exists().where(
                newer.district_id == Submission.district_id,
                newer.task_id == Submission.task_id,
                newer.student_id == Submission.student_id,
                newer.id > Submission.id,
            ),
        )
    )


def candidates(session: Session, district_id: int, submission: Submission, today: date) -> Sequence[Candidate]:
    """The certified educators who may be asked to score a piece of work, who has least to score first.

    Who teaches a class of its subjects today, and neither the student nor is their guardian, nor has been asked.
    """
    section = select(Section).join(
        TaskRow, and_(TaskRow.district_id == Section.district_id, TaskRow.section_id == Section.id)
    )
    task_section = session.scalars(
        section.where(TaskRow.district_id == district_id, TaskRow.id == submission.task_id)
    ).one()
    wanted = {one.casefold() for one in task_section.subjects}
    asked = (
        select(RaterCall.rater_id, func.count().label("asked"))
        .where(
            RaterCall.district_id == district_id,
            ~exists().where(
                ScoreSheet.district_id == RaterCall.district_id,
                ScoreSheet.submission_id == RaterCall.submission_id,
                ScoreSheet.rater_id == RaterCall.rater_id,
            ),
        )
        .group_by(RaterCall.rater_id)
        .subquery()
    )
    barred = (
        select(Guardianship.guardian_id)
        .where(Guardianship.district_id == district_id, Guardianship.student_id == submission.student_id)
        .union(
            select(RaterCall.rater_id).where(
                RaterCall.district_id == district_id, RaterCall.submission_id == submission.id
            ),
            select(ScoreSheet.rater_id).where(
                ScoreSheet.district_id == district_id, ScoreSheet.submission_id == submission.id
            ),
            select(Enrollment.person_id).where(
                Enrollment.district_id == district_id, Enrollment.section_id == task_section.id
            ),
        )
    )
    rows = session.execute(
        select(Person, func.coalesce(asked.c.asked, 0), func.array_agg(Section.id))
        .join(Enrollment, and_(Enrollment.district_id == Person.district_id, Enrollment.person_id == Person.id))
        .join(Section, and_(Section.district_id == Enrollment.district_id, Section.id == Enrollment.section_id))
        .outerjoin(asked, asked.c.rater_id == Person.id)
        .where(
            Person.district_id == district_id,
            Enrollment.role == Role.TEACHER,
            or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= today),
            or_(Enrollment.ends_on.is_(None), Enrollment.ends_on >= today),
            Section.active,
            Person.id.not_in(barred),
            exists().where(
                PersonRole.district_id == Person.district_id, PersonRole.person_id == Person.id,
                PersonRole.role == Role.TEACHER,
            ),
        )
        .group_by(Person.district_id, Person.id, asked.c.asked)
        .order_by(func.coalesce(asked.c.asked, 0), Person.id)
        .limit(_MOST_CANDIDATES)
    ).all()  # fmt: skip
    subjects = _subjects(session, district_id, {key for _, _, some in rows for key in some})
    return [
        Candidate(person.id, person.display_name, count)
        for person, count, some in rows
        if not wanted or any(not subjects[key] or wanted & subjects[key] for key in some)
    ]


def _subjects(session: Session, district_id: int, sections: set[int]) -> dict[int, set[str]]:
    rows = session.execute(
        select(Section.id, Section.subjects).where(Section.district_id == district_id, Section.id.in_(sections))
    )
    return {key: {one.casefold() for one in named} for key, named in rows}


def scored_twice(session: Session, district_id: int, limit: int) -> Sequence[tuple[Submission, TaskRow]]:
    """The newest pieces of work that are settled and that several scored, with their tasks."""
    rows = session.execute(
        select(Submission, TaskRow)
        .join(TaskRow, and_(TaskRow.district_id == Submission.district_id, TaskRow.id == Submission.task_id))
        .where(
            Submission.district_id == district_id,
            Submission.raters > 1,
            exists().where(
                CriterionResult.district_id == Submission.district_id, CriterionResult.submission_id == Submission.id
            ),
        )
        .order_by(Submission.id.desc())
        .limit(limit)
    ).all()
    return [(row[0], row[1]) for row in rows]
