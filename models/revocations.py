"""Revocations as they are read: with their steps, and those that wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from mastery.access import Viewer
from mastery.access_matrix import Role
from mastery.access_questions import What
from mastery.revocation import TOLD, Stage, Step, stage_of
from models.queries_people import visible_students
from models.revocation import Revocation, RevocationStep
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
class RevocationTold:
    """A revocation with its steps, oldest first."""

    id: int
    student_id: int
    student: str
    target_id: int
    proposer: int
    proposed_by: str
    proposed_as: Role
    reason: str
    proposed_at: datetime
    steps: tuple[StepTold, ...]

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return stage_of(one.step for one in self.steps)

    def step(self, wanted: Step) -> StepTold | None:
        """The step of a kind, if it was taken; each is taken once at most."""
        return next((one for one in self.steps if one.step is wanted), None)


def revocations_on(session: Session, district_id: int, student: int, target: int) -> list[RevocationTold]:
    """All revocations of a student on a target, newest first; two statements however many there are."""
    chosen = select(Revocation.id).where(
        Revocation.district_id == district_id, Revocation.student_id == student, Revocation.target_id == target
    )
    return _told(session, district_id, chosen)


def find_revocation(session: Session, district_id: int, student: int, key: int) -> RevocationTold | None:
    """One revocation of a student."""
    chosen = select(Revocation.id).where(
        Revocation.district_id == district_id, Revocation.student_id == student, Revocation.id == key
    )
    return next(iter(_told(session, district_id, chosen)), None)


def revocations_told(session: Session, district_id: int, student: int, since: datetime) -> list[RevocationTold]:
    """The revocations of a student that the family has been told of since an instant, newest first."""
    signed = select(RevocationStep.revocation_id).where(
        RevocationStep.district_id == district_id, RevocationStep.step == Step.SIGN, RevocationStep.at >= since
    )
    chosen = select(Revocation.id).where(
        Revocation.district_id == district_id, Revocation.student_id == student, Revocation.id.in_(signed)
    )
    return [one for one in _told(session, district_id, chosen) if one.stage in TOLD]


def waiting_revocations(session: Session, viewer: Viewer, limit: int, offset: int) -> tuple[list[RevocationTold], int]:
    """A page of what waits about students for whom a viewer decides, oldest first; how many there are."""
    chosen = _waiting(viewer)
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    found = _told(session, viewer.district, chosen.order_by(Revocation.id).limit(limit).offset(offset))
    return found[::-1], total


def how_many_wait(session: Session, viewer: Viewer) -> int:
    """How many proposals and appeals wait about students for whom a viewer decides."""
    return session.execute(select(func.count()).select_from(_waiting(viewer).subquery())).scalar_one()


def _waiting(viewer: Viewer) -> Select[int]:
    newest = (
        select(RevocationStep.step)
        .where(RevocationStep.district_id == viewer.district, RevocationStep.revocation_id == Revocation.id)
        .order_by(RevocationStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    seen = visible_students(viewer, What.DECIDE).subquery("decided_by")
    return select(Revocation.id).where(
        Revocation.district_id == viewer.district,
        Revocation.student_id.in_(select(seen.c.person_id)),
        newest.is_(None) | (newest == Step.APPEAL),
    )


def _told(session: Session, district_id: int, chosen: Select[int]) -> list[RevocationTold]:
    student, proposer = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Revocation, student, proposer)
        .join(student, (student.district_id == Revocation.district_id) & (student.id == Revocation.student_id))
        .join(proposer, (proposer.district_id == Revocation.district_id) & (proposer.id == Revocation.proposed_by))
        .where(Revocation.district_id == district_id, Revocation.id.in_(chosen))
        .order_by(Revocation.id.desc())
    ).all()
    steps = _steps(session, district_id, [row.id for row, _, _ in rows])
    return [
        RevocationTold(
            row.id, row.student_id, about.display_name, row.target_id, row.proposed_by, by.display_name,
            Role(row.proposed_as), row.reason, row.proposed_at, tuple(steps.get(row.id, ())),
        )
        for row, about, by in rows
    ]  # fmt: skip


def _steps(session: Session, district_id: int, keys: Sequence[int]) -> dict[int, list[StepTold]]:
    if not keys:
        return {}
    rows = session.execute(
        select(RevocationStep, Person)
        .join(Person, (Person.district_id == RevocationStep.district_id) & (Person.id == RevocationStep.by_person))
        .where(RevocationStep.district_id == district_id, RevocationStep.revocation_id.in_(keys))
        .order_by(RevocationStep.id)
    )
    found: dict[int, list[StepTold]] = {}
    for row, by in rows:
        told = StepTold(Step(row.step), by.display_name, row.by_person, row.words, row.at)
        found.setdefault(row.revocation_id, []).append(told)
    return found
