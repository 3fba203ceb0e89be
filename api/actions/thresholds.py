"""What a threshold for the probability of mastery does in a subject, with the model that is in force there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from api.actions.calibrations import DEFAULTS, CalibrationsError, read_evidence, targets_of
from mastery.measure.judge import BAR
from mastery.measure.operating import STUDENTS, OperatingError, OperatingTable, operating_table
from models.calibrations import calibrations_of
from models.graph_store import load_graph
from models.in_force import model_in_force
from models.unit_of_work import district_transaction, one_snapshot


@dataclass(frozen=True, slots=True)
class InForce:
    """The table of the model in force, `version` the calibration's or `defaults`."""

    subject: str
    version: str
    table: OperatingTable


def thresholds_in_force(
    engine: Engine,
    district_id: int,
    subject: str,
    thresholds: Sequence[float],
    answers: Sequence[int],
    advance: Callable[[int, int], None] = lambda done, of: None,
) -> InForce:
    """Simulate students of the model in force; stores nothing and works outside of any transaction.

    Where a calibration is in force its questions are asked, those of each target as the evidence has them. Raises
    CalibrationsError.
    """
    with district_transaction(engine, district_id) as session:
        one_snapshot(session)
        graph = load_graph(session, district_id)
        targets_of(graph, subject)
        model = model_in_force(session, district_id, graph, subject)
        switch = graph.calibrations.get(subject)
        version, items = DEFAULTS, {}
        if switch is not None and switch.in_force is not None:
            made = calibrations_of(session, district_id, subject)
            version = next(one.version for one in made if one.id == switch.in_force)
            items = read_evidence(session, district_id, subject, advance).answers.items_of_targets()
    try:
        return InForce(subject, version, operating_table(model, items, BAR, thresholds, answers, STUDENTS))
    except OperatingError as error:
        raise CalibrationsError(error.field, str(error)) from error
