"""Saying that something happened, in the transaction in which it happened; the relay tells it on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from models.bulk import insert_rows
from models.outbox import Outbox


def announce(session: Session, district_id: int, topic: str, students: Collection[int], now: datetime) -> None:
    """Put one announcement about students into the outbox; ids only."""
    insert_rows(
        session,
        Outbox,
        ("district_id", "topic", "student_ids", "at"),
        [(district_id, topic, sorted(students), now)],
    )
