"""The end of one person whom an office added: links, offices, acting as a parent and the account end with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.guardians import end_attested
from api.actions.links import NotYoursError, answers_for_link, cut_link
from api.actions.office_accounts import close, may_keep_account
from api.actions.people import is_local
from mastery.access import Viewer
from mastery.audit import Act
from mastery.offices import Affair, Reach, remit
from mastery.roster import Origin
from models.access import Account
from models.audit import by_person, record
from models.links import Link
from models.queries_access import subject_of
from models.queries_office import find_person
from models.queries_people import district_zone, is_or_will_be, lasts
from models.queries_person import accounts_of
from models.roster import Guardianship, Person


@dataclass(frozen=True, slots=True)
class Cuts:
    """What ends with a person: links and offices that run or will, whom they act as a parent of, open accounts."""

    links: Sequence[Link]
    guardianships: Sequence[Guardianship]
    accounts: Sequence[Account]


def cuts_of(session: Session, district_id: int, person: int, now: datetime) -> Cuts:
    """What ends with a person."""
    today = now.astimezone(ZoneInfo(district_zone(session, district_id))).date()
    links = session.scalars(
        select(Link).where(Link.district_id == district_id, Link.person_id == person, lasts(now)).order_by(Link.id)
    )
    guardianships = session.scalars(
        select(Guardianship)
        .where(Guardianship.district_id == district_id, Guardianship.guardian_id == person, is_or_will_be(today))
        .order_by(Guardianship.student_id)
    )
    accounts = [one for one in accounts_of(session, district_id, person) if one.disabled_at is None]
    return Cuts(links.all(), guardianships.all(), accounts)


def may_end_person(session: Session, viewer: Viewer, person: Person, cuts: Cuts, now: datetime) -> bool:
    """Whether somebody ends a person who was added here: they find them, and answer for all that ends, each by its law.

    Who appoints in the whole district ends links to its students, too, as with a partner; nobody ends themselves.
    """
    where = remit(viewer, Affair.PEOPLE, now)
    if not person.active or not is_local(person) or person.id == viewer.person or not where:
        return False
    today = now.astimezone(ZoneInfo(district_zone(session, viewer.district))).date()
    if find_person(session, viewer.district, Reach(where, where), person.id, now, today) is None:
        return False
    if cuts.accounts and not may_keep_account(session, viewer, person.id, now):
        return False
    appoints = remit(viewer, Affair.APPOINTMENTS, now).district
    return all(appoints or answers_for_link(session, viewer, one, now) for one in cuts.links) and all(
        _answers_for_family(session, viewer, one, now) for one in cuts.guardianships
    )


def _answers_for_family(session: Session, viewer: Viewer, tie: Guardianship, now: datetime) -> bool:
    subject = subject_of(session, viewer.district, tie.student_id, now)
    attested = tie.origin == Origin.ATTESTED
    return attested and subject is not None and remit(viewer, Affair.ORDERS, now).covers(subject)


def end_person(session: Session, viewer: Viewer, key: int, now: datetime, real_now: datetime) -> None:
    """End a person who was added here; who is signed in is out as of `real_now`. Raises NotYoursError.

    What is on record of them stays, and so do consents for them, which open nothing any more.
    """
    person = session.get(Person, (viewer.district, key), with_for_update=True)
    if person is None:
        raise NotYoursError
    cuts = cuts_of(session, viewer.district, key, now)
    if not may_end_person(session, viewer, person, cuts, now):
        raise NotYoursError
    for link in cuts.links:
        cut_link(session, viewer, link, now)
    for tie in cuts.guardianships:
        end_attested(session, Desk.of(viewer), tie.student_id, key, now)
    for account in cuts.accounts:
        close(session, by_person(viewer.person), account, now, real_now)
    person.active = False
    session.flush()
    detail = {"person": key, "ended": True}
    record(session, viewer.district, by_person(viewer.person), Act.PERSON_CHANGED, now, detail=detail)
