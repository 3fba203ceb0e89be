"""Who has looked at a student, which program read, and who received something, by day: for a family and its school."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from mastery.audit import Act, Actor
from mastery.roster import Role
from models.access import Client
from models.audit import AuditEvent, AuditSubject
from models.disclosures import sealed_entries
from models.links import Disclosure, Link
from models.queries_people import at_work
from models.roster import Enrollment, Guardianship, Person, PersonRole

RECEIVED = "received"  # an entry of the disclosure log, among the acts
_TOLD = (Act.VIEW, Act.EXPORT, Act.BREAK_GLASS)


@dataclass(frozen=True, slots=True)
class Look:
    """What one person or program did on one day: first when, how often. `act` is a word of the audit, or `RECEIVED`.

    `program` is the name of a program, None for people; `entered`: the key of an entry that was made by hand.
    """

    day: date
    first: datetime
    times: int
    act: str
    person_id: int | None
    person: str | None
    program: str | None
    page: str | None
    organization: str | None
    classes: tuple[str, ...]
    purpose: str | None
    entered: int | None


def looks_at(
    session: Session,
    district_id: int,
    student_id: int,
    zone: ZoneInfo,
    limit: int,
    offset: int,
    *,
    family: bool,
    sealed: bool,
) -> tuple[Sequence[Look], int]:
    """A page of who looked at a student, the newest first, and how many lines there are.

    With `family`, what the student and the guardians did themselves is left out: neither parent sees when the other
    was here, nor does either see when the child was. What staff did is told, whose guardian they may be besides.
    `sealed`: also what an order forbids to tell.
    """
    events = _events(district_id, student_id, zone)
    received = _received(district_id, student_id, zone)
    if not sealed:
        received = received.where(Disclosure.id.not_in(sealed_entries(district_id, student_id)))
    if family:
        own = only_family(district_id, student_id)
        # keys of programs and of people are two countings
        others = and_(AuditEvent.actor_id.not_in(own), AuditEvent.actor_id != student_id)
        events = events.where(or_(AuditEvent.actor == Actor.MACHINE, others))
        received = received.where(Disclosure.recipient_id.is_(None) | Disclosure.recipient_id.not_in(own))
    both = union_all(events, received).subquery("looks")
    person = aliased(Person)
    rows = session.execute(
        select(both, Client.name.label("program"), person, func.count().over())
        .outerjoin(person, (person.district_id == district_id) & (person.id == both.c.person_id))
        .outerjoin(Client, (Client.district_id == district_id) & (Client.id == both.c.client_id))
        .order_by(
            both.c.day.desc(),
            both.c.first.desc(),
            both.c.act,
            both.c.page,
            both.c.person_id,
            both.c.client_id,
            both.c.entered,
        )
        .limit(limit)
        .offset(offset)
    ).all()
    found = [
        Look(
            day=row.day, first=row.first, times=row.times, act=row.act, person_id=row.person_id,
            person=row[-2].display_name if row[-2] is not None else row.named, program=row.program, page=row.page,
            organization=row.organization, classes=tuple(row.classes or ()), purpose=row.purpose, entered=row.entered,
        )
        for row in rows
    ]  # fmt: skip
    return found, rows[0][-1] if rows else 0


def _events(district_id: int, student_id: int, zone: ZoneInfo) -> Select[*tuple[object, ...]]:
    day = cast(func.timezone(zone.key, AuditEvent.at), Date)
    page = AuditEvent.detail["page"].astext
    person, program = AuditEvent.actor == Actor.PERSON, AuditEvent.actor == Actor.MACHINE
    return (
        select(
            day.label("day"), func.min(AuditEvent.at).label("first"), func.count().label("times"),
            AuditEvent.act.label("act"), case((person, AuditEvent.actor_id)).label("person_id"),
            case((program, AuditEvent.actor_id)).label("client_id"), cast(null(), Text).label("named"),
            page.label("page"), cast(null(), Text).label("organization"), cast(null(), ARRAY(Text())).label("classes"),
            cast(null(), Text).label("purpose"), cast(null(), BigInteger).label("entered"),
        )
        .join(
            AuditSubject,
            (AuditSubject.district_id == AuditEvent.district_id) & (AuditSubject.event_id == AuditEvent.id),
        )
        .where(
            AuditEvent.district_id == district_id, AuditSubject.district_id == district_id,
            AuditSubject.student_id == student_id, AuditEvent.act.in_(_TOLD), or_(person, program),
            AuditEvent.actor_id.is_not(None),
        )
        .group_by(day, AuditEvent.act, AuditEvent.actor, AuditEvent.actor_id, page)
    )  # fmt: skip


def _received(district_id: int, student_id: int, zone: ZoneInfo) -> Select[*tuple[object, ...]]:
    day = func.coalesce(Disclosure.happened_on, cast(func.timezone(zone.key, Disclosure.at), Date))
    entered = case((Disclosure.happened_on.is_not(None), Disclosure.id))
    same = (Disclosure.recipient_id, Disclosure.recipient, Disclosure.organization, Disclosure.classes)
    return (
        select(
            day.label("day"), func.min(Disclosure.at).label("first"), func.count().label("times"),
            literal(RECEIVED, String()).label("act"), Disclosure.recipient_id.label("person_id"),
            cast(null(), BigInteger).label("client_id"), Disclosure.recipient.label("named"),
            cast(null(), Text).label("page"), Disclosure.organization, Disclosure.classes, Disclosure.purpose,
            entered.label("entered"),
        )
        .where(Disclosure.district_id == district_id, Disclosure.student_id == student_id)
        .group_by(day, *same, Disclosure.purpose, entered)
    )  # fmt: skip


def only_family(district_id: int, student_id: int) -> Select[int]:
    """The guardians of a student who never worked for the district nor were linked: what they see, they see as family.

    That a view was made as family is not on record, so that what staff saw counts as seen at work.
    """
    guardian = Guardianship.guardian_id
    return select(guardian).where(
        Guardianship.district_id == district_id, Guardianship.student_id == student_id,
        ~exists().where(PersonRole.district_id == district_id, PersonRole.person_id == guardian, at_work(PersonRole)),
        ~exists().where(Enrollment.district_id == district_id, Enrollment.person_id == guardian, at_work(Enrollment)),
        ~exists().where(Link.district_id == district_id, Link.person_id == guardian),
    )  # fmt: skip


def capacities_of(
    session: Session, district_id: int, student_id: int, people: Collection[int], *, families: bool
) -> dict[int, str]:
    """What some people are to a student, as the roster or a link says; who is several things is the nearest of them.

    A teacher of a section of the student comes before a link to the student, and that before what one is elsewhere.
    Where the reader may not know `families`, somebody is a guardian only who is nothing else.
    """
    if not people:
        return {}
    mine = select(Enrollment.section_id).where(
        Enrollment.district_id == district_id, Enrollment.person_id == student_id, Enrollment.role == Role.STUDENT
    )
    taught = select(literal(0), Enrollment.person_id, literal("teacher", String())).where(
        Enrollment.district_id == district_id, Enrollment.role == Role.TEACHER, Enrollment.section_id.in_(mine),
        Enrollment.person_id.in_(people),
    )  # fmt: skip
    linked = select(literal(1), Link.person_id, Link.role).where(
        Link.district_id == district_id, Link.student_id == student_id, Link.person_id.in_(people),
        Link.basis != "emergency",
    )  # fmt: skip
    last = 9
    family = select(literal(2 if families else last), Guardianship.guardian_id, literal("guardian", String())).where(
        Guardianship.district_id == district_id, Guardianship.student_id == student_id,
        Guardianship.guardian_id.in_(people),
    )  # fmt: skip
    offices = select(literal(3), Link.person_id, Link.role).where(
        Link.district_id == district_id, Link.student_id.is_(None), Link.person_id.in_(people)
    )
    elsewhere = select(literal(4), PersonRole.person_id, PersonRole.role).where(
        PersonRole.district_id == district_id, PersonRole.person_id.in_(people), PersonRole.role != Role.GUARDIAN
    )
    parents = select(literal(last), PersonRole.person_id, PersonRole.role).where(
        PersonRole.district_id == district_id, PersonRole.person_id.in_(people), PersonRole.role == Role.GUARDIAN
    )
    teaches = select(literal(5), Enrollment.person_id, Enrollment.role).where(
        Enrollment.district_id == district_id, Enrollment.person_id.in_(people)
    )
    found: dict[int, str] = {}
    rows = session.execute(union_all(taught, linked, family, offices, elsewhere, teaches, parents)).all()
    for _nearness, person, role in sorted(rows, key=lambda row: (row[0], row[2])):
        found.setdefault(person, role)
    return found
