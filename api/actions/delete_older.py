"""The end of records that go by their age alone, a part at a time (domain 7.8)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import Engine

from api.actions.reduce_answers import Advance, Tell
from mastery.retention_schedule import Kind, held, held_students
from models.retention_store import count_older, delete_older, holds_of, is_whole_part
from models.unit_of_work import district_transaction


def count_deletable(engine: Engine, district_id: int, kind: Kind, before: datetime, today: date) -> int:
    """How many rows of a kind that are older than an instant would be deleted; changes nothing."""
    with district_transaction(engine, district_id) as session:
        holds = holds_of(session, district_id)
        if held(holds, kind, None, today):
            return 0
        return count_older(session, district_id, kind, before, held_students(holds, kind, today))


def delete_in_parts(
    owner: Engine, district_id: int, kind: Kind, before: datetime, today: date, tell: Tell, advance: Advance
) -> int:
    """Delete the rows of a kind that are older than an instant, but those that are held today; how many.

    Each part is a transaction; `tell` hears in the last one how many rows it were, `advance` how many each part has.
    """
    removed: Counter[str] = Counter()
    is_over = False
    while not is_over:
        with district_transaction(owner, district_id) as session:
            # a hold that was placed since the run began holds too
            holds = holds_of(session, district_id)
            is_stopped = held(holds, kind, None, today)
            kept = held_students(holds, kind, today)
            some = Counter() if is_stopped else delete_older(session, district_id, kind, before, kept)
            removed += some
            is_over = not is_whole_part(some)
            if is_over:
                tell(session, removed, not is_stopped)
            session.commit()
        advance(some.total())
    return removed.total()
