"""Whose account a person keeps: who answers for all that the account opens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from mastery.access import Scope, Viewer
from mastery.letters import letters_of
from mastery.roster import Origin, Role
from models.access import Account
from models.links import Link
from models.queries_people import at_work, is_or_will_be, is_student, lasts, on
from models.roster import Enrollment, Guardianship, Person, PersonRole, Section


def answers_for_account(session: Session, viewer: Viewer, today: date, person_id: int) -> bool:
    """Whether the account of somebody who is near the viewer's schools is theirs to keep, or a first one to give."""
    found = select(Person.id).where(
        Person.district_id == viewer.district, Person.id == person_id, kept_by(viewer, today)
    )
    return session.scalar(found) is not None


def kept_by(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """Whose account the viewer keeps: a letter opens all that its person may see, so it takes who answers for all that.

    From a school that is nobody who works elsewhere too or is linked there. An account that is there is the school's
    only where the roster says so, and where it opens no child of another school; a parent's first letter may.
    """
    reach = letters_of(viewer)
    others = and_(Person.active, Person.id != viewer.person)
    if reach.district:
        return others
    by_role, by_section = staff(viewer.district, today)
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
    by_role, by_section = staff(viewer.district, today)
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
    by_role, by_section = staff(viewer.district, today)
    linked = select(Link.person_id).where(Link.district_id == viewer.district, lasts(viewer.at))
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
        Guardianship.district_id == viewer.district, is_or_will_be(today),
        Guardianship.student_id.not_in(_answered_for(viewer, schools)),
    )  # fmt: skip


def _linked_beyond(viewer: Viewer, schools: Collection[int]) -> Select[int, int | None]:
    """(person id, school id) of links that last, or will, to something outside of some schools: offices among them."""
    return (
        select(Link.person_id, Link.school_id)
        .outerjoin(Section, (Section.district_id == Link.district_id) & (Section.id == Link.section_id))
        .where(
            Link.district_id == viewer.district,
            lasts(viewer.at),
            or_(
                Link.scope == Scope.DISTRICT,
                Link.school_id.not_in(schools),
                Section.school_id.not_in(schools),
                Link.student_id.not_in(_answered_for(viewer, schools)),
            ),
        )
    )


def staff(district_id: int, today: date) -> tuple[Select[int, int | None], Select[int, int | None]]:
    """(person id, school id) of who works somewhere: by a role, and by a section."""
    by_role = select(PersonRole.person_id, PersonRole.school_id).where(
        PersonRole.district_id == district_id, at_work(PersonRole), on(today, PersonRole)
    )
    by_section = (
        select(Enrollment.person_id, Section.school_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id,
            at_work(Enrollment),
            on(today, Enrollment),
            Section.active,
        )
    )
    return by_role, by_section
