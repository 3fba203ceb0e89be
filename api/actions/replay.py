"""Rebuilding what follows from evidence, and proving that what is stored is just that, to the last bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.actions.progress import bring_up, rebuild_pairs
from mastery.decide import Standing
from mastery.policy import DEFAULT_POLICY
from mastery.progress import Moved
from models.graph_store import DistrictGraph, load_graph
from models.holding import hold
from models.in_force import models_in_force
from models.known import Known
from models.progress_store import STANDING_COLUMNS, Pair, missing_lines, standing_row
from models.registry import Context, context
from models.unit_of_work import district_transaction

_STUDENTS_AT_ONCE = 250
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found; `differing` counts standings and states that are not what evidence leads to."""

    students: int
    rows: int
    differing: int
    digest: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a rebuild wrote."""

    students: int
    rows: int


def count_students(engine: Engine, district_id: int) -> int:
    """How many students of the district have evidence or a standing."""
    with district_transaction(engine, district_id) as session:
        return len(_students(session, district_id))


def verify(engine: Engine, district_id: int, advance: Advance = lambda _: None) -> Verified:
    """Rebuild every student from evidence and compare bit by bit; reads only, each part from one snapshot.

    The digest is the same wherever the same evidence was taken in, in whatever order: it names students, clients and
    targets by their public ids.
    """
    students = rows = differing = 0
    digest = hashlib.sha256()
    with district_transaction(engine, district_id) as session:
        everyone = _students(session, district_id)
    for some in _parts(everyone):
        with district_transaction(engine, district_id) as session:
            session.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            here = context(session, district_id)
            graph = load_graph(session, district_id)
            keys = [key for key, _ in some]
            rebuilt = rebuild_pairs(session, district_id, graph, here.zone, keys)
            differing += _compare(session, district_id, graph, keys, rebuilt)
        by_student: dict[int, list[tuple[Pair, Moved]]] = {}
        for pair, moved, _cursor in rebuilt:
            by_student.setdefault(pair[0], []).append((pair, moved))
        for key, sourced_id in some:
            if key in by_student:
                students += 1
                rows += sum(len(moved.standings) for _, moved in by_student[key])
                digest.update(_student_digest(sourced_id, by_student[key], graph))
        advance(len(some))
    return Verified(students, rows, differing, digest.hexdigest())


def replay(engine: Engine, district_id: int, now: datetime, advance: Advance = lambda _: None) -> Replayed:
    """Throw away and rebuild estimates, provisional decisions and flag conditions; each part commits.

    An interrupted rebuild leaves every student either as before or rebuilt; running it again completes it.
    """
    students = rows = 0
    with district_transaction(engine, district_id) as session:
        everyone = _students(session, district_id)
    for some in _parts(everyone):
        with district_transaction(engine, district_id) as session:
            here: Context = context(session, district_id)
            graph = load_graph(session, district_id)
            pairs = _pairs(session, district_id, graph, [key for key, _ in some])
            held = hold(session, district_id, pairs, {})
            done = bring_up(session, district_id, graph, Known(district_id), here.zone, held, {}, pairs, now)
            session.commit()
        students += len(some)
        rows += len(done.standings)
        advance(len(some))
    return Replayed(students, rows)


def _students(session: Session, district_id: int) -> list[tuple[int, str]]:
    """Keys and sourcedIds of students with evidence or a state, by sourcedId."""
    rows = session.execute(
        text(
            "SELECT p.id, p.sourced_id FROM person p WHERE p.district_id = :district AND ("
            " EXISTS (SELECT FROM result r WHERE r.district_id = p.district_id AND r.student_id = p.id)"
            " OR EXISTS (SELECT FROM subject_state s WHERE s.district_id = p.district_id AND s.student_id = p.id))"
            ' ORDER BY p.sourced_id COLLATE "C"'
        ),
        {"district": district_id},
    )
    return [(row[0], row[1]) for row in rows]


def _parts(everyone: Sequence[tuple[int, str]]) -> Iterator[Sequence[tuple[int, str]]]:
    for start in range(0, len(everyone), _STUDENTS_AT_ONCE):
        yield everyone[start : start + _STUDENTS_AT_ONCE]


def _pairs(session: Session, district_id: int, graph: DistrictGraph, students: Sequence[int]) -> list[Pair]:
    rows = session.execute(
        text(
            "SELECT DISTINCT r.student_id, e.target_id FROM result r JOIN evidence e"
            " ON e.district_id = r.district_id AND e.result_id = r.id"
            " WHERE r.district_id = :district AND r.student_id = ANY(:students)"
            " UNION SELECT student_id, target_id FROM standing"
            " WHERE district_id = :district AND student_id = ANY(:students)"
        ),
        {"district": district_id, "students": list(students)},
    )
    return sorted({(row[0], graph.subjects[row[1]]) for row in rows})


def _compare(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    students: Sequence[int],
    rebuilt: Sequence[tuple[Pair, Moved, object]],
) -> int:
    """How many stored states and standings differ from the rebuilt ones, missing and surplus rows included."""
    states = {
        (row.student_id, row.subject): (bytes(row.state), row.model_version)
        for row in session.execute(
            text(
                "SELECT student_id, subject, state, model_version FROM subject_state"
                " WHERE district_id = :district AND student_id = ANY(:students)"
            ),
            {"district": district_id, "students": list(students)},
        )
    }
    models = models_in_force(session, district_id, graph, (pair[1] for pair, _, _ in rebuilt))
    wanted_states = {pair: (moved.state.to_bytes(), models[pair[1]].version) for pair, moved, _ in rebuilt}
    standings = _stored_standings(session, district_id, students)
    known: dict[int, dict[int, Standing]] = {}
    for (student, _), moved, _cursor in rebuilt:
        known.setdefault(student, {}).update(moved.standings)
    wanted = {}
    for (student, subject), moved, _cursor in rebuilt:
        for target, standing in moved.standings.items():
            gaps = missing_lines(standing, target, known[student], graph.rules, DEFAULT_POLICY)
            wanted[student, target] = standing_row(
                district_id, student, subject, target, standing, moved.estimates.get(target), gaps, DEFAULT_POLICY,
                models[subject].version,
            )  # fmt: skip
    return _differences(states, wanted_states) + _differences(standings, wanted)


def _stored_standings(
    session: Session, district_id: int, students: Sequence[int]
) -> dict[tuple[int, int], tuple[Any, ...]]:
    columns = ", ".join(f"{name}::text" if name in ("missing", "carried") else name for name in STANDING_COLUMNS)
    rows = session.execute(
        text(f"SELECT {columns} FROM standing WHERE district_id = :district AND student_id = ANY(:students)"),
        {"district": district_id, "students": list(students)},
    )
    return {(row[1], row[2]): tuple(row) for row in rows}


def _differences(stored: dict[Any, Any], wanted: dict[Any, Any]) -> int:
    return sum(1 for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key))


def _student_digest(sourced_id: str, subjects: Sequence[tuple[Pair, Moved]], graph: DistrictGraph) -> bytes:
    lines = []
    for (_, subject), moved in subjects:
        for target, standing in moved.standings.items():
            estimate, decision = moved.estimates.get(target), standing.decision
            lines.append(
                [
                    graph.guids[target],
                    subject,
                    standing.tally.records,
                    [value.hex() for value in estimate] if estimate else None,
                    decision.state.value,
                    decision.level,
                    decision.mastered_at.isoformat() if decision.mastered_at else None,
                    list(standing.conditions),
                ]
            )
    canonical = json.dumps([sourced_id, sorted(lines)], separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).digest()
