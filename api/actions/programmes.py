"""Programmes whose law sets rules of its own for a student's record, put on file and ended (domain 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from mastery.access import Subject, Viewer
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.links import LinkError, Programme
from models.audit import record
from models.links import ProgrammeEnrollment
from models.queries_access import subject_of
from models.queries_person import programmes_on_file


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A student's programme with its first and last day, which both belong to it; None: open."""

    programme: Programme
    begins_on: date
    ends_on: date | None = None


def keeps_programmes(viewer: Viewer, subject: Subject, now: datetime) -> bool:
    """Whether a person keeps the programmes of a student: who may write them, and is not held to some targets."""
    access = may(viewer, What.KEEP_PROGRAMMES, subject, now)
    return access.allowed and access.targets is None


def put_programme(session: Session, desk: Desk, student: int, asked: Enrolled, now: datetime) -> int:
    """Put a programme of a student on file; its key. Raises NotYoursError, or LinkError naming the field."""
    _check(session, desk, student, now)
    if asked.ends_on is not None and asked.ends_on < asked.begins_on:
        raise LinkError("ends_on", "is before the first day")
    if any(_overlaps(one, asked) for one in programmes_on_file(session, desk.district, student)):
        raise LinkError("programme", "is on file for some of these days")
    row = ProgrammeEnrollment(
        district_id=desk.district, student_id=student, programme=asked.programme, begins_on=asked.begins_on,
        ends_on=asked.ends_on,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, desk, student, row.id, now, ended=False)
    return row.id


def end_programme(session: Session, desk: Desk, student: int, key: int, last: date, now: datetime) -> None:
    """Let `last` be the last day of a student's programme; one that begins later was put on file in error, and goes.

    Raises NotYoursError, also for one that ends by then anyway.
    """
    _check(session, desk, student, now)
    row = session.get(ProgrammeEnrollment, (desk.district, key), with_for_update=True)
    if row is None or row.student_id != student or (row.ends_on is not None and row.ends_on <= last):
        raise NotYoursError
    if row.begins_on is not None and row.begins_on > last:
        session.delete(row)
    else:
        row.ends_on = last
    session.flush()
    _record(session, desk, student, key, now, ended=True)


def _check(session: Session, desk: Desk, student: int, now: datetime) -> None:
    subject = subject_of(session, desk.district, student, now)
    if subject is None or (desk.viewer is not None and not keeps_programmes(desk.viewer, subject, now)):
        raise NotYoursError


def _overlaps(row: ProgrammeEnrollment, asked: Enrolled) -> bool:
    return (
        row.programme == asked.programme
        and (row.ends_on is None or row.ends_on >= asked.begins_on)
        and (asked.ends_on is None or row.begins_on is None or row.begins_on <= asked.ends_on)
    )


def _record(session: Session, desk: Desk, student: int, key: int, now: datetime, *, ended: bool) -> None:
    # who reads the audit may not read programmes (table 7.3), so that it does not say which
    detail = {"programme_enrollment": key, "ended": ended}
    record(session, desk.district, desk.by, Act.PERSON_CHANGED, now, [student], detail=detail)
