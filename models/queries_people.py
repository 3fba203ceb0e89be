"""Students in lists: exactly those whom `mastery.access` opens to the viewer, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, aliased

from mastery.access import Scope, Tie, Viewer
from mastery.access_matrix import Role as Access
from mastery.access_questions import What, opening
from mastery.names import NameUse, name_for, sort_name
from mastery.roster import Role
from mastery.safety import Place
from models.base import Instant
from models.district import District
from models.households import HouseholdMember
from models.links import Link
from models.queries_names import FAMILY_RULE, appears_in, family_rule, with_family_rule
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
    day: date | ColumnElement[date],
    row: type[Enrollment] | type[PersonRole] | type[Guardianship] | type[HouseholdMember],
) -> ColumnElement[bool]:
    """Whether a dated row holds on `day`; both ends belong to it, and an open end has no limit."""
    return and_(
        or_(row.begins_on.is_(None), row.begins_on <= day),
        or_(row.ends_on.is_(None), row.ends_on >= day),
    )


def at_work(row: type[Enrollment] | type[PersonRole]) -> ColumnElement[bool]:
    """Whether a row of the roster tells of somebody at work: neither of a student nor of a guardian."""
    return row.role.not_in((Role.STUDENT, Role.GUARDIAN))


def day_at(school: type[School], district_id: int, at: datetime) -> ColumnElement[date]:
    """The date at the school of the row at an instant; the district's where it has no zone, or there is no school."""
    districts = select(District.time_zone).where(District.id == district_id).scalar_subquery()
    return cast(func.timezone(func.coalesce(school.time_zone, districts), literal(at, Instant())), Date)


def lasts(at: datetime) -> ColumnElement[bool]:
    """Whether a link lasts, or will."""
    return and_(Link.revoked_at.is_(None), or_(Link.ends_at.is_(None), Link.ends_at > at))


def is_or_will_be(today: date) -> ColumnElement[bool]:
    """Whether a guardianship is in force, or will be."""
    return or_(Guardianship.ends_on.is_(None), Guardianship.ends_on >= today)


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


def is_student(district_id: int, at: datetime) -> Select[int, int]:
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


def was_student(district_id: int) -> CompoundSelect[int]:
    """Person ids of everybody who is a student of the district, or was."""
    return union(
        select(PersonRole.person_id).where(PersonRole.district_id == district_id, PersonRole.role == Role.STUDENT),
        select(Enrollment.person_id).where(Enrollment.district_id == district_id, Enrollment.role == Role.STUDENT),
    )


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


def visible_students(viewer: Viewer, what: What) -> Select[int]:
    """Ids of exactly the students for whom `mastery.access.may` allows `what`, as a subquery for lists.

    Some of them perhaps on some targets only: `seen_on` says on which.
    """
    return _reached(viewer, opening(viewer, what))


def whole_students(viewer: Viewer, what: What) -> Select[int]:
    """Ids of those of them for whom it is allowed on all targets, as a subquery for lists."""
    return _reached(viewer, [tie for tie in opening(viewer, what) if tie.targets is None])


def seen_on(
    viewer: Viewer, what: What, student: SQLColumnExpression[int], *named: SQLColumnExpression[int | None]
) -> ColumnElement[bool]:
    """Whether `what` opens to the viewer what a row tells of a student on the targets that it names; null names none.

    As `mastery.access.Access.covers` answers for one student.
    """
    whole = student.in_(whole_students(viewer, what))
    by_limit: dict[frozenset[int], list[Tie]] = {}
    for tie in opening(viewer, what):
        if tie.targets is not None:
            by_limit.setdefault(tie.targets, []).append(tie)
    if not by_limit or not named:
        return whole
    reached = [(sorted(limit), _reached(viewer, ties)) for limit, ties in by_limit.items()]
    each = [
        or_(target.is_(None), *(and_(target.in_(limit), student.in_(students)) for limit, students in reached))
        for target in named
    ]
    return or_(whole, and_(or_(*(target.is_not(None) for target in named)), *each))


def held_to(session: Session, viewer: Viewer, what: What, students: Collection[int]) -> dict[int, frozenset[int]]:
    """On which targets alone `what` is open to the viewer, of those of some students of whom it is not open on all."""
    limits = {tie.targets for tie in opening(viewer, what)} - {None}
    if not limits:
        return {}
    whole = _among(session, students, whole_students(viewer, what))
    found: dict[int, frozenset[int]] = {}
    for limit in limits:
        if limit is not None:
            ties = [tie for tie in opening(viewer, what) if tie.targets == limit]
            for student in _among(session, students, _reached(viewer, ties)) - whole:
                found[student] = found.get(student, frozenset()) | limit
    return found


