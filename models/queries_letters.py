"""Whom letters can be made for: the people of a school or section, and what is known of their accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true, union
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.letters import CodeKind, Group, letters_of
from mastery.names import NameUse, sort_name
from mastery.offices import Remit
from mastery.roster import Role
from models.access import Account
from models.entry_codes import is_open
from models.letters import EntryCode
from models.queries_account_keepers import kept_by, staff
from models.queries_office import students_in
from models.queries_people import enrolled, on
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section


@dataclass(frozen=True, slots=True)
class Scope:
    """A group of people of a school, or of one of its sections."""

    school_id: int
    section_id: int | None
    group: Group


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter is for. `sign_in_name` and `language` are those of an account that is there; `letter_until` is when
    an open letter ends; `may_have`: a letter can be made, which is not so where every account is closed.
    """

    person_id: int
    name: str
    sort_name: str
    sign_in_name: str | None
    language: str | None
    letter_until: datetime | None
    may_have: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A school or section by name."""

    id: int
    name: str


def schools_of(session: Session, viewer: Viewer) -> Sequence[Place]:
    """The schools for whose people the viewer may make letters, by name."""
    query = select(School.id, School.name).where(
        School.district_id == viewer.district, School.active, School.kind == "school"
    )
    if not letters_of(viewer).district:
        query = query.where(School.id.in_(letters_of(viewer).schools))
    return [Place(*row) for row in session.execute(query.order_by(School.name, School.id))]


def sections_of_school(session: Session, district_id: int, school_id: int) -> Sequence[Place]:
    """The sections of a school that run, by title."""
    rows = session.execute(
        select(Section.id, Section.title)
        .where(Section.district_id == district_id, Section.school_id == school_id, Section.active)
        .order_by(Section.title, Section.id)
    )
    return [Place(*row) for row in rows]


def _students(district_id: int, scope: Scope, today: date, at: datetime) -> Select[int]:
    in_section = enrolled(district_id, Role.STUDENT, at).with_only_columns(Enrollment.person_id)
    if scope.section_id is not None:
        return in_section.where(Enrollment.section_id == scope.section_id, Section.school_id == scope.school_id)
    by_role = select(PersonRole.person_id).where(
        PersonRole.district_id == district_id,
        PersonRole.school_id == scope.school_id,
        PersonRole.role == Role.STUDENT,
        on(today, PersonRole),
    )
    both = union(by_role, in_section.where(Section.school_id == scope.school_id)).subquery("of_school")
    return select(both.c.person_id)


def _members(district_id: int, scope: Scope, today: date, at: datetime) -> ColumnElement[bool]:
    students = _students(district_id, scope, today, at)
    if scope.group is Group.STUDENTS:
        return Person.id.in_(students)
    if scope.group is Group.GUARDIANS:
        guardians = select(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id, Guardianship.student_id.in_(students), on(today, Guardianship)
        )
        return Person.id.in_(guardians)
    by_role, by_section = staff(district_id, today)
    teaching = by_section.where(Section.school_id == scope.school_id).with_only_columns(Enrollment.person_id)
    if scope.section_id is not None:
        return Person.id.in_(teaching.where(Enrollment.section_id == scope.section_id))
    employed = by_role.where(PersonRole.school_id == scope.school_id).with_only_columns(PersonRole.person_id)
    return or_(Person.id.in_(employed), Person.id.in_(teaching))


def _recipients(viewer: Viewer, scope: Scope | None, today: date, now: datetime) -> Select[Any]:
    district = viewer.district
    of_person = (Account.district_id == district) & (Account.person_id == Person.id)
    account = select(func.min(Account.id)).where(of_person, Account.disabled_at.is_(None)).scalar_subquery()
    closed = select(Account.id).where(of_person, Account.disabled_at.is_not(None)).exists()
    letter = (
        select(func.max(EntryCode.expires_at))
        .where(
            EntryCode.district_id == district,
            EntryCode.person_id == Person.id,
            EntryCode.kind == CodeKind.LETTER,
            is_open(now),
        )
        .scalar_subquery()
    )
    return select(
        Person, account.label("account_id"), closed.label("is_closed"), letter.label("letter_until")
    ).where(
        Person.district_id == district, Person.enabled, kept_by(viewer, today),
        true() if scope is None else _members(district, scope, today, viewer.at),
    )  # fmt: skip


def list_recipients(
    session: Session, viewer: Viewer, scope: Scope, today: date, now: datetime, limit: int, offset: int
) -> tuple[Sequence[Recipient], int, int]:
    """A page of a scope by family name; how many there are; and how many have neither an account nor an open letter."""
    every = _recipients(viewer, scope, today, now)
    inner = every.subquery("every")
    total, missing = session.execute(
        select(
            func.count(),
            func.count().filter(inner.c.account_id.is_(None), ~inner.c.is_closed, inner.c.letter_until.is_(None)),
        ).select_from(inner)
    ).one()
    return _read(session, viewer.district, every, limit, offset), total, missing


def without_account(
    session: Session, viewer: Viewer, scope: Scope, today: date, now: datetime, limit: int
) -> Sequence[Recipient]:
    """Those of a scope who have neither an account nor an open letter, by family name."""
    every = _recipients(viewer, scope, today, now).subquery("every")
    wanted = select(every.c.id).where(
        every.c.account_id.is_(None), ~every.c.is_closed, every.c.letter_until.is_(None)
    )  # fmt: skip
    return _read(session, viewer.district, _recipients(viewer, scope, today, now).where(Person.id.in_(wanted)), limit)


def one_recipient(
    session: Session, viewer: Viewer, scope: Scope | None, today: date, now: datetime, person_id: int
) -> Recipient | None:
    """A person of a scope; None for anybody else, and for who may have no letter.

    Without a scope it is somebody for whose account the viewer answers, as whoever calls has asked.
    """
    found = _read(
        session, viewer.district, _recipients(viewer, scope, today, now).where(Person.id == person_id), limit=1
    )
    return next((one for one in found if one.may_have), None)


def _read(session: Session, district_id: int, query: Select[Any], limit: int, offset: int = 0) -> Sequence[Recipient]:
    family = func.coalesce(Person.preferred_family_name, Person.family_name)
    given = func.coalesce(Person.preferred_given_name, Person.given_name)
    rows = session.execute(query.order_by(family, given, Person.id).limit(limit).offset(offset)).all()
    keys = [row.account_id for row in rows if row.account_id is not None]
    accounts = {
        row.id: row
        for row in session.execute(
            select(Account.id, Account.sign_in_name, Account.language).where(
                Account.district_id == district_id, Account.id == func.any(keys)
            )
        )
    }
    return [
        Recipient(
            person.id,
            person.display_name,
            sort_name(person.names, NameUse.SCREEN),
            account.sign_in_name if account else None,
            account.language if account else None,
            until,
            account is not None or not is_closed,
        )
        for person, account_id, is_closed, until in rows
        for account in [accounts.get(account_id)]
    ]


def wards_of(
    session: Session, district_id: int, people: Collection[int], where: Remit, today: date, at: datetime
) -> dict[int, list[str]]:
    """The names of the children in some places of each guardian among some people, by family name."""
    rows = session.execute(
        select(Guardianship.guardian_id, Person)
        .join(Person, (Person.district_id == Guardianship.district_id) & (Person.id == Guardianship.student_id))
        .where(
            Guardianship.district_id == district_id,
            Guardianship.guardian_id == func.any(list(people)),
            Guardianship.student_id.in_(students_in(district_id, where, at)),
            on(today, Guardianship),
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found: dict[int, list[str]] = {}
    for guardian, ward in rows:
        found.setdefault(guardian, []).append(ward.display_name)
    return found
