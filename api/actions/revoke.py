"""A mastery is taken away: proposed, signed by somebody else in the other role, told, appealed, answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.decisions import ChangedError, UnknownDecisionError, deciding_roles, mark, permitted
from api.actions.rights import holds_rights
from api.actions.signing import act_of, after_all, sign
from mastery.access import Subject, Viewer
from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.body.judgement import LONGEST_REASON
from mastery.decide import ActKind, Decision, Standing, State
from mastery.policy import DEFAULT_POLICY
from mastery.revocation import SIGNERS, Actor, Case, Stage, Step, cosigning_role, open_steps
from mastery.transitions import Facts, Trigger
from models.audit import by_person, record
from models.graph_store import DistrictGraph, GraphCache
from models.holding import Held, hold
from models.locks import share_rules
from models.queries_access import subject_of, zone_of_student
from models.queries_calendars import school_days_of
from models.registry import Context, context
from models.revocation import Revocation, RevocationStep
from models.revocations import RevocationTold, find_revocation, revocations_on

REVOCABLE = frozenset({State.MASTERED, State.NEEDS_REVIEW})
_SIGNED_AS = {Step.SIGN: ActKind.REVOKE, Step.OVERTURN: ActKind.WITHDRAW}


class WordsError(ValueError):
    """The words say too little, or too much."""


class StepError(ValueError):
    """The step is not open, or not to this person."""


def may_propose(decision: Decision, roles: frozenset[Role], before: list[RevocationTold]) -> bool:
    """Whether somebody in some roles may propose to take a mastery away, after what was proposed before."""
    waits = any(one.stage is Stage.PROPOSED for one in before)
    return decision.state in REVOCABLE and bool(SIGNERS & roles) and not waits


def propose(
    session: Session,
    viewer: Viewer,
    graphs: GraphCache,
    student: int,
    target: int,
    reason: str,
    seen: str,
    now: datetime,
) -> int:
    """Propose to take a mastery away; the key of the proposal.

    Raises UnknownDecisionError, ChangedError where the decision is not what was seen, StepError where nothing may be
    proposed, WordsError.
    """
    _, _, held, roles = _here(session, viewer, graphs, student, target)
    decision = held.folds[student].get(target, Standing()).decision
    mine = SIGNERS & roles
    if not mine:
        raise UnknownDecisionError
    if mark(decision) != seen:
        raise ChangedError
    if not may_propose(decision, roles, revocations_on(session, viewer.district, student, target)):
        raise StepError
    row = Revocation(
        district_id=viewer.district, student_id=student, target_id=target, proposed_by=viewer.person,
        proposed_as=min(mine).value, reason=_words(reason), proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _on_record(session, viewer, row.id, "propose", student, target, now)
    return row.id


def actor_of(
    session: Session, viewer: Viewer, subject: Subject, graph: DistrictGraph, target: int, now: datetime
) -> Actor:
    """What a person is to a revocation: who signs, and whether as the student or for them."""
    family = viewer.person == subject.student or holds_rights(session, viewer, subject.student, now)
    return Actor(viewer.person, deciding_roles(session, viewer, subject, graph, target), family)


def case_of(session: Session, district_id: int, one: RevocationTold, now: datetime) -> Case:
    """A revocation as the law sees it; days are counted from the notice on, by the student's school calendar."""
    signed = one.step(Step.SIGN)
    days = 0
    if signed is not None:
        zone = zone_of_student(session, district_id, one.student_id, now)
        today = now.astimezone(zone).date()
        count = school_days_of(session, district_id, one.student_id, today)
        days = count.count(signed.at.astimezone(zone).date(), today)
    return Case(one.stage, one.proposer, one.proposed_as, signed.person if signed else None, days)


def take_step(
    session: Session,
    viewer: Viewer,
    graphs: GraphCache,
    student: int,
    key: int,
    step: Step | None,
    words: str,
    now: datetime,
) -> None:
    """Take a step about a revocation, with its words; signing revokes, and an appeal that is upheld takes that back.

    Raises UnknownDecisionError for what is not there or not this person's, StepError where the step is not open,
    ChangedError where the decision has meanwhile become another, WordsError.
    """
    found = find_revocation(session, viewer.district, student, key)
    if found is None:
        raise UnknownDecisionError
    here, graph, held, _ = _here(session, viewer, graphs, student, found.target_id)
    # read again: now nobody else takes a step
    found = find_revocation(session, viewer.district, student, key)
    subject = subject_of(session, viewer.district, student, viewer.at)
    if found is None or subject is None:
        raise UnknownDecisionError
    actor = actor_of(session, viewer, subject, graph, found.target_id, now)
    if not (actor.family or SIGNERS & actor.roles):
        raise UnknownDecisionError
    if step is None or step not in open_steps(case_of(session, viewer.district, found, now), actor, DEFAULT_POLICY):
        raise StepError
    said = _words(words)
    session.add(
        RevocationStep(
            district_id=viewer.district, revocation_id=key, step=step, by_person=viewer.person, words=said, at=now
        )
    )
    _on_record(session, viewer, key, step, student, found.target_id, now)
    if step in _SIGNED_AS:
        _sign(session, viewer, here, graph, held, found, step, said, now)


def _sign(
    session: Session,
    viewer: Viewer,
    here: Context,
    graph: DistrictGraph,
    held: Held,
    found: RevocationTold,
    step: Step,
    words: str,
    now: datetime,
) -> None:
    """Append the act, by the table of transitions."""
    student, target = found.student_id, found.target_id
    decision = held.folds[student].get(target, Standing()).decision
    role = cosigning_role(Case(found.stage, found.proposer, found.proposed_as))
    trigger = Trigger(_SIGNED_AS[step].value)
    if step is Step.SIGN:
        if decision.state not in REVOCABLE:
            raise ChangedError
        # what is signed stands on the pages of student and family at once, with the way to appeal
        facts = Facts(reason=found.reason, notified=True, cosigned_by=found.proposed_as)
    else:
        if decision.confirmed is not ActKind.REVOKE:
            raise ChangedError
        role, facts = Role.SCHOOL_ADMINISTRATOR, Facts(reason=words, notified=True, stands=decision.confirmed)
    permitted(decision, trigger, {role}, facts)
    at = after_all(held, (student, graph.subjects[target]), now)
    act = act_of(viewer, student, target, _SIGNED_AS[step], decision, at, now, words)
    sign(session, viewer, graph, here.zone, held, [act], now)


def _here(
    session: Session, viewer: Viewer, graphs: GraphCache, student: int, target: int
) -> tuple[Context, DistrictGraph, Held, frozenset[Role]]:
    """The student-subject, held, and in which roles the person decides there."""
    subject = subject_of(session, viewer.district, student, viewer.at)
    share_rules(session, viewer.district)
    here = context(session, viewer.district)
    graph = graphs.get(session, viewer.district, here.stamps.graph)
    if subject is None or target not in graph.subjects:
        raise UnknownDecisionError
    held = hold(session, viewer.district, {(student, graph.subjects[target])}, {student: graph.neighbourhood([target])})
    return here, graph, held, deciding_roles(session, viewer, subject, graph, target)


def _words(text: str) -> str:
    said = text.strip()
    if len(" ".join(said.split())) < DEFAULT_POLICY.judgement_reason_characters or len(said) > LONGEST_REASON:
        raise WordsError
    return said


def _on_record(session: Session, viewer: Viewer, key: int, step: str, student: int, target: int, now: datetime) -> None:
    detail = {"revocation": key, "step": str(step), "targets": [target]}
    record(session, viewer.district, by_person(viewer.person), Act.REVOCATION, now, [student], detail=detail)
