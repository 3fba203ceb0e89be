"""A family asks for a correction of a record; the school decides; a hearing, a statement: signed and on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.rights import holds_rights
from mastery.access import Subject, Viewer
from mastery.amendment import DECISIONS, FAMILY_STEPS, Contested, Step, is_contestable, open_steps
from mastery.audit import Act
from mastery.households import reads_message
from mastery.offices import Affair, remit
from models.amendment import Amendment, AmendmentStep
from models.amendments import Request, find_request
from models.audit import by_person, record

LONGEST = 4000
_ACTS = {Step.STATEMENT: Act.STATEMENT_ATTACHED, Step.ASK_HEARING: Act.AMENDMENT_ASKED}


class AmendmentError(ValueError):
    """What can not be done with a request; `code` says why: judgement, step, words, same_person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may_ask(session: Session, viewer: Viewer, subject: Subject, now: datetime) -> bool:
    """Whether a viewer may ask for a correction: whoever has the rights to the student's record today (99.5)."""
    return holds_rights(session, viewer, subject.student, now)


def may_decide(viewer: Viewer, subject: Subject, now: datetime) -> bool:
    """Whether a viewer may decide about a request: the office that answers for the student's school."""
    return remit(viewer, Affair.REQUESTS, now).covers(subject)


def ask(
    session: Session, viewer: Viewer, student: int, contested: Contested, found: str, wanted: str, now: datetime
) -> int:  # fmt: skip
    """Keep a request; its key. Whoever calls has asked `may_ask`, and commits. Raises AmendmentError."""
    if not is_contestable(contested):
        raise AmendmentError("judgement")
    if not (0 < len(found.strip()) <= LONGEST and 0 < len(wanted.strip()) <= LONGEST):
        raise AmendmentError("words")
    row = Amendment(
        district_id=viewer.district, student_id=student, asked_by=viewer.person, asked_at=now, contested=contested,
        found=found.strip(), wanted=wanted.strip(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"amendment": row.id, "contested": contested}
    record(session, viewer.district, by_person(viewer.person), Act.AMENDMENT_ASKED, now, [student], detail=detail)
    return row.id


def reads_whole(viewer: Viewer, request: Request, *, asks: bool, works: bool) -> bool:
    """Whether a viewer reads who asked for what in which words, not just that it was asked and where it stands."""
    # rights to the record are a student's own from the 18th birthday on
    return reads_message(viewer.person, request.asker, request.student_id, of_age=asks, works=works)


def steps_for(viewer: Viewer, request: Request, *, asks: bool, decides: bool) -> list[Step]:
    """What a viewer may do next about a request.

    Nobody decides after a hearing who decided before it, and nobody who asked. `asks`: rights to the record are the
    viewer's. One parent goes on with what they asked themselves.
    """
    own = asks and reads_whole(viewer, request, asks=asks, works=False)
    barred = {request.asker, *(one.person for one in request.steps if one.step in DECISIONS)}
    return [
        step
        for step in Step
        if step in open_steps(request.state)
        and ((own and step in FAMILY_STEPS) or (decides and step in DECISIONS and viewer.person not in barred))
    ]


def take_step(
    session: Session, viewer: Viewer, subject: Subject, key: int, step: Step, words: str, now: datetime, *, asks: bool
) -> None:  # fmt: skip
    """Take a step about a request, with its words. Raises AmendmentError, LookupError for no such request."""
    request = find_request(session, viewer.district, subject.student, key)
    if request is None:
        raise LookupError(f"there is no request {key}")
    if step not in steps_for(viewer, request, asks=asks, decides=may_decide(viewer, subject, now)):
        raise AmendmentError("step")
    if not 0 < len(words.strip()) <= LONGEST:
        raise AmendmentError("words")
    session.add(
        AmendmentStep(
            district_id=viewer.district, amendment_id=key, step=step, by_person=viewer.person, words=words.strip(),
            at=now,
        )
    )  # fmt: skip
    act = _ACTS.get(step, Act.AMENDMENT_DECIDED)
    detail = {"amendment": key, "step": step}
    record(session, viewer.district, by_person(viewer.person), act, now, [subject.student], detail=detail)
