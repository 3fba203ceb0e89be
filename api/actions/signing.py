"""Appending what people sign about targets, and bringing their students up to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.progress import bring_up
from mastery.access import Viewer
from models.graph_store import DistrictGraph
from models.holding import Held
from models.known import Known
from models.progress_store import Pair
from models.standing import Confirmation


def pairs_of(places: Iterable[tuple[int, int]], graph: DistrictGraph) -> set[Pair]:
    """The student-subjects of some students and targets."""
    return {(student, graph.subjects[target]) for student, target in places}


def by_student(places: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """The targets of each student."""
    found: dict[int, set[int]] = {}
    for student, target in places:
        found.setdefault(student, set()).add(target)
    return found


def after_all(held: Held, pair: Pair, now: datetime) -> datetime:
    """Where an act of now stands: after every record of the student-subject, also one of a clock that runs ahead."""
    cursor = held.states[pair].cursor
    return now if cursor is None else max(now, cursor.performed_at)


def sign(
    session: Session,
    viewer: Viewer,
    graph: DistrictGraph,
    zone: ZoneInfo,
    held: Held,
    acts: Sequence[Confirmation],
    now: datetime,
) -> None:
    """Append acts and replay whom they are about, within the locks held."""
    if not acts:
        return
    for act in acts:
        session.add(act)
        session.flush()  # one by one: acts of one instant stand in the order of their ids
    pairs = pairs_of([(act.student_id, act.target_id) for act in acts], graph)
    done = bring_up(session, viewer.district, graph, Known(viewer.district), zone, held, {}, pairs, now)
    announce(session, viewer.district, "progress", done.students, now)
