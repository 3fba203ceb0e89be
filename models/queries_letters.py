"""Whom letters can be made for, and the codes of letters and links."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select, true, union, update
from sqlalchemy.orm import Session, aliased

from mastery.access import Scope as Reach
from mastery.access import Viewer
from mastery.letters import CodeKind, Group, letters_of
from mastery.names import NameUse, sort_name
from mastery.offices import Remit
from mastery.roster import Origin, Role
from models.access import Account
from models.letters import EntryCode
from models.links import Link
from models.queries_office import students_in
from models.queries_people import enrolled, is_student, on
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section

_NO_STAFF = (Role.STUDENT, Role.GUARDIAN)


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


def _staff(district_id: int, today: date) -> tuple[Select[int, int | None], Select[int, int | None]]:
    """(person id, school id) of who works somewhere: by a role, and by a section."""
    by_role = select(PersonRole.person_id, PersonRole.school_id).where(
        PersonRole.district_id == district_id, PersonRole.role.not_in(_NO_STAFF), on(today, PersonRole)
    )
    by_section = (
        select(Enrollment.person_id, Section.school_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id,
            Enrollment.role.not_in(_NO_STAFF),
            on(today, Enrollment),
            Section.active,
        )
    )
    return by_role, by_section


def _members(district_id: int, scope: Scope, today: date, at: datetime) -> ColumnElement[bool]:
    students = _students(district_id, scope, today, at)
    if scope.group is Group.STUDENTS:
        return Person.id.in_(students)
    if scope.group is Group.GUARDIANS:
        guardians = select(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id, Guardianship.student_id.in_(students), on(today, Guardianship)
        )
        return Person.id.in_(guardians)
    by_role, by_section = _staff(district_id, today)
    teaching = by_section.where(Section.school_id == scope.school_id).with_only_columns(Enrollment.person_id)
    if scope.section_id is not None:
        return Person.id.in_(teaching.where(Enrollment.section_id == scope.section_id))
    employed = by_role.where(PersonRole.school_id == scope.school_id).with_only_columns(PersonRole.person_id)
    return or_(Person.id.in_(employed), Person.id.in_(teaching))


def _within_reach(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """Whom a letter can be made for: it opens all that its person may see, so it takes who answers for all of that.

    From a school that is nobody who works elsewhere too or is linked there. An account that is there is the school's
    only where the roster says so, and where it opens no child of another school; a parent's first letter may.
    """
    reach = letters_of(viewer)
    others = and_(Person.active, Person.id != viewer.person)
    if reach.district:
        return others
    by_role, by_section = _staff(viewer.district, today)
    elsewhere = union(
        by_role.where(or_(PersonRole.school_id.is_(None), PersonRole.school_id.not_in(reach.schools))),
        by_section.where(or_(Section.school_id.is_(None), Section.school_id.not_in(reach.schools))),
        _linked_beyond(viewer, reach.schools),
    ).subquery("elsewhere")
    new = ~exists().where(Account.district_id == viewer.district, Account.person_id == Person.id)
    ours = Person.id.in_(_in_roster(viewer, reach.schools, today))
    at_home_here = Person.id.not_in(_guardians_beyond(viewer, reach.schools, today))
    return and_(
        others,
        Person.id.not_in(select(elsewhere.c.person_id)),
        or_(and_(or_(new, ours), at_home_here), and_(new, _only_parent(viewer, reach.schools, today))),
    )


def _in_roster(viewer: Viewer, schools: Collection[int], today: date) -> Select[int]:
    """Whom the roster has as a student, as staff, or as a guardian of a student of some schools.

    Not whom a school itself attested or linked: by its own act nobody's account becomes its own.
    """
    by_role, by_section = _staff(viewer.district, today)
    here = is_student(viewer.district, viewer.at).subquery("student_here")
    found = union(
        by_role.where(PersonRole.school_id.in_(schools)).with_only_columns(PersonRole.person_id),
        by_section.where(Section.school_id.in_(schools)).with_only_columns(Enrollment.person_id),
        select(here.c.person_id).where(here.c.school_id.in_(schools)),
        _parents(viewer, schools, today),
    ).subquery("in_roster")
    return select(found.c.person_id)


def _parents(viewer: Viewer, schools: Collection[int], today: date) -> Select[int]:
    """Whom the roster has as a guardian of a student of some schools."""
    here = is_student(viewer.district, viewer.at).subquery("child_here")
    return select(Guardianship.guardian_id).where(
        Guardianship.district_id == viewer.district, Guardianship.origin != Origin.ATTESTED, on(today, Guardianship),
        Guardianship.student_id.in_(select(here.c.person_id).where(here.c.school_id.in_(schools))),
    )  # fmt: skip


def _only_parent(viewer: Viewer, schools: Collection[int], today: date) -> ColumnElement[bool]:
    """Who is a guardian of some schools by the roster, and neither works nor is linked anywhere."""
    by_role, by_section = _staff(viewer.district, today)
    linked = select(Link.person_id).where(Link.district_id == viewer.district, _lasts(viewer.at))
    more = union(
        by_role.with_only_columns(PersonRole.person_id), by_section.with_only_columns(Enrollment.person_id), linked
    ).subquery("more_than_parent")
    return and_(Person.id.in_(_parents(viewer, schools, today)), Person.id.not_in(select(more.c.person_id)))


def _answered_for(viewer: Viewer, schools: Collection[int]) -> Select[int]:
    """The students for whom some schools answer: who is there today, or was there and is nowhere now."""
    today = is_student(viewer.district, viewer.at).subquery("today")
    role, enrolment = aliased(PersonRole), aliased(Enrollment)
    were = union(
        select(role.person_id).where(
            role.district_id == viewer.district, role.role == Role.STUDENT, role.school_id.in_(schools)
        ),
        select(enrolment.person_id)
        .join(Section, (Section.district_id == enrolment.district_id) & (Section.id == enrolment.section_id))
        .where(
            enrolment.district_id == viewer.district, enrolment.role == Role.STUDENT, Section.school_id.in_(schools)
        ),
    ).subquery("were")  # fmt: skip
    return (
        select(were.c.person_id)
        .outerjoin(today, today.c.person_id == were.c.person_id)
        .where(or_(today.c.person_id.is_(None), today.c.school_id.in_(schools)))
    )


def _guardians_beyond(viewer: Viewer, schools: Collection[int], today: date) -> Select[int]:
    """Who is, or will be, a guardian of a student for whom some schools do not answer."""
    return select(Guardianship.guardian_id).where(
        Guardianship.district_id == viewer.district, or_(Guardianship.ends_on.is_(None), Guardianship.ends_on >= today),
        Guardianship.student_id.not_in(_answered_for(viewer, schools)),
    )  # fmt: skip


def _lasts(at: datetime) -> ColumnElement[bool]:
    """Whether a link lasts, or will."""
    return and_(Link.revoked_at.is_(None), or_(Link.ends_at.is_(None), Link.ends_at > at))


def _linked_beyond(viewer: Viewer, schools: Collection[int]) -> Select[int, int | None]:
    """(person id, school id) of links that last, or will, to something outside of some schools: offices among them."""
    return (
        select(Link.person_id, Link.school_id)
        .outerjoin(Section, (Section.district_id == Link.district_id) & (Section.id == Link.section_id))
        .where(
            Link.district_id == viewer.district,
            _lasts(viewer.at),
            or_(
                Link.scope == Reach.DISTRICT,
                Link.school_id.not_in(schools),
                Section.school_id.not_in(schools),
                Link.student_id.not_in(_answered_for(viewer, schools)),
            ),
        )
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(EntryCode.used_at.is_(None), EntryCode.ended_at.is_(None), EntryCode.expires_at > now)


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
            _is_open(now),
        )
        .scalar_subquery()
    )
    return select(
        Person, account.label("account_id"), closed.label("is_closed"), letter.label("letter_until")
    ).where(
        Person.district_id == district, Person.enabled, _within_reach(viewer, today),
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


def answers_for_account(session: Session, viewer: Viewer, today: date, person_id: int) -> bool:
    """Whether the account of somebody who is near the viewer's schools is theirs to keep, or a first one to give."""
    found = select(Person.id).where(
        Person.district_id == viewer.district, Person.id == person_id, _within_reach(viewer, today)
    )
    return session.scalar(found) is not None


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


