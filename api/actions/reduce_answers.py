"""The end of what no estimate reads of single answers: their times, the number of hints, later tries (domain 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mastery.retention_schedule import Kind, held_students
from models.reduced_answers import Search, note_reduced, read_part, searches, write_part
from models.retention_store import holds_of
from models.unit_of_work import district_transaction

Tell = Callable[[Session, int], None]


def count_reducible(engine: Engine, district_id: int, before: datetime, today: date) -> int:
    """How many rows of evidence of results that came in before an instant would be reduced; changes nothing."""
    return _go_through(engine, district_id, before, today, writes=False)


def reduce_answers(
    owner: Engine, district_id: int, before: datetime, today: date, now: datetime, tell: Tell
) -> int:  # fmt: skip
    """Reduce the answers of results that came in before an instant, but of students who are held today; how many rows.

    Each part is a transaction. `tell` hears in the last one how many rows it were; interrupted before, it begins anew.
    """
    count = _go_through(owner, district_id, before, today, writes=True)
    with district_transaction(owner, district_id) as session:
        note_reduced(session, district_id, before, now)
        tell(session, count)
        session.commit()
    return count


def _go_through(engine: Engine, district_id: int, before: datetime, today: date, *, writes: bool) -> int:
    with district_transaction(engine, district_id) as session:
        several = searches(session, district_id, before)
    return sum(_search(engine, district_id, one, today, writes=writes) for one in several)


def _search(engine: Engine, district_id: int, search: Search, today: date, *, writes: bool) -> int:
    count, after = 0, 0
    while True:
        with district_transaction(engine, district_id) as session:
            # a hold that was placed since the run began holds too
            held = held_students(holds_of(session, district_id), Kind.ITEM_RESPONSE, today)
            part = read_part(session, district_id, search, after, held)
            if writes:
                write_part(session, part)
                session.commit()
        count += len(part.rows)
        if part.last is None:
            return count
        after = part.last
