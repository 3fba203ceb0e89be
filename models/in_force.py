"""The model that a subject's answers are read with now."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from mastery.estimate import Model
from models.calibrations import load_model
from models.graph_store import DistrictGraph


def model_in_force(session: Session, district_id: int, graph: DistrictGraph, subject: str) -> Model:
    """The model of a subject, kept with the graph: a calibration never changes, and a switch makes the graph anew."""
    kept = graph.models.get(subject)
    if kept is None:
        switch = graph.calibrations.get(subject)
        kept = graph.models[subject] = load_model(session, district_id, switch.in_force if switch else None)
    return kept


def models_in_force(
    session: Session, district_id: int, graph: DistrictGraph, subjects: Iterable[str]
) -> dict[str, Model]:
    """The models of subjects, each once."""
    return {subject: model_in_force(session, district_id, graph, subject) for subject in set(subjects)}
