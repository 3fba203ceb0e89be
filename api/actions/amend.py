"""A family asks for a correction of a record; the school decides; a hearing, a statement: signed and on record."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from mastery.access import Relation, Subject, Viewer, relations
from mastery.amendment import DECISIONS, FAMILY_STEPS, Contested, Step, is_contestable, open_steps
from mastery.audit import Act
from models.amendment import Amendment, AmendmentStep
from models.amendments import Request, find_request
from models.audit import by_person, record
from models.roster import Person

LONGEST = 4000
_ADULT_AT = 18
_DECIDES = frozenset({Relation.SCHOOL_ADMINISTRATOR, Relation.DISTRICT_ADMINISTRATOR})
_ACTS = {Step.STATEMENT: Act.STATEMENT_ATTACHED, Step.ASK_HEARING: Act.AMENDMENT_ASKED}


class AmendmentError(ValueError):
    """What can not be done with a request; `code` says why: judgement, step, words, same_person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may_ask(session: Session, viewer: Viewer, subject: Subject, today: date) -> bool:
    """Whether a viewer may ask for a correction: a guardian, or the student from 18 on, by the roster."""
    related = relations(viewer, subject)
    if Relation.GUARDIAN in related:
        return True
    if Relation.SELF not in related:
        return False
    born = session.get_one(Person, (subject.district, subject.student)).birth_date
    return born is not None and (today.year - born.year, today.month, today.day) >= (_ADULT_AT, born.month, born.day)


def may_decide(viewer: Viewer, subject: Subject) -> bool:
    """Whether a viewer may decide about a request, for the school or the district."""
    return not relations(viewer, subject).isdisjoint(_DECIDES)


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


def steps_for(viewer: Viewer, request: Request, *, asks: bool, decides: bool) -> list[Step]:
    """What a viewer may do next about a request. Nobody decides after a hearing who decided before it."""
    decided = {one.person for one in request.steps if one.step in DECISIONS}
    return [
        step
        for step in Step
        if step in open_steps(request.state)
        and ((asks and step in FAMILY_STEPS) or (decides and step in DECISIONS and viewer.person not in decided))
    ]


def take_step(
    session: Session, viewer: Viewer, subject: Subject, key: int, step: Step, words: str, now: datetime, *, asks: bool
) -> None:  # fmt: skip
    """Take a step about a request, with its words. Raises AmendmentError, LookupError for no such request."""
    request = find_request(session, viewer.district, subject.student, key)
    if request is None:
        raise LookupError(f"there is no request {key}")
    if step not in steps_for(viewer, request, asks=asks, decides=may_decide(viewer, subject)):
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
