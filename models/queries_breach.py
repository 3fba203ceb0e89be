"""What one person's account or one program did and was shown between two instants: what a breach notice needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, String, and_, cast, func, literal, null, or_, select, text, union_all
from sqlalchemy.orm import Session

from mastery.audit import TOLD_ONCE, Act, Actor
from models.audit import AuditEvent, AuditSubject, By
from models.evidence import ResultRow
from models.roster import Person

POSTED = "posted"
"""In place of an act: a result that a program posted; the answer told what it changed for the student."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Access:
    """An act and a student whom it is about (none: it names nobody), by SIS id or sourcedId.

    `detail` as the record has it, such as the page. `earlier`: a look of before the first instant, told once for all
    of its hour, so that it may stand for one after it.
    """

    at: datetime
    act: str
    student: str | None
    detail: dict[str, Any]
    earlier: bool


def accesses(session: Session, district_id: int, by: By, begins: datetime, ends: datetime) -> Iterator[Access]:
    """Every act in order of time, a student at a time; `begins` belongs to it, `ends` does not. Streamed."""
    # an account's years are more than a page may ask for
    session.execute(text("SET LOCAL statement_timeout = 0"))
    found = _acts(district_id, by, begins, ends)
    rows = session.execute(
        select(found, func.coalesce(Person.identifier, Person.sourced_id).label("name"))
        .outerjoin(Person, and_(Person.district_id == district_id, Person.id == found.c.student_id))
        .order_by(found.c.at, found.c.act, found.c.id, found.c.student_id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for row in rows:
        yield Access(row.at, row.act, _named(row.student_id, row.name), row.detail or {}, row.at < begins)


def students_concerned(session: Session, district_id: int, by: By, begins: datetime, ends: datetime) -> Iterator[str]:
    """The students whom these acts are about, each once, by SIS id or sourcedId. Streamed."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    found = _acts(district_id, by, begins, ends)
    name = func.coalesce(Person.identifier, Person.sourced_id)
    rows = session.execute(
        select(found.c.student_id, name)
        .distinct()
        .outerjoin(Person, and_(Person.district_id == district_id, Person.id == found.c.student_id))
        .where(found.c.student_id.is_not(None))
        .order_by(name, found.c.student_id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for student_id, known in rows:
        yield _named(student_id, known) or ""


def _named(student_id: int | None, name: str | None) -> str | None:
    return name if student_id is None or name is not None else f"(deleted, key {student_id})"


def _acts(district_id: int, by: By, begins: datetime, ends: datetime) -> Any:
    both = [_events(district_id, by, begins, ends)]
    if by.actor is Actor.MACHINE:
        both.append(_posts(district_id, by, begins, ends))
    return union_all(*both).subquery("acts")


def _events(district_id: int, by: By, begins: datetime, ends: datetime) -> Select[Any]:
    looks = and_(AuditEvent.act.in_([Act.VIEW, Act.DISCLOSURE]), AuditEvent.at > begins - TOLD_ONCE)
    subject = and_(AuditSubject.district_id == AuditEvent.district_id, AuditSubject.event_id == AuditEvent.id)
    return (
        select(AuditEvent.at, AuditEvent.act, AuditEvent.id, AuditSubject.student_id, AuditEvent.detail)
        .outerjoin(AuditSubject, subject)
        .where(
            AuditEvent.district_id == district_id, AuditEvent.actor == by.actor, AuditEvent.actor_id == by.id,
            AuditEvent.at < ends, AuditEvent.at > begins - TOLD_ONCE, or_(AuditEvent.at >= begins, looks),
        )
    )  # fmt: skip


def _posts(district_id: int, by: By, begins: datetime, ends: datetime) -> Select[Any]:
    return select(
        ResultRow.received_at, literal(POSTED, String()), cast(null(), BigInteger), ResultRow.student_id,
        func.jsonb_build_object("source_id", ResultRow.source_id, "revision", ResultRow.revision),
    ).where(
        ResultRow.district_id == district_id, ResultRow.client_pk == by.id, ResultRow.received_at >= begins,
        ResultRow.received_at < ends,
    )  # fmt: skip
