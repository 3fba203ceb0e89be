"""Taking results of state tests into their own ledger; what is told twice is there once, and a correction is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.interop.state_results_file import StateRow, cells_of, state_line
from mastery.audit import Act
from models.audit import record
from models.locks import give_names
from models.registry import find_students
from models.state_results import StateLine, add_state_results, held_rows, hold, state_results_of

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a file came to. `held` rows name no student, or several; `released` were held before and are in now."""

    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    held: int = 0
    released: int = 0


def take_in(session: Session, desk: Desk, rows: Sequence[StateRow], now: datetime) -> TakenIn:
    """Take in the results of a file, and those that were held and whose student is known now. The caller commits.

    Nothing local changes: no level, decision, estimate or flag reads the ledger.
    """
    give_names(session, desk.district, "state results")  # two files come in one by one
    done = _release(session, desk, now)
    for first in range(0, len(rows), _AT_ONCE):
        done = _add(done, _some(session, desk, rows[first : first + _AT_ONCE], now))
    if done.added or done.corrected:
        detail = {"what": "state_results", "added": done.added, "corrected": done.corrected}
        record(session, desk.district, desk.by, Act.STATE_RESULTS_TAKEN_IN, now, detail=detail)
    return done


def _add(one: TakenIn, other: TakenIn) -> TakenIn:
    return TakenIn(
        one.added + other.added, one.corrected + other.corrected, one.unchanged + other.unchanged,
        one.held + other.held, one.released + other.released,
    )  # fmt: skip


def _some(session: Session, desk: Desk, rows: Sequence[StateRow], now: datetime) -> TakenIn:
    named = find_students(session, desk.district, sorted({row.student for row in rows}))
    known = {name: found[0].id for name, found in named.items() if len(found) == 1}
    unknown = [row for row in rows if row.student not in known]
    held = hold(session, desk.district, [(row.student, cells_of(row), _digest(row)) for row in unknown], now)
    told = state_results_of(session, desk.district, set(known.values()))
    return replace(_keep(session, desk, [row for row in rows if row.student in known], known, told, now), held=held)


def _keep(
    session: Session,
    desk: Desk,
    rows: Sequence[StateRow],
    known: Mapping[str, int],
    told: Mapping[int, Sequence[StateLine]],
    now: datetime,
) -> TakenIn:
    before = {(student, *one.place): one for student, some in told.items() for one in some}
    new, added, corrected = list[tuple[int, StateLine]](), 0, 0
    for row in rows:
        student = known[row.student]
        place = (student, *row.result.place)
        was = before.get(place)
        if was is not None and replace(was, corrected=False) == row.result:
            continue
        added, corrected = added + (was is None), corrected + (was is not None)
        before[place] = row.result
        new.append((student, row.result))
    add_state_results(session, desk.district, new, now)
    return TakenIn(added, corrected, len(rows) - len(new))


def _release(session: Session, desk: Desk, now: datetime) -> TakenIn:
    waiting = held_rows(session, desk.district)
    named = find_students(session, desk.district, sorted({one.student for one in waiting})) if waiting else {}
    known = {name: found[0].id for name, found in named.items() if len(found) == 1}
    mine = [one for one in waiting if one.student in known]
    rows = [StateRow(0, one.student, state_line(one.row)) for one in mine]
    told = state_results_of(session, desk.district, set(known.values()))
    done = _keep(session, desk, rows, known, told, now)
    for one in mine:
        one.released_at = now
    session.flush()
    return replace(done, unchanged=0, released=len(mine))


def _digest(row: StateRow) -> bytes:
    return hashlib.sha256(json.dumps(cells_of(row), sort_keys=True).encode()).digest()
