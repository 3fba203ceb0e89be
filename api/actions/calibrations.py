"""Calibrating a subject of a district from its evidence, and telling what calibrations there are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.subject_answers import Advance, read_answers
from mastery.measure.anchor import is_drifted
from mastery.measure.batch import Spreads
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.judge import BAR
from mastery.measure.operating import STUDENTS, OperatingTable, operating_table
from mastery.measure.recalibrate import Recalibrated, recalibrate, search_settings
from mastery.measure.search import START, Settings
from models.calibrations import (
    Calibration,
    FoundItem,
    ItemCalibration,
    Switch,
    calibrations_of,
    hyper_of,
    items_of,
    load_model,
    store_calibration,
    switches,
)
from models.graph_store import DistrictGraph, load_graph
from models.unit_of_work import district_transaction, one_snapshot, try_again

DEFAULTS = "defaults"
"""What stands for no calibration where a version is named."""
_TABLE = "thresholds"


class CalibrationsError(ValueError):
    """Something that can not be calibrated or switched to; `field` is what was wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to. `stored` is False where nothing new was found: the same evidence, or the same numbers."""

    version: str
    stored: bool
    drifted: int


@dataclass(frozen=True, slots=True)
class SubjectEvidence:
    """The answers of a subject, when the newest of the results behind them was received, what is in force, and the
    direct prerequisites of its targets."""

    answers: EvidenceSet
    newest: datetime
    in_force: int | None
    prerequisites: dict[int, tuple[int, ...]]


def run(
    engine: Engine,
    district_id: int,
    subject: str,
    now: datetime,
    searched: bool = False,
    advance: Advance = lambda done, of: None,
) -> Ran:
    """Calibrate a subject and store what was found, put in force by nobody; commits.

    Hyperparameters are those of the calibration in force, else where a search begins; with `searched` they are looked
    for. Reads one snapshot and works outside of any transaction, so nobody waits. Raises CalibrationsError.
    """
    with district_transaction(engine, district_id) as session:
        one_snapshot(session)
        seen = read_evidence(session, district_id, subject, advance)
        newest = next(iter(calibrations_of(session, district_id, subject)), None)
        if newest is not None and not searched and _nothing_new(session, newest, seen):
            return Ran(newest.version, False, _drifted(session, district_id, newest.id))
        settings = _settings(session, district_id, seen.in_force)
        model = load_model(session, district_id, seen.in_force)
    try:
        if searched:
            settings = search_settings(seen.answers, advance)
        found = recalibrate(seen.answers, settings, model, seen.prerequisites)
    except ValueError as error:
        raise CalibrationsError("subject", f"{subject}: {error}") from error
    table = operating_table(found.model, seen.answers.items_of_targets(), BAR, students=STUDENTS)

    def transaction() -> bool:
        with district_transaction(engine, district_id) as session:
            stored = _store(session, district_id, subject, seen, found, table, now)
            session.commit()
            return stored

    return Ran(found.model.digest, try_again(transaction), len(found.drifted))


def _nothing_new(session: Session, made: Calibration, seen: SubjectEvidence) -> bool:
    """The same evidence, and the same graph where the calibration reads it."""
    if made.answers != seen.answers.rows or made.newest != seen.newest:
        return False
    before = load_model(session, made.district_id, made.id).prerequisites
    return not before or before == {target: ones for target, ones in seen.prerequisites.items() if ones}


def _drifted(session: Session, district_id: int, calibration: int) -> int:
    return sum(1 for row, _, _ in items_of(session, district_id, calibration) if is_drifted(row.drift))


def _settings(session: Session, district_id: int, in_force: int | None) -> Settings:
    if in_force is None:
        return START
    stored = next(one.settings for one in calibrations_of(session, district_id) if one.id == in_force)
    return Settings(hyper_of(stored["hyper"]), Spreads(**stored["spreads"]))


def _store(
    session: Session,
    district_id: int,
    subject: str,
    seen: SubjectEvidence,
    found: Recalibrated,
    table: OperatingTable,
    now: datetime,
) -> bool:
    if any(one.version == found.model.digest for one in calibrations_of(session, district_id, subject)):
        return False
    row = Calibration(
        district_id=district_id, subject=subject, created_at=now, answers=seen.answers.rows,
        students=seen.answers.students, newest=seen.newest, anchored_to=seen.in_force,
        figures={**asdict(found.figures), _TABLE: asdict(table)},
    )  # fmt: skip
    items = {item: FoundItem(count, found.drift.get(item)) for item, count in found.answers.items()}
    store_calibration(session, row, found.model, items, asdict(found.settings.spreads))
    return True


def read_evidence(session: Session, district_id: int, subject: str, advance: Advance) -> SubjectEvidence:
    graph = load_graph(session, district_id)
    targets, switch = targets_of(graph, subject), graph.calibrations.get(subject)
    try:
        read = read_answers(session, district_id, graph, subject, targets, advance)
    except ValueError as error:
        raise CalibrationsError("subject", f"{subject}: {error}") from error
    return SubjectEvidence(
        read.answers,
        read.newest,
        switch.in_force if switch else None,
        {target: graph.prerequisites_of(target) for target in targets},
    )


def targets_of(graph: DistrictGraph, subject: str) -> list[int]:
    """Keys of a subject's targets. Raises CalibrationsError for a subject that no target has."""
    found = [key for key, one in graph.subjects.items() if one == subject]
    if not subject or not found:
        there = ", ".join(sorted({repr(one) for one in graph.subjects.values() if one}))
        raise CalibrationsError(
            "subject", f"no target has the subject {subject!r}; the district has {there or 'no subject yet'}"
        )
    return found


