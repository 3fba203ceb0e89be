"""Rubrics, tasks and what was handed in for them, as rows; what raters said is in queries_scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mastery.rating.rubric import Criterion, Rubric
from mastery.rating.work import TaskKind
from models.artefacts import ArtefactRow
from models.rated_work import CriterionResult, CriterionRow, RubricRow, Submission, SubmissionPart, TaskRow
from models.roster import Section


@dataclass(frozen=True, slots=True)
class CriterionText:
    """A criterion as people read it; `levels`: what each of 0 to 4 looks like."""

    place: int
    target: int
    title: str
    levels: Sequence[str]

    @property
    def key(self) -> str:
        """Its key in the laws and in forms."""
        return str(self.place)


@dataclass(frozen=True, slots=True)
class RubricText:
    """A version of a rubric as people read it; `replaced`: there is a newer version."""

    id: int
    title: str
    criteria: Sequence[CriterionText]
    made_by: int
    made_at: datetime
    replaced: bool

    @property
    def law(self) -> Rubric:
        """The rubric that scores are checked against."""
        return Rubric(tuple(Criterion(one.key, one.target) for one in self.criteria))


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its rubric's key and its class."""

    id: int
    section: int
    class_title: str
    subjects: frozenset[str]
    rubric: int
    assessment: int
    kind: TaskKind
    title: str
    words: str
    credit_bearing: bool
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Part:
    """A file laid before a target, in a submission."""

    submission: int
    artefact: int
    target: int
    digest: str
    name: str


def rubrics(session: Session, district_id: int, limit: int, offset: int) -> tuple[Sequence[RubricText], int]:
    """A page of the rubrics that no newer version replaced, by title, with their criteria; how many there are."""
    newest = _newest(district_id)
    total = session.scalar(select(func.count()).select_from(newest.subquery())) or 0
    rows = session.scalars(newest.order_by(RubricRow.title, RubricRow.id).limit(limit).offset(offset)).all()
    criteria = _criteria(session, district_id, [one.id for one in rows])
    return [_rubric(one, criteria.get(one.id, ()), replaced=False) for one in rows], total


def rubric_of(session: Session, district_id: int, key: int) -> RubricText | None:
    """A version of a rubric; None where there is none."""
    row = session.get(RubricRow, (district_id, key))
    if row is None:
        return None
    newer = session.scalar(
        select(RubricRow.id).where(RubricRow.district_id == district_id, RubricRow.replaces_id == key)
    )
    return _rubric(row, _criteria(session, district_id, [key]).get(key, ()), replaced=newer is not None)


def laws_of(session: Session, district_id: int, keys: Collection[int]) -> dict[int, Rubric]:
    """Some rubrics as scores are checked against them, by key; one statement."""
    found = _criteria(session, district_id, keys)
    return {key: Rubric(tuple(Criterion(one.key, one.target) for one in some)) for key, some in found.items()}


def _newest(district_id: int) -> Select[RubricRow]:
    newer = select(RubricRow.replaces_id).where(
        RubricRow.district_id == district_id, RubricRow.replaces_id.is_not(None)
    )
    return select(RubricRow).where(RubricRow.district_id == district_id, RubricRow.id.not_in(newer))


def _criteria(session: Session, district_id: int, keys: Collection[int]) -> Mapping[int, Sequence[CriterionText]]:
    found: dict[int, list[CriterionText]] = {}
    rows = session.scalars(
        select(CriterionRow)
        .where(CriterionRow.district_id == district_id, CriterionRow.rubric_id.in_(keys))
        .order_by(CriterionRow.rubric_id, CriterionRow.place)
    )
    for row in rows:
        found.setdefault(row.rubric_id, []).append(CriterionText(row.place, row.target_id, row.title, row.levels))
    return found


def _rubric(row: RubricRow, criteria: Sequence[CriterionText], *, replaced: bool) -> RubricText:
    return RubricText(row.id, row.title, criteria, row.made_by, row.made_at, replaced)


def tasks_of_class(
    session: Session, district_id: int, section: int, limit: int, offset: int
) -> tuple[Sequence[Task], int]:
    """A page of the tasks of a class, the newest first; how many there are."""
    return _page(session, _tasks(district_id).where(TaskRow.section_id == section), limit, offset)


