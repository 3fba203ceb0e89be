"""The teacher of record signs a level from the body of evidence on a target, or takes it back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.decisions import teaches
from api.actions.signing import after_all, sign
from mastery.access import Subject, Viewer
from mastery.access_questions import What, may
from mastery.body.judgement import JudgementError, checked
from mastery.decide import ActKind, Standing
from mastery.methods import JUDGE
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph, GraphCache
from models.holding import Held, hold
from models.judgements import Signed, signed_on
from models.locks import share_rules
from models.queries_access import subject_of
from models.registry import context
from models.standing import Confirmation


class UnknownJudgementError(LookupError):
    """There is nothing to judge here, or it is none of this person's business: both look the same."""


def judged_here(graph: DistrictGraph, target: int) -> bool:
    """Whether the subject of a target has teachers' judgements, as its primary method or beside it."""
    chosen = graph.methods_of(graph.subjects[target])
    return any(one.name == JUDGE for one in (chosen.primary, *chosen.beside))


def may_judge(session: Session, viewer: Viewer, subject: Subject, graph: DistrictGraph, target: int) -> bool:
    """Whether a person may judge a student on a target: teacher of record of the student in a class of its subject."""
    if target not in graph.subjects or not judged_here(graph, target):
        return False
    if not may(viewer, What.JUDGE, subject, viewer.at).covers({target}):
        return False
    return teaches(session, viewer, subject, graph, target)


def judge(
    session: Session,
    viewer: Viewer,
    graphs: GraphCache,
    student: int,
    target: int,
    level: float,
    reason: str,
    seen: int,
    now: datetime,
    today: date,
) -> int:
    """Sign a level and its reason, and bring the student up to it; returns the id of the act.

    `seen` is the newest judgement that stood as the person saw it, 0 for none. Raises the error above, and
    JudgementError for what can not be signed: also where nothing is scored yet, or another was signed meanwhile.
    """
    graph, held = _held(session, viewer, graphs, student, target, today)
    words = checked(level, reason, DEFAULT_POLICY)
    if not held.folds[student].get(target, Standing()).tally.records:
        raise JudgementError("evidence", "nothing is scored on this target yet, so there is nothing to judge by")
    newest = _newest(session, viewer.district, student, target)
    if (newest.id if newest else 0) != seen:
        raise JudgementError("changed", "another judgement was signed or taken back meanwhile")
    return _sign(session, viewer, graph, held, student, target, ActKind.JUDGE, level, words, now)


def take_back(
    session: Session,
    viewer: Viewer,
    graphs: GraphCache,
    student: int,
    target: int,
    judgement: int,
    now: datetime,
    today: date,
) -> None:
    """Take back a judgement of one's own, the newest one that stands; then the one before it stands again.

    Raises the error above for one that is not there or another person's, and JudgementError where a newer one stands.
    """
    graph, held = _held(session, viewer, graphs, student, target, today)
    newest = _newest(session, viewer.district, student, target)
    if newest is None or newest.id != judgement:
        raise JudgementError("changed", "another judgement was signed or taken back meanwhile")
    if newest.person != viewer.person:
        raise UnknownJudgementError
    _sign(session, viewer, graph, held, student, target, ActKind.WITHDRAW_JUDGEMENT, None, None, now)


def _held(
    session: Session, viewer: Viewer, graphs: GraphCache, student: int, target: int, today: date
) -> tuple[DistrictGraph, Held]:
    """The student-subject, held, and its graph; the error above unless the person may judge there."""
    subject = subject_of(session, viewer.district, student, viewer.at)
    share_rules(session, viewer.district)
    graph = graphs.get(session, viewer.district, context(session, viewer.district).stamps.graph)
    if subject is None or not may_judge(session, viewer, subject, graph, target):
        raise UnknownJudgementError
    pair = (student, graph.subjects[target])
    return graph, hold(session, viewer.district, {pair}, {student: graph.neighbourhood([target])})


def _newest(session: Session, district_id: int, student: int, target: int) -> Signed | None:
    standing = [one for one in signed_on(session, district_id, student, target) if one.taken_back is None]
    return standing[-1] if standing else None


def _sign(
    session: Session,
    viewer: Viewer,
    graph: DistrictGraph,
    held: Held,
    student: int,
    target: int,
    kind: ActKind,
    level: float | None,
    reason: str | None,
    now: datetime,
) -> int:
    act = Confirmation(
        district_id=viewer.district,
        student_id=student,
        target_id=target,
        kind=kind.value,
        level=level,
        mastered_at=None,
        by_person=viewer.person,
        reason=reason,
        policy_version=DEFAULT_POLICY.version,
        at=after_all(held, (student, graph.subjects[target]), now),
        signed_at=now,
    )
    sign(session, viewer, graph, context(session, viewer.district).zone, held, [act], now)
    return act.id
