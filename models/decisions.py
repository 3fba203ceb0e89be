"""The acts that people and the rule signed about decisions, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mastery.body.judgement import JUDGEMENTS
from mastery.decide import ActKind, Decision
from models.artefacts import ArtefactRow, DecisionArtefact
from models.roster import Person
from models.standing import Confirmation

_NO_DECISIONS = sorted(kind.value for kind in JUDGEMENTS)


@dataclass(frozen=True, slots=True)
class Signature:
    """One act about a decision: by whom (name and SIS id; None: the rule), in their words, when.

    `shown` are the files laid beside it, key and name.
    """

    id: int
    kind: ActKind
    by: str | None
    reason: str | None
    at: datetime
    identifier: str | None = None
    shown: tuple[tuple[int, str], ...] = ()


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
    found = list(rows)
    files = _files(session, district_id, [one.id for one, _ in found])
    return [
        Signature(
            one.id, ActKind(one.kind), person.display_name if person else None, one.reason, one.signed_at,
            person.identifier if person else None, tuple(files.get(one.id, ())),
        )
        for one, person in found
    ]  # fmt: skip


def lay_beside(session: Session, district_id: int, act: int, artefacts: Collection[int]) -> None:
    """Keep which files were laid beside an act."""
    rows = [{"district_id": district_id, "confirmation_id": act, "artefact_id": one} for one in sorted(artefacts)]
    if rows:
        session.execute(insert(DecisionArtefact), rows)


def _files(session: Session, district_id: int, acts: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    if not acts:
        return {}
    rows = session.execute(
        select(DecisionArtefact.confirmation_id, ArtefactRow.id, ArtefactRow.name)
        .join(
            ArtefactRow,
            (ArtefactRow.district_id == DecisionArtefact.district_id)
            & (ArtefactRow.id == DecisionArtefact.artefact_id),
        )
        .where(DecisionArtefact.district_id == district_id, DecisionArtefact.confirmation_id.in_(acts))
        .order_by(ArtefactRow.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for act, key, name in rows:
        found.setdefault(act, []).append((key, name))
    return found
