"""What leads a moderation: asking somebody to score, and how far the scores of a district can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.audit import Act
from mastery.offices import Affair, remit
from mastery.policy import DEFAULT_POLICY
from mastery.rating.agreement import Agreement, Pair, agreement
from mastery.rating.blind import pairs
from mastery.rating.drift import Severity, severity, told
from mastery.rating.work import Stage, stage
from models.audit import by_person, record
from models.locks import rate_work
from models.queries_moderation import Candidate, Waiting, candidates, scored_twice, waiting_work
from models.queries_rated import laws_of, submission_of
from models.queries_raters import ScorerName, scorer_names
from models.queries_scores import Said, calls_of, said_of_work
from models.rated_work import RaterCall, TaskRow

MOST_WORKS = 2000
"""How many pieces of work, the newest, agreement and drift are of."""


class CallError(ValueError):
    """Somebody who may not be asked to score a piece of work."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of work that several score: what it waits for, and who was asked, by name."""

    waiting: Waiting
    stage: Stage
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """How well the raters of a task agree."""

    task: TaskRow
    found: Agreement


@dataclass(frozen=True, slots=True)
class Drift:
    """A rater who has become milder or more severe than who scores beside them."""

    who: str
    found: Severity


def leads(viewer: Viewer, at: datetime) -> bool:
    """Whether a person leads the moderation of their district."""
    return remit(viewer, Affair.MODERATION, at).district


def queue(session: Session, district_id: int, limit: int, offset: int) -> tuple[list[Line], int]:
    """A page of the work that several score and is not settled, the oldest first; how much there is."""
    found, total = waiting_work(session, district_id, limit, offset)
    said = said_of_work(session, district_id, {one.submission.id: one.submission.raters for one in found})
    calls = calls_of(session, district_id, said)
    names = scorer_names(session, district_id, {rater for some in calls.values() for rater in some})
    stages = _stages(session, district_id, found, said)
    lines = [
        Line(one, stages[one.submission.id], [names[rater].shown for rater in calls.get(one.submission.id, ())])
        for one in found
    ]
    return lines, total


def _stages(session: Session, district_id: int, found: Sequence[Waiting], said: Mapping[int, Said]) -> dict[int, Stage]:
    laws = laws_of(session, district_id, {one.task.rubric_id for one in found})
    return {
        one.submission.id: stage(said[one.submission.id].rated, laws[one.task.rubric_id], DEFAULT_POLICY)
        for one in found
    }


def call_rater(session: Session, viewer: Viewer, key: int, rater: int, now: datetime, today: date) -> None:
    """Ask somebody to score a piece of work. Raises LookupError, CallError. Whoever calls commits."""
    if not leads(viewer, now):
        raise LookupError("there is no such page")
    rate_work(session, viewer.district, key)
    found = submission_of(session, viewer.district, key)
    if found is None:
        raise LookupError("there is no such work")
    if rater not in {one.id for one in may_call(session, viewer, key, today)}:
        raise CallError("this person may not score it, or was asked already")
    session.add(
        RaterCall(
            district_id=viewer.district, submission_id=key, rater_id=rater, called_by=viewer.person, called_at=now
        )
    )
    session.flush()
    detail = {"submission": key, "person": rater}
    record(session, viewer.district, by_person(viewer.person), Act.RATER_CALLED, now, [found.student_id], detail=detail)


def may_call(session: Session, viewer: Viewer, key: int, today: date) -> Sequence[Candidate]:
    """Who may be asked to score a piece of work, whom one would ask first at the beginning. Raises LookupError."""
    found = submission_of(session, viewer.district, key)
    if found is None:
        raise LookupError("there is no such work")
    said = said_of_work(session, viewer.district, {key: found.raters})[key]
    return () if said.settled else candidates(session, viewer.district, found, today)


def trust(session: Session, viewer: Viewer) -> tuple[list[TaskAgreement], list[Drift]]:
    """How well raters agree, by task with the newest first, and who drifts, but for the viewer; in six statements."""
    found = scored_twice(session, viewer.district, MOST_WORKS)
    said = said_of_work(session, viewer.district, {one.id: one.raters for one, _ in found})
    by_task: dict[int, list[Pair]] = {}
    for one, task in found:
        by_task.setdefault(task.id, []).extend(pairs(one.id, said[one.id].sheets))
    tasks = {task.id: task for _, task in found}
    agreed = [TaskAgreement(tasks[key], agreement(some, DEFAULT_POLICY)) for key, some in by_task.items()]
    every = [pair for some in by_task.values() for pair in some]
    raters = sorted({pair.rater for pair in every} | {pair.other for pair in every})
    severe = [severity(rater, every) for rater in raters]
    drifting = [one for one in severe if told(one, {viewer.person}, (), DEFAULT_POLICY)]
    names: dict[int, ScorerName] = scorer_names(session, viewer.district, {one.rater for one in drifting})
    return agreed, [Drift(names[one.rater].shown, one) for one in drifting]
