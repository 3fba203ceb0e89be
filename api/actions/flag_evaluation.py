"""Judging live flags when time has passed: some close only because nothing happened, and no result says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.flags import judge
from api.actions.ingest import Intake
from mastery.flags.life import Change
from models.flag import LIVE_STATES, Flag
from models.graph_store import DistrictGraph
from models.holding import hold
from models.hot import ask
from models.locks import sharing_rules
from models.progress_store import Pair
from models.readiness import blueprint_targets
from models.registry import asking_context, context_of
from models.unit_of_work import district_transaction

_STUDENTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How many students with live flags were looked at, and how many flags closed."""

    students: int
    closed: int


def evaluate_flags(
    intake: Intake, district_id: int, now: datetime, advance: Callable[[int, int], None] = lambda done, total: None
) -> Evaluated:
    """Judge every live flag of a district as of `now`; each part commits, and the same day again changes nothing."""
    with district_transaction(intake.engine, district_id) as session:
        everyone = sorted(
            session.scalars(
                select(Flag.student_id).distinct().where(Flag.district_id == district_id, Flag.state.in_(LIVE_STATES))
            )
        )
    closed = done = 0
    for some in _parts(everyone):
        with district_transaction(intake.engine, district_id) as session:
            closed += _evaluate(session, intake, district_id, some, now)
            session.commit()
        done += len(some)
        advance(done, len(everyone))
    return Evaluated(len(everyone), closed)


def _parts(everyone: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(everyone), _STUDENTS_AT_ONCE):
        yield everyone[start : start + _STUDENTS_AT_ONCE]


def _evaluate(session: Session, intake: Intake, district_id: int, students: Sequence[int], now: datetime) -> int:
    _, described = ask(session, sharing_rules(district_id, 0, []), asking_context(district_id))
    here = context_of(described)
    graph = intake.graphs.get(session, district_id, here.stamps.graph)
    touched = _live_targets(session, district_id, graph, students)
    wanted: dict[int, set[int]] = {}
    for (student, _), targets in touched.items():
        wanted.setdefault(student, set()).update(graph.neighbourhood(targets))
    held = hold(session, district_id, touched, wanted)
    registry = intake.known.of(district_id, here.stamps)
    changes = judge(session, district_id, graph, registry, here.zone, touched, held.folds, held.flags, frozenset(), now)
    concerned = {change.student for change in changes}
    if concerned:
        announce(session, district_id, "flag", concerned, now)
    return sum(1 for change in changes if change.change is Change.RESOLVED)


def _live_targets(
    session: Session, district_id: int, graph: DistrictGraph, students: Sequence[int]
) -> dict[Pair, set[int]]:
    """The targets of live flags by student-subject; a flag about an assessment stands for its blueprint's targets."""
    rows = session.execute(
        select(Flag.student_id, Flag.target_id, Flag.assessment_id).where(
            Flag.district_id == district_id, Flag.student_id.in_(students), Flag.state.in_(LIVE_STATES)
        )
    ).all()
    blueprints = blueprint_targets(session, district_id, {row.assessment_id for row in rows if row.assessment_id})
    found: dict[Pair, set[int]] = {}
    for row in rows:
        targets = [row.target_id] if row.target_id is not None else blueprints.get(row.assessment_id, [])
        for target in targets:
            found.setdefault((row.student_id, graph.subjects[target]), set()).add(target)
    return found
