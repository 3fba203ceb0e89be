"""Appending what people sign about targets, putting it on record, and bringing their students up to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.progress import bring_up
from mastery.access import Viewer
from mastery.audit import Act
from mastery.body.judgement import JUDGEMENTS
from mastery.decide import ActKind, Decision
from mastery.methods import JUDGE
from mastery.policy import DEFAULT_POLICY
from models.audit import by_person, record
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


def act_of(
    viewer: Viewer,
    student: int,
    target: int,
    kind: ActKind,
    decision: Decision,
    at: datetime,
    now: datetime,
    reason: str | None = None,
) -> Confirmation:
    """An act of a person about a decision as it stands; `at` is where it stands in the order of evidence."""
    return Confirmation(
        district_id=viewer.district,
        student_id=student,
        target_id=target,
        kind=kind.value,
        level=decision.level,
        mastered_at=decision.mastered_at,
        by_person=viewer.person,
        reason=reason,
        policy_version=DEFAULT_POLICY.version,
        at=at,
        signed_at=now,
    )


def sign(
    session: Session,
    viewer: Viewer,
    graph: DistrictGraph,
    zone: ZoneInfo,
    held: Held,
    acts: Sequence[Confirmation],
    now: datetime,
) -> None:
    """Append acts of one kind, of one person, and replay whom they are about, within the locks held."""
    if not acts:
        return
    for act in acts:
        session.add(act)
        session.flush()  # one by one: acts of one instant stand in the order of their ids
    _on_record(session, viewer, graph, acts, now)
    pairs = pairs_of([(act.student_id, act.target_id) for act in acts], graph)
    done = bring_up(session, viewer.district, graph, Known(viewer.district), zone, held, {}, pairs, now)
    announce(session, viewer.district, "progress", done.students, now)


def _on_record(
    session: Session, viewer: Viewer, graph: DistrictGraph, acts: Sequence[Confirmation], now: datetime
) -> None:
    """One event for all that was signed at once; the reason that a person wrote stays with what was signed."""
    detail = {
        "kind": acts[0].kind,
        "signed": [act.id for act in acts],
        "targets": sorted({act.target_id for act in acts}),
    }
    about = [act.student_id for act in acts]
    what = Act.OVERRIDE if any(_overrides(act, graph) for act in acts) else Act.DECISION
    record(session, viewer.district, by_person(viewer.person), what, now, about, detail=detail)


def _overrides(act: Confirmation, graph: DistrictGraph) -> bool:
    """Whether a person's word speaks in place of evidence, or did until it was taken back."""
    if act.kind == ActKind.OVERRIDE.value:
        return True
    return act.kind in JUDGEMENTS and graph.methods_of(graph.subjects[act.target_id]).primary.name == JUDGE
