"""Who comes from outside: by no capacity of staff, as long as whoever signed may sign, and told of what was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factories
import pytest
from factories import NOW, Factory
from links_world import DAY, ZONE, Office, office
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.actions.accounts import create_account
from api.actions.consents import give_consent
from api.actions.custody import keep_beyond_age
from api.actions.desk import Desk
from api.actions.links import Asked, appoint, grant_link
from api.actions.partners import add_partner
from api.actions.passwords import PasswordError
from api.actions.people import Draft, change_person
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.links import GIVEN, OF_OUTSIDERS, AgeBasis, LinkError
from models.links import Disclosure, Link, Organization
from models.queries_access import zone_of_student
from models.queries_identity import roles_of
from models.roster import Person, PersonRole
from models.unit_of_work import district_transaction

__all__ = ["office"]
TODAY = NOW.astimezone(ZONE).date()
BIRTH = date(2008, 10, 20)
MIDNIGHT = datetime(2026, 10, 20, tzinfo=ZoneInfo(factories.ZONE))
BOTH = frozenset({DataClass.LEVELS, DataClass.ACADEMIC_FLAGS})


def changed(office: Office, change: Callable[[Session], Any]) -> Any:
    """What a change of the rows gives, which is kept."""
    with district_transaction(office.world.engine, office.world.district_id) as session:
        given = change(session)
        session.commit()
    return given


def born(office: Office, day: date) -> None:
    key = (office.world.district_id, office.world.student.id)
    changed(office, lambda session: setattr(session.get_one(Person, key), "birth_date", day))


def of_a_partner(office: Office) -> int:
    """Make the mentor a partner's person; the partner's key."""
    desk, mentor = Desk(office.world.district_id), (office.world.district_id, office.mentor.id)

    def change(session: Session) -> int:
        partner = add_partner(session, desk, "Robotics Club", "contract 26-117", TODAY + 90 * DAY, NOW)
        session.get_one(Person, mentor).organization_id = partner
        return partner

    return int(changed(office, change))


@pytest.mark.parametrize("basis", [*sorted(OF_OUTSIDERS), Basis.EMPLOYEE])
def test_a_partners_person_is_linked_as_what_staff_are_by_nobody(office: Office, basis: Basis) -> None:
    of_a_partner(office)
    consent = office.act(give_consent, office.signed())
    for role in (Role.COUNSELOR, Role.CASE_MANAGER, Role.PROFESSIONAL, Role.CO_TEACHER):
        with pytest.raises(LinkError):
            office.act(grant_link, office.asked(role=role, basis=basis, consent=consent))
    office.world.client("mentor").get(f"/students/{office.world.student.id}", 404)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"role": "counselor", "basis": "consent"}, "ck_link_outsiders"),
        ({"role": "registrar", "basis": "school_official_agreement"}, "ck_link_outsiders"),
        ({"role": "counselor", "basis": "employee", "organization_id": 0}, "ck_link_employee_of_nobody_else"),
        ({"role": "external_professional", "basis": "consent", "consent_id": None}, "ck_link_external_by_consent"),
    ],
)
def test_the_database_takes_no_such_link_either(office: Office, values: dict[str, Any], constraint: str) -> None:
    partner = of_a_partner(office)
    link = changed(office, lambda session: session.get_one(Link, (office.world.district_id, office.link())))
    row = {column.name: getattr(link, column.name) for column in Link.__table__.columns if column.name != "id"}
    row |= {"organization_id": None, **values}
    if row["organization_id"] is not None:
        row["organization_id"] = partner
    with pytest.raises(IntegrityError, match=constraint):
        changed(office, lambda session: session.add(Link(**row)))


def test_who_works_here_by_a_link_is_made_no_partners_person(office: Office) -> None:
    world = office.world
    office.act(grant_link, office.asked(role=Role.PROFESSIONAL, basis=Basis.EMPLOYEE))
    desk, local = Desk(world.district_id), {"sourced_id": "local:mentor"}
    club = changed(office, lambda session: add_partner(session, desk, "Club", "contract", None, NOW))
    mentor = (world.district_id, office.mentor.id)
    changed(office, lambda session: setattr(session.get_one(Person, mentor), "sourced_id", local["sourced_id"]))
    draft = Draft("Grace", "Mentor", organization=club)
    with pytest.raises(LinkError) as refused:
        changed(office, lambda session: change_person(session, desk, office.mentor.id, draft, NOW))
    assert refused.value.field == "employee"
    assert changed(office, lambda session: session.get_one(Person, mentor).organization_id) is None
    assert changed(office, lambda session: session.get_one(Organization, (world.district_id, club)).name) == "Club"


def test_a_parents_consent_ends_where_the_student_decides_alone(office: Office) -> None:
    """At the school's midnight, whether the birthday was on file when it was signed or came later."""
    world, page = office.world, f"/students/{office.world.student.id}"
    link = office.link()
    born(office, BIRTH)
    world.clock.at = MIDNIGHT - timedelta(seconds=1)
    mentor = world.client("mentor")
    mentor.get(page)
    world.clock.at = MIDNIGHT
    mentor.get(page, 404)
    signed = office.signed(signed_by=world.student.id, signed_on=MIDNIGHT.date(), begins_on=MIDNIGHT.date())
    office.act(grant_link, office.asked(consent=office.act(give_consent, signed, at=MIDNIGHT)), at=MIDNIGHT)
    mentor.get(page)
    consent = office.act(give_consent, office.signed())  # a month long, with the birthday known
    limited = office.act(grant_link, office.asked(consent=consent))
    ends = changed(office, lambda session: session.get_one(Link, (world.district_id, limited)).ends_at)
    assert (ends, link < limited) == (MIDNIGHT, True)


