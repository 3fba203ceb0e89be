"""Reading back what a client has posted, with what it stands for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.explain import Moment, standing_documents, target_document
from api.actions.outcome import Status, evidence_id
from models.clients import Caller
from models.evidence import Evidence, Quarantine, ResultRow
from models.graph_store import DistrictGraph, GraphCache
from models.posts import PostState
from models.registry import context
from models.retention import in_sight
from models.standing import Standing


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """All revisions of a post as JSON, newest first, and the students of whom they say something."""

    revisions: list[dict[str, Any]]
    students: frozenset[int]


def own_posts(session: Session, graphs: GraphCache, caller: Caller, source_id: str, now: datetime) -> OwnPosts | None:
    """One of the caller's posts; None where there is none, or of a student whose record is out of sight."""
    district_id = caller.district_id
    mine = (ResultRow.district_id == district_id, ResultRow.client_pk == caller.client_pk)
    stored = session.execute(
        select(ResultRow.id, ResultRow.revision, ResultRow.student_id, ResultRow.received_at)
        .where(*mine, ResultRow.source_id == source_id, in_sight(district_id, ResultRow.student_id))
        .order_by(ResultRow.revision.desc())
    ).all()
    here = context(session, district_id)
    graph = graphs.get(session, district_id, here.stamps.graph)
    moment = Moment(now, here.zone)
    found = [
        {
            "revision": row.revision,
            "status": (Status.ACCEPTED if place == 0 else Status.SUPERSEDED).value,
            "received_at": row.received_at.isoformat(),
            **_evidence(session, district_id, row.id, row.student_id, graph, moment),
        }
        for place, row in enumerate(stored)
    ]
    everything = [*found, *_waiting(session, caller, source_id)]
    if not everything:
        return None
    newest_first = sorted(everything, key=lambda one: int(one["revision"]), reverse=True)
    return OwnPosts(newest_first, frozenset(row.student_id for row in stored))


def _evidence(
    session: Session, district_id: int, result: int, student: int, graph: DistrictGraph, moment: Moment
) -> dict[str, list[Any]]:
    rows = session.execute(
        select(Evidence.target_id, Standing)
        .outerjoin(
            Standing,
            (Standing.district_id == Evidence.district_id)
            & (Standing.target_id == Evidence.target_id)
            & (Standing.student_id == student),
        )
        .where(Evidence.district_id == district_id, Evidence.result_id == result)
        .order_by(Evidence.target_id)
    ).all()
    standings = [row.Standing for row in rows if row.Standing is not None]
    said = standing_documents(session, district_id, student, graph, standings, moment.day)
    by_target = {row.target_id: document for row, document in zip(standings, said, strict=True)}
    return {
        "evidence": [evidence_id(result, row.target_id) for row in rows],
        "targets": [
            by_target.get(row.target_id, {**target_document(row.target_id, graph), "estimate": None, "decision": None})
            for row in rows
        ],
    }


def _waiting(session: Session, caller: Caller, source_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Quarantine).where(
            Quarantine.district_id == caller.district_id,
            Quarantine.client_pk == caller.client_pk,
            Quarantine.source_id == source_id,
            Quarantine.state != PostState.RELEASED.value,
        )
    )
    words = {
        PostState.WAITING.value: Status.QUARANTINED.value,
        PostState.SUPERSEDED.value: Status.SUPERSEDED.value,
        PostState.REJECTED.value: Status.REJECTED.value,
    }
    return [
        {
            "revision": row.revision,
            "status": words[row.state],
            "received_at": row.received_at.isoformat(),
            "evidence": [],
            "targets": [],
            "quarantine": {
                "id": f"q{row.id}",
                "state": row.state,
                "field": row.missing_kind,
                "reference": row.missing_reference,
                "candidates": row.candidates,
            },
        }
        for row in rows
    ]
