"""Students in lists: exactly those whom `mastery.access` opens to the viewer, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, literal, or_, select, union
from sqlalchemy.orm import Session, aliased

from mastery.access import Scope, Viewer, What, opens
from mastery.roster import Role
from models.base import Instant
from models.district import District
from models.retention import in_sight
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


def district_name(session: Session, district_id: int) -> str:
    """The district's name."""
    return session.execute(select(District.name).where(District.id == district_id)).scalar_one()


def is_sandbox(session: Session, district_id: int) -> bool:
    """Whether the district is for trying things out, with no real child in it."""
    return session.execute(select(District.sandbox).where(District.id == district_id)).scalar_one()


def on(
    day: date | ColumnElement[date], row: type[Enrollment] | type[PersonRole] | type[Guardianship]
) -> ColumnElement[bool]:
    """Whether a dated row holds on `day`; both ends belong to it, and an open end has no limit."""
    return and_(
        or_(row.begins_on.is_(None), row.begins_on <= day),
        or_(row.ends_on.is_(None), row.ends_on >= day),
    )


def day_at(school: type[School], district_id: int, at: datetime) -> ColumnElement[date]:
    """The date at the school of the row at an instant; the district's where it has no zone, or there is no school."""
    districts = select(District.time_zone).where(District.id == district_id).scalar_subquery()
    return cast(func.timezone(func.coalesce(school.time_zone, districts), literal(at, Instant())), Date)


def enrolled(district_id: int, role: Role, at: datetime) -> Select[int, int]:
    """(person id, section id) of everyone in a live section in a role on the day that it is at the section's school."""
    school = aliased(School)
    return (
        select(Enrollment.person_id, Enrollment.section_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .outerjoin(school, (school.district_id == Section.district_id) & (school.id == Section.school_id))
        .where(
            Enrollment.district_id == district_id,
            Enrollment.role == role,
            on(day_at(school, district_id, at), Enrollment),
            Section.active,
        )
    )


def _is_student(district_id: int, at: datetime) -> Select[int, int]:
    """(person id, school id) of students of a school today, by their role or by a section they are in."""
    school = aliased(School)
    by_role = (
        select(PersonRole.person_id, PersonRole.school_id)
        .outerjoin(school, (school.district_id == PersonRole.district_id) & (school.id == PersonRole.school_id))
        .where(
            PersonRole.district_id == district_id,
            PersonRole.role == Role.STUDENT,
            on(day_at(school, district_id, at), PersonRole),
        )
    )
    by_section = enrolled(district_id, Role.STUDENT, at).with_only_columns(Enrollment.person_id, Section.school_id)
    both = union(by_role, by_section).subquery("student_school")
    return select(both.c.person_id, both.c.school_id)


def visible_students(viewer: Viewer, what: What) -> Select[int]:
    """Ids of exactly the students for whom `mastery.access.may` allows `what`, as a subquery for lists.

    The ties that open it are asked of the law; here is only whom each reaches (`mastery.access.reaches`).
    """
    district = viewer.district
    here = _is_student(district, viewer.at).subquery("here")
    ever = union(
        select(PersonRole.person_id).where(PersonRole.district_id == district, PersonRole.role == Role.STUDENT),
        select(Enrollment.person_id).where(Enrollment.district_id == district, Enrollment.role == Role.STUDENT),
    ).subquery("ever")
    in_sections = enrolled(district, Role.STUDENT, viewer.at).with_only_columns(Enrollment.person_id)
    keys: dict[Scope, set[int]] = {scope: set() for scope in Scope}
    for tie in viewer.ties:
        if opens(tie, what, viewer.at):
            keys[tie.scope].add(tie.key)
    reached = [select(ever.c.person_id).where(ever.c.person_id.in_(keys[Scope.STUDENT]))]
    if keys[Scope.SECTION]:
        reached.append(in_sections.where(Enrollment.section_id.in_(keys[Scope.SECTION])))
    if keys[Scope.SCHOOL]:
        reached.append(select(here.c.person_id).where(here.c.school_id.in_(keys[Scope.SCHOOL])))
    if district in keys[Scope.DISTRICT]:
        reached.append(select(ever.c.person_id))
    seen = union(*reached).subquery("seen")
    return select(seen.c.person_id).where(in_sight(district, seen.c.person_id))


def list_students(
    session: Session, viewer: Viewer, limit: int, offset: int, section_id: int | None = None
) -> tuple[Sequence[StudentName], int]:
    """A page of the students whose standing the viewer may see, by family name, and how many there are in all."""
    chosen = select(Person).where(
        Person.district_id == viewer.district, Person.id.in_(visible_students(viewer, What.STANDING))
    )
    if section_id is not None:
        members = enrolled(viewer.district, Role.STUDENT, viewer.at).where(Enrollment.section_id == section_id)
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