def test_a_consent_is_signed_before_it_begins_and_not_in_the_future(office: Office) -> None:
    for wrong, field in (({"signed_on": TODAY + DAY}, "signed_on"), ({"begins_on": TODAY - DAY}, "begins_on")):
        with pytest.raises(LinkError) as refused:
            office.act(give_consent, office.signed(**wrong))
        assert refused.value.field == field


def test_no_parent_signs_for_a_time_in_which_the_student_decides_alone(office: Office) -> None:
    born(office, BIRTH)
    first = {"begins_on": BIRTH.replace(year=2026), "ends_on": BIRTH.replace(year=2026) + 9 * DAY}
    with pytest.raises(LinkError) as refused:
        office.act(give_consent, office.signed(**first))
    assert refused.value.field == "grown"
    office.act(give_consent, office.signed(**first | {"begins_on": MIDNIGHT.date() - DAY}))


@pytest.mark.parametrize("basis", sorted(set(Basis) - GIVEN))
def test_no_office_gives_what_an_emergency_support_or_a_family_has(office: Office, basis: Basis) -> None:
    of_a_partner(office)
    student, school = (Scope.STUDENT, office.world.student.id), (Scope.SCHOOL, office.world.school.id)
    for who, role, (scope, key) in (
        ("principal", Role.COUNSELOR, student), ("leader", Role.SCHOOL_ADMINISTRATOR, student),
        ("leader", Role.REGISTRAR, school),
    ):  # fmt: skip
        with pytest.raises(LinkError) as refused:
            office.act(grant_link, office.asked(role=role, basis=basis, scope=scope, key=key), who=who)
        assert refused.value.field == "basis"
    assert office.world.rows(Link) == []


def test_nobody_records_the_consent_of_a_student_who_is_not_of_age(office: Office) -> None:
    world = office.world
    asked = (world.student.id, world.people["guardian"].id, AgeBasis.STUDENT_CONSENT, TODAY, None)
    for birth in (None, BIRTH):
        if birth is not None:
            born(office, birth)
        with pytest.raises(LinkError) as refused:
            office.act(keep_beyond_age, *asked)
        assert refused.value.field == "basis"
    office.act(keep_beyond_age, *asked, at=MIDNIGHT)


def test_the_zone_is_that_of_the_school_of_today(office: Office) -> None:
    world = office.world

    def moved(make: Factory) -> None:
        former = make.school("Tokyo High", "Asia/Tokyo")
        (now,) = make.session.query(PersonRole).filter_by(person_id=world.student.id, role="student")
        make.session.delete(now)
        make.session.flush()
        old = make.role(world.student, "student", former.id, ends=TODAY - DAY)
        new = make.role(world.student, "student", make.school("Next High", "America/Chicago").id)
        assert old.id < new.id
        assert old.primary
        assert new.primary

    world.add(moved)
    zone = changed(office, lambda session: zone_of_student(session, world.district_id, world.student.id, NOW))
    assert str(zone) == "America/Chicago"
    born(office, date(2008, 12, 1))
    midnight = datetime(2026, 12, 1, tzinfo=ZoneInfo("America/Chicago"))
    world.clock.at = midnight - timedelta(seconds=1)
    parent = world.client("guardian")
    parent.get(f"/students/{world.student.id}/path")
    world.clock.at = midnight
    parent.get(f"/students/{world.student.id}/path", 404)


def test_a_disclosure_names_every_class_that_was_shown(office: Office) -> None:
    """Levels alone where nothing is flagged; flags too where one is; and no outsider reads which classes there are."""
    world, page = office.world, f"/students/{office.world.student.id}"
    consent = office.act(give_consent, replace(office.signed(), classes=BOTH))
    office.act(grant_link, office.asked(consent=consent))
    mentor = world.client("mentor")
    assert "Algebra I" not in mentor.get(page).text
    assert "Algebra I" in world.client("guardian").get(f"{page}/path").text + world.client("teacher").get(page).text
    world.add(lambda make: make.wheel_spin(world.student, world.target))
    mentor.get(page)
    assert [entry.classes for entry in world.rows(Disclosure)] == [["D2"], ["D2", "D5"]]


@pytest.mark.parametrize("role", [Role.DATA_STEWARD, Role.COUNSELOR])
def test_who_works_here_by_a_link_alone_is_held_to_what_staff_are(office: Office, role: Role) -> None:
    world = office.world
    person = changed(office, lambda session: Factory(session, world.district_id).person("Link", "Only"))
    scope = Scope.DISTRICT if role is Role.DATA_STEWARD else Scope.SCHOOL
    asked = Asked(
        person.id, role, scope, None if scope is Scope.DISTRICT else world.school.id, Basis.EMPLOYEE, "x", TODAY
    )

    def account(session: Session) -> int:
        return create_account(session, world.district_id, "link-only", "ten chars!", person.id, NOW)

    def roles(session: Session) -> list[str]:
        return roles_of(session, world.district_id, person.id, TODAY)

    with district_transaction(world.engine, world.district_id) as session:
        assert account(session)  # of nobody's staff it is long enough
        assert roles(session) == []
    changed(office, lambda session: appoint(session, world.district_id, asked, NOW))
    with pytest.raises(PasswordError):
        changed(office, account)
    assert changed(office, roles) == [role]
