"""People as an office looks them up: by a name of theirs, with what they are, whose guardian, and where they live."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, or_, select, union
from sqlalchemy.orm import Session

from mastery.access import Basis
from mastery.households import Member
from mastery.roster import Role
from models.access import Account
from models.households import Household, HouseholdMember
from models.links import Link
from models.queries_people import lasts
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section


def find_people(session: Session, district_id: int, word: str) -> Sequence[Person]:
    """Everybody whose sourcedId, SIS id or sign-in name a word is."""
    signs_in = select(Account.person_id).where(Account.district_id == district_id, Account.sign_in_name == word)
    return session.scalars(
        select(Person)
        .where(
            Person.district_id == district_id,
            or_(Person.sourced_id == word, Person.identifier == word, Person.id.in_(signs_in)),
        )
        .order_by(Person.id)
    ).all()


def is_near_schools(session: Session, district_id: int, person: int, schools: Collection[int]) -> bool:
    """Whether a person, or a student whose guardian the person is, ever was of one of some schools."""
    wards = select(Guardianship.student_id).where(
        Guardianship.district_id == district_id, Guardianship.guardian_id == person
    )
    by_role = select(PersonRole.person_id).where(
        PersonRole.district_id == district_id,
        PersonRole.school_id.in_(schools),
        or_(PersonRole.person_id == person, PersonRole.person_id.in_(wards)),
    )
    by_section = (
        select(Enrollment.person_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id,
            Section.school_id.in_(schools),
            or_(Enrollment.person_id == person, Enrollment.person_id.in_(wards)),
        )
    )
    return session.execute(union(by_role, by_section).limit(1)).first() is not None


def works_by_link(session: Session, district_id: int, person: int, at: datetime) -> bool:
    """Whether a person holds what staff hold by a link, or will."""
    linked = select(Link.id).where(
        Link.district_id == district_id, Link.person_id == person, Link.basis == Basis.EMPLOYEE, lasts(at)
    )
    return session.execute(linked.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """What a person is at a school, from and until when."""

    role: str
    school: str | None
    begins_on: date | None
    ends_on: date | None


def roles_held(session: Session, district_id: int, person: int) -> list[RoleHeld]:
    """What a person is or was, by school."""
    rows = session.execute(
        select(PersonRole.role, School.name, PersonRole.begins_on, PersonRole.ends_on)
        .outerjoin(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
        .where(PersonRole.district_id == district_id, PersonRole.person_id == person)
        .order_by(PersonRole.id)
    )
    return [RoleHeld(*row) for row in rows]


def family_ties(session: Session, district_id: int, person: int) -> list[tuple[Guardianship, str]]:
    """The guardians of a student, or the students of a guardian, each with the sourcedId of the other one."""
    other = case((Guardianship.student_id == person, Guardianship.guardian_id), else_=Guardianship.student_id)
    rows = session.execute(
        select(Guardianship, Person.sourced_id)
        .join(Person, (Person.district_id == Guardianship.district_id) & (Person.id == other))
        .where(
            Guardianship.district_id == district_id,
            or_(Guardianship.guardian_id == person, Guardianship.student_id == person),
        )
        .order_by(Guardianship.guardian_id, Guardianship.student_id)
    )
    return [(tie, sourced_id) for tie, sourced_id in rows]


def members_of(session: Session, district_id: int, person: int) -> list[tuple[HouseholdMember, Household, Member]]:
    """Everybody in a household that a person is or was in: the row, the household, and the law's value."""
    theirs = select(HouseholdMember.household_id).where(
        HouseholdMember.district_id == district_id, HouseholdMember.person_id == person
    )
    is_student = (
        select(PersonRole.id)
        .where(
            PersonRole.district_id == HouseholdMember.district_id,
            PersonRole.person_id == HouseholdMember.person_id,
            PersonRole.role == Role.STUDENT,
        )
        .exists()
    )
    rows = session.execute(
        select(HouseholdMember, Household, is_student)
        .join(
            Household,
            (Household.district_id == HouseholdMember.district_id) & (Household.id == HouseholdMember.household_id),
        )
        .where(HouseholdMember.district_id == district_id, HouseholdMember.household_id.in_(theirs))
        .order_by(HouseholdMember.household_id, HouseholdMember.id)
    )
    return [
        (row, home, Member(row.household_id, row.person_id, student, row.begins_on, row.ends_on))
        for row, home, student in rows
    ]
