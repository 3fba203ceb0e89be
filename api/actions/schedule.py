"""What a district says of the end of its records: another time for a kind, a legal hold, the end of a hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from mastery.links import LinkError
from mastery.offices import Affair
from mastery.retention_schedule import Kind
from models.holds import RetentionError, lift_hold, place_hold, sign_rule
from models.queries_office import student_of_number
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Time:
    """A time for a kind of record, such as `7 years` or `permanent`, why, and from which day on."""

    kind: Kind
    keep: str
    basis: str
    begins_on: date


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold: of a student by number, or of all (None); of a kind, or of every kind (None); `until` its last day."""

    student: str | None
    kind: Kind | None
    reason: str
    until: date | None


def sign(session: Session, desk: Desk, asked: Time, now: datetime, by: str | None = None) -> None:
    """Keep a kind of record for another time. `by`: who signed it, where the command line is told.

    Raises NotYoursError, or RetentionError for what is no time, or has none of its own.
    """
    desk.whole_district(Affair.RETENTION, now)
    said = by or _name(session, desk)
    sign_rule(session, desk.district, asked.kind, asked.keep, asked.basis, said, asked.begins_on, now, desk.by)


def place(session: Session, desk: Desk, asked: Hold, now: datetime, by: str | None = None) -> int:
    """Keep records from being deleted; the key of the hold. `by`: who ordered it, where the command line is told.

    One student is named by who finds students of the whole district by name. Raises NotYoursError, LinkError naming
    the field, or RetentionError.
    """
    desk.whole_district(Affair.RETENTION, now)
    student = asked.student
    if desk.viewer is not None and student is not None:
        desk.whole_district(Affair.PEOPLE, now)
        student = _sourced_id(session, desk.district, student)
    said = by or _name(session, desk)
    return place_hold(session, desk.district, student, asked.kind, asked.reason, said, asked.until, now, desk.by)


def lift(session: Session, desk: Desk, key: int, now: datetime, by: str | None = None) -> None:
    """End a hold. `by`: who ordered it, where the command line is told.

    Raises NotYoursError, or RetentionError for one that is not there or was lifted.
    """
    desk.whole_district(Affair.RETENTION, now)
    lift_hold(session, desk.district, key, by or _name(session, desk), now, desk.by)


def _sourced_id(session: Session, district_id: int, number: str) -> str:
    student = student_of_number(session, district_id, number)
    if student is None:
        raise LinkError("student", "is no student of the district")
    return session.get_one(Person, (district_id, student)).sourced_id


def _name(session: Session, desk: Desk) -> str:
    """Whoever is at the desk, as the schedule names who signed."""
    if desk.person is None:
        raise RetentionError("Say who signed or ordered it.")
    return session.get_one(Person, (desk.district, desk.person)).display_name
