"""How an estimate came to be, as JSON: the points that a page draws and the API lists are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.outcome import evidence_id
from mastery.history import Point, history
from mastery.policy import DEFAULT_POLICY
from mastery.sittings import Sitting
from models.evidence_store import load_sittings
from models.graph_store import DistrictGraph
from models.in_force import model_in_force
from models.standing import Standing

MOST_POINTS = 500


def sittings_of(
    session: Session, district_id: int, graph: DistrictGraph, zone: ZoneInfo, row: Standing | None
) -> Sequence[Sitting] | None:
    """All effective sittings that made a standing, those of its student and subject, in order; none without a standing.

    None where another model version made the standing: they would not lead to the number that is stored.
    """
    if row is None:
        return ()
    if row.model_version != model_in_force(session, district_id, graph, row.subject).version:
        return None
    pair = (row.student_id, row.subject)
    found = load_sittings(session, district_id, [row.student_id], graph.subjects, zone, frozenset({pair}))
    return found.get(pair, [])


def history_document(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    row: Standing | None,
    sittings: Sequence[Sitting] | None,
) -> dict[str, Any] | None:
    """The points of a stored standing, oldest first, at most the newest 500; `total` counts all.

    `sittings` are those that made it; None without them.
    """
    if row is None:
        return {"total": 0, "points": []}
    if sittings is None:
        return None
    model = model_in_force(session, district_id, graph, row.subject)
    points = history(row.target_id, sittings, graph.rules, model, DEFAULT_POLICY)
    return {"total": len(points), "points": _points(points[-MOST_POINTS:], row.target_id)}


def _points(points: Sequence[Point], target: int) -> list[dict[str, Any]]:
    return [
        {
            "evidence": evidence_id(one.result, target),
            "performed_at": one.at.isoformat(),
            "purpose": one.purpose.value,
            "records": one.records,
            "enough_evidence": one.enough,
            "estimate": {
                "probability": one.probability,
                "expected": one.rate,
                "low": one.low,
                "high": one.high,
            },
        }
        for one in points
    ]
