"""One person for each row of the table of roles, tied to one student; a colleague's student; a twin elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from access_rows import OTHER, OWN, TWIN, Place, consent, link, order, place
from factories import NOW, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol

from api.actions.accounts import create_account
from api.actions.methods import methods_from, put_methods
from mastery.access import Basis, Scope
from mastery.access_matrix import Role
from mastery.links import CAPACITIES, OFFICES
from mastery.second_factor import needs_second_factor
from models.roster import Person
from models.unit_of_work import district_transaction

# no person signs in as one of these: they are everybody, a program, or who gets a file
NO_PERSONS = frozenset({Role.PUBLIC, Role.PLUGIN, Role.STATE})
PERSONS = [role for role in Role if role not in NO_PERSONS]


@dataclass
class AccessWorld:
    """A person of each role; `own` is what they are tied to, `other` a colleague's, `twin` another district's."""

    world: PageWorld
    own: Place
    other: Place
    twin: Place
    people: dict[Role, Person] = field(default_factory=dict)


def _somebody(make: Factory, role: Role, student: Person, section: Any, school: Any) -> Person:
    if role is Role.STUDENT:
        return student
    if role in (Role.PARENT, Role.PARENT_RESTRICTED):
        person = make.guardian_of(student, given=role.title())
        if role is Role.PARENT_RESTRICTED:
            order(make, person, student, "CANARY-D14-own")
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
        _tie(make, person, role, student, school.id)
    return person


def _tie(make: Factory, person: Person, role: Role, student: Person, school: int) -> None:
    if role in OFFICES:
        link(make, person, role, scope=Scope.SCHOOL, school_id=school)
    elif role is Role.EXTERNAL_PROFESSIONAL:
        agreed = consent(make, person, student.id, "mentor")
        until = NOW + timedelta(days=50)
        link(make, person, role, student_id=student.id, basis=Basis.CONSENT, consent_id=agreed, ends_at=until)
    else:
        link(make, person, role, student_id=student.id)


def people_of_every_role(world: PageWorld) -> AccessWorld:
    """Fill a district with somebody of each role for one student, and another with a twin of that student."""
    found: dict[str, Any] = {}
    people: dict[Role, Person] = {}

    def rows(make: Factory) -> None:
        school, elsewhere = make.school("Own School"), make.school("Other School")
        section, theirs = make.section(school, "Own"), make.section(elsewhere, "Theirs")
        target = world.target
        own, other = make.student(section, "Own", "Student"), make.student(theirs, "Other", "Student")
        for student, canary in ((own, OWN), (other, OTHER)):
            student.preferred_given_name = f"Screen{student.given_name}"
            student.given_name = f"CANARY-D13-{canary.mark}"
        make.session.flush()
        put_methods(make.session, make.district_id, target.subject, methods_from("MODEL", ["JUDGE"], []), NOW)
        for role in PERSONS:
            people[role] = _somebody(make, role, own, section, school)
            name = f"role-{role}"
            account = create_account(make.session, make.district_id, name, PASSWORD, people[role].id, NOW)
            if needs_second_factor([role]):
                world.codes[name] = enrol(make.session, make.district_id, account)
        colleague = make.teacher(theirs, given="Colleague")
        found["own"] = place(
            make, own, section.id, target, people[Role.TEACHER_OF_RECORD], people[Role.PARENT], OWN
        )  # fmt: skip
        found["other"] = place(make, other, theirs.id, target, colleague, make.guardian_of(other), OTHER)

    world.add(rows)
    district = new_district(world.engine, "Twin")
    with district_transaction(world.engine, district) as session:
        make = Factory(session, district)
        section = make.section(make.school(), "Twin")
        student, target = make.student(section, "Twin", "Student"), make.target("4.NF.A.1")
        lives = make.guardian_of(student)
        found["twin"] = place(make, student, section.id, target, make.teacher(section), lives, TWIN)
        session.commit()
    return AccessWorld(world, found["own"], found["other"], found["twin"], people)
