"""What a later check of a target is expected to find, as JSON; nothing of it is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from api.actions.explain_preview import Asked
from mastery.decide import State
from mastery.estimate import SubjectState
from mastery.policy import DEFAULT_POLICY
from mastery.retention import CHECKED, expected, to_come
from models.graph_store import DistrictGraph
from models.in_force import model_in_force
from models.queries_calendars import school_days_of
from models.standing import Standing
from models.standing import SubjectState as StateRow


def retention_document(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    asked: Asked,
    row: Standing | None,
    stored: StateRow | None,
    state: State,
) -> list[dict[str, Any]]:
    """The checks to come of what is mastered, the next first; empty while the estimate is of another model version."""
    if state not in CHECKED or stored is None or row is None or row.as_of is None or row.mastered_at is None:
        return []
    model = model_in_force(session, district_id, graph, graph.subjects[asked.target])
    known = SubjectState.from_bytes(stored.state)
    if stored.model_version != model.version or asked.target not in known.target_ids or row.probability is None:
        return []
    newest = asked.local_date(row.as_of)
    count = school_days_of(session, district_id, asked.student, asked.day)
    on = to_come(asked.local_date(row.mastered_at), asked.day, count, DEFAULT_POLICY)
    days = [max((day - newest).days, 0) for day in on]
    bar = graph.rules.of(asked.target).bar
    return [
        {
            "days": one.days,
            "on": (newest + timedelta(days=one.days)).isoformat(),
            "estimate": {"probability": one.probability, "expected": one.rate, "low": one.low, "high": one.high},
        }
        for one in expected(known, asked.target, bar, days, model)
    ]
