"""Partners: organisations whose people work with students, under an agreement or a family's consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.office_accounts import close
from mastery.audit import Act
from mastery.links import LinkError
from mastery.offices import Affair
from models.access import Account
from models.audit import record
from models.links import Link, Organization
from models.locks import give_names
from models.queries_people import lasts
from models.roster import Person

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner with its agreement, and how many people of it may be linked."""

    id: int
    name: str
    agreement_reference: str | None
    agreement_ends_on: date | None
    active: bool
    people: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended with a partner: how many of its people, links to students, and ways to sign in."""

    people: int
    links: int
    accounts: int


def add_partner(
    session: Session, desk: Desk, name: str, agreement: str | None, agreement_ends_on: date | None, now: datetime
) -> int:
    """Add a partner with the reference of its agreement, if there is one; its key.

    Raises NotYoursError, or LinkError naming the field.
    """
    _allow(desk, now)
    words, reference = name.strip(), _reference(agreement, agreement_ends_on)
    if not words or len(words) > LONGEST_NAME:
        raise LinkError("name", f"has 1 to {LONGEST_NAME} characters")
    give_names(session, desk.district, "partner")
    taken = select(Organization.id).where(
        Organization.district_id == desk.district, Organization.active, func.lower(Organization.name) == words.lower()
    )
    if session.execute(taken).first() is not None:
        raise LinkError("name", "is that of a partner already")
    partner = Organization(
        district_id=desk.district,
        name=words,
        agreement_reference=reference,
        agreement_ends_on=agreement_ends_on,
        active=True,
        ended_at=None,
    )
    session.add(partner)
    session.flush()
    _put(session, desk, partner.id, now, agreement=reference is not None)
    return partner.id


def renew_partner(
    session: Session, desk: Desk, key: int, agreement: str | None, agreement_ends_on: date | None, now: datetime
) -> None:
    """Put a new agreement with a partner on file. Links that ended with the former one stay ended.

    Raises NotYoursError, or LinkError naming the field.
    """
    _allow(desk, now)
    partner = session.get(Organization, (desk.district, key), with_for_update=True)
    if partner is None or not partner.active:
        raise NotYoursError
    reference = _reference(agreement, agreement_ends_on)
    partner.agreement_reference, partner.agreement_ends_on = reference, agreement_ends_on
    session.flush()
    _put(session, desk, key, now, agreement=reference is not None)


def _allow(desk: Desk, now: datetime) -> None:
    """Raises NotYoursError for who answers neither for links nor for appointments."""
    if not desk.remit(Affair.LINKS, now) and not desk.remit(Affair.APPOINTMENTS, now):
        raise NotYoursError


def _put(session: Session, desk: Desk, key: int, now: datetime, **what: bool) -> None:
    """Put an act about a partner on record."""
    detail = {"organization": key, **what}
    record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail=detail)


def _reference(agreement: str | None, ends_on: date | None) -> str | None:
    reference = (agreement or "").strip() or None
    if ends_on is not None and reference is None:
        raise LinkError("agreement", "is needed where an agreement ends: say where it is filed")
    return reference


def end_partner(session: Session, desk: Desk, key: int, now: datetime, real_now: datetime) -> Ended:
    """End a partner now: its people and their links to students end with it, and their accounts are closed.

    Raises NotYoursError.
    """
    desk.whole_district(Affair.APPOINTMENTS, now)
    partner = session.get(Organization, (desk.district, key), with_for_update=True)
    if partner is None:
        raise NotYoursError
    if not partner.active:
        return Ended(0, 0, 0)
    partner.active, partner.ended_at = False, now
    people = session.scalars(
        update(Person)
        .where(Person.district_id == desk.district, Person.organization_id == key, Person.active)
        .values(active=False)
        .returning(Person.id)
    ).all()
    links = _end_links(session, desk, key, people, now)
    accounts = _close_accounts(session, desk, people, now, real_now)
    _put(session, desk, key, now, ended=True)
    return Ended(len(people), links, accounts)


def _end_links(session: Session, desk: Desk, key: int, people: Sequence[int], now: datetime) -> int:
    running = session.scalars(
        select(Link)
        .where(
            Link.district_id == desk.district,
            or_(Link.organization_id == key, Link.person_id.in_(people)),
            lasts(now),
        )
        .with_for_update()
    ).all()
    for link in running:
        link.revoked_at, link.revoked_by = now, desk.person
        students = () if link.student_id is None else (link.student_id,)
        detail = {"link": link.id, "person": link.person_id, "role": link.role, "organization": key}
        record(session, desk.district, desk.by, Act.REVOKE, now, students, link.purpose, detail)
    session.flush()
    return len(running)


def _close_accounts(session: Session, desk: Desk, people: Sequence[int], now: datetime, real_now: datetime) -> int:
    accounts = session.scalars(
        select(Account)
        .where(Account.district_id == desk.district, Account.person_id.in_(people), Account.disabled_at.is_(None))
        .order_by(Account.id)
        .with_for_update()
    ).all()
    for account in accounts:
        close(session, desk.by, account, now, real_now)
    return len(accounts)


def list_partners(
    session: Session, district_id: int, limit: int | None = None, offset: int = 0
) -> tuple[list[Partner], int]:
    """A page of the partners of a district, those that run first, by name; how many there are."""
    total = session.scalar(select(func.count()).where(Organization.district_id == district_id)) or 0
    rows = session.execute(
        select(Organization, func.count(Person.id))
        .outerjoin(
            Person,
            (Person.district_id == Organization.district_id)
            & (Person.organization_id == Organization.id)
            & Person.active,
        )
        .where(Organization.district_id == district_id)
        .group_by(Organization.district_id, Organization.id)
        .order_by(Organization.active.desc(), Organization.name, Organization.id)
        .limit(limit)
        .offset(offset)
    )
    found = [
        Partner(one.id, one.name, one.agreement_reference, one.agreement_ends_on, one.active, people)
        for one, people in rows
    ]
    return found, total
