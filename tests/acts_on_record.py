"""What stands on record of a district, as a test compares it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from mastery.audit import Act
from models.audit import AuditEvent, AuditSubject
from models.unit_of_work import district_transaction

Recorded = tuple[str, int | None, set[int], dict[str, Any]]


def recorded(engine: Engine, district_id: int, act: Act) -> list[Recorded]:
    """(actor, their key, students, detail) of the events of an act, in their order."""
    with district_transaction(engine, district_id) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == act).order_by(AuditEvent.id)).all()
        about = session.execute(select(AuditSubject.event_id, AuditSubject.student_id)).all()
        return [
            (one.actor, one.actor_id, {student for event, student in about if event == one.id}, dict(one.detail))
            for one in events
        ]
