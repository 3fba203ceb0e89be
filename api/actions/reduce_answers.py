"""The end of what no estimate reads of single answers: their times, the number of hints, later tries (domain 7.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mastery.retention_schedule import Kind, held_students
from models.reduced_answers import Part, Search, end_run, read_part, searches, write_part
from models.retention_store import holds_of
from models.unit_of_work import district_transaction

Tell = Callable[[Session, int], None]
Advance = Callable[[int], None]


def count_reducible(engine: Engine, district_id: int, before: datetime, today: date, advance: Advance) -> int:
    """How many rows of evidence of results that came in before an instant would be reduced; changes nothing."""
    count = 0
    for search in _searches(engine, district_id, before):
        for part in _parts(engine, district_id, search, today, None):
            count += len(part.rows)
            advance(len(part.rows))
    return count


def reduce_answers(
    owner: Engine, district_id: int, before: datetime, today: date, now: datetime, tell: Tell, advance: Advance
) -> int:
    """Reduce the answers of results that came in before an instant, but of students who are held today; how many rows.

    Each part is a transaction, and what was interrupted goes on. `tell` hears in the last one how many rows it were,
    those of interrupted runs too; `advance` how many each part has.
    """
    for search in _searches(owner, district_id, before):
        for part in _parts(owner, district_id, search, today, now):
            advance(len(part.rows))
    with district_transaction(owner, district_id) as session:
        count = end_run(session, district_id, now)
        tell(session, count)
        session.commit()
    return count


def _searches(engine: Engine, district_id: int, before: datetime) -> list[Search]:
    with district_transaction(engine, district_id) as session:
        return searches(session, district_id, before)


def _parts(engine: Engine, district_id: int, search: Search, today: date, now: datetime | None) -> Iterator[Part]:
    """The parts of a search, each as it is reduced at `now`, or only read."""
    after: int | None = 0
    while after is not None:
        with district_transaction(engine, district_id) as session:
            # a hold that was placed since the run began holds too
            held = held_students(holds_of(session, district_id), Kind.ITEM_RESPONSE, today)
            part = read_part(session, district_id, search, after, held)
            if now is not None:
                write_part(session, district_id, search, part, now)
                session.commit()
        yield part
        after = part.last
