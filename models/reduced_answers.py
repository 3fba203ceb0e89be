"""Single answers of old results, reduced to what estimates are worked out from; as the role that owns the tables.

Whatever reads evidence for a number says the same of a reduced row as of the whole one (mastery.evidence.lasting), so
nothing is to be rebuilt, and readers may see either. The digest of a result was taken when it came in, so the same
result posted again is still known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.evidence import lasting
from mastery.retention_schedule import KEPT_BY, Kind
from models.evidence_store import items_of, items_text
from models.retention import AnswersReduced

_AT_ONCE = 5000
_SLICE = timedelta(days=1)
_PART = """
    SELECT found.id, e.target_id, e.items::text FROM (
        SELECT r.id FROM result r WHERE r.district_id = :district AND r.id > :after AND NOT (r.student_id = ANY(:held))
            AND {which} ORDER BY r.id LIMIT :limit
    ) found LEFT JOIN evidence e ON e.district_id = :district AND e.result_id = found.id ORDER BY found.id
"""
# not what another run reduced meanwhile
_REDUCE = text(
    "UPDATE evidence SET items = CAST(:items AS json)"
    " WHERE district_id = :district AND result_id = :result AND target_id = :target AND items::text = :stored"
)
_RECEIVED = "r.received_at >= :since AND r.received_at < :before"
_OF_STUDENTS = "r.received_at < :before AND r.student_id = ANY(:students)"
# a result that waited for a name came in when it was posted, which may be before what is reduced already
_RELEASED = (
    "r.received_at < :before AND EXISTS (SELECT FROM quarantine q WHERE q.district_id = r.district_id"
    " AND q.state = 'released' AND q.settled_at >= :since AND q.client_pk = r.client_pk"
    " AND q.source_id = r.source_id AND q.revision = r.revision)"
)
_FIRST = text("SELECT min(received_at) FROM result WHERE district_id = :district")
# a hold ends with its last day by a school's calendar, so a day more is looked at
_FREED = text(
    "SELECT DISTINCT student_id FROM legal_hold WHERE district_id = :district AND student_id IS NOT NULL"
    " AND (kind IS NULL OR kind = ANY(:kinds)) AND (lifted_at >= :since OR until >= :day)"
)


@dataclass(frozen=True, slots=True)
class Search:
    """Some results of a district: a condition, and its values; up to when all is reduced before it and after it."""

    which: str
    values: Mapping[str, Any]
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of evidence that are to be reduced, ready for the statement; `last`: the result to go on after, if any."""

    rows: Sequence[Mapping[str, Any]]
    last: int | None


def searches(session: Session, district_id: int, before: datetime) -> list[Search]:
    """Where answers may be to reduce of what came in before an instant and has not been looked at.

    A day at a time what came in since the last run; what came out of quarantine, and whoever was held until then.
    """
    done = session.get(AnswersReduced, (district_id,))
    begin = session.execute(_FIRST, {"district": district_id}).scalar_one() if done is None else done.through
    found: list[Search] = []
    while begin is not None and begin < before:
        end = min(begin + _SLICE, before)
        found.append(Search(_RECEIVED, {"since": begin, "before": end}, begin, end))
        begin = end
    if done is not None:
        day = {"kinds": list(KEPT_BY[Kind.ITEM_RESPONSE]), "day": done.at.date() - timedelta(days=1), "since": done.at}
        freed = session.scalars(_FREED, {"district": district_id, **day}).all()
        found += [
            Search(_RELEASED, {"since": done.at, "before": before}, done.through, done.through),
            Search(_OF_STUDENTS, {"students": freed, "before": before}, done.through, done.through),
        ]
    return found


def read_part(session: Session, district_id: int, search: Search, after: int, held: Collection[int]) -> Part:
    """What is to be reduced of the next results of a search, but those of held students."""
    values = {"district": district_id, "after": after, "held": list(held), "limit": _AT_ONCE, **search.values}
    found = session.execute(text(_PART.format(which=search.which)), values).all()
    rows = [
        {"district": district_id, "result": result, "target": target, "items": items, "stored": stored}
        for result, target, stored in found
        if stored is not None and (items := _reduced(stored)) is not None
    ]
    return Part(rows, found[-1][0] if found else None)


def _reduced(stored: str) -> str | None:
    """The items of a row of evidence as they are to be; None where they are so."""
    responses, keys = items_of(stored)
    kept = lasting(responses)
    if kept == responses:
        return None
    key_of = dict(zip((one.item for one in responses), keys, strict=True))
    return items_text(kept, [key_of[one.item] for one in kept])


def write_part(session: Session, district_id: int, search: Search, part: Part, now: datetime) -> None:
    """Reduce the rows of a part, and keep how far a search is, so that what is interrupted goes on from there."""
    count: int = session.execute(_REDUCE, list(part.rows)).rowcount if part.rows else 0  # type: ignore[attr-defined]
    through = search.end if part.last is None else search.begin
    new = insert(AnswersReduced).values(district_id=district_id, through=through, at=now, untold=count)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["district_id"],
            set_={
                "through": func.greatest(AnswersReduced.through, new.excluded.through),
                "untold": AnswersReduced.untold + new.excluded.untold,
            },
        )
    )


def end_run(session: Session, district_id: int, now: datetime | None) -> int:
    """Keep that a run came to its end, or (None) was stopped; how many rows were reduced of which nobody told yet."""
    done = session.get(AnswersReduced, (district_id,), with_for_update=True)
    if done is None:
        return 0
    count, done.untold = done.untold, 0
    # whoever was freed since the last run that came to its end is still to be looked at
    done.at = now or done.at
    return count
