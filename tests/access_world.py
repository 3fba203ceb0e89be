"""One person for each row of the table of roles, tied to one student; a colleague's student; a twin elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from factories import NOW, WHEEL_SPIN, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol

from api.actions.accounts import create_account
from api.actions.methods import methods_from, put_methods
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.links import CAPACITIES, OFFICES
from mastery.second_factor import needs_second_factor
from models.graph import Node
from models.links import Consent, CourtOrder, Link
from models.roster import Person
from models.unit_of_work import district_transaction

# no person signs in as one of these: they are everybody, a program, or who gets a file
NO_PERSONS = frozenset({Role.PUBLIC, Role.PLUGIN, Role.STATE})
PERSONS = [role for role in Role if role not in NO_PERSONS]


@dataclass(frozen=True)
class Place:
    """What addresses can name of a student: keys."""

    district: int
    student: int
    target: int
    section: int
    flag: int
    assessment: int


@dataclass
class AccessWorld:
    """A person of each role; `own` is what they are tied to, `other` a colleague's, `twin` another district's."""

    world: PageWorld
    own: Place
    other: Place
    twin: Place
    people: dict[Role, Person] = field(default_factory=dict)


def link(make: Factory, person: Person, role: Role, student: Person | None, school: int | None, **more: Any) -> Link:
    """A link as an office would have made it, with the consent that it needs."""
    consent = None
    if role is Role.EXTERNAL_PROFESSIONAL:
        assert student is not None
        consent = make._add(
            Consent(
                district_id=make.district_id, student_id=student.id, recipient_id=person.id,
                classes=sorted(DataClass), purpose="mentor", signed_by=student.id, signed_on=NOW.date(),
                begins_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=60), recorded_by=None,
                recorded_at=NOW, withdrawn_at=None,
            )
        ).id  # fmt: skip
    values: dict[str, Any] = {
        "basis": Basis.CONSENT if consent else Basis.EMPLOYEE, "purpose": f"{role} here", "targets": None,
        "share": None, "begins_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=50) if consent else None,
    }  # fmt: skip
    return make._add(
        Link(
            district_id=make.district_id, person_id=person.id, role=role,
            scope=Scope.STUDENT if school is None else Scope.SCHOOL, student_id=None if school else student.id,
            section_id=None, school_id=school, organization_id=None, consent_id=consent, granted_by=None,
            granted_at=NOW, revoked_at=None, revoked_by=None, reviewed_at=None, reviewed_by=None, **values | more,
        )
    )  # fmt: skip


def order(make: Factory, guardian: Person, student: Person) -> CourtOrder:
    """An order on file that leaves a guardian the levels."""
    return make._add(
        CourtOrder(
            district_id=make.district_id, student_id=student.id, guardian_id=guardian.id, kind="custody",
            restricts=["access"], leaves=[DataClass.LEVELS], document_reference="CANARY-D14",
            begins_at=NOW - timedelta(days=1), ends_at=None, recorded_by=None, recorded_at=NOW, lifted_at=None,
        )
    )  # fmt: skip


def _place(make: Factory, student: Person, section: int, target: Node) -> Place:
    quiz = make.assessment("Fractions quiz", targets=[target])
    make.cut_scores(quiz)
    result = make.result(student, quiz, target, source_id=f"attempt-of-{student.id}")
    make.standing(student, target)
    finding = {
        **WHEEL_SPIN, "scope_id": target.id, "evidence": [result.id], "cause": result.id,
        "facts": {**WHEEL_SPIN["facts"], "target": target.id},
    }  # fmt: skip
    flag = make.wheel_spin(student, target, scope=f"target:{target.id}", finding=finding)
    return Place(make.district_id, student.id, target.id, section, flag.id, quiz.id)


def _somebody(make: Factory, role: Role, student: Person, section: Any, school: Any) -> Person:
    if role is Role.STUDENT:
        return student
    if role in (Role.PARENT, Role.PARENT_RESTRICTED):
        person = make.guardian_of(student, given=role.title())
        if role is Role.PARENT_RESTRICTED:
            order(make, person, student)
        return person
    if role is Role.TEACHER_OF_RECORD:
        return make.teacher(section, given=role.title())
    person = make.person(role.title(), "Person")
    if role is Role.CO_TEACHER:
        make.enrol(person, section, role="teacher").primary = False
        make.session.flush()
    elif role is Role.DISTRICT_LEADER:
        make.role(person, "administrator")
    elif role is Role.SCHOOL_ADMINISTRATOR:
        make.role(person, "administrator", school.id)
    else:
        assert role in CAPACITIES
        link(make, person, role, student, school.id if role in OFFICES else None)
    return person


def people_of_every_role(world: PageWorld) -> AccessWorld:
    """Fill a district with somebody of each role for one student, and another with a twin of that student."""
    found: dict[str, Any] = {}
    people: dict[Role, Person] = {}

    def rows(make: Factory) -> None:
        school, elsewhere = make.school("Own School"), make.school("Other School")
        section, theirs = make.section(school, "Own"), make.section(elsewhere, "Theirs")
        target = world.target
        own, other = make.student(section, "Own", "Student"), make.student(theirs, "Other", "Student")
        for student in (own, other):
            student.preferred_given_name = f"Screen{student.given_name}"
            student.given_name = "CANARY-D13"
            student.email = "canary-d13@example.org"
            student.middle_name = "CANARY-D13"
        make.session.flush()
        put_methods(make.session, make.district_id, target.subject, methods_from("MODEL", ["JUDGE"], []), NOW)
        for role in PERSONS:
            people[role] = _somebody(make, role, own, section, school)
            name = f"role-{role}"
            account = create_account(make.session, make.district_id, name, PASSWORD, people[role].id, NOW)
            if needs_second_factor([role]):
                world.codes[name] = enrol(make.session, make.district_id, account)
        make.teacher(theirs, given="Colleague")
        found["own"] = _place(make, own, section.id, target)
        found["other"] = _place(make, other, theirs.id, target)

    world.add(rows)
    district = new_district(world.engine, "Twin")
    with district_transaction(world.engine, district) as session:
        make = Factory(session, district)
        section = make.section(make.school(), "Twin")
        student, target = make.student(section, "Twin", "Student"), make.target("4.NF.A.1")
        make.teacher(section)
        found["twin"] = _place(make, student, section.id, target)
        session.commit()
    return AccessWorld(world, found["own"], found["other"], found["twin"], people)
