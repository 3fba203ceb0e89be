"""The record of who did what, for a district or for the schools of an office: filtered, the newest first, by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from mastery.audit import Act, Actor
from mastery.offices import Remit
from models.access import Client
from models.audit import AuditEvent, AuditSubject
from models.queries_office import staff_in, students_in
from models.roster import Person

ABOUT_GUARDIAN = "guardian"
"""In place of its act, what an event about a guardian is to who may not know guardians."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the record is asked for; None: all. `begins` belongs to it, `ends` does not."""

    act: Act | None = None
    person: int | None = None
    student: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A person in the record: the name that screens use, and the SIS id."""

    name: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with who acted and which students of the office it is about."""

    id: int
    at: datetime
    act: str
    actor: str
    by: str | None
    purpose: str | None
    detail: dict[str, Any]
    students: tuple[tuple[int, Named], ...]


def entries(
    session: Session,
    district_id: int,
    where: Remit,
    families: Remit,
    asked: Filter,
    now: datetime,
    today: date,
    limit: int,
    before: int | None = None,
) -> Sequence[Entry]:
    """At most `limit` events before a key.

    Of schools: what is about one of their students or was done by who works there. Students of others are not named.
    Outside of `families`, where guardians may be known, an order or who acts as a parent is `ABOUT_GUARDIAN` alone.
    """
    secret = _of_guardians() & AuditEvent.id.not_in(
        _subjects(district_id).where(AuditSubject.student_id.in_(students_in(district_id, families, now)))
    )
    chosen = select(AuditEvent, secret).where(AuditEvent.district_id == district_id)
    students = students_in(district_id, where, now)
    if not where.district:
        about = _subjects(district_id).where(AuditSubject.student_id.in_(students))
        own = (AuditEvent.actor == Actor.PERSON) & AuditEvent.actor_id.in_(staff_in(district_id, where, today, now))
        chosen = chosen.where(own | AuditEvent.id.in_(about))
    if asked.act is not None:
        chosen = chosen.where(AuditEvent.act == asked.act, ~secret)
    if asked.person is not None:
        chosen = chosen.where(AuditEvent.actor == Actor.PERSON, AuditEvent.actor_id == asked.person)
    if asked.student is not None:
        one = _subjects(district_id).where(AuditSubject.student_id == asked.student)
        chosen = chosen.where(AuditEvent.id.in_(one))
    if asked.begins is not None:
        chosen = chosen.where(AuditEvent.at >= asked.begins)
    if asked.ends is not None:
        chosen = chosen.where(AuditEvent.at < asked.ends)
    if before is not None:
        chosen = chosen.where(AuditEvent.id < before)
    rows = session.execute(chosen.order_by(AuditEvent.id.desc()).limit(limit)).all()
    found = _told(session, district_id, [event for event, _secret in rows], students)
    return [_veiled(one) if hidden else one for one, (_event, hidden) in zip(found, rows, strict=True)]


def _of_guardians() -> ColumnElement[bool]:
    """Whether an event is about a guardian: an order, who acts as a parent, who sees on after the 18th birthday."""
    return AuditEvent.act.in_([Act.ORDER_FILED, Act.ORDER_LIFTED]) | AuditEvent.detail.has_key("guardian")


def _veiled(entry: Entry) -> Entry:
    return replace(entry, act=ABOUT_GUARDIAN, purpose=None, detail={})


def _subjects(district_id: int) -> Select[int]:
    return select(AuditSubject.event_id).where(AuditSubject.district_id == district_id)


def _told(session: Session, district_id: int, events: Sequence[AuditEvent], students: Select[int]) -> Sequence[Entry]:
    about = session.execute(
        select(AuditSubject.event_id, AuditSubject.student_id)
        .where(
            AuditSubject.district_id == district_id,
            AuditSubject.event_id.in_([one.id for one in events]),
            AuditSubject.student_id.in_(students),
        )
        .order_by(AuditSubject.student_id)
    ).all()
    people = {one.actor_id for one in events if one.actor == Actor.PERSON and one.actor_id is not None}
    names = _names(session, district_id, people | {row.student_id for row in about})
    machines = {one.actor_id for one in events if one.actor == Actor.MACHINE and one.actor_id is not None}
    called = session.execute(
        select(Client.id, Client.name).where(Client.district_id == district_id, Client.id.in_(machines))
    )
    clients = {row.id: row.name for row in called}
    seen: dict[int, list[tuple[int, Named]]] = {}
    for row in about:
        seen.setdefault(row.event_id, []).append((row.student_id, names[row.student_id]))
    return [
        Entry(
            one.id, one.at, one.act, one.actor, _by(one, names, clients), one.purpose, one.detail,
            tuple(seen.get(one.id, ())),
        )
        for one in events
    ]  # fmt: skip


def _by(event: AuditEvent, names: dict[int, Named], clients: dict[int, str]) -> str | None:
    if event.actor_id is None:
        return None
    if event.actor == Actor.MACHINE:
        return clients.get(event.actor_id)
    named = names.get(event.actor_id)
    return named.name if named else None


def _names(session: Session, district_id: int, people: Collection[int]) -> dict[int, Named]:
    rows = session.scalars(select(Person).where(Person.district_id == district_id, Person.id.in_(people)))
    return {one.id: Named(one.display_name, one.identifier) for one in rows}