def open_on(
    session: Session, viewer: Viewer, what: What, students: Collection[int]
) -> dict[int, frozenset[int] | None]:
    """Of whom of some students `what` is open to the viewer, and on which targets alone; None: on all."""
    held = held_to(session, viewer, what, students)
    return {one: held.get(one) for one in _among(session, students, visible_students(viewer, what))}


def _among(session: Session, students: Collection[int], reached: Select[int]) -> set[int]:
    seen = reached.subquery("reached")
    return set(session.scalars(select(seen.c.person_id).where(seen.c.person_id == func.any(list(students)))))


def _reached(viewer: Viewer, ties: Iterable[Tie]) -> Select[int]:
    """Whom some ties of a viewer reach: `mastery.access.reaches` as a subquery."""
    return _reached_by(viewer.district, viewer.at, frozenset((tie.scope, tie.key) for tie in ties))


@lru_cache(maxsize=64)  # a page asks ten times for the same
def _reached_by(district: int, at: datetime, reach: frozenset[tuple[Scope, int]]) -> Select[int]:
    ever = was_student(district).subquery("ever")
    keys: dict[Scope, set[int]] = {scope: set() for scope in Scope}
    for scope, key in reach:
        keys[scope].add(key)
    reached = [select(ever.c.person_id).where(ever.c.person_id.in_(keys[Scope.STUDENT]))]
    if keys[Scope.SECTION]:
        in_sections = enrolled(district, Role.STUDENT, at).with_only_columns(Enrollment.person_id)
        reached.append(in_sections.where(Enrollment.section_id.in_(keys[Scope.SECTION])))
    if keys[Scope.SCHOOL]:
        here = is_student(district, at).subquery("here")
        reached.append(select(here.c.person_id).where(here.c.school_id.in_(keys[Scope.SCHOOL])))
    if district in keys[Scope.DISTRICT]:
        reached.append(select(ever.c.person_id))
    seen = union(*reached).subquery("seen")
    return select(seen.c.person_id).where(in_sight(district, seen.c.person_id))


def list_students(
    session: Session, viewer: Viewer, limit: int, offset: int, section_id: int | None = None
) -> tuple[Sequence[StudentName], int]:
    """A page of the students whose standing the viewer may see, by family name, and how many there are in all.

    Who is protected is on no list of people from outside, also where a consent opens the student to one of them.
    """
    district = viewer.district
    chosen = with_family_rule(select(Person)).where(
        Person.district_id == district, Person.id.in_(visible_students(viewer, What.STANDING)), _listed(viewer)
    )
    if section_id is not None:
        members = enrolled(district, Role.STUDENT, viewer.at).where(Enrollment.section_id == section_id)
        chosen = chosen.where(Person.id.in_(members.with_only_columns(Enrollment.person_id)))
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    family = func.coalesce(Person.preferred_family_name, Person.family_name)
    given = func.coalesce(Person.preferred_given_name, Person.given_name)
    rows = session.execute(
        chosen.add_columns(*FAMILY_RULE, _as_family(viewer))
        .order_by(family, given, Person.id)
        .limit(limit)
        .offset(offset)
    )
    found = []
    for person, view, agreed, as_family in rows:
        use, rule = NameUse.FAMILY_SCREEN if as_family else NameUse.SCREEN, family_rule(view, agreed)
        found.append(StudentName(person.id, name_for(person.names, use, rule), sort_name(person.names, use, rule)))
    return found, total


def _listed(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the student of the row may be on a list of the viewer's."""
    outside = {Access.EXTERNAL_PROFESSIONAL}
    if outside.isdisjoint(tie.role for tie in viewer.ties):
        return true()
    return or_(appears_in(Place.PARTNER_LIST, Person), Person.id.in_(_seen_otherwise(viewer, outside)))


def _as_family(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer sees the student of the row as a guardian, and not in their work too."""
    if not viewer.wards:
        return false()
    return and_(Person.id.in_(viewer.wards), Person.id.not_in(_seen_otherwise(viewer, {Access.PARENT})))


def _seen_otherwise(viewer: Viewer, roles: Collection[Access]) -> Select[int]:
    """Ids of the students whose standing the viewer may see by other roles than some."""
    others = replace(viewer, ties=tuple(tie for tie in viewer.ties if tie.role not in roles))
    return visible_students(others, What.STANDING)


def display_names(session: Session, district_id: int, people: Collection[int]) -> dict[int, str]:
    """The names of people as pages show them, by key; nothing is asked for nobody."""
    if not people:
        return {}
    rows = session.scalars(select(Person).where(Person.district_id == district_id, Person.id.in_(people)))
    return {row.id: row.display_name for row in rows}
