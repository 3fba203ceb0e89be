"""Handing in a student's work for a task: files, each before one target or several; on record."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mastery.audit import Act
from mastery.policy import DEFAULT_POLICY
from mastery.rating.artefacts import Use, may_serve
from mastery.rating.sample import raters_needed
from models.audit import by_person, record
from models.locks import change_work
from models.queries_artefacts import said_of
from models.queries_rated import RubricText, Task, newest_submissions
from models.queries_scores import said_of_work
from models.rated_work import Submission, SubmissionPart

LONGEST_WORDS = 1000
Laid = tuple[int, int]
"""A file before a target, by key."""


class SubmissionError(ValueError):
    """Work that can not be handed in so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sample_key(secret: str) -> bytes:
    """The key of the sample that is scored twice, from the installation's secret: nobody foresees it."""
    return hashlib.sha256(b"work that is scored twice\0" + secret.encode()).digest()


def hand_in(
    session: Session,
    district_id: int,
    student: int,
    by: int,
    task: Task,
    rubric: RubricText,
    laid: Collection[Laid],
    words: str,
    key: bytes,
    now: datetime,
) -> int:
    """Hand in a student's work for a task; its key. Raises SubmissionError. Whoever calls asks who may, and commits.

    How many must score it is decided here, once. It may be handed in anew until somebody has scored it, and again
    once it is settled.
    """
    change_work(session, district_id, student)
    if len(words) > LONGEST_WORDS:
        raise SubmissionError("words")
    if not laid and not words.strip():
        raise SubmissionError("nothing")
    _check_parts(session, district_id, student, rubric, laid)
    before = newest_submissions(session, district_id, task.id, [student]).get(student)
    if before is not None:
        said = said_of_work(session, district_id, {before.id: before.raters})[before.id]
        if said.sheets and not said.settled:
            raise SubmissionError("being_scored")
    source = uuid4().hex
    row = Submission(
        district_id=district_id, task_id=task.id, student_id=student, source=source, words=words.strip(),
        raters=raters_needed((source,), key, DEFAULT_POLICY, credit_bearing=task.credit_bearing), handed_in_by=by,
        handed_in_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    parts = [
        {"district_id": district_id, "submission_id": row.id, "artefact_id": artefact, "target_id": target}
        for artefact, target in laid
    ]
    if parts:
        session.execute(insert(SubmissionPart), parts)
    detail = {"task": task.id, "submission": row.id, "files": len({artefact for artefact, _ in laid})}
    record(session, district_id, by_person(by), Act.WORK_HANDED_IN, now, [student], detail=detail)
    return row.id


def _check_parts(session: Session, district_id: int, student: int, rubric: RubricText, laid: Collection[Laid]) -> None:
    files = said_of(session, district_id, {artefact for artefact, _ in laid}, student)
    targets = {one.target for one in rubric.criteria}
    uses: list[Use] = []
    for artefact, target in laid:
        if artefact not in files or target not in targets:
            raise SubmissionError("parts")
        if may_serve(files[artefact], target, 0, uses) is not None:
            raise SubmissionError("twice")
        uses.append(Use(files[artefact].content, target, 0))
