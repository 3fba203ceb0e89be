"""People whom no roster brings, and what is on file of anybody: for the office."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.office_accounts import may_keep_account
from mastery.audit import Act
from mastery.households import Member
from mastery.links import LinkError
from mastery.names import NameUse, name_for
from mastery.offices import Affair, Reach
from mastery.roster import LOCAL
from models.audit import record
from models.households import Household, StudentSafety
from models.links import Organization
from models.queries_access import subject_of, zone_of_student
from models.queries_office import find_person
from models.queries_people import district_zone
from models.queries_person import accounts_of
from models.queries_persons import family_ties, members_of, roles_held, works_by_link
from models.roster import Person

LONGEST_NAME = 100
_CHANGED = ("given_name", "family_name", "email", "phone", "organization_id")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody to add: a mentor of a partner, a grandparent who acts as a parent."""

    given_name: str
    family_name: str
    email: str | None = None
    phone: str | None = None
    organization: int | None = None


def add_person(session: Session, desk: Desk, draft: Draft, now: datetime) -> Person:
    """Add a person whom no roster brings; nothing but this service's own acts ends or changes them.

    Raises NotYoursError for who answers for nobody, or LinkError naming the field.
    """
    if not desk.remit(Affair.PEOPLE, now) and not desk.remit(Affair.LINKS, now):
        raise NotYoursError
    person = Person(district_id=desk.district, sourced_id=f"{LOCAL}{uuid4()}", grades=[])
    _fill(session, desk, person, draft)
    session.add(person)
    session.flush()
    detail = {"person": person.id, "added": True, "organization": draft.organization}
    record(session, desk.district, desk.by, Act.PERSON_CHANGED, now, detail=detail)
    return person


def is_local(person: Person) -> bool:
    """Whether a person was added here, and no roster brings them."""
    return person.sourced_id.startswith(LOCAL)


def change_person(session: Session, desk: Desk, key: int, draft: Draft, now: datetime) -> None:
    """Correct what is on file of a person who was added here. Raises NotYoursError, or LinkError naming the field."""
    person = _added(session, desk, key, now)
    before = {name: getattr(person, name) for name in _CHANGED}
    if draft.organization is not None and works_by_link(session, desk.district, key, now):
        raise LinkError("employee", "works for the district by a link: end that before they are a partner's")
    _fill(session, desk, person, draft)
    session.flush()
    changed = [name for name in _CHANGED if getattr(person, name) != before[name]]
    if changed:
        detail = {"person": key, "changed": changed, "organization": person.organization_id}
        record(session, desk.district, desk.by, Act.PERSON_CHANGED, now, detail=detail)


def _added(session: Session, desk: Desk, key: int, now: datetime) -> Person:
    """A person who was added here and whom the desk may correct. Raises NotYoursError."""
    person = session.get(Person, (desk.district, key), with_for_update=True)
    if person is None or not may_correct(session, desk, person, now):
        raise NotYoursError
    return person


def may_correct(session: Session, desk: Desk, person: Person, now: datetime) -> bool:
    """Whether a desk corrects somebody who was added here: it finds them, and keeps the account, if they have one.

    A link that opens the account goes to the address that is corrected, so that one is not to be had without the other.
    """
    where = desk.remit(Affair.PEOPLE, now)
    if not person.active or not is_local(person) or not where:
        return False
    if desk.viewer is None or where.district:
        return True
    today = now.astimezone(ZoneInfo(district_zone(session, desk.district))).date()
    if find_person(session, desk.district, Reach(where, where), person.id, now, today) is None:
        return False
    return not accounts_of(session, desk.district, person.id) or may_keep_account(
        session, desk.viewer, person.id, now
    )  # fmt: skip


def _fill(session: Session, desk: Desk, person: Person, draft: Draft) -> None:
    email = (draft.email or "").strip() or None
    if email is not None and _EMAIL.fullmatch(email) is None:
        raise LinkError("email", "is no e-mail address; give one such as name@example.org")
    if draft.organization is not None and draft.organization != person.organization_id:
        partner = session.get(Organization, (desk.district, draft.organization))
        if partner is None or not partner.active:
            raise LinkError("organization", "is no partner of this district, or one that has ended")
    person.given_name, person.family_name = (
        _name("given_name", draft.given_name),
        _name("family_name", draft.family_name),
    )
    person.email, person.phone = email, (draft.phone or "").strip() or None
    person.organization_id = draft.organization


def _name(field: str, text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise LinkError(field, f"has 1 to {LONGEST_NAME} characters")
    return name


def on_file(session: Session, desk: Desk, person: Person, now: datetime) -> dict[str, Any]:
    """What an office has on file of a person, as plain values; of a student it is put on record as a view.

    Raises NotYoursError.
    """
    desk.anybody(session, Affair.PEOPLE, person.id, now)
    subject = subject_of(session, desk.district, person.id, now)
    if subject is not None:
        record(session, desk.district, desk.by, Act.VIEW, now, [person.id], detail={"page": "person on file"})
    safety = session.get(StudentSafety, (desk.district, person.id))
    today = now.astimezone(zone_of_student(session, desk.district, person.id, now)).date()
    return {
        "sourced_id": person.sourced_id,
        "identifier": person.identifier,
        "legal_name": name_for(person.names, NameUse.REGISTRAR),
        "display_name": person.display_name,
        "pronouns": person.pronouns,
        "birth_date": person.birth_date,
        "email": person.email,
        "phone": person.phone,
        "sms": person.sms,
        "active": person.active and person.enabled,
        "protected": safety is not None and safety.protected,
        "directory_opt_out": safety is not None and safety.directory_opt_out,
        "display_name_to_family": None if safety is None else safety.display_name_to_family,
        "restriction_on_file": subject is not None and subject.restricted,
        "roles": [
            {"role": one.role, "school": one.school, "begins_on": one.begins_on, "ends_on": one.ends_on}
            for one in roles_held(session, desk.district, person.id)
        ],
        "family": _family(session, desk.district, person),
        "homes": [
            _home(home, member, safety)
            for _, home, member in members_of(session, desk.district, person.id)
            if member.person == person.id and member.holds(today)
        ],
    }


def _family(session: Session, district_id: int, person: Person) -> list[dict[str, Any]]:
    return [
        {
            "is": "guardian" if tie.student_id == person.id else "student",
            "sourced_id": other,
            "origin": tie.origin,
            "begins_on": tie.begins_on,
            "ends_on": tie.ends_on,
        }
        for tie, other in family_ties(session, district_id, person.id)
    ]


def _home(home: Household, member: Member, safety: StudentSafety | None) -> dict[str, Any]:
    protected = safety is not None and safety.protected
    address = safety.substitute_address if safety is not None and protected else home.address
    return {"address": address, "language": home.language, "since": _text(member.begins_on)}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