def students_among(session: Session, district_id: int, people: Collection[int]) -> list[int]:
    """Which of some people are students, now or ever."""
    wanted = list(people)
    by_role = select(PersonRole.person_id).where(
        PersonRole.district_id == district_id,
        PersonRole.role == Role.STUDENT,
        PersonRole.person_id == func.any(wanted),
    )
    by_section = select(Enrollment.person_id).where(
        Enrollment.district_id == district_id,
        Enrollment.role == Role.STUDENT,
        Enrollment.person_id == func.any(wanted),
    )
    return list(session.scalars(union(by_role, by_section)))


# --- codes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that works now: whose it is, and their account if they have one."""

    digest: bytes
    kind: CodeKind
    person: Person
    account_id: int | None
    sign_in_name: str | None


def open_code(
    session: Session, district_id: int, digests: Collection[bytes], now: datetime, lock: bool = False
) -> OpenCode | None:
    """The code with one of these digests, if it works now and its person may sign in. `lock`: nobody else uses it."""
    query = (
        select(EntryCode, Person)
        .join(Person, (Person.district_id == EntryCode.district_id) & (Person.id == EntryCode.person_id))
        .where(EntryCode.district_id == district_id, EntryCode.digest.in_(digests), _is_open(now))
        .where(Person.active, Person.enabled)
    )
    row = session.execute(query.with_for_update(of=EntryCode) if lock else query).one_or_none()
    if row is None:
        return None
    code, person = row
    accounts = session.execute(
        select(Account.id, Account.sign_in_name, Account.disabled_at)
        .where(Account.district_id == district_id, Account.person_id == person.id)
        .order_by(Account.id)
    ).all()
    account = next((one for one in accounts if one.disabled_at is None), None)
    if accounts and account is None:
        return None
    return OpenCode(
        code.digest,
        CodeKind(code.kind),
        person,
        account.id if account else None,
        account.sign_in_name if account else None,
    )


def end_codes(session: Session, district_id: int, people: Collection[int], now: datetime) -> None:
    """End every code of these people that was not used."""
    session.execute(
        update(EntryCode)
        .where(
            EntryCode.district_id == district_id,
            EntryCode.person_id == func.any(list(people)),
            EntryCode.used_at.is_(None),
            EntryCode.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def use_code(session: Session, district_id: int, digest: bytes, now: datetime) -> None:
    """Note that a code was used: it never works again."""
    session.execute(
        update(EntryCode).where(EntryCode.district_id == district_id, EntryCode.digest == digest).values(used_at=now)
    )


def add_codes(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keep new codes, in as few statements as there are thousands of them."""
    session.execute(insert(EntryCode), list(rows))
