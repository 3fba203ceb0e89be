"""Saying that something happened, in the transaction in which it happened; the relay tells it on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.outbox import Outbox


def announce(session: Session, district_id: int, topic: str, students: Collection[int], now: datetime) -> None:
    """Put one announcement about students into the outbox; ids only."""
    session.execute(insert(Outbox).values(district_id=district_id, topic=topic, student_ids=sorted(students), at=now))
