"""Measuring how well a subject is measured, term by term: every answer beside what was said just before it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.calibrations import CalibrationsError, targets_of
from api.actions.subject_answers import Advance, SubjectAnswers, read_answers
from mastery.estimate import Model
from mastery.measure.item_check import Checked
from mastery.measure.replayed import Replayed
from mastery.measure.term_report import term_report
from mastery.measure.terms import Term, terms_of
from models.calibrations import calibrations_of, drift_of
from models.graph_store import DistrictGraph, load_graph
from models.in_force import model_in_force
from models.locks import change_measurements
from models.measurements import Measurement, measurements_of, put_measurements, sessions_of
from models.registry import context
from models.unit_of_work import district_transaction, one_snapshot, try_again

_SECONDS_A_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to. `stored` is False where these figures were there already, or newer ones."""

    subject: str
    version: str
    terms: int
    answers: int
    students: int
    items: int
    to_look_at: int
    stored: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """What one snapshot of the database holds for a measurement; `calibrated` is the newest result that it knew."""

    subject: str
    seen: SubjectAnswers
    model: Model
    calibration: int | None
    calibrated: datetime | None
    drift: dict[int, float]
    bars: dict[int, float]
    sessions: list[Term]
    zone: ZoneInfo


def subjects_of(session: Session, district_id: int) -> list[str]:
    """The subjects of a district's targets, by name."""
    return sorted({one for one in load_graph(session, district_id).subjects.values() if one})


def run(engine: Engine, district_id: int, subject: str, now: datetime, advance: Advance = lambda done, of: None) -> Ran:
    """Measure a subject with the model in force and store the figures in place of those before; commits.

    All students are replayed in memory: no estimate changes. Reads one snapshot and works outside of any transaction,
    so nobody waits; of two runs at once the one that saw more remains. Raises CalibrationsError.
    """
    with district_transaction(engine, district_id) as session:
        one_snapshot(session)
        read = _read(session, district_id, subject, advance)
    made = _measure(district_id, read, now)

    def transaction() -> bool:
        with district_transaction(engine, district_id) as session:
            change_measurements(session, district_id, subject)
            if not _is_news(measurements_of(session, district_id, subject), [row for row, _ in made]):
                return False
            put_measurements(session, made)
            session.commit()
            return True

    stored = try_again(transaction)
    whole = made[0][0]
    return Ran(
        subject, whole.version, len(made), whole.answers, whole.students, whole.items, whole.to_look_at, stored
    )  # fmt: skip


def _read(session: Session, district_id: int, subject: str, advance: Advance) -> _Read:
    graph: DistrictGraph = load_graph(session, district_id)
    targets = targets_of(graph, subject)
    try:
        seen = read_answers(session, district_id, graph, subject, targets, advance)
    except ValueError as error:
        raise CalibrationsError("subject", f"{subject}: there are no answers to measure with") from error
    switch = graph.calibrations.get(subject)
    calibration = switch.in_force if switch else None
    made = {one.id: one.newest for one in calibrations_of(session, district_id, subject)}
    return _Read(
        subject,
        seen,
        model_in_force(session, district_id, graph, subject),
        calibration,
        None if calibration is None else made[calibration],
        drift_of(session, district_id, calibration),
        {one: graph.rules.of(one).bar for one in targets},
        sessions_of(session, district_id),
        context(session, district_id).zone,
    )


def _measure(district_id: int, read: _Read, now: datetime) -> list[tuple[Measurement, list[tuple[int, Checked]]]]:
    answers, model = read.seen.answers, read.model
    replayed = Replayed.of(answers, model, read.bars)
    keys = answers.item_ids.tolist()
    drift = np.array([read.drift.get(key, np.nan) for key in keys])
    later = answers.day > read.calibrated.timestamp() / _SECONDS_A_DAY if read.calibrated else None
    found = []
    for place, term in enumerate(terms_of(read.sessions, answers.day, read.zone)):
        within = term.rows(answers.day, read.zone)
        report, items = term_report(replayed, within, model, drift)
        after = None if later is None else int(np.count_nonzero(later & within))
        row = Measurement(
            district_id=district_id, subject=read.subject, term=term.key, place=place, title=term.title,
            begins_on=term.begins, ends_on=term.ends, version=model.version, calibration_id=read.calibration,
            measured_at=now, newest=read.seen.newest, answers=report.answers, students=report.students,
            items=len(items), to_look_at=sum(1 for one in items if one.reasons),
            figures={**asdict(report), "after_calibration": after},
        )  # fmt: skip
        found.append((row, [(keys[one.item], one) for one in items]))
    return found


def _is_news(there: list[Measurement], made: list[Measurement]) -> bool:
    """Whether figures are others than those there, or of other evidence, and of none older."""
    if there and there[0].newest > made[0].newest:
        return False
    return [_told(one) for one in there] != [_told(one) for one in made]


def _told(row: Measurement) -> tuple[object, ...]:
    # as the database gives figures back: lists, and every float to the last bit
    return row.term, row.title, row.version, row.newest, json.loads(json.dumps(row.figures))
