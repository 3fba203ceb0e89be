"""People sign what becomes of a decision: override, review, waive, exempt, send back to work, take back (domain 2.4).

Who may, from which state and with what is `mastery.transitions`; here it is asked of what stands, within the locks, and
the act is appended. Confirming has an action of its own, for many at once, and so has revoking, which two people sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.signing import act_of, after_all, sign
from mastery.access import Basis, Subject, Viewer
from mastery.access_matrix import Role
from mastery.access_questions import What, about_subject, may
from mastery.body.judgement import LONGEST_REASON
from mastery.decide import Act, ActKind, Decision, Standing, State, apply, confirmed_upon
from mastery.policy import DEFAULT_POLICY
from mastery.transitions import SIGNED_ALONE, Facts, Refused, Trigger, move_in_one_of
from models.decisions import act_that_stands, lay_beside
from models.graph_store import DistrictGraph, GraphCache
from models.holding import hold
from models.locks import share_rules
from models.queries_access import subject_of
from models.queries_artefacts import said_of
from models.registry import context
from models.roster import Section


class UnknownDecisionError(LookupError):
    """There is nothing to decide here, or it is none of this person's business: both look the same."""


class ChangedError(Exception):
    """The decision is no longer what the person saw."""


class RefusedError(Exception):
    """The law refuses the act: `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.why.value)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Signing:
    """What a person signs: `seen` is the mark of the decision as they saw it, `artefacts` files laid beside it, by key.

    Files of anybody but the student count for nothing.
    """

    what: Trigger
    reason: str
    seen: str
    artefacts: frozenset[int] = frozenset()


def mark(decision: Decision) -> str:
    """What names a decision as somebody saw it: it changes with the state and with what made it so."""
    stood = decision.confirmed_at or decision.mastered_at
    return "/".join((decision.state.value, decision.confirmed or "", stood.isoformat() if stood else ""))


def deciding_roles(
    session: Session, viewer: Viewer, subject: Subject, graph: DistrictGraph, target: int
) -> frozenset[Role]:
    """In which roles a person decides about a student on a target; none where it is not theirs.

    A teacher of record only for a class of the target's subject; nobody by an emergency.
    """
    access = may(viewer, What.DECIDE, subject, viewer.at)
    ties = [tie for tie in access.ties if tie.basis is Basis.EMPLOYEE and (not tie.targets or target in tie.targets)]
    roles = frozenset(tie.role for tie in ties) if access.allowed else frozenset[Role]()
    if Role.TEACHER_OF_RECORD in roles and not teaches(session, viewer, subject, graph, target):
        roles -= {Role.TEACHER_OF_RECORD}
    return roles


def teaches(session: Session, viewer: Viewer, subject: Subject, graph: DistrictGraph, target: int) -> bool:
    """Whether a person answers for a class of the student that is about the subject of a target."""
    classes = session.scalars(
        select(Section.subjects).where(
            Section.district_id == viewer.district, Section.id.in_(viewer.of_record & subject.sections)
        )
    ).all()
    return about_subject(graph.subjects[target], classes)


def sign_decision(
    session: Session, viewer: Viewer, graphs: GraphCache, student: int, target: int, asked: Signing, now: datetime
) -> State:
    """Sign an act about a student on a target and bring the student up to it; returns the state that it moves to.

    Raises UnknownDecisionError, ChangedError where the decision is not what was seen, RefusedError for what the law
    refuses.
    """
    if asked.what not in SIGNED_ALONE:
        raise UnknownDecisionError
    subject = subject_of(session, viewer.district, student, viewer.at)
    share_rules(session, viewer.district)
    here = context(session, viewer.district)
    graph = graphs.get(session, viewer.district, here.stamps.graph)
    if subject is None or target not in graph.subjects:
        raise UnknownDecisionError
    roles = deciding_roles(session, viewer, subject, graph, target)
    if not roles:
        raise UnknownDecisionError
    pair = (student, graph.subjects[target])
    held = hold(session, viewer.district, {pair}, {student: graph.neighbourhood([target])})
    folds = held.folds[student]
    decision = folds.get(target, Standing()).decision
    if mark(decision) != asked.seen:
        raise ChangedError
    at = after_all(held, pair, now)
    standing = act_that_stands(session, viewer.district, student, target, decision)
    beside = said_of(session, viewer.district, asked.artefacts, student)
    facts = Facts(
        reason=asked.reason,
        artefacts=len(beside),
        notified=True,  # what is signed stands on the pages of student and family at once, with how to appeal
        credit_bearing=graph.rules.of(target).credit_bearing,
        stands=decision.confirmed,
        by_author=standing is not None and standing.by_person == viewer.person,
        otherwise=_without(folds, target, graph, at),
    )
    to = permitted(decision, asked.what, roles, facts)
    kind = ActKind(asked.what.value)
    reason = asked.reason.strip()[:LONGEST_REASON] or None
    acts = [act_of(viewer, student, target, kind, decision, at, now, reason)]
    if kind is ActKind.WITHDRAW:
        decisions = {one: standing.decision for one, standing in folds.items()}
        for above in confirmed_upon(target, decisions, graph.rules):
            acts.append(act_of(viewer, student, above, kind, Decision(), at, now, reason))
    sign(session, viewer, graph, here.zone, held, acts, now)
    lay_beside(session, viewer.district, acts[0].id, beside)
    return to


def permitted(decision: Decision, what: Trigger, roles: Iterable[Role], facts: Facts) -> State:
    """Where an act moves a decision, in one of somebody's roles. RefusedError where the law refuses it in all."""
    found = move_in_one_of(decision.state, what, roles, facts, DEFAULT_POLICY)
    if isinstance(found, Refused):
        raise RefusedError(found)
    return found


def _without(folds: Mapping[int, Standing], target: int, graph: DistrictGraph, at: datetime) -> State:
    """What the decision on a target would be, were what stands taken back."""
    changed = apply(folds, Act(0, target, ActKind.WITHDRAW, at), graph.rules, DEFAULT_POLICY)
    return changed[target].decision.state
