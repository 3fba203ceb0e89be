"""Whose the rights to a student's record are today: the parents', or from the 18th birthday on the student's (99.5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.links import is_family, may_sign, of_age
from models.queries_access import zone_of_student
from models.roster import Person


def grown_at(session: Session, district_id: int, student: int, now: datetime) -> datetime | None:
    """The instant from which on a student is of age; None where the date of birth is not on file."""
    born = session.get_one(Person, (district_id, student)).birth_date
    return None if born is None else of_age(born, zone_of_student(session, district_id, student, now))


def is_grown(session: Session, district_id: int, student: int, now: datetime) -> bool:
    """Whether a student is of age."""
    grown = grown_at(session, district_id, student, now)
    return grown is not None and grown <= now


def holds_rights(session: Session, viewer: Viewer, student: int, now: datetime) -> bool:
    """Whether the rights to a student's record are a viewer's."""
    if not is_family(viewer, student):
        return False
    return may_sign(viewer, student, grown_at(session, viewer.district, student, now), now)
