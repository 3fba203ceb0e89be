"""Holds and signed times of a district's schedule, written with who said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mastery.audit import Act
from mastery.retention_schedule import OWN_TIMES, PERMANENT, Kind, span
from models.audit import SYSTEM, By, record
from models.retention import LegalHold, RetentionRule
from models.roster import Person


class RetentionError(Exception):
    """A hold or a time that can not be set; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that nobody lifted, with the student's SIS id, if it is about one."""

    id: int
    student: str | None
    kind: str | None
    reason: str
    placed_by: str
    placed_at: datetime
    until: date | None


def place_hold(
    session: Session, district_id: int, student: str | None, kind: Kind | None, reason: str, by: str,
    until: date | None, now: datetime, actor: By = SYSTEM,
) -> int:  # fmt: skip
    """Hold the records of a student (SIS id or sourcedId), or of all; of a kind, or of every kind; the hold's key.

    `by` is who ordered it, in words; `actor` who put it on record.
    """
    person = None
    if student is not None:
        person = session.scalar(
            select(Person.id).where(
                Person.district_id == district_id, or_(Person.identifier == student, Person.sourced_id == student)
            )
        )
        if person is None:
            raise RetentionError(f"There is no student {student!r} in the roster.")
    hold = LegalHold(
        district_id=district_id, student_id=person, kind=kind, reason=reason, placed_by=by, placed_at=now, until=until,
        lifted_by=None, lifted_at=None,
    )  # fmt: skip
    session.add(hold)
    session.flush()
    about = [] if person is None else [person]
    detail = {"hold": hold.id, "kind": kind, "by": by}
    record(session, district_id, actor, Act.HOLD_PLACED, now, about, purpose=reason, detail=detail)
    return hold.id


def lift_hold(session: Session, district_id: int, key: int, by: str, now: datetime, actor: By = SYSTEM) -> None:
    """End a hold. Raises RetentionError for one that is not there or was lifted."""
    hold = session.get(LegalHold, (district_id, key), with_for_update=True)
    if hold is None or hold.lifted_at is not None:
        raise RetentionError(f"There is no hold {key}: see `mastery retention holds`.")
    hold.lifted_by, hold.lifted_at = by, now
    about = [] if hold.student_id is None else [hold.student_id]
    record(session, district_id, actor, Act.HOLD_LIFTED, now, about, detail={"hold": key, "by": by})


def placed_holds(session: Session, district_id: int) -> Sequence[Placed]:
    """The holds that nobody has lifted, oldest first."""
    rows = session.execute(
        select(LegalHold, Person.identifier, Person.sourced_id)
        .outerjoin(Person, (Person.district_id == LegalHold.district_id) & (Person.id == LegalHold.student_id))
        .where(LegalHold.district_id == district_id, LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.id)
    )
    return [
        Placed(hold.id, sis_id or sourced_id, hold.kind, hold.reason, hold.placed_by, hold.placed_at, hold.until)
        for hold, sis_id, sourced_id in rows
    ]


def sign_rule(
    session: Session, district_id: int, kind: Kind, keep: str, basis: str, by: str, effective_from: date,
    now: datetime, actor: By = SYSTEM,
) -> None:  # fmt: skip
    """Say how long a kind of record is kept from a day on. Raises RetentionError for what has no time of its own."""
    if kind not in OWN_TIMES:
        raise RetentionError(
            f"{kind} has no time of its own: it goes with the record. Others have: {', '.join(sorted(OWN_TIMES))}."
        )
    try:
        found = span(keep)
    except ValueError as error:
        raise RetentionError(f"{error}.") from error
    text = PERMANENT if found is None else str(found)
    session.add(
        RetentionRule(
            district_id=district_id, kind=kind, keep=text, legal_basis=basis, signed_by=by,
            effective_from=effective_from, at=now,
        )
    )  # fmt: skip
    detail = {"kind": kind, "keep": text, "basis": basis, "from": effective_from.isoformat(), "by": by}
    record(session, district_id, actor, Act.POLICY_CHANGED, now, detail={"what": "retention", **detail})
