"""Guardians whom no roster brings: an office attests that somebody acts as a parent (domain 7.5, 99.3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import LONGEST_PURPOSE, NotYoursError
from mastery.audit import Act
from mastery.links import LinkError, not_oneself
from mastery.offices import Affair
from mastery.roster import Origin
from models.audit import record
from models.locks import give_names
from models.queries_access import zone_of_student
from models.roster import Guardianship, Person


def attest_guardian(
    session: Session,
    desk: Desk,
    student: int,
    guardian: int,
    reason: str,
    begins_on: date,
    ends_on: date | None,
    now: datetime,
) -> None:
    """Attest that somebody acts as a parent of a student, such as a stepparent or grandparent.

    The roster does not end it; the office does. Raises NotYoursError, or LinkError naming the field.
    """
    desk.student(session, Affair.ORDERS, student, now)
    not_oneself(desk.person, guardian)
    if guardian == student or session.get(Person, (desk.district, guardian)) is None:
        raise LinkError("guardian", "is nobody of this district, or the student")
    words = reason.strip()
    if not words or len(words) > LONGEST_PURPOSE:
        raise LinkError("reason", f"say how the person acts as a parent, in 1 to {LONGEST_PURPOSE} characters")
    if ends_on is not None and ends_on < begins_on:
        raise LinkError("ends_on", "is before the first day")
    give_names(session, desk.district, "guardian")
    known = session.get(Guardianship, (desk.district, guardian, student), with_for_update=True)
    if known is not None and (known.ends_on is None or known.ends_on >= _today(session, desk, student, now)):
        raise LinkError("guardian", "is a guardian of this student already")
    row = known or Guardianship(district_id=desk.district, guardian_id=guardian, student_id=student)
    row.begins_on, row.ends_on, row.origin = begins_on, ends_on, Origin.ATTESTED
    session.add(row)
    session.flush()
    detail = {"guardian": guardian, "origin": Origin.ATTESTED}
    record(session, desk.district, desk.by, Act.GRANT, now, [student], words, detail)


def end_attested(session: Session, desk: Desk, student: int, guardian: int, now: datetime) -> None:
    """End what an office attested: the day before today at the student's school is the last one.

    Raises NotYoursError; also for a guardian whom the roster brings, who ends there.
    """
    desk.student(session, Affair.ORDERS, student, now)
    row = session.get(Guardianship, (desk.district, guardian, student), with_for_update=True)
    if row is None or row.origin != Origin.ATTESTED:
        raise NotYoursError
    yesterday = date.fromordinal(_today(session, desk, student, now).toordinal() - 1)
    if row.ends_on is None or row.ends_on > yesterday:
        row.ends_on = yesterday
        row.begins_on = None if row.begins_on is None else min(row.begins_on, yesterday)
        session.flush()
        record(session, desk.district, desk.by, Act.REVOKE, now, [student], detail={"guardian": guardian})


def _today(session: Session, desk: Desk, student: int, now: datetime) -> date:
    return now.astimezone(zone_of_student(session, desk.district, student, now)).date()
