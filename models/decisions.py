"""The acts that people and the rule signed about decisions, in the order in which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.body.judgement import JUDGEMENTS
from mastery.decide import ActKind, Decision
from models.roster import Person
from models.standing import Confirmation

_NO_DECISIONS = sorted(kind.value for kind in JUDGEMENTS)


@dataclass(frozen=True, slots=True)
class Signature:
    """One act about a decision: by whom (name and SIS id; None: the rule), in their words, when."""

    id: int
    kind: ActKind
    by: str | None
    reason: str | None
    at: datetime
    identifier: str | None = None


def act_that_stands(
    session: Session, district_id: int, student: int, target: int, decision: Decision
) -> Confirmation | None:
    """The act that made a decision lasting; None while evidence alone makes it."""
    if decision.confirmed is None:
        return None
    return session.scalars(
        select(Confirmation)
        .where(
            Confirmation.district_id == district_id,
            Confirmation.student_id == student,
            Confirmation.target_id == target,
            Confirmation.kind == decision.confirmed.value,
            Confirmation.at == decision.confirmed_at,
        )
        .order_by(Confirmation.id.desc())
        .limit(1)
    ).first()


def signatures(session: Session, district_id: int, student: int, target: int, limit: int) -> list[Signature]:
    """The newest acts about a decision, at most `limit`, the newest first."""
    rows = session.execute(
        select(Confirmation, Person)
        .outerjoin(Person, (Person.district_id == Confirmation.district_id) & (Person.id == Confirmation.by_person))
        .where(
            Confirmation.district_id == district_id,
            Confirmation.student_id == student,
            Confirmation.target_id == target,
            Confirmation.kind.not_in(_NO_DECISIONS),
        )
        .order_by(Confirmation.at.desc(), Confirmation.id.desc())
        .limit(limit)
    )
    return [
        Signature(
            one.id, ActKind(one.kind), person.display_name if person else None, one.reason, one.signed_at,
            person.identifier if person else None,
        )
        for one, person in rows
    ]  # fmt: skip
