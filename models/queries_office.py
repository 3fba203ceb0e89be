"""Whom an office finds by name: the same rule for the list of a search and for the page of one person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, String, and_, exists, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import array_agg
from sqlalchemy.orm import Session

from mastery.access import Basis, Scope
from mastery.names import NameUse, sort_name
from mastery.offices import Reach, Remit
from models.links import Link
from models.queries_people import at_work, is_or_will_be, is_student, on, was_student
from models.retention import in_sight
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section

_MOST_WORDS = 6


class Kind(StrEnum):
    """What somebody is to an office; one may be several."""

    STUDENT = "student"
    GUARDIAN = "guardian"
    STAFF = "staff"
    PARTNER = "partner"  # linked to a student
    OTHER = "other"  # in the roster as nothing yet


@dataclass(frozen=True, slots=True)
class Found:
    """A person as an office finds them; `number` is the SIS id, `schools` are names."""

    id: int
    name: str
    sort_name: str
    number: str | None
    grades: tuple[str, ...]
    kinds: frozenset[Kind]
    schools: tuple[str, ...] = ()

    @property
    def is_student(self) -> bool:
        """Whether the person is a student of today, or ever was where the whole district is meant."""
        return Kind.STUDENT in self.kinds


def students_in(district_id: int, where: Remit, at: datetime) -> Select[int]:
    """Ids of the students of some schools today; of all who ever were, where the whole district is meant."""
    if where.district:
        ever = was_student(district_id).subquery("ever_in")
        return select(ever.c.person_id)
    here = is_student(district_id, at).subquery("here_in")
    return select(here.c.person_id).where(here.c.school_id.in_(where.schools))


def _near(district_id: int, where: Remit, today: date, now: datetime) -> list[Select[int, str]]:
    """(person id, kind) of the students of some places, their guardians and who is linked to them."""
    students = students_in(district_id, where, now)
    return [
        students.add_columns(_kind(Kind.STUDENT)),
        select(Guardianship.guardian_id, _kind(Kind.GUARDIAN)).where(
            Guardianship.district_id == district_id, on(today, Guardianship), Guardianship.student_id.in_(students)
        ),
        select(Link.person_id, _kind(Kind.PARTNER)).where(
            Link.district_id == district_id, in_force(now), Link.basis != Basis.EMERGENCY, Link.student_id.in_(students)
        ),
    ]


def _at_work(district_id: int, where: Remit, today: date, now: datetime) -> list[Select[int, str]]:
    """(person id, kind) of who works in some schools; of the district with who is nothing yet, where that is meant."""
    roles = select(PersonRole.person_id, _kind(Kind.STAFF)).where(
        PersonRole.district_id == district_id, at_work(PersonRole),
        on(today, PersonRole),
    )  # fmt: skip
    teaching = (
        select(Enrollment.person_id, _kind(Kind.STAFF))
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id, at_work(Enrollment), on(today, Enrollment),
            Section.active,
        )
    )  # fmt: skip
    offices = select(Link.person_id, _kind(Kind.STAFF)).where(
        Link.district_id == district_id, in_force(now), Link.scope.in_([Scope.SCHOOL, Scope.DISTRICT])
    )
    if not where.district:
        return [
            roles.where(PersonRole.school_id.in_(where.schools)),
            teaching.where(Section.school_id.in_(where.schools)),
            offices.where(Link.school_id.in_(where.schools)),
        ]
    linked = select(Link.person_id, _kind(Kind.PARTNER)).where(
        Link.district_id == district_id, in_force(now), Link.scope == Scope.STUDENT, Link.basis != Basis.EMERGENCY
    )
    nothing = select(Person.id, _kind(Kind.OTHER)).where(
        Person.district_id == district_id,
        ~exists().where(PersonRole.district_id == district_id, PersonRole.person_id == Person.id),
        ~exists().where(Enrollment.district_id == district_id, Enrollment.person_id == Person.id),
        ~exists().where(
            Guardianship.district_id == district_id, Guardianship.guardian_id == Person.id, is_or_will_be(today)
        ),
    )
    return [roles, teaching, offices, linked, nothing]


def staff_in(district_id: int, where: Remit, today: date, now: datetime) -> Select[int]:
    """Ids of who works in some schools."""
    staff = union(*_at_work(district_id, where, today, now)).subquery("staff_in")
    return select(staff.c[0])


def _kind(kind: Kind) -> ColumnElement[str]:
    return literal(kind.value, String()).label("kind")


def in_force(now: datetime) -> ColumnElement[bool]:
    """Whether a link has begun and neither ended nor been revoked."""
    return and_(
        Link.begins_at <= now,
        or_(Link.ends_at.is_(None), Link.ends_at > now),
        or_(Link.revoked_at.is_(None), Link.revoked_at > now),
    )


def find_people(
    session: Session,
    district_id: int,
    reach: Reach,
    words: str,
    now: datetime,
    today: date,
    limit: int,
    offset: int = 0,
    *,
    adults: bool = False,
) -> tuple[Sequence[Found], int]:
    """A page of the people within reach whose names or SIS id hold every word, by family name; how many in all.

    An SIS id that is meant exactly finds that person alone. `adults`: no student.
    """
    parts = words.split()[:_MOST_WORDS]
    if not parts or not reach:
        return [], 0
    said = func.concat_ws(
        " ", Person.given_name, Person.family_name, Person.preferred_given_name, Person.preferred_family_name
    )
    exactly = func.lower(Person.identifier) == words.strip().lower()
    matches = or_(exactly, and_(*(said.icontains(part, autoescape=True) for part in parts)))
    return _listed(session, district_id, reach, matches, now, today, limit, offset, adults)


def find_person(
    session: Session, district_id: int, reach: Reach, person_id: int, now: datetime, today: date, *,
    adults: bool = False,
) -> Found | None:  # fmt: skip
    """One person, if within reach; with `adults`, and no student."""
    found, _total = _listed(session, district_id, reach, Person.id == person_id, now, today, 1, 0, adults)
    return found[0] if found else None


def _listed(
    session: Session,
    district_id: int,
    reach: Reach,
    matches: ColumnElement[bool],
    now: datetime,
    today: date,
    limit: int,
    offset: int,
    adults: bool,
) -> tuple[Sequence[Found], int]:
    near = _near(district_id, reach.students, today, now) if reach.students else []
    if adults:
        matches = and_(matches, Person.id.not_in(students_in(district_id, Remit(district=True), now)))
    within = union(*near, *_at_work(district_id, reach.adults, today, now)).subquery("within")
    ids = select(within.c[0].label("id"), array_agg(within.c.kind).label("kinds")).group_by(within.c[0]).subquery("ids")
    family = func.coalesce(Person.preferred_family_name, Person.family_name)
    given = func.coalesce(Person.preferred_given_name, Person.given_name)
    rows = session.execute(
        select(Person, ids.c.kinds, func.count().over())
        .join(ids, ids.c.id == Person.id)
        .where(Person.district_id == district_id, Person.active, matches)
        .order_by(family, given, Person.id)
        .limit(limit)
        .offset(offset)
    ).all()
    schools = schools_of(session, district_id, [person.id for person, _kinds, _total in rows], today)
    found = [
        Found(
            person.id, person.display_name, sort_name(person.names, NameUse.SCREEN), person.identifier,
            tuple(person.grades), frozenset(map(Kind, kinds)), schools.get(person.id, ()),
        )
        for person, kinds, _total in rows
    ]  # fmt: skip
    return found, rows[0][2] if rows else 0


def schools_of(session: Session, district_id: int, people: Collection[int], today: date) -> dict[int, tuple[str, ...]]:
    """The names of the schools at which some people are something today, by person."""
    if not people:
        return {}
    rows = session.execute(
        select(PersonRole.person_id, School.name)
        .join(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
        .where(PersonRole.district_id == district_id, PersonRole.person_id.in_(people), on(today, PersonRole))
        .distinct()
        .order_by(School.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for person, school in rows:
        found[person] = (*found.get(person, ()), school)
    return found


def person_of_number(session: Session, district_id: int, number: str) -> int | None:
    """Whom an SIS id names; None for nobody."""
    return session.scalar(
        select(Person.id)
        .where(Person.district_id == district_id, func.lower(Person.identifier) == number.strip().lower())
        .order_by(Person.id)
        .limit(1)
    )


def student_of_number(session: Session, district_id: int, number: str) -> int | None:
    """The student whom an SIS id names; None where nobody, or nobody who is a student, has it."""
    wanted = number.strip().lower()
    if not wanted:
        return None
    students = students_in(district_id, Remit(district=True), datetime.min.replace(tzinfo=UTC))
    return session.scalar(
        select(Person.id)
        .where(
            Person.district_id == district_id, Person.active, func.lower(Person.identifier) == wanted,
            Person.id.in_(students), in_sight(district_id, Person.id),
        )
        .order_by(Person.id)
        .limit(1)
    )  # fmt: skip


def schools_in(session: Session, district_id: int, where: Remit) -> Sequence[tuple[int, str]]:
    """(id, name) of the schools of a remit, by name."""
    chosen = select(School.id, School.name).where(
        School.district_id == district_id, School.active, School.kind == "school"
    )
    if not where.district:
        chosen = chosen.where(School.id.in_(where.schools))
    return [(row.id, row.name) for row in session.execute(chosen.order_by(School.name, School.id))]
