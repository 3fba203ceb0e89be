"""A family, or a student of age, asks to see the whole record; the school makes it for them, on record (99.10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.complete_record import Document, complete_record
from api.actions.rights import holds_rights
from mastery.access import Viewer
from mastery.audit import Act
from models.audit import by_person, record
from models.inspection import Inspection, InspectionAnswer
from models.inspections import Asked, inspections_of
from models.queries_access import viewer_of


def ask_inspection(session: Session, viewer: Viewer, student: int, now: datetime) -> None:
    """Keep a request, unless one of the same person waits. Whoever calls has asked `holds_rights`, and commits."""
    if any(one.waits and one.person_id == viewer.person for one in inspections_of(session, viewer.district, student)):
        return
    row = Inspection(district_id=viewer.district, student_id=student, asked_by=viewer.person, asked_at=now)
    session.add(row)
    session.flush()
    _record(session, viewer, student, row.id, Act.INSPECTION_ASKED, now)


def still_holds(session: Session, asked: Asked, district_id: int, now: datetime) -> bool:
    """Whether who asked has a right to the record today: an order, or the 18th birthday, may have ended it."""
    return holds_rights(session, viewer_of(session, district_id, asked.person_id, now), asked.student_id, now)


def give_record(session: Session, viewer: Viewer, student: int, key: int | None, now: datetime) -> Document:
    """Make the complete record for a request, which is met with it; without a key for the oldest that waits, if any.

    Raises LookupError where there is no such request, or who asked has no right to the record any more. Whoever calls
    commits.
    """
    asked = _request(session, viewer.district, student, key, now)
    reader = None if asked is None else asked.person_id
    document = complete_record(session, viewer.district, student, by_person(viewer.person), now, reader)
    if asked is not None and asked.waits:
        _answer(session, viewer, asked, now, given=True)
    return document


def close_inspection(session: Session, viewer: Viewer, student: int, key: int, now: datetime) -> None:
    """End a request of somebody who has no right to the record any more. Raises LookupError for any other."""
    asked = _one(session, viewer.district, student, key)
    if not asked.waits or still_holds(session, asked, viewer.district, now):
        raise LookupError(f"request {key} is not to be closed")
    _answer(session, viewer, asked, now, given=False)


def _request(session: Session, district_id: int, student: int, key: int | None, now: datetime) -> Asked | None:
    if key is not None:
        asked = _one(session, district_id, student, key)
        if asked.closed or not still_holds(session, asked, district_id, now):
            raise LookupError(f"who asked with request {key} has no right to the record")
        return asked
    waiting = (one for one in reversed(inspections_of(session, district_id, student)) if one.waits)
    return next((one for one in waiting if still_holds(session, one, district_id, now)), None)


def _one(session: Session, district_id: int, student: int, key: int) -> Asked:
    found = next((one for one in inspections_of(session, district_id, student) if one.id == key), None)
    if found is None:
        raise LookupError(f"there is no request {key}")
    return found


def _answer(session: Session, viewer: Viewer, asked: Asked, now: datetime, *, given: bool) -> None:
    session.add(
        InspectionAnswer(
            district_id=viewer.district, inspection_id=asked.id, given=given, by_person=viewer.person, at=now
        )
    )
    session.flush()
    act = Act.INSPECTION_GIVEN if given else Act.INSPECTION_CLOSED
    _record(session, viewer, asked.student_id, asked.id, act, now)


def _record(session: Session, viewer: Viewer, student: int, key: int, act: Act, now: datetime) -> None:
    detail = {"inspection": key}
    record(session, viewer.district, by_person(viewer.person), act, now, [student], detail=detail)
