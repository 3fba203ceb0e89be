"""The teacher of record confirms decisions that wait, many at once, or takes the signature back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from api.actions.signing import act_of, after_all, by_student, pairs_of, sign
from mastery.access import Viewer
from mastery.access_matrix import Role
from mastery.access_questions import What
from mastery.body.judgement import JUDGEMENTS
from mastery.decide import ActKind, Decision, Reason, Standing, State, confirmed_upon
from mastery.policy import DEFAULT_POLICY
from mastery.transitions import Facts, Refused, Trigger, move
from models.graph_store import GraphCache
from models.holding import hold
from models.locks import share_rules
from models.queries_people import seen_on, visible_students
from models.registry import context
from models.standing import Confirmation
from models.standing import Standing as StandingRow


@dataclass(frozen=True, slots=True)
class Confirmable:
    """A decision as a person saw it: `stood_at` is the instant that names what waited."""

    student: int
    target: int
    stood_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was signed, by the id of its act, with the probability of mastery at that moment."""

    id: int
    student: int
    target: int
    probability: float | None


def confirm(
    session: Session, viewer: Viewer, graphs: GraphCache, asked: Sequence[Confirmable], now: datetime
) -> list[Confirmed] | None:
    """Sign the decisions that still wait as they were seen, and bring their students up to it.

    None where none of the students is the viewer's to confirm.
    """
    wanted = {(one.student, one.target): one.stood_at for one in asked}
    allowed = _allowed(session, viewer, {student for student, _ in wanted})
    if not allowed:
        return None
    share_rules(session, viewer.district)
    known = session.execute(
        select(StandingRow.student_id, StandingRow.target_id, StandingRow.probability).where(
            StandingRow.district_id == viewer.district,
            StandingRow.student_id == func.any(sorted(allowed)),
            tuple_(StandingRow.student_id, StandingRow.target_id).in_(list(wanted)),
            seen_on(viewer, What.CONFIRM, StandingRow.student_id, StandingRow.target_id),
        )
    )
    probability = {(row.student_id, row.target_id): row.probability for row in known}
    if not probability:
        return []
    here = context(session, viewer.district)
    graph = graphs.get(session, viewer.district, here.stamps.graph)
    held = hold(session, viewer.district, pairs_of(probability, graph), by_student(probability))
    signed = []
    for student, target in sorted(probability):
        decision = held.folds[student].get(target, Standing()).decision
        if _waits(decision) and decision.mastered_at == wanted[student, target]:
            at = after_all(held, (student, graph.subjects[target]), now)
            signed.append(act_of(viewer, student, target, ActKind.CONFIRM, decision, at, now))
    sign(session, viewer, graph, here.zone, held, signed, now)
    return [
        Confirmed(one.id, one.student_id, one.target_id, probability[one.student_id, one.target_id]) for one in signed
    ]


def withdraw(
    session: Session, viewer: Viewer, graphs: GraphCache, confirmations: Collection[int], now: datetime
) -> set[tuple[int, int]]:
    """Take back confirmations of one's own after which nothing was signed; returns their (student, target).

    What the system confirmed only because these were is taken back with them.
    """
    acts = session.scalars(
        select(Confirmation).where(
            Confirmation.district_id == viewer.district,
            Confirmation.id.in_(confirmations),
            Confirmation.by_person == viewer.person,
            Confirmation.kind == ActKind.CONFIRM.value,
            seen_on(viewer, What.CONFIRM, Confirmation.student_id, Confirmation.target_id),
        )
    ).all()
    if not acts:
        return set()
    share_rules(session, viewer.district)
    here = context(session, viewer.district)
    graph = graphs.get(session, viewer.district, here.stamps.graph)
    places = [(act.student_id, act.target_id) for act in acts]
    around = {student: graph.neighbourhood(targets) for student, targets in by_student(places).items()}
    held = hold(session, viewer.district, pairs_of(places, graph), around)
    newest = _newest_acts(session, viewer.district, places)
    signed, back = [], set()
    for act in acts:
        place = (act.student_id, act.target_id)
        folds = held.folds[act.student_id]
        if newest[place] != act.id or not _may_be_taken_back(folds.get(act.target_id, Standing()).decision):
            continue
        back.add(place)
        at = max(act.at, after_all(held, (act.student_id, graph.subjects[act.target_id]), now))
        decisions = {target: one.decision for target, one in folds.items()}
        for target in (act.target_id, *confirmed_upon(act.target_id, decisions, graph.rules)):
            signed.append(act_of(viewer, act.student_id, target, ActKind.WITHDRAW, Decision(), at, now))
    sign(session, viewer, graph, here.zone, held, signed, now)
    return back


def _allowed(session: Session, viewer: Viewer, students: Collection[int]) -> set[int]:
    seen = visible_students(viewer, What.CONFIRM).subquery("confirmable")
    return set(session.scalars(select(seen.c.person_id).where(seen.c.person_id.in_(students))))


def _waits(decision: Decision) -> bool:
    """Whether a decision waits for the teacher's word, and not for that on what it builds on."""
    moved = move(decision.state, Trigger.CONFIRM, Role.TEACHER_OF_RECORD, Facts(), DEFAULT_POLICY)
    return moved is State.MASTERED and Reason.AWAITS_CONFIRMATION in decision.reasons


def _may_be_taken_back(decision: Decision) -> bool:
    """Whether the signature under a decision may be taken back by who signed it, as who asks here has."""
    facts = Facts(stands=decision.confirmed, by_author=True)
    return not isinstance(
        move(decision.state, Trigger.WITHDRAW, Role.TEACHER_OF_RECORD, facts, DEFAULT_POLICY), Refused
    )


def _newest_acts(session: Session, district_id: int, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    rows = session.execute(
        select(Confirmation.student_id, Confirmation.target_id, func.max(Confirmation.id).label("newest"))
        .where(
            Confirmation.district_id == district_id,
            tuple_(Confirmation.student_id, Confirmation.target_id).in_(places),
            # a level that was judged meanwhile is another matter, and is taken back by itself
            Confirmation.kind.not_in([kind.value for kind in JUDGEMENTS]),
        )
        .group_by(Confirmation.student_id, Confirmation.target_id)
    )
    return {(row.student_id, row.target_id): row.newest for row in rows}
