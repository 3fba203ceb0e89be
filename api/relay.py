"""The relay: reads what happened from the outbox, bumps the versions of the sections concerned, and notifies, ids only.

It alone notifies, outside the transactions that post results. Any number of relays may run: an outbox row is taken by
one of them, and is deleted in the transaction that tells it, so a killed relay loses nothing and at worst nothing is
told twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import monotonic

from psycopg import AsyncConnection
from psycopg.sql import SQL

CHANNEL = "mastery_sections"
BATCH = 2000
# a notification's payload must stay below 8000 bytes
SECTIONS_PER_NOTIFICATION = 200
BUSY_SECONDS, IDLE_SECONDS, LIST_SECONDS = 0.1, 0.5, 5.0

Clock = Callable[[], datetime]

_TAKE = """
SELECT id, student_ids FROM outbox WHERE district_id = %(district)s ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
_TOLD = "DELETE FROM outbox WHERE district_id = %(district)s AND id = ANY(%(ids)s)"
# a day more on each side, so that the day is right in every zone
_SECTIONS = """
SELECT DISTINCT section_id FROM enrollment
WHERE district_id = %(district)s AND role = 'student' AND person_id = ANY(%(students)s)
  AND (begins_on IS NULL OR begins_on <= %(latest)s) AND (ends_on IS NULL OR ends_on >= %(earliest)s)
ORDER BY section_id
"""
# rows as VALUES, not as a SELECT: a distributed table with row security refuses the latter
_BUMP = """
INSERT INTO section_version AS known (district_id, section_id, version, changed_at) VALUES {rows}
ON CONFLICT (district_id, section_id) DO UPDATE SET version = known.version + 1, changed_at = excluded.changed_at
RETURNING section_id, version
"""


async def set_district(connection: AsyncConnection, district_id: int) -> None:
    """Show this transaction the rows of one district."""
    await connection.execute(f"SET LOCAL app.district = '{int(district_id)}'")


async def districts(connection: AsyncConnection) -> list[int]:
    """All districts of the installation."""
    async with connection.transaction():
        rows = await (await connection.execute("SELECT id FROM district ORDER BY id")).fetchall()
    return [row[0] for row in rows]


async def relay_district(connection: AsyncConnection, district_id: int, now: datetime) -> int:
    """Tell what waits in one district's outbox, at most `BATCH` rows; returns how many there were."""
    async with connection.transaction():
        await set_district(connection, district_id)
        taken = await (await connection.execute(_TAKE, {"district": district_id, "batch": BATCH})).fetchall()
        if taken:
            await _bump(connection, district_id, {student for _id, ids in taken for student in ids}, now)
            await connection.execute(_TOLD, {"district": district_id, "ids": [row[0] for row in taken]})
    return len(taken)


async def _bump(connection: AsyncConnection, district_id: int, students: Collection[int], now: datetime) -> None:
    """One more version for every section of the students, however many announcements there were; and say so."""
    day = timedelta(days=1)
    wanted = {
        "district": district_id,
        "students": sorted(students),
        "earliest": now.date() - day,
        "latest": now.date() + day,
    }
    sections = [row[0] for row in await (await connection.execute(_SECTIONS, wanted)).fetchall()]
    for start in range(0, len(sections), SECTIONS_PER_NOTIFICATION):
        # in the order of ids, so that two relays never wait for each other in a ring
        some = sections[start : start + SECTIONS_PER_NOTIFICATION]
        rows = SQL(", ").join([SQL("(%s, %s, 1, %s)")] * len(some))
        values = [value for section in some for value in (district_id, section, now)]
        bumped = await (await connection.execute(SQL(_BUMP).format(rows=rows), values)).fetchall()
        payload = json.dumps([district_id, dict(bumped)], separators=(",", ":"))
        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))


async def relay_all(connection: AsyncConnection, clock: Clock) -> None:
    """Relay every district, busy ones more often than idle ones, until the connection fails."""
    pauses: dict[int, float] = {}
    due: dict[int, float] = {}
    listed = -LIST_SECONDS
    while True:
        instant = monotonic()
        if instant - listed >= LIST_SECONDS:
            listed = instant
            for district_id in await districts(connection):
                due.setdefault(district_id, instant)
        for district_id in [one for one, when in due.items() if when <= instant]:
            told = await relay_district(connection, district_id, clock())
            pause = BUSY_SECONDS if told else min(IDLE_SECONDS, 2 * pauses.get(district_id, BUSY_SECONDS))
            pauses[district_id] = pause
            due[district_id] = monotonic() + (0.0 if told >= BATCH else pause)
        next_due = min(due.values(), default=listed + LIST_SECONDS)
        await asyncio.sleep(max(0.01, min(next_due, listed + LIST_SECONDS) - monotonic()))