def tasks_for(
    session: Session, district_id: int, sections: Collection[int], limit: int, offset: int
) -> tuple[Sequence[Task], int]:
    """A page of the tasks of some classes, the newest first; how many there are."""
    return _page(session, _tasks(district_id).where(TaskRow.section_id.in_(sections)), limit, offset)


def task_of(session: Session, district_id: int, key: int) -> Task | None:
    """A task; None where there is none."""
    row = session.execute(_tasks(district_id).where(TaskRow.id == key)).one_or_none()
    return None if row is None else _task(*row)


def tasks_named(session: Session, district_id: int, keys: Collection[int]) -> dict[int, Task]:
    """Some tasks by key; one statement."""
    return {row[0].id: _task(*row) for row in session.execute(_tasks(district_id).where(TaskRow.id.in_(keys)))}


def _tasks(district_id: int) -> Select[TaskRow, Section]:
    return (
        select(TaskRow, Section)
        .join(Section, (Section.district_id == TaskRow.district_id) & (Section.id == TaskRow.section_id))
        .where(TaskRow.district_id == district_id)
    )


def _page(session: Session, chosen: Select[TaskRow, Section], limit: int, offset: int) -> tuple[Sequence[Task], int]:
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(TaskRow.id).subquery())) or 0
    rows = session.execute(chosen.order_by(TaskRow.id.desc()).limit(limit).offset(offset)).all()
    return [_task(*row) for row in rows], total


def _task(row: TaskRow, section: Section) -> Task:
    return Task(
        row.id, row.section_id, section.title, frozenset(section.subjects), row.rubric_id, row.assessment_id,
        TaskKind(row.kind), row.title, row.words, row.credit_bearing, row.due_on,
    )  # fmt: skip


def submission_of(session: Session, district_id: int, key: int) -> Submission | None:
    """What was handed in under a key; None where nothing was."""
    return session.get(Submission, (district_id, key))


def newest_submissions(
    session: Session, district_id: int, task: int, students: Collection[int]
) -> dict[int, Submission]:
    """The newest that each of some students handed in for a task, by student."""
    rows = session.scalars(
        select(Submission)
        .where(Submission.district_id == district_id, Submission.task_id == task, Submission.student_id.in_(students))
        .order_by(Submission.id)
    )
    return {row.student_id: row for row in rows}


def parts_of(session: Session, district_id: int, submission: int) -> Sequence[Part]:
    """The files of a submission, by target and name."""
    rows = session.execute(
        select(SubmissionPart, ArtefactRow)
        .join(
            ArtefactRow,
            (ArtefactRow.district_id == SubmissionPart.district_id) & (ArtefactRow.id == SubmissionPart.artefact_id),
        )
        .where(SubmissionPart.district_id == district_id, SubmissionPart.submission_id == submission)
        .order_by(SubmissionPart.target_id, ArtefactRow.name, ArtefactRow.id)
    )
    return [
        Part(part.submission_id, part.artefact_id, part.target_id, row.digest.hex(), row.name) for part, row in rows
    ]


def uses_of(session: Session, district_id: int, student: int) -> Sequence[Part]:
    """The files of a student that lay before a target in work that is settled."""
    rows = session.execute(
        select(SubmissionPart, ArtefactRow)
        .join(
            ArtefactRow,
            (ArtefactRow.district_id == SubmissionPart.district_id) & (ArtefactRow.id == SubmissionPart.artefact_id),
        )
        .join(
            CriterionResult,
            (CriterionResult.district_id == SubmissionPart.district_id)
            & (CriterionResult.submission_id == SubmissionPart.submission_id),
        )
        .join(
            Submission,
            (Submission.district_id == SubmissionPart.district_id) & (Submission.id == SubmissionPart.submission_id),
        )
        .join(TaskRow, (TaskRow.district_id == Submission.district_id) & (TaskRow.id == Submission.task_id))
        .join(
            CriterionRow,
            (CriterionRow.district_id == TaskRow.district_id)
            & (CriterionRow.rubric_id == TaskRow.rubric_id)
            & (CriterionRow.place == CriterionResult.place)
            & (CriterionRow.target_id == SubmissionPart.target_id),
        )
        .where(
            SubmissionPart.district_id == district_id,
            ArtefactRow.student_id == student,
            CriterionResult.level.is_not(None),
        )
    )
    return [
        Part(part.submission_id, part.artefact_id, part.target_id, row.digest.hex(), row.name) for part, row in rows
    ]
