"""What a student or a parent said, as rows: all of it, and adding to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.pathways import Mode, Setting
from mastery.profile import Addition, Entry, Kind, Saying
from models.own_words import OwnWords


def told_of(session: Session, district_id: int, student_id: int) -> list[Entry]:
    """All that was ever said of a student, oldest first; one statement."""
    rows = session.scalars(
        select(OwnWords)
        .where(OwnWords.district_id == district_id, OwnWords.student_id == student_id)
        .order_by(OwnWords.id)
    )
    return [
        Entry(
            row.id,
            Kind(row.kind),
            None if row.withdrawn else _saying(row),
            row.said_by,
            row.said_at,
            row.replaces_id,
        )
        for row in rows
    ]


def _saying(row: OwnWords) -> Saying:
    mode, setting = (Mode(row.mode) if row.mode else None), (Setting(row.setting) if row.setting else None)
    return Saying(Kind(row.kind), row.words or "", row.target_id, row.by_day, mode, setting)


def add_own_words(
    session: Session, district_id: int, student_id: int, person: int, added: Addition, now: datetime
) -> int:  # fmt: skip
    """Add what an act adds; its key."""
    said = added.saying
    row = OwnWords(
        district_id=district_id,
        student_id=student_id,
        kind=added.kind,
        words=(said.words or None) if said else None,
        target_id=said.target if said else None,
        by_day=said.by_day if said else None,
        mode=said.mode if said else None,
        setting=said.setting if said else None,
        withdrawn=said is None,
        replaces_id=added.replaces,
        said_by=person,
        said_at=now,
    )
    session.add(row)
    session.flush()
    return row.id
