"""Requests to amend records with what followed each, as rows: asked, decided, heard, with a statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.amendment import State, Step, state_of
from models.amendment import Amendment, AmendmentStep
from models.locks import change_amendment
from models.queries_people import whole_students
from models.roster import Person


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: by whom (name and key), in which words, when."""

    step: Step
    by: str
    person: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its steps, oldest first; `asker` is the key of who `asked_by` names."""

    id: int
    student_id: int
    student: str
    asker: int
    asked_by: str
    asked_at: datetime
    contested: str
    found: str
    wanted: str
    steps: tuple[StepTold, ...]

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(one.step for one in self.steps)


def requests_of(session: Session, district_id: int, student_id: int) -> list[Request]:
    """The requests about a student, newest first; two statements however many there are."""
    chosen = select(Amendment.id).where(Amendment.district_id == district_id, Amendment.student_id == student_id)
    return _requests(session, district_id, chosen)[::-1]


def waiting_requests(session: Session, viewer: Viewer, limit: int, offset: int) -> tuple[list[Request], int]:
    """A page of the requests on which the school has yet to act, of students whom a viewer sees, and how many; oldest
    first."""
    newest = (
        select(AmendmentStep.step)
        .where(AmendmentStep.district_id == viewer.district, AmendmentStep.amendment_id == Amendment.id)
        .order_by((AmendmentStep.step == Step.STATEMENT), AmendmentStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    chosen = select(Amendment.id).where(
        Amendment.district_id == viewer.district,
        Amendment.student_id.in_(whole_students(viewer, What.AMENDMENTS)),
        newest.is_(None) | (newest == Step.ASK_HEARING),
    )
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    page = chosen.order_by(Amendment.id).limit(limit).offset(offset)
    return _requests(session, viewer.district, page), total


def find_request(session: Session, district_id: int, student_id: int, key: int) -> Request | None:
    """One request about a student, held until the transaction ends so that two decisions do not cross."""
    held = (
        select(Amendment.id)
        .where(Amendment.district_id == district_id, Amendment.student_id == student_id, Amendment.id == key)
    )  # fmt: skip
    change_amendment(session, district_id, key)
    return next(iter(_requests(session, district_id, held)), None)


def has_statement(session: Session, district_id: int, student_id: int) -> bool:
    """Whether a family attached a statement to the student's record."""
    found = (
        select(AmendmentStep.id)
        .join(
            Amendment,
            (Amendment.district_id == AmendmentStep.district_id) & (Amendment.id == AmendmentStep.amendment_id),
        )
        .where(
            Amendment.district_id == district_id,
            Amendment.student_id == student_id,
            AmendmentStep.step == Step.STATEMENT,
        )
    )
    return session.execute(found.limit(1)).first() is not None


def _requests(session: Session, district_id: int, chosen: Select[int]) -> list[Request]:
    student, asker = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Amendment, student, asker)
        .join(student, (student.district_id == Amendment.district_id) & (student.id == Amendment.student_id))
        .join(asker, (asker.district_id == Amendment.district_id) & (asker.id == Amendment.asked_by))
        .where(Amendment.district_id == district_id, Amendment.id.in_(chosen))
        .order_by(Amendment.id)
    ).all()
    steps = _steps(session, district_id, [row.id for row, _, _ in rows])
    return [
        Request(
            row.id, row.student_id, about.display_name, row.asked_by, by.display_name, row.asked_at, row.contested,
            row.found, row.wanted, tuple(steps.get(row.id, ())),
        )
        for row, about, by in rows
    ]  # fmt: skip


def _steps(session: Session, district_id: int, keys: Collection[int]) -> dict[int, list[StepTold]]:
    rows = session.execute(
        select(AmendmentStep, Person)
        .join(Person, (Person.district_id == AmendmentStep.district_id) & (Person.id == AmendmentStep.by_person))
        .where(AmendmentStep.district_id == district_id, AmendmentStep.amendment_id.in_(keys))
        .order_by(AmendmentStep.id)
    )
    found: dict[int, list[StepTold]] = {}
    for row, person in rows:
        told = StepTold(Step(row.step), person.display_name, person.id, row.words, row.at)
        found.setdefault(row.amendment_id, []).append(told)
    return found
