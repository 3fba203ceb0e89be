"""The end of what no estimate reads of single answers: their times, the number of hints, later tries (domain 7.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mastery.retention_schedule import Kind, held, held_students
from models.reduced_answers import Part, Search, end_run, read_part, searches, write_part
from models.retention_store import holds_of
from models.unit_of_work import district_transaction

Tell = Callable[[Session, Mapping[str, int], bool], None]
"""Hears how many rows of which table a run ended, and whether it is through, or a hold on all stopped it."""
Advance = Callable[[int], None]


def count_reducible(engine: Engine, district_id: int, before: datetime, today: date, advance: Advance) -> int:
    """How many rows of evidence of results that came in before an instant would be reduced; changes nothing."""
    count = 0
    for part in _parts(engine, district_id, before, today, None):
        if part is not None:
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
    is_through = True
    for part in _parts(owner, district_id, before, today, now):
        if part is None:
            is_through = False
        else:
            advance(len(part.rows))
    with district_transaction(owner, district_id) as session:
        count = end_run(session, district_id, now if is_through else None)
        tell(session, {"evidence": count} if count else {}, is_through)
        session.commit()
    return count


def _parts(
    engine: Engine, district_id: int, before: datetime, today: date, now: datetime | None
) -> Iterator[Part | None]:
    """Every part, each as it is reduced at `now`, or only read; None, and no more, once a hold keeps those of all."""
    with district_transaction(engine, district_id) as session:
        found = searches(session, district_id, before)
    for search in found:
        after: int | None = 0
        while after is not None:
            part = _part(engine, district_id, search, after, today, now)
            yield part
            if part is None:
                return
            after = part.last


def _part(
    engine: Engine, district_id: int, search: Search, after: int, today: date, now: datetime | None
) -> Part | None:
    with district_transaction(engine, district_id) as session:
        # a hold that was placed since the run began holds too
        holds = holds_of(session, district_id)
        if held(holds, Kind.ITEM_RESPONSE, None, today):
            return None
        kept = held_students(holds, Kind.ITEM_RESPONSE, today)
        part = read_part(session, district_id, search, after, kept)
        if now is not None:
            write_part(session, district_id, search, part, now)
            session.commit()
    return part
