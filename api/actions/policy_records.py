"""Setting a parameter of the policy from a day on, and which one is in force for a student, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from mastery.offices import Affair
from mastery.policy import Policy
from mastery.policy_parameters import NAMES, SETTABLE, PolicyError, Value, fixed_because
from mastery.policy_records import Asked, InForce, Level, Places, Signed, check, in_force, policy_of
from models.policy_records import STORED, Told, places_of, put_record, records_of_student
from models.roster import Person, School


def sign_parameter(
    session: Session, desk: Desk, asked: Asked, now: datetime, today: date, by: str | None = None
) -> int:
    """Let a value count from a day on; its number. `by`: who signed it, where the command line is told.

    A person signs for the district alone: what the state says, or a school, is entered where the service is installed.
    Raises NotYoursError, or PolicyError for what can not be signed so.
    """
    desk.whole_district(Affair.POLICY, now)
    check(asked, today)
    if asked.level not in STORED:
        raise PolicyError("level", f"nothing goes by the rules of a {asked.level} yet: give {', '.join(STORED)}")
    if desk.viewer is not None and asked.level is not Level.DISTRICT:
        raise PolicyError("level", "a person signs for the district")
    said = by or _name(session, desk)
    school = None if asked.place is None else _school(session, desk.district, asked.place)
    return put_record(session, desk.district, asked, school, said, now, desk.by)


def _name(session: Session, desk: Desk) -> str:
    if desk.person is None:
        raise PolicyError("by", "say who signed it")
    return session.get_one(Person, (desk.district, desk.person)).display_name


def _school(session: Session, district_id: int, place: str) -> int:
    """The key of a school by its sourcedId or name."""
    found = session.scalars(
        select(School.id).where(
            School.district_id == district_id, (School.sourced_id == place) | (School.name == place)
        )
    ).all()
    if len(found) != 1:
        wrong = f"{place!r} means several schools: give the sourcedId" if found else f"there is no school {place!r}"
        raise PolicyError("place", wrong)
    return found[0]


# --- what is in force -------------------------------------------------------------------------------------------------


def policy_for(session: Session, district_id: int, student_id: int, day: date, zone: ZoneInfo) -> Policy:
    """The policy in force for a student on a day; one statement."""
    return policy_of(in_force_for(session, district_id, student_id, day, zone))


def in_force_for(
    session: Session, district_id: int, student_id: int, day: date, zone: ZoneInfo
) -> Mapping[str, InForce]:
    """Every parameter as it is in force for a student on a day, by the student's schools at noon."""
    noon = datetime.combine(day, time(12), zone)
    found = records_of_student(session, district_id, student_id, day, noon)
    return in_force([one.signed for one in found], places_of(found), day)


def in_force_in(records: Sequence[Told], day: date, school: str | None = None) -> Mapping[str, InForce]:
    """Every parameter as it is in force on a day in a school by its sourcedId; None: in the district in general."""
    where = Places() if school is None else Places(schools=frozenset({school}))
    return in_force([one.signed for one in records], where, day)


# --- as programs read it ----------------------------------------------------------------------------------------------


def policy_document(found: Mapping[str, InForce], day: date, *, names_school: bool = True) -> dict[str, Any]:
    """The policy of a day: every parameter with its value, who said it, since when, on what basis, why it counts.

    `names_school` False: nothing says at which school the student is.
    """
    return {
        "on": day.isoformat(),
        "policy_version": policy_of(found).version,
        "parameters": [_parameter(found[name], names_school) for name in NAMES],
    }


def _parameter(one: InForce, names_school: bool) -> dict[str, Any]:
    fixed = fixed_because(one.parameter)
    return {
        "name": one.parameter,
        **_value(one.value, one.by, names_school),
        "why": one.why,
        "overrode": [{**_value(other.value, other.by, names_school), "why": other.why} for other in one.overrode],
        "unit": SETTABLE[one.parameter].unit if one.parameter in SETTABLE else None,
        "settable": fixed is None,
        "fixed_because": fixed,
    }


def _plain(value: Value | None) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return float(value) if isinstance(value, Decimal) else value


def _value(value: Value | None, by: Signed | None, names_school: bool = True) -> dict[str, Any]:
    told = by if by is not None and (names_school or by.level is not Level.SCHOOL) else None
    return {
        "value": _plain(value),
        "level": "default" if by is None else by.level,
        "school": None if told is None else told.place,
        "since": None if by is None else by.effective_from.isoformat(),
        "legal_basis": None if told is None else told.basis,
    }


def record_document(one: Told) -> dict[str, Any]:
    """A record as the command line tells it; `value` null: the place says nothing of its own."""
    signed = one.signed
    return {
        "number": signed.number,
        "parameter": signed.parameter,
        **_value(signed.value, signed),
        "binding": signed.binding,
        "signed_by": one.by,
        "signed_at": signed.signed_at.isoformat(),
    }
