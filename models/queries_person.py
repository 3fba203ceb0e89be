"""What an office reads of one person: where they are what, who is near them, and what lets others see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mastery.offices import Remit
from mastery.roster import Origin
from models.access import Account
from models.links import BeyondAge, Consent, CourtOrder, Link, ProgrammeEnrollment
from models.queries_office import students_in
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section

MOST = 50  # of each list on a page; what ended longest ago is left out


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is somewhere, from and until when; both days belong to it."""

    role: str
    where: str | None
    begins_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Near:
    """A guardian of a student, or a student of a guardian, with their own contact; `attested` by an office."""

    id: int
    name: str
    email: str | None
    begins_on: date | None
    ends_on: date | None
    attested: bool = False

    def holds(self, day: date) -> bool:
        """Whether the one is the other's guardian on a day."""
        return (self.begins_on is None or self.begins_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link with the name of who is at its other end, or of the section or school that it is to."""

    link: Link
    person: str
    student: str | None
    place: str | None
    granted_by: str | None


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent with the names of who receives and who signed; None: a guardian who is not the reader's to know."""

    consent: Consent
    recipient: str
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A court order with the name of whom it restricts."""

    order: CourtOrder
    guardian: str


@dataclass(frozen=True, slots=True)
class KeptLine:
    """What lets a guardian see on after the 18th birthday."""

    kept: BeyondAge
    guardian: str


def places_of(session: Session, district_id: int, person_id: int) -> Sequence[Place]:
    """The roles of a person at schools, those that go on longest first."""
    rows = session.execute(
        select(PersonRole.role, School.name, PersonRole.begins_on, PersonRole.ends_on)
        .outerjoin(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
        .where(PersonRole.district_id == district_id, PersonRole.person_id == person_id)
        .order_by(PersonRole.ends_on.desc().nulls_first(), PersonRole.id)
        .limit(MOST)
    )
    return [Place(*row) for row in rows]


def classes_of(session: Session, district_id: int, person_id: int) -> Sequence[Place]:
    """The sections of a person, those that go on longest first."""
    rows = session.execute(
        select(Enrollment.role, Section.title, Enrollment.begins_on, Enrollment.ends_on)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(Enrollment.district_id == district_id, Enrollment.person_id == person_id, Section.active)
        .order_by(Enrollment.ends_on.desc().nulls_first(), Section.title, Enrollment.id)
        .limit(MOST)
    )
    return [Place(*row) for row in rows]


def guardians_of(session: Session, district_id: int, student_id: int) -> Sequence[Near]:
    """The guardians of a student, also those of former days."""
    rows = session.execute(
        _family(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id, Guardianship.student_id == student_id
        )
    )
    return [
        Near(person.id, person.display_name, person.email, begins, ends, origin == Origin.ATTESTED)
        for person, begins, ends, origin in rows
    ]


def wards_of(session: Session, district_id: int, guardian_id: int, where: Remit, at: datetime) -> Sequence[Near]:
    """The students of a guardian, as far as they are in some places."""
    rows = session.execute(
        _family(Guardianship.student_id).where(
            Guardianship.district_id == district_id,
            Guardianship.guardian_id == guardian_id,
            Guardianship.student_id.in_(students_in(district_id, where, at)),
        )
    )
    return [
        Near(person.id, person.display_name, None, begins, ends, origin == Origin.ATTESTED)
        for person, begins, ends, origin in rows
    ]


def _family(other: InstrumentedAttribute[int]) -> Select[Person, date | None, date | None, str]:
    return (
        select(Person, Guardianship.begins_on, Guardianship.ends_on, Guardianship.origin)
        .join(Person, and_(Person.district_id == Guardianship.district_id, Person.id == other))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def links_to(session: Session, district_id: int, student_id: int) -> Sequence[LinkLine]:
    """Who was linked to a student, what lasts longest first."""
    return _links(session, district_id, Link.student_id == student_id)[0]


def links_of(
    session: Session, district_id: int, person_id: int, where: Remit, at: datetime, page: int = 1
) -> tuple[Sequence[LinkLine], int]:
    """A page of what a person was made or linked to, what lasts longest first; how many there are.

    Of students only those in some places.
    """
    return _links(session, district_id, (Link.person_id == person_id) & _within(district_id, where, at), page)


def named_links(
    session: Session, district_id: int, links: Collection[int], where: Remit, at: datetime
) -> Sequence[LinkLine]:
    """Some links by their keys, in words; of students only those in some places."""
    return _links(session, district_id, Link.id.in_(links) & _within(district_id, where, at), limit=len(links))[0]


def _within(district_id: int, where: Remit, at: datetime) -> ColumnElement[bool]:
    return Link.student_id.is_(None) | Link.student_id.in_(students_in(district_id, where, at))


def _links(
    session: Session, district_id: int, which: ColumnElement[bool], page: int = 1, limit: int = MOST
) -> tuple[Sequence[LinkLine], int]:
    adult, student, granter = aliased(Person), aliased(Person), aliased(Person)
    rows = session.execute(
        select(Link, adult, student, School.name, Section.title, granter, func.count().over())
        .join(adult, (adult.district_id == Link.district_id) & (adult.id == Link.person_id))
        .outerjoin(student, (student.district_id == Link.district_id) & (student.id == Link.student_id))
        .outerjoin(School, (School.district_id == Link.district_id) & (School.id == Link.school_id))
        .outerjoin(Section, (Section.district_id == Link.district_id) & (Section.id == Link.section_id))
        .outerjoin(granter, (granter.district_id == Link.district_id) & (granter.id == Link.granted_by))
        .where(Link.district_id == district_id, which)
        .order_by(Link.revoked_at.is_not(None), Link.ends_at.desc().nulls_first(), Link.id.desc())
        .limit(limit)
        .offset((page - 1) * limit)
    ).all()
    found = [
        LinkLine(
            link, who.display_name, None if about is None else about.display_name, school or section,
            None if by is None else by.display_name,
        )
        for link, who, about, school, section, by, _total in rows
    ]  # fmt: skip
    return found, rows[0][-1] if rows else 0


def consents_of(
    session: Session, district_id: int, student_id: int, reader: int, *, families: bool
) -> Sequence[ConsentLine]:
    """The consents of a student's family, the newest first. Guardians are named where the reader may know `families`.

    Whoever signed themselves, or the student, is no secret.
    """
    recipient, signer = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Consent, recipient, signer)
        .join(recipient, (recipient.district_id == Consent.district_id) & (recipient.id == Consent.recipient_id))
        .join(signer, (signer.district_id == Consent.district_id) & (signer.id == Consent.signed_by))
        .where(Consent.district_id == district_id, Consent.student_id == student_id)
        .order_by(Consent.id.desc())
        .limit(MOST)
    )
    open_to = {student_id, reader}
    return [
        ConsentLine(consent, to.display_name, by.display_name if families or by.id in open_to else None)
        for consent, to, by in rows
    ]


def consent_for(session: Session, district_id: int, student_id: int, recipient_id: int, now: datetime) -> int | None:
    """The newest consent in force for somebody to receive records of a student."""
    return session.scalar(
        select(Consent.id)
        .where(
            Consent.district_id == district_id, Consent.student_id == student_id, Consent.recipient_id == recipient_id,
            Consent.begins_at <= now, Consent.ends_at > now, Consent.withdrawn_at.is_(None),
        )
        .order_by(Consent.id.desc())
        .limit(1)
    )  # fmt: skip


def orders_of(session: Session, district_id: int, student_id: int) -> Sequence[OrderLine]:
    """The court orders about a student, the newest first."""
    rows = session.execute(
        select(CourtOrder, Person)
        .join(Person, (Person.district_id == CourtOrder.district_id) & (Person.id == CourtOrder.guardian_id))
        .where(CourtOrder.district_id == district_id, CourtOrder.student_id == student_id)
        .order_by(CourtOrder.id.desc())
        .limit(MOST)
    )
    return [OrderLine(order, person.display_name) for order, person in rows]


def beyond_age_of(session: Session, district_id: int, student_id: int) -> Sequence[KeptLine]:
    """What lets guardians see on after the 18th birthday, the newest first."""
    rows = session.execute(
        select(BeyondAge, Person)
        .join(Person, (Person.district_id == BeyondAge.district_id) & (Person.id == BeyondAge.guardian_id))
        .where(BeyondAge.district_id == district_id, BeyondAge.student_id == student_id)
        .order_by(BeyondAge.id.desc())
        .limit(MOST)
    )
    return [KeptLine(kept, person.display_name) for kept, person in rows]


def programmes_on_file(session: Session, district_id: int, student_id: int) -> Sequence[ProgrammeEnrollment]:
    """The programmes of a student, also those of former days, those that go on longest first."""
    return session.scalars(
        select(ProgrammeEnrollment)
        .where(ProgrammeEnrollment.district_id == district_id, ProgrammeEnrollment.student_id == student_id)
        .order_by(ProgrammeEnrollment.ends_on.desc().nulls_first(), ProgrammeEnrollment.id)
        .limit(MOST)
    ).all()


def accounts_of(session: Session, district_id: int, person_id: int) -> Sequence[Account]:
    """The accounts of a person, the oldest first."""
    return session.scalars(
        select(Account).where(Account.district_id == district_id, Account.person_id == person_id).order_by(Account.id)
    ).all()
