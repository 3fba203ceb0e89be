"""Homes: where people live together, who belongs to one, and what of it somebody may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from mastery.access import Viewer
from mastery.audit import Act
from mastery.households import Notice, shown_members
from mastery.links import LinkError
from mastery.offices import Affair
from models.audit import by_person, record
from models.households import Household, HouseholdMember, StudentSafety
from models.queries_persons import members_of

LONGEST_ADDRESS = 500
_LANGUAGE_LETTERS = range(2, 36)


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody who is to belong to a home: how they want to be told, from and until which day."""

    household: int
    person: int
    notice: Notice
    begins_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """A home as its member is shown it: where letters go, in which language, and the viewer's own children there.

    `address`: the substitute one of a protected child where the real one is not kept. `membership`: the viewer's own.
    """

    membership: int
    household: int
    address: str | None
    language: str
    notice: Notice
    children: tuple[int, ...]


def make_household(session: Session, desk: Desk, address: str | None, language: str, first: int, now: datetime) -> int:
    """Make a home around its first member, for whom the desk answers; its key. Raises NotYoursError, or LinkError."""
    desk.anybody(session, Affair.PEOPLE, first, now)
    home = Household(district_id=desk.district, address=_address(address), language=_language(language), made_at=now)
    session.add(home)
    session.flush()
    _record(session, desk, first, now, {"household": home.id})
    _add(session, desk, Joining(home.id, first, Notice.LETTER), now)
    return home.id


def change_household(
    session: Session, desk: Desk, household: int, address: str | None, language: str, now: datetime
) -> None:
    """Change where a home is and the language of its letters. Raises NotYoursError, or LinkError naming the field."""
    home = _household(session, desk, household, now)
    home.address, home.language = _address(address), _language(language)
    session.flush()
    _record(session, desk, None, now, {"household": home.id})


def join_household(session: Session, desk: Desk, joining: Joining, now: datetime) -> int:
    """Let somebody belong to a home; the key of the membership. Raises NotYoursError, or LinkError naming the field."""
    _household(session, desk, joining.household, now)
    desk.anybody(session, Affair.PEOPLE, joining.person, now)
    if joining.begins_on and joining.ends_on and joining.ends_on < joining.begins_on:
        raise LinkError("ends_on", "is before the first day")
    if any(_overlaps(one, joining) for one in _memberships(session, desk, joining)):
        raise LinkError("person", "lives there already")
    return _add(session, desk, joining, now)


def _memberships(session: Session, desk: Desk, joining: Joining) -> Sequence[HouseholdMember]:
    return session.scalars(
        select(HouseholdMember).where(
            HouseholdMember.district_id == desk.district,
            HouseholdMember.household_id == joining.household,
            HouseholdMember.person_id == joining.person,
        )
    ).all()


def _overlaps(one: HouseholdMember, joining: Joining) -> bool:
    """Whether somebody would be in a home twice on some day."""
    first, last = one.begins_on or date.min, one.ends_on or date.max
    return first <= (joining.ends_on or date.max) and (joining.begins_on or date.min) <= last


def leave_household(session: Session, desk: Desk, membership: int, ends_on: date, now: datetime) -> None:
    """Set the last day of somebody in a home. Raises NotYoursError, or LinkError."""
    row = session.get(HouseholdMember, (desk.district, membership), with_for_update=True)
    if row is None:
        raise NotYoursError
    desk.anybody(session, Affair.PEOPLE, row.person_id, now)
    if row.begins_on is not None and ends_on < row.begins_on:
        raise LinkError("ends_on", "is before the first day")
    row.ends_on = ends_on
    session.flush()
    _record(session, desk, row.person_id, now, {"household": row.household_id, "left": True})


def own_homes(session: Session, viewer: Viewer, day: date) -> list[Home]:
    """The homes that somebody may be shown as theirs, with nobody in them but themselves and their children."""
    rows = members_of(session, viewer.district, viewer.person)
    shown = shown_members(viewer.person, [member for _, _, member in rows], viewer.wards, day)
    found = []
    for row, home, member in rows:
        if member in shown and member.person == viewer.person:
            children = tuple(one.person for one in shown if one.household == home.id and one.student)
            address = home.address or _substitute(session, viewer.district, children)
            found.append(Home(row.id, home.id, address, home.language, Notice(row.notice), children))
    return found


def choose_notice(session: Session, viewer: Viewer, membership: int, notice: Notice, day: date, now: datetime) -> None:
    """Let somebody say how they want to be told, for their own home alone. Raises NotYoursError for any other."""
    home = next((one for one in own_homes(session, viewer, day) if one.membership == membership), None)
    if home is None:
        raise NotYoursError
    row = session.get_one(HouseholdMember, (viewer.district, membership), with_for_update=True)
    row.notice = notice
    session.flush()
    detail = {"household": home.household, "person": viewer.person, "notice": notice}
    record(session, viewer.district, by_person(viewer.person), Act.PERSON_CHANGED, now, detail=detail)


def _substitute(session: Session, district_id: int, children: Sequence[int]) -> str | None:
    return session.scalars(
        select(StudentSafety.substitute_address)
        .where(
            StudentSafety.district_id == district_id,
            StudentSafety.student_id.in_(children),
            StudentSafety.substitute_address.is_not(None),
        )
        .order_by(StudentSafety.student_id)
        .limit(1)
    ).first()


def _household(session: Session, desk: Desk, household: int, now: datetime) -> Household:
    """A home of somebody for whom the desk answers."""
    home = session.get(Household, (desk.district, household), with_for_update=True)
    if home is None:
        raise NotYoursError
    members = session.scalars(
        select(HouseholdMember.person_id).where(
            HouseholdMember.district_id == desk.district, HouseholdMember.household_id == household
        )
    )
    if not any(desk.answers_for(session, Affair.PEOPLE, one, now) for one in members):
        raise NotYoursError
    return home


def _add(session: Session, desk: Desk, joining: Joining, now: datetime) -> int:
    row = HouseholdMember(
        district_id=desk.district,
        household_id=joining.household,
        person_id=joining.person,
        notice=joining.notice,
        begins_on=joining.begins_on,
        ends_on=joining.ends_on,
    )
    session.add(row)
    session.flush()
    _record(session, desk, joining.person, now, {"household": joining.household, "joined": True})
    return row.id


def _address(text: str | None) -> str | None:
    address = (text or "").strip()
    if len(address) > LONGEST_ADDRESS:
        raise LinkError("address", f"has more than {LONGEST_ADDRESS} characters")
    return address or None


def _language(text: str) -> str:
    language = text.strip()
    if len(language) not in _LANGUAGE_LETTERS or not language.replace("-", "").isalnum() or not language.isascii():
        raise LinkError("language", "is a language tag such as en, es or zh-Hans")
    return language


def _record(session: Session, desk: Desk, person: int | None, now: datetime, detail: dict[str, object]) -> None:
    whom = {} if person is None else {"person": person}
    record(session, desk.district, desk.by, Act.PERSON_CHANGED, now, detail=detail | whom)
