"""What is on record: who did what, when and for what, about whom. The application's role can only add to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.audit import Act, Actor
from models.base import Base, DistrictKey, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class AuditEvent(Base):
    """One act. `actor_id` is the person or the client; none for the system. `detail` holds no name and no secret."""

    __tablename__ = "audit_event"
    __table_args__ = (
        one_of("actor", Actor),
        Index(None, "district_id", "at"),
        Index(None, "district_id", "actor_id", "at"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    at: Mapped[datetime]
    act: Mapped[str]
    actor: Mapped[str]
    actor_id: Mapped[OptionalKey]
    purpose: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AuditSubject(Base):
    """A student whom an event is about."""

    __tablename__ = "audit_subject"
    __table_args__ = (
        owned("event_id", to="audit_event", ondelete="CASCADE"),
        Index(None, "district_id", "student_id", "event_id"),
    )

    district_id: Mapped[DistrictKey]
    event_id: Mapped[KeyInPrimary]
    student_id: Mapped[KeyInPrimary]


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, as the record names them: a person's or a client's key, or nobody's where the system acts."""

    actor: Actor
    id: int | None = None


SYSTEM = By(Actor.SYSTEM)


def by_person(person_id: int | None) -> By:
    """A person with an account."""
    return By(Actor.PERSON, person_id)


def by_program(client_pk: int) -> By:
    """A machine client."""
    return By(Actor.MACHINE, client_pk)


def record(
    session: Session,
    district_id: int,
    by: By,
    act: Act,
    at: datetime,
    students: Iterable[int] = (),
    purpose: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Put an act on record within the transaction that does it; returns the event's key."""
    event = AuditEvent(
        district_id=district_id,
        at=at,
        act=act,
        actor=by.actor,
        actor_id=by.id,
        purpose=purpose,
        detail=dict(detail or {}),
    )
    session.add(event)
    session.flush()
    about = [{"district_id": district_id, "event_id": event.id, "student_id": one} for one in sorted(set(students))]
    if about:
        session.execute(insert(AuditSubject).values(about))
    return event.id
