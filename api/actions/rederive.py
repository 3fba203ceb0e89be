"""Bringing standings up to a changed rule: cut scores confirmed, a prerequisite made hard, a demand changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.progress import Progressed, bring_up
from models.evidence import Evidence, ResultRow
from models.graph_store import load_graph
from models.holding import hold
from models.known import Known
from models.registry import context
from models.standing import Standing

_STUDENTS_AT_ONCE = 200


def rederive_assessment(session: Session, district_id: int, assessment: int, now: datetime) -> int:
    """Replay everyone who has evidence from an assessment; returns how many students."""
    rows = session.execute(
        select(ResultRow.student_id, Evidence.target_id)
        .distinct()
        .join(Evidence, (Evidence.district_id == ResultRow.district_id) & (Evidence.result_id == ResultRow.id))
        .where(ResultRow.district_id == district_id, ResultRow.assessment_id == assessment)
    )
    return rederive_pairs(session, district_id, [(row[0], row[1]) for row in rows], now)


def rederive_targets(session: Session, district_id: int, targets: Collection[int], now: datetime) -> int:
    """Replay everyone who has a standing on one of these targets; returns how many students."""
    rows = session.execute(
        select(Standing.student_id, Standing.target_id).where(
            Standing.district_id == district_id, Standing.target_id == func.any(list(targets))
        )
    )
    return rederive_pairs(session, district_id, [(row[0], row[1]) for row in rows], now)


def rederive_pairs(session: Session, district_id: int, concerned: Collection[tuple[int, int]], now: datetime) -> int:
    """Replay the subjects of (student, target) pairs, some students at a time, within the caller's transaction."""
    if not concerned:
        return 0
    graph = load_graph(session, district_id)
    zone = context(session, district_id).zone
    pairs = sorted({(student, graph.subjects[target]) for student, target in concerned})
    students = sorted({student for student, _ in pairs})
    for start in range(0, len(students), _STUDENTS_AT_ONCE):
        some = set(students[start : start + _STUDENTS_AT_ONCE])
        theirs = [pair for pair in pairs if pair[0] in some]
        done: Progressed = bring_up(
            session,
            district_id,
            graph,
            Known(district_id),
            zone,
            hold(session, district_id, theirs, {}),
            {},
            theirs,
            now,
        )
        announce(session, district_id, "progress", done.students, now)
    return len(students)
