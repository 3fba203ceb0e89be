"""Requests to see the whole record, as rows: who asked, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from mastery.offices import Remit
from models.inspection import Inspection, InspectionAnswer
from models.queries_office import students_in
from models.roster import Person

MOST = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: about whom and by whom, by key and name; `given_at`: when the record was first made for it.

    `closed`: it was ended without the record, as who asked had no right to it any more.
    """

    id: int
    student_id: int
    student: str
    person_id: int
    person: str
    at: datetime
    given_at: datetime | None
    closed: bool

    @property
    def waits(self) -> bool:
        """Whether the school has yet to show the record."""
        return self.given_at is None and not self.closed


def inspections_of(session: Session, district_id: int, student_id: int) -> Sequence[Asked]:
    """The requests about a student, the newest first."""
    mine = _asked(district_id).where(Inspection.student_id == student_id).order_by(Inspection.id.desc())
    return _told(session, mine)


def waiting_inspections(
    session: Session, district_id: int, where: Remit, now: datetime, limit: int, offset: int
) -> tuple[Sequence[Asked], int]:
    """A page of the requests about students of some places that nothing came of yet, the oldest first; how many."""
    answered = exists().where(
        InspectionAnswer.district_id == district_id, InspectionAnswer.inspection_id == Inspection.id
    )
    here = Inspection.student_id.in_(students_in(district_id, where, now))
    every = _asked(district_id).where(~answered, here).order_by(Inspection.id)
    total = session.scalar(every.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)) or 0
    return _told(session, every, limit, offset), total


def _asked(district_id: int) -> Select[Inspection, Person, Person, datetime | None, bool | None]:
    student, asker = aliased(Person), aliased(Person)
    answers = (
        select(
            InspectionAnswer.inspection_id.label("key"),
            func.min(InspectionAnswer.at).filter(InspectionAnswer.given).label("given_at"),
            (~func.bool_or(InspectionAnswer.given)).label("closed"),
        )
        .where(InspectionAnswer.district_id == district_id, InspectionAnswer.inspection_id == Inspection.id)
        .group_by(InspectionAnswer.inspection_id)
        .lateral("answers")
    )
    return (
        select(Inspection, student, asker, answers.c.given_at, answers.c.closed)
        .join(student, (student.district_id == Inspection.district_id) & (student.id == Inspection.student_id))
        .join(asker, (asker.district_id == Inspection.district_id) & (asker.id == Inspection.asked_by))
        .outerjoin(answers, answers.c.key == Inspection.id)
        .where(Inspection.district_id == district_id)
    )


def _told(
    session: Session,
    query: Select[Inspection, Person, Person, datetime | None, bool | None],
    limit: int = MOST,
    offset: int = 0,
) -> Sequence[Asked]:
    return [
        Asked(
            row.id, row.student_id, student.display_name, row.asked_by, asker.display_name, row.asked_at, given,
            bool(closed),
        )
        for row, student, asker, given, closed in session.execute(query.limit(limit).offset(offset))
    ]  # fmt: skip
