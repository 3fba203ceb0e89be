"""In which time zone a school is, where it is another one than its district's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from mastery.audit import Act
from mastery.links import LinkError
from mastery.offices import Affair
from models.audit import record
from models.queries_people import district_zone
from models.registry import bump
from models.roster import School


@dataclass(frozen=True, slots=True)
class SchoolZone:
    """A school with the zone that its days go by; `own`: it has one of its own."""

    sourced_id: str
    name: str
    kind: str
    time_zone: str
    own: bool
    active: bool


def school_zones(session: Session, district_id: int) -> list[SchoolZone]:
    """The schools and other organisations of a district, by name."""
    zone = district_zone(session, district_id)
    rows = session.scalars(select(School).where(School.district_id == district_id).order_by(School.name, School.id))
    return [
        SchoolZone(one.sourced_id, one.name, one.kind, one.time_zone or zone, one.time_zone is not None, one.active)
        for one in rows
    ]


def set_zone(session: Session, desk: Desk, school: str, time_zone: str | None, now: datetime) -> None:
    """Set the zone of a school, named by its sourcedId or name; None: the district's. Raises NotYoursError, LinkError.

    Every day of an enrolment, a role or a class there begins and ends at that zone's midnight from now on.
    """
    desk.whole_district(Affair.PEOPLE, now)
    found = find_school(session, desk.district, school)
    if time_zone is not None:
        _check(time_zone)
    found.time_zone = time_zone
    session.flush()
    bump(session, desk.district, "roster")
    detail = {"school": found.id, "time_zone": time_zone}
    record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail=detail)


def find_school(session: Session, district_id: int, school: str) -> School:
    """The school that a sourcedId or a name means. Raises LinkError where that is none, or several."""
    found = session.scalars(
        select(School).where(School.district_id == district_id, (School.sourced_id == school) | (School.name == school))
    ).all()
    if len(found) != 1:
        raise LinkError("school", "is no school of this district" if not found else "means several: give the sourcedId")
    return found[0]


def _check(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LinkError("time_zone", "is no time zone; give one such as America/Chicago") from error
