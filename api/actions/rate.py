"""Scoring a piece of work, blind; writing down what raters agreed on; and what follows once it is settled.

The settled levels go the way of every posted result (`api.actions.ingest`): one record for each target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.calibrate_raters import may_score_live
from api.actions.ingest import Intake, Sender, take_in
from api.actions.outcome import Status
from api.actions.tasks import FORM
from mastery.access import Viewer
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.evidence import Feedback, Independence, Result, TargetScore
from mastery.offices import Affair, remit
from mastery.policy import DEFAULT_POLICY
from mastery.rating.artefacts import Use
from mastery.rating.blind import Sheet, first_sheets, seen_by
from mastery.rating.raters import Bar, Rater, bar
from mastery.rating.resolution import Resolution
from mastery.rating.rubric import RubricError, Scores, checked_scores
from mastery.rating.work import (
    Stage,
    evidence_type,
    independence,
    may_score,
    purpose,
    resolutions,
    stage,
    waits_for_talk,
)
from models.audit import by_person, record
from models.graph_store import DistrictGraph
from models.locks import rate_work
from models.own_senders import OwnSender, own_sender, own_sender_id
from models.queries_access import subject_of
from models.queries_artefacts import said_of
from models.queries_rated import RubricText, Task, parts_of, rubric_of, submission_of, task_of, uses_of
from models.queries_raters import assessment_name, is_guardian, scorer_names, sourced_id
from models.queries_scores import Said, add_results, add_sheet, is_called, said_of_work
from models.rated_work import CriterionTalk, Submission
from models.registry import context

LONGEST_WORDS = 1000


class RatingError(ValueError):
    """What a rater may not do now; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work as one person sees it: `sheets` are those that they may see, `named`: whether they know whose.

    `lead`: they score as who settles what the others did not.
    """

    submission: Submission
    task: Task
    rubric: RubricText
    said: Said
    sheets: Sequence[Sheet]
    named: bool
    lead: bool
    bar: Bar | None

    @property
    def stage(self) -> Stage:
        """What it waits for."""
        return stage(self.said.rated, self.rubric.law, DEFAULT_POLICY)

    def may_score(self, person: int) -> bool:
        """Whether they may score it now."""
        open_now = may_score(self.said.rated, person, self.rubric.law, DEFAULT_POLICY, lead=self.lead)
        return self.bar is None and open_now

    def may_talk(self, person: int) -> bool:
        """Whether they may write down what the raters agreed on, as one of them."""
        rated = any(one.rater == person for one in first_sheets(self.said.rated.sheets))
        return self.stage is Stage.DISCUSSION and rated

    @property
    def talks(self) -> tuple[str, ...]:
        """The criteria to talk about, by key."""
        return waits_for_talk(self.said.rated, self.rubric.law, DEFAULT_POLICY)

    @property
    def resolved(self) -> Mapping[str, Resolution]:
        """What becomes of each criterion, by key."""
        return resolutions(self.said.rated, self.rubric.law, DEFAULT_POLICY)


def piece_for(session: Session, viewer: Viewer, key: int) -> Piece | None:
    """A piece of work for who scores it: a teacher of the class, who was asked, the lead; None for all others."""
    row = submission_of(session, viewer.district, key)
    task = None if row is None else task_of(session, viewer.district, row.task_id)
    rubric = None if task is None else rubric_of(session, viewer.district, task.rubric)
    if row is None or task is None or rubric is None:
        return None
    today = viewer.at.astimezone(context(session, viewer.district).zone).date()
    teaches = _teaches(session, viewer, task, row.student_id)
    called = is_called(session, viewer.district, key, viewer.person)
    leads = remit(viewer, Affair.MODERATION, viewer.at).district
    if not (teaches or called or leads):
        return None
    rater = Rater(
        viewer.person,
        authorised=True,
        oneself=row.student_id == viewer.person,
        relative=is_guardian(session, viewer.district, row.student_id, viewer.person),
        calibrated=may_score_live(session, viewer.district, rubric.id, viewer.person, today),
    )
    said = said_of_work(session, viewer.district, {key: row.raters})[key]
    lead = leads and not (teaches or called)
    # the lead is as blind as the others, until the work is settled
    seen = tuple(said.sheets) if said.settled else seen_by(viewer.person, said.sheets)
    return Piece(row, task, rubric, said, seen, teaches, lead, bar(rater))


def _teaches(session: Session, viewer: Viewer, task: Task, student: int) -> bool:
    if task.section not in viewer.sections:
        return False
    subject = subject_of(session, viewer.district, student, viewer.at)
    return subject is not None and may(viewer, What.ADD_WORK, subject, viewer.at).whole


def score(
    session: Session,
    intake: Intake,
    graph: DistrictGraph,
    viewer: Viewer,
    key: int,
    scores: Scores,
    words: str,
    now: datetime,
) -> Stage:
    """Hand in one's scores of a piece of work; what it waits for then. Raises LookupError, RatingError, RubricError.

    Whoever calls commits.
    """
    rate_work(session, viewer.district, key)
    piece = piece_for(session, viewer, key)
    if piece is None:
        raise LookupError("there is no such work")
    if not piece.may_score(viewer.person):
        raise RatingError("not_now")
    if len(words) > LONGEST_WORDS:
        raise RubricError("words", f"has at most {LONGEST_WORDS} characters")
    checked = checked_scores(piece.rubric.law, scores)
    sheet = Sheet(viewer.person, checked, now, piece.lead)
    sheet_id = add_sheet(session, viewer.district, key, sheet, words.strip(), now)
    # what was given is told to nobody before all have scored, by the record neither
    detail = {"submission": key, "sheet": sheet_id, "lead": piece.lead}
    record(
        session, viewer.district, by_person(viewer.person), Act.WORK_SCORED, now, [piece.submission.student_id],
        detail=detail,
    )  # fmt: skip
    return _settle(session, intake, graph, viewer, key, now)


def talk(
    session: Session,
    intake: Intake,
    graph: DistrictGraph,
    viewer: Viewer,
    key: int,
    agreed: Mapping[str, float],
    now: datetime,
) -> Stage:
    """Write down what the raters agreed on; what the work waits for then. Raises LookupError, RatingError.

    Whoever calls commits.
    """
    rate_work(session, viewer.district, key)
    piece = piece_for(session, viewer, key)
    if piece is None:
        raise LookupError("there is no such work")
    if not piece.may_talk(viewer.person):
        raise RatingError("not_now")
    if agreed.keys() != set(piece.talks):
        raise RatingError("agreed")
    for criterion, level in agreed.items():
        given = [one for one in piece.resolved[criterion].scores if one is not None]
        if not min(given) <= level <= max(given) or not (2 * level).is_integer():
            raise RatingError("agreed")
        session.add(
            CriterionTalk(
                district_id=viewer.district, submission_id=key, place=int(criterion), level=level,
                said_by=viewer.person, said_at=now,
            )
        )  # fmt: skip
    session.flush()
    record(
        session, viewer.district, by_person(viewer.person), Act.WORK_TALKED, now, [piece.submission.student_id],
        detail={"submission": key},
    )  # fmt: skip
    return _settle(session, intake, graph, viewer, key, now)


def _settle(session: Session, intake: Intake, graph: DistrictGraph, viewer: Viewer, key: int, now: datetime) -> Stage:
    piece = piece_for(session, viewer, key)
    if piece is None:
        raise LookupError("there is no such work")
    if piece.stage is not Stage.SETTLED:
        return piece.stage
    resolved = piece.resolved
    results = _results(session, graph, viewer.district, piece, resolved, now)
    add_results(session, viewer.district, key, resolved, now)
    record(
        session, viewer.district, by_person(viewer.person), Act.WORK_SETTLED, now, [piece.submission.student_id],
        detail={"submission": key},
    )  # fmt: skip
    client = own_sender(session, viewer.district, OwnSender.SCORED_WORK)
    if client is None:
        raise LookupError("no task was given here")
    outcomes = take_in(
        session,
        intake,
        Sender(viewer.district, client, own_sender_id(viewer.district, OwnSender.SCORED_WORK)),
        results,
        now,
    )
    if any(one.status is not Status.ACCEPTED for one in outcomes):
        raise RatingError("refused")
    return Stage.SETTLED


def _results(
    session: Session,
    graph: DistrictGraph,
    district_id: int,
    piece: Piece,
    resolved: Mapping[str, Resolution],
    now: datetime,
) -> list[Result]:
    """The results of a piece of work: of the targets that it may certify, and of those that it supports alone."""
    row, task = piece.submission, piece.task
    parts = parts_of(session, district_id, row.id)
    files = said_of(session, district_id, {one.artefact for one in parts}, row.student_id)
    before = uses_of(session, district_id, row.student_id)
    uses = [Use(one.digest, one.target, one.submission, decided=True) for one in before]
    scores: dict[Independence, list[TargetScore]] = {}
    for one in piece.rubric.criteria:
        level = resolved[one.key].level
        if level is not None:
            laid = [files[part.artefact] for part in parts if part.target == one.target]
            counts = independence(laid, one.target, uses)
            scores.setdefault(counts, []).append(TargetScore(graph.guids[one.target], None, None, level))
    student = sourced_id(session, district_id, row.student_id)
    scorer = _scorer(session, district_id, piece)
    return [
        Result(
            source_id=f"{row.source}.{counts}",
            revision=1,
            student=student,
            assessment=assessment_name(session, district_id, task.assessment),
            form=FORM,
            purpose=purpose(credit_bearing=task.credit_bearing),
            evidence_type=evidence_type(task.kind),
            scorer=scorer,
            performed_at=row.handed_in_at,
            scored_at=now,
            independence=counts,
            feedback=Feedback.NONE,
            targets=tuple(some),
        )
        for counts, some in scores.items()
    ]


def _scorer(session: Session, district_id: int, piece: Piece) -> str:
    """By whose word the levels stand: the first certified educator among those who scored."""
    raters = [one.rater for one in piece.said.sheets]
    names = scorer_names(session, district_id, raters)
    certified = [one for one in raters if names[one].certified]
    return names[certified[0] if certified else raters[0]].name
