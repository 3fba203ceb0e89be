"""Who a person is today: relations as mastery.access reads them, and the same rule as a query for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from mastery.access import RIGHTS, Relation, Subject, Viewer, What
from mastery.roster import Role
from models.district import District
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section


@dataclass(frozen=True, slots=True)
class StudentName:
    """A student as a list shows them; `sort_name` is family name first."""

    id: int
    name: str
    sort_name: str


def district_zone(session: Session, district_id: int) -> str:
    """The IANA name of the district's time zone."""
    return session.execute(select(District.time_zone).where(District.id == district_id)).scalar_one()


def is_sandbox(session: Session, district_id: int) -> bool:
    """Whether the district is for trying things out, with no real child in it."""
    return session.execute(select(District.sandbox).where(District.id == district_id)).scalar_one()


def on(day: date, row: type[Enrollment] | type[PersonRole] | type[Guardianship]) -> ColumnElement[bool]:
    """Whether a dated row holds on `day`; both ends belong to it, and an open end has no limit."""
    return and_(
        or_(row.begins_on.is_(None), row.begins_on <= day),
        or_(row.ends_on.is_(None), row.ends_on >= day),
    )


def enrolled(district_id: int, role: Role, day: date) -> Select[int, int]:
    """(person id, section id) of everyone in a live section in a role on a day."""
    return (
        select(Enrollment.person_id, Enrollment.section_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(Enrollment.district_id == district_id, Enrollment.role == role, on(day, Enrollment), Section.active)
    )


def viewer_of(session: Session, district_id: int, person_id: int, today: date) -> Viewer:
    """The person's relations today; three statements whatever they are related to."""
    another = aliased(Enrollment)
    led_by_another = (
        select(another.id)
        .where(
            another.district_id == Enrollment.district_id,
            another.section_id == Enrollment.section_id,
            another.role == Role.TEACHER,
            another.primary,
            on(today, another),
        )
        .exists()
    )
    # where the roster names no primary teacher, each teacher of the section is one of record
    of_record = or_(Enrollment.primary, ~led_by_another)
    taught = session.execute(
        enrolled(district_id, Role.TEACHER, today)
        .add_columns(of_record.label("of_record"))
        .where(Enrollment.person_id == person_id)
    ).all()
    administered = session.execute(
        select(PersonRole.school_id, School.kind)
        .outerjoin(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
        .where(
            PersonRole.district_id == district_id,
            PersonRole.person_id == person_id,
            PersonRole.role == Role.ADMINISTRATOR,
            on(today, PersonRole),
        )
    ).all()
    wards = session.scalars(
        select(Guardianship.student_id).where(
            Guardianship.district_id == district_id,
            Guardianship.guardian_id == person_id,
            on(today, Guardianship),
        )
    )
    return Viewer(
        district=district_id,
        person=person_id,
        sections=frozenset(row.section_id for row in taught),
        schools=frozenset(row.school_id for row in administered if row.kind not in (None, "district")),
        wards=frozenset(wards),
        administers_district=any(row.kind in (None, "district") for row in administered),
        of_record=frozenset(row.section_id for row in taught if row.of_record),
    )


def _is_student(district_id: int, today: date) -> Select[int, int]:
    """(person id, school id) of students of a school today, by their role or by a section they are in."""
    by_role = select(PersonRole.person_id, PersonRole.school_id).where(
        PersonRole.district_id == district_id, PersonRole.role == Role.STUDENT, on(today, PersonRole)
    )
    by_section = enrolled(district_id, Role.STUDENT, today).with_only_columns(Enrollment.person_id, Section.school_id)
    both = union(by_role, by_section).subquery("student_school")
    return select(both.c.person_id, both.c.school_id)


def subject_of(session: Session, district_id: int, student_id: int, today: date) -> Subject | None:
    """The student's sections and schools today; None for who is no student of the district, now or ever."""
    ever = select(PersonRole.person_id).where(
        PersonRole.district_id == district_id, PersonRole.person_id == student_id, PersonRole.role == Role.STUDENT
    )
    ever_enrolled = select(Enrollment.person_id).where(
        Enrollment.district_id == district_id, Enrollment.person_id == student_id, Enrollment.role == Role.STUDENT
    )
    if session.execute(union(ever, ever_enrolled)).first() is None:
        return None
    at = _is_student(district_id, today).subquery("here")
    sections = session.execute(
        enrolled(district_id, Role.STUDENT, today).where(Enrollment.person_id == student_id)
    ).all()
    schools = session.scalars(select(at.c.school_id).where(at.c.person_id == student_id))
    return Subject(
        district_id,
        student_id,
        frozenset(row.section_id for row in sections),
        frozenset(school for school in schools if school is not None),
    )


def visible_students(viewer: Viewer, what: What, today: date) -> Select[int]:
    """Ids of exactly the students for whom `mastery.access.decide` allows `what`, as a subquery for lists."""
    district = viewer.district
    here = _is_student(district, today).subquery("here")
    ever = union(
        select(PersonRole.person_id).where(PersonRole.district_id == district, PersonRole.role == Role.STUDENT),
        select(Enrollment.person_id).where(Enrollment.district_id == district, Enrollment.role == Role.STUDENT),
    ).subquery("ever")
    in_sections = enrolled(district, Role.STUDENT, today).with_only_columns(Enrollment.person_id)
    by_relation: dict[Relation, Select[int]] = {
        Relation.SELF: select(ever.c.person_id).where(ever.c.person_id == viewer.person),
        Relation.GUARDIAN: select(ever.c.person_id).where(ever.c.person_id.in_(viewer.wards)),
        Relation.TEACHER: in_sections.where(Enrollment.section_id.in_(viewer.sections)),
        Relation.TEACHER_OF_RECORD: in_sections.where(Enrollment.section_id.in_(viewer.of_record)),
        Relation.SCHOOL_ADMINISTRATOR: select(here.c.person_id).where(here.c.school_id.in_(viewer.schools)),
    }
    if viewer.administers_district:
        by_relation[Relation.DISTRICT_ADMINISTRATOR] = select(ever.c.person_id)
    open_to = [query for relation, query in by_relation.items() if what in RIGHTS[relation]]
    seen = union(*open_to).subquery("seen")
    return select(seen.c.person_id)


def list_students(
    session: Session, viewer: Viewer, today: date, limit: int, offset: int, section_id: int | None = None
) -> tuple[Sequence[StudentName], int]:
    """A page of the students whose standing the viewer may see, by family name, and how many there are in all."""
    chosen = select(Person).where(
        Person.district_id == viewer.district, Person.id.in_(visible_students(viewer, What.STANDING, today))
    )
    if section_id is not None:
        members = enrolled(viewer.district, Role.STUDENT, today).where(Enrollment.section_id == section_id)
        chosen = chosen.where(Person.id.in_(members.with_only_columns(Enrollment.person_id)))
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    family = func.coalesce(Person.preferred_family_name, Person.family_name)
    given = func.coalesce(Person.preferred_given_name, Person.given_name)
    people = session.scalars(chosen.order_by(family, given, Person.id).limit(limit).offset(offset))
    return [StudentName(p.id, p.display_name, sort_name(p)) for p in people], total


def sort_name(person: Person) -> str:
    """Family name first, as class lists have it."""
    family = person.preferred_family_name or person.family_name
    given = person.preferred_given_name or person.given_name
    return f"{family}, {given}" if family and given else family or given
