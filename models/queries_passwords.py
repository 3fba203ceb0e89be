"""What others know of a person, which makes no password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import false, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from mastery.access import Basis
from models.district import District
from models.links import Link
from models.queries_people import at_work
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section


@dataclass(frozen=True, slots=True)
class Known:
    """Names, identifiers, e-mail address, of children too, schools and district; and whether it is of staff."""

    texts: frozenset[str]
    is_staff: bool


def known_of(session: Session, district_id: int, person_id: int | None) -> Known:
    """What is known of a person of the district, in one statement; without a person, of the district alone."""
    names = func.concat_ws(
        "\n", Person.given_name, Person.family_name, Person.middle_name, Person.preferred_given_name,
        Person.preferred_family_name, Person.username, Person.email, Person.identifier,
    )  # fmt: skip
    of_district = select(District.name, false()).where(District.id == district_id)
    own = select(names, false()).where(Person.district_id == district_id, Person.id == person_id)
    wards = (
        select(names, false())
        .join(Guardianship, (Guardianship.district_id == Person.district_id) & (Guardianship.student_id == Person.id))
        .where(Person.district_id == district_id, Guardianship.guardian_id == person_id)
    )
    roles = (
        select(func.coalesce(School.name, literal("")), at_work(PersonRole))
        .select_from(PersonRole)
        .outerjoin(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
        .where(PersonRole.district_id == district_id, PersonRole.person_id == person_id)
    )
    sections = (
        select(func.coalesce(School.name, literal("")), at_work(Enrollment))
        .select_from(Enrollment)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(Enrollment.district_id == district_id, Enrollment.person_id == person_id)
    )
    offices = (
        select(func.coalesce(School.name, literal("")), true())
        .select_from(Link)
        .outerjoin(School, (School.district_id == Link.district_id) & (School.id == Link.school_id))
        .where(Link.district_id == district_id, Link.person_id == person_id, Link.basis != Basis.EMERGENCY)
    )
    parts = [of_district] if person_id is None else [of_district, own, wards, roles, sections, offices]
    rows = session.execute(union_all(*parts)).all()
    texts = {text for row in rows for text in row[0].split("\n") if text}
    return Known(frozenset(texts), any(row[1] for row in rows))
