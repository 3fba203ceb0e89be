"""Switching a subject to another calibration: seen beforehand, carried out by a replay, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.calibrations import DEFAULTS, CalibrationsError, chosen, targets_of
from api.actions.progress import bring_up, rebuild_pairs
from mastery.decide import State
from mastery.estimate import Model
from mastery.measure.changes import Change, Changes, Side, changes_of
from models.calibrations import Switch, calibrations_of, load_model, put_switch, switches
from models.graph_store import DistrictGraph, load_graph
from models.graph_write import lock_graph
from models.holding import hold
from models.in_force import model_in_force
from models.known import Known
from models.locks import share_rules
from models.registry import bump, context
from models.roster import Person
from models.standing import Standing, SubjectState
from models.subject_choices import ChoiceKind, note_choice
from models.unit_of_work import district_transaction, one_snapshot, try_again

_STUDENTS_AT_ONCE = 250
Row = TypeVar("Row")
_NOTHING = Side(State.NOT_STARTED.value, None, None)
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Switched:
    """What is in force now and what a rollback leads to, by version; how many students were replayed for it."""

    subject: str
    in_force: str
    before: str
    changed: bool
    students: int


def preview(
    engine: Engine, district_id: int, subject: str, version: str, advance: Advance = lambda done, of: None
) -> Changes:
    """What switching to a version would change, written nowhere. Raises CalibrationsError."""
    with district_transaction(engine, district_id) as session:
        one_snapshot(session)
        model = load_model(session, district_id, chosen(session, district_id, subject, version))
        graph = load_graph(session, district_id)
        return changes_of(_compared(session, district_id, graph, subject, model, advance))


def _compared(
    session: Session, district_id: int, graph: DistrictGraph, subject: str, model: Model, advance: Advance
) -> Iterator[Change]:
    zone = context(session, district_id).zone
    everyone = session.execute(
        select(Person.id, Person.sourced_id)
        .join(SubjectState, (SubjectState.district_id == Person.district_id) & (SubjectState.student_id == Person.id))
        .where(SubjectState.district_id == district_id, SubjectState.subject == subject)
        .order_by(Person.sourced_id)
    ).all()
    for done, some in _parts(everyone):
        names = {row.id: row.sourced_id for row in some}
        before = _stored(session, district_id, subject, list(names))
        pairs = [(student, subject) for student in names]
        rebuilt = rebuild_pairs(session, district_id, graph, zone, list(names), pairs, {subject: model})
        after = {
            (student, target): Side(
                standing.decision.state.value,
                standing.decision.level,
                moved.estimates[target].rate if target in moved.estimates else None,
            )
            for (student, _), moved, _ in rebuilt
            for target, standing in moved.standings.items()
        }
        for student, target in sorted(before.keys() | after.keys()):
            key = (student, target)
            yield Change(names[student], graph.guids[target], before.get(key, _NOTHING), after.get(key, _NOTHING))
        advance(done, len(everyone))


def _stored(session: Session, district_id: int, subject: str, students: Sequence[int]) -> dict[tuple[int, int], Side]:
    rows = session.execute(
        select(Standing.student_id, Standing.target_id, Standing.state, Standing.level, Standing.expected).where(
            Standing.district_id == district_id, Standing.subject == subject, Standing.student_id.in_(students)
        )
    )
    return {(row.student_id, row.target_id): Side(row.state, row.level, row.expected) for row in rows}


def activate(
    engine: Engine,
    district_id: int,
    subject: str,
    version: str,
    now: datetime,
    advance: Advance = lambda done, of: None,
    by: str | None = None,
) -> Switched:
    """Put a version in force and replay everyone in the subject. Raises CalibrationsError.

    The switch commits at once, so that new results are read with it; then students are replayed, each part commits and
    is announced. Whoever posts a result meanwhile is replayed with it. Done again after an interruption, it goes on.
    `by` whom it was is kept with the switch.
    """

    def wanted(session: Session, now_in_force: Switch) -> Switch:
        key = chosen(session, district_id, subject, version)
        return now_in_force if key == now_in_force.in_force else Switch(key, now_in_force.in_force)

    return _switch(engine, district_id, subject, wanted, now, advance, by)


def rollback(
    engine: Engine,
    district_id: int,
    subject: str,
    now: datetime,
    advance: Advance = lambda done, of: None,
    by: str | None = None,
) -> Switched:
    """Put the calibration of before in force again. Raises CalibrationsError where nothing was ever switched.

    Done again after an interruption it goes on: a rollback is not itself rolled back, but another version activated.
    """

    def wanted(session: Session, now_in_force: Switch) -> Switch:
        if subject not in switches(session, district_id):
            raise CalibrationsError("subject", f"{subject} was never switched: there is nothing to go back to")
        return Switch(now_in_force.before, now_in_force.before)

    return _switch(engine, district_id, subject, wanted, now, advance, by)


def _switch(
    engine: Engine,
    district_id: int,
    subject: str,
    wanted: Callable[[Session, Switch], Switch],
    now: datetime,
    advance: Advance,
    by: str | None,
) -> Switched:
    def transaction() -> tuple[Switch, bool]:
        with district_transaction(engine, district_id) as session:
            lock_graph(session, district_id)
            targets_of(load_graph(session, district_id), subject)
            before = switches(session, district_id).get(subject, Switch(None, None))
            after = wanted(session, before)
            changed = after.in_force != before.in_force
            if after != before:
                put_switch(session, district_id, subject, after, now)
                bump(session, district_id, "graph")
            if changed:
                version = _versions(session, district_id, subject)
                was, is_now = {"version": version[before.in_force]}, {"version": version[after.in_force]}
                note_choice(session, district_id, subject, ChoiceKind.CALIBRATION, was, is_now, by, now)
            session.commit()
            return after, changed

    switch, changed = try_again(transaction)
    students = _replay(engine, district_id, subject, now, advance)
    with district_transaction(engine, district_id) as session:
        version = _versions(session, district_id, subject)
    return Switched(subject, version[switch.in_force], version[switch.before], changed, students)


def _versions(session: Session, district_id: int, subject: str) -> dict[int | None, str]:
    """The version of each calibration of a subject by its key, with that of none."""
    return {None: DEFAULTS, **{one.id: one.version for one in calibrations_of(session, district_id, subject)}}


def _replay(engine: Engine, district_id: int, subject: str, now: datetime, advance: Advance) -> int:
    """Replay whoever's state is of another model than the one in force; returns how many students."""
    with district_transaction(engine, district_id) as session:
        version = model_in_force(session, district_id, load_graph(session, district_id), subject).version
        everyone = session.scalars(
            select(SubjectState.student_id)
            .where(
                SubjectState.district_id == district_id,
                SubjectState.subject == subject,
                SubjectState.model_version != version,
            )
            .order_by(SubjectState.student_id)
        ).all()
    for done, some in _parts(everyone):
        try_again(partial(_replay_part, engine, district_id, subject, some, now))
        advance(done, len(everyone))
    return len(everyone)


def _replay_part(engine: Engine, district_id: int, subject: str, students: Sequence[int], now: datetime) -> None:
    with district_transaction(engine, district_id) as session:
        share_rules(session, district_id)
        graph, zone = load_graph(session, district_id), context(session, district_id).zone
        pairs = [(student, subject) for student in students]
        held = hold(session, district_id, pairs, {})
        done = bring_up(session, district_id, graph, Known(district_id), zone, held, {}, pairs, now)
        announce(session, district_id, "progress", done.students, now)
        session.commit()


def _parts(everyone: Sequence[Row]) -> Iterator[tuple[int, Sequence[Row]]]:
    """Some at a time, with how many that makes so far."""
    for start in range(0, len(everyone), _STUDENTS_AT_ONCE):
        some = everyone[start : start + _STUDENTS_AT_ONCE]
        yield start + len(some), some