def chosen(session: Session, district_id: int, subject: str, version: str) -> int | None:
    """The key of a version of a subject, None for `defaults`. Raises CalibrationsError for one that is not there."""
    targets_of(load_graph(session, district_id), subject)
    if version == DEFAULTS:
        return None
    made = calibrations_of(session, district_id, subject)
    for one in made:
        if one.version == version:
            return one.id
    there = ", ".join([*(one.version for one in made), DEFAULTS])
    raise CalibrationsError("version", f"{subject} has no calibration {version!r}; it has {there}")


def listed(session: Session, district_id: int, subject: str | None = None) -> list[dict[str, Any]]:
    """All calibrations, or those of a subject, by subject and the newest first."""
    if subject is not None:
        targets_of(load_graph(session, district_id), subject)
    switched = switches(session, district_id)
    made = calibrations_of(session, district_id, subject)
    version = {one.id: one.version for one in made}
    return [_document(one, switched.get(one.subject), version) for one in made]


def _document(row: Calibration, switch: Switch | None, version: dict[int, str]) -> dict[str, Any]:
    in_force = switch is not None and switch.in_force == row.id
    return {
        "subject": row.subject,
        "version": row.version,
        "status": "in force" if in_force else "before" if switch and switch.before == row.id else "stored",
        "created_at": row.created_at.isoformat(),
        "answers": row.answers,
        "students": row.students,
        "newest_evidence": row.newest.isoformat(),
        "anchored_to": version[row.anchored_to] if row.anchored_to is not None else None,
        "held_out": {name: figure for name, figure in row.figures.items() if name != _TABLE},
    }


def described(session: Session, district_id: int, subject: str, version: str) -> dict[str, Any]:
    """One calibration with its settings, what thresholds do with it, and its items, each with its drift.

    Raises CalibrationsError.
    """
    key = chosen(session, district_id, subject, version)
    if key is None:
        raise CalibrationsError("version", f"the {DEFAULTS} have no items; name a calibration")
    made = calibrations_of(session, district_id, subject)
    row = next(one for one in made if one.id == key)
    document = _document(row, switches(session, district_id).get(subject), {one.id: one.version for one in made})
    items = [_item(one, assessment, item) for one, assessment, item in items_of(session, district_id, key)]
    return {**document, "settings": row.settings, "thresholds": row.figures.get(_TABLE), "items": items}


def _item(row: ItemCalibration, assessment: str, item: str) -> dict[str, Any]:
    return {
        "assessment": assessment,
        "item": item,
        "slope": row.slope,
        "easiness": row.easiness,
        "standard_error": row.easiness_variance**0.5,
        "answers": row.answers,
        "drift": row.drift,
        "drifted": is_drifted(row.drift),
    }
