"""People whom no roster brings, partners, who acts as a parent, a letter for one: by clicks, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from access_rows import consent, link
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PASSWORD, PageWorld
from secretary import secretary
from sqlalchemy import text

from api.actions.accounts import create_account
from api.actions.consents import Signed, give_consent
from api.actions.custody import Filed, file_order
from mastery.access import Basis
from mastery.access_matrix import DataClass, Role
from mastery.links import Restriction
from mastery.roster import LOCAL
from models.access import Account
from models.letters import EntryCode
from models.links import CourtOrder, Link, Organization
from models.roster import Guardianship, Person
from models.unit_of_work import district_transaction

CODE = re.compile(r"<strong>([0-9A-Z]+(?:-[0-9A-Z]{4}){3})</strong>")


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def named(office: OfficeWorld, given: str) -> Person:
    (found,) = [one for one in office.world.rows(Person) if one.given_name == given]
    return found


def test_a_grandmother_is_added_attested_and_comes_in_by_a_letter(office: OfficeWorld) -> None:
    world = office.world
    one = secretary(office, "registrar")
    one.press("Search", q=world.student.identifier)
    one.follow("Somebody acts as a parent")
    one.press("Attest", 422, who="Carmen Abuela", reason="grandmother", begins_on=TODAY)
    assert "No adult of the district has this name." in one.page
    one.follow("Add a person")
    one.press("Add", given_name=" Carmen ", family_name="Abuela", email="carmen@example.org", partner="0")
    assert "Carmen Abuela is added" in one.page
    one.follow("Somebody acts as a parent")
    one.press("Attest", who="Carmen Abuela", reason="Ada lives with her grandmother", begins_on=TODAY)
    assert "attested by the office" in one.page
    carmen = named(office, "Carmen")
    (tie,) = [row for row in office.world.rows(Guardianship) if row.guardian_id == carmen.id]
    assert (tie.student_id, tie.origin, tie.begins_on) == (world.student.id, "attested", TODAY)
    one.open_office()
    one.press("Search", q="Carmen Abuela")
    one.press("Print a letter to sign in", 200)
    assert one.clicks == 2
    assert "1 letter to print" in one.page
    (code,) = CODE.findall(one.page)
    newcomer = world.client()
    newcomer.get(f"/activate/{code}")
    assert newcomer.response is not None
    assert "carmen@example.org" in newcomer.response.get_data(as_text=True)  # the name proposed to sign in with
    one.client.get(office.page())
    one.page = one.client.response.get_data(as_text=True)
    one.press("Does not act as a parent any more")
    (tie,) = [row for row in office.world.rows(Guardianship) if row.guardian_id == carmen.id]
    assert tie.ends_on == TODAY - DAY


def test_a_guardian_whom_the_roster_brings_is_neither_attested_nor_ended_here(office: OfficeWorld) -> None:
    world = office.world
    one = secretary(office)
    one.press("Search", q=world.student.identifier)
    assert "Does not act as a parent" not in one.page
    one.follow("Somebody acts as a parent")
    one.press("Attest", 422, who="Anne Byron", reason="mother", begins_on=TODAY)
    assert "is a guardian of the student already" in one.page
    one.press("Attest", 422, who="Grace Mentor", reason="aunt", begins_on=TODAY, ends_on=TODAY - DAY)
    assert "The last day is before the first one." in one.page
    guardian = world.people["guardian"].id
    one.client.post(f"{office.page()}/guardian/{guardian}/end", 404, back=world.student.id)
    assert all(row.ends_on is None for row in office.world.rows(Guardianship))


def test_somebody_of_the_same_name_is_added_only_knowingly(office: OfficeWorld) -> None:
    one = secretary(office)
    one.follow("Add a person")
    typed = {"given_name": "Grace", "family_name": "Mentor", "email": "no address", "partner": "0"}
    one.press("Add", 422, **typed)
    assert "There is somebody of this name already." in one.page
    one.press("Add", 422, **typed, another="y")
    assert "This is no e-mail address." in one.page
    one.press("Add", **{**typed, "email": ""}, another="y")
    assert len([row for row in office.world.rows(Person) if row.family_name == "Mentor"]) == 2
    one.client.post("/office/people/new", 422, given_name="", family_name="x" * 101, partner="0")


def test_a_partner_is_added_named_and_ended_with_its_people(office: OfficeWorld) -> None:
    steward = secretary(office, "steward")
    steward.follow("Partners")
    assert "There is no partner yet." in steward.page
    steward.press("Add the partner", 422, name="Robotics Club", agreement_ends_on=TODAY + 90 * DAY)
    assert "Say where the agreement is filed" in steward.page
    steward.press(
        "Add the partner", name="Robotics Club", agreement="contract 26-117", agreement_ends_on=TODAY + 90 * DAY
    )
    steward.press("Add the partner", 422, name="robotics club")
    assert "There is a partner of this name already." in steward.page
    (club,) = office.world.rows(Organization)
    one = secretary(office)
    one.follow("Add a person")
    one.press("Add", given_name="Hedy", family_name="Lamarr", partner=club.id)
    assert named(office, "Hedy").organization_id == club.id
    one.open_office()
    one.press("Search", q=office.world.student.identifier)
    one.follow("Link an adult")
    asked = {"who": "Hedy Lamarr", "basis": "school_official_agreement", "purpose": "robotics", "begins_on": TODAY}
    one.press("Link", 422, **asked, role="overseeing_educator")
    assert "is linked as a professional from outside" in one.page
    one.press("Link", 422, **{**asked, "basis": "employee"}, role="overseeing_educator")
    assert "it rests on an agreement or on the family" in one.page
    one.press("Link", 422, **asked, role="external_professional")
    assert "Record the family’s signed consent for this person first." in one.page
    student, guardian = office.world.student.id, office.world.people["guardian"].id
    to_hedy = (student, named(office, "Hedy").id, frozenset({DataClass.LEVELS}), "robotics", guardian)
    office.act(give_consent, Signed(*to_hedy, TODAY, TODAY, TODAY + 20 * DAY))
    one.press("Link", **asked, role="external_professional")
    (link,) = [row for row in office.world.rows(Link) if row.scope == "student"]
    assert link.revoked_at is None
    one.open_office()
    one.follow("Partners")
    assert "End, with all its links" not in one.page  # a school adds partners; the district ends them
    one.client.post(f"/office/partners/{club.id}/end", 404)
    hedy = named(office, "Hedy")
    office.world.add(lambda make: create_account(make.session, make.district_id, "hedy", PASSWORD, hedy.id, NOW))
    steward.client.get("/office/partners")
    steward.page = steward.client.response.get_data(as_text=True)
    steward.press("End, with all its links")
    assert "links to students: 1, accounts closed: 1" in steward.page
    (link,) = [row for row in office.world.rows(Link) if row.scope == "student"]
    assert link.revoked_at
    assert not named(office, "Hedy").active
    for act in ("account_disabled", "revoke"):
        assert "Hedy Lamarr" in steward.client.get(f"/office/record?act={act}").text


def test_who_was_added_is_corrected_and_an_agreement_renewed(office: OfficeWorld) -> None:
    one = secretary(office, "steward")
    one.follow("Partners")
    one.press("Add the partner", name="Robotics Club", agreement="contract 1", agreement_ends_on=TODAY + DAY)
    (club,) = office.world.rows(Organization)
    one.follow("Change or renew the agreement")
    one.press("Save the agreement", 422, agreement="", agreement_ends_on=TODAY + 400 * DAY)
    one.press("Save the agreement", agreement="contract 2", agreement_ends_on=TODAY + 400 * DAY)
    (renewed,) = office.world.rows(Organization)
    assert (renewed.agreement_reference, renewed.agreement_ends_on) == ("contract 2", TODAY + 400 * DAY)
    one.open_office()
    one.follow("Add a person")
    one.press("Add", given_name="Hedi", family_name="Lamar", partner="0")
    one.press("Search", q="Hedi Lamar")
    one.follow("Correct name, contact or partner")
    one.press("Save", 422, given_name="Hedy", family_name="Lamarr", email="no address", partner=club.id)
    assert 'value="Hedy"' in one.page
    one.press("Save", given_name="Hedy", family_name="Lamarr", email="hedy@example.org", partner=club.id)
    hedy = named(office, "Hedy")
    assert (hedy.family_name, hedy.email, hedy.organization_id) == ("Lamarr", "hedy@example.org", club.id)
    for key in (office.world.people["teacher"].id, office.world.student.id):  # whom the roster brings is its own
        one.client.get(f"/office/people/{key}/change", 404)
        one.client.post(f"/office/people/{key}/change", 404, given_name="A", family_name="B", partner="0")
    for who in ("principal", "registrar", "teacher", "guardian"):
        office.world.client(who).post(f"/office/people/{hedy.id}/change", 404, given_name="A", family_name="B")
    assert named(office, "Hedy").family_name == "Lamarr"


def test_a_school_corrects_its_own_helper_and_no_account_that_is_not_its_own(office: OfficeWorld) -> None:
    """A mentor is linked to the school's student; where the mentor signs in, a way in goes to the corrected address."""
    world, mentor = office.world, _local_mentor(office)
    page, names = f"/office/people/{mentor}", {"given_name": "Judith", "family_name": "Noel", "partner": "0"}
    one = secretary(office, "registrar")
    one.press("Search", q="Judith Noel")
    one.follow("Correct name, contact or partner")
    one.press("Save", **names, email="judith@example.org")
    assert named(office, "Judith").email == "judith@example.org"
    # what the school attests makes nobody's account its own
    one.client.post(f"{office.page()}/guardian", who="Judith Noel", reason="aunt", begins_on=TODAY)
    world.add(lambda make: create_account(make.session, make.district_id, "judith", PASSWORD, mentor, NOW))
    taken = {**names, "email": "school@example.org"}
    for who in ("registrar", "principal"):
        client = world.client(who)
        assert "Correct name" not in client.get(page).text
        client.get(f"{page}/change", 404)
        client.post(f"{page}/change", 404, **taken)
    assert named(office, "Judith").email == "judith@example.org"
    world.client("steward").post(f"{page}/change", **taken)
    assert named(office, "Judith").email == "school@example.org"


def _local_mentor(office: OfficeWorld) -> int:
    """Somebody who was added here, with a link to the student; the key."""
    student, found = office.world.student.id, []

    def rows(make: Factory) -> None:
        mentor = make.person("Judith", "Noel")
        mentor.sourced_id = f"{LOCAL}mentor"
        signed = consent(make, mentor, student, "robotics")
        until = NOW + 30 * DAY
        link(
            make, mentor, Role.EXTERNAL_PROFESSIONAL, student_id=student, basis=Basis.CONSENT, consent_id=signed,
            ends_at=until,
        )  # fmt: skip
        found.append(mentor.id)

    office.world.add(rows)
    return found[0]


def test_many_partners_come_in_pages(office: OfficeWorld) -> None:
    def many(make: Factory) -> None:
        for number in range(51):
            make._add(
                Organization(
                    district_id=make.district_id, name=f"Partner {number:02}", agreement_reference=None,
                    agreement_ends_on=None, active=True, ended_at=None,
                )
            )  # fmt: skip

    client = office.world.client("steward")
    few = client.statements("/office/partners")
    office.world.add(many)
    assert client.statements("/office/partners") == few
    assert "Partner 50" not in client.get("/office/partners").text
    assert "Partner 50" in client.get("/office/partners?page=2").text
    client.get("/office/partners?page=3", 404)


def test_a_link_may_be_held_to_targets_and_to_some_records(office: OfficeWorld) -> None:
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        code = session.scalar(text("SELECT code FROM node WHERE id = :id"), {"id": world.target.id})
    one = secretary(office)
    one.press("Search", q=world.student.identifier)
    one.follow("Link an adult")
    typed = {
        "who": "Grace Mentor", "role": "professional", "basis": "employee", "purpose": "reading group",
        "begins_on": TODAY + DAY,
    }  # fmt: skip
    one.press("Link", 422, **typed, targets=f"{code}, NO.SUCH.1")
    assert "NO.SUCH.1 is the code of no learning target" in one.page
    assert [row for row in office.world.rows(Link) if row.scope == "student"] == []
    one.press("Link", **typed, targets=code, share="D2")
    (link,) = [row for row in office.world.rows(Link) if row.scope == "student"]
    assert (link.targets, link.share) == ([world.target.id], [DataClass.LEVELS])
    assert link.begins_at.date() >= TODAY
    for words in ("On 1 learning target only.", "Only levels and plan."):
        assert words in one.page


def test_an_order_may_leave_levels_open(office: OfficeWorld) -> None:
    world = office.world
    one = secretary(office)
    one.press("Search", q=world.student.identifier)
    one.follow("File a court order")
    one.press(
        "File the order", guardian=world.people["guardian"].id, restricts="access", kind="custody", leaves="D2",
        document_reference="drawer 4", begins_on=TODAY,
    )  # fmt: skip
    (order,) = office.world.rows(CourtOrder)
    assert order.leaves == [DataClass.LEVELS]
    assert "It leaves open: levels and plan." in one.page
    world.client("guardian").get(f"/students/{world.student.id}")
    filed = Filed(
        world.student.id, world.people["guardian"].id, "custody", frozenset({Restriction.ACCESS}), "drawer 5", TODAY
    )
    office.act(file_order, filed)  # of two orders the stricter one counts
    world.client("guardian").get(f"/students/{world.student.id}", 404)


def test_a_letter_for_one_is_made_for_whose_account_the_office_keeps(office: OfficeWorld) -> None:
    world = office.world
    principal = secretary(office)
    principal.press("Search", q="Anne Byron")
    principal.press("Print a letter for a new password", 200)
    assert "1 letter to print" in principal.page
    (code,) = office.world.rows(EntryCode)
    assert code.person_id == world.people["guardian"].id
    for who in ("leader", "steward", "principal"):  # an office of the district, and oneself, are not a school's to keep
        principal.client.post(f"{office.page(who)}/letter", 404)
    for who in ("teacher", "guardian", "student", "stranger", "mentor", "leader"):
        world.client(who).post(f"{office.page()}/letter", 404)
    another_district(world).post(f"{office.page()}/letter", 404)
    assert len(office.world.rows(EntryCode)) == 1


def test_who_works_elsewhere_too_has_a_letter_from_the_district_alone(office: OfficeWorld) -> None:
    world = office.world

    def elsewhere(make: Factory) -> None:
        make.enrol(world.people["teacher"], make.section(make.school("Far High"), "Art", ["6"]), role="teacher")

    world.add(elsewhere)
    principal = secretary(office)
    principal.press("Search", q="Hopper")
    assert "The district keeps this account" in principal.page
    world.client("principal").post(f"{office.page('teacher')}/letter", 404)
    assert office.world.rows(EntryCode) == []
    world.client("steward").post(f"{office.page('teacher')}/letter", 200)


def _attest(office: OfficeWorld, who: str, status: int = 303, by: str = "registrar") -> str:
    person = office.world.people[who]
    values = {"who": person.identifier, "reason": "acts as a parent", "begins_on": TODAY}
    return office.world.client(by).post(f"{office.page()}/guardian", status, **values).text


def _link(office: OfficeWorld, who: str) -> None:
    values = {"role": "co_teacher", "basis": "employee", "purpose": "x", "begins_on": TODAY}
    person = office.world.people[who]
    office.world.client("principal").post(f"{office.page()}/link", 303, who=person.identifier, **values)


def _far_child(office: OfficeWorld, *guardians: str) -> None:
    """A student of another school whose guardians some people are."""
    world = office.world

    def far(make: Factory) -> None:
        child = make.student(make.section(make.school("Far High"), "Art", ["6"]), "Halina", "Faraway")
        for one in guardians:
            make.guardianship(world.people[one], child)

    world.add(far)


def _account(office: OfficeWorld, who: str) -> Account:
    (found,) = [one for one in office.world.rows(Account) if one.person_id == office.world.people[who].id]
    return found


@pytest.mark.parametrize("near", [_attest, _link])
@pytest.mark.parametrize("who", ["stranger", "mentor"])
def test_a_schools_own_act_makes_nobodys_account_its_own(
    office: OfficeWorld, near: Callable[[OfficeWorld, str], object], who: str
) -> None:
    near(office, who)
    account, principal = _account(office, who), office.world.client("principal")
    assert "The district keeps this account" in principal.get(office.page(who)).text
    for path in (f"/office/accounts/{account.id}/close", f"/office/accounts/{account.id}/open"):
        principal.post(path, 404)
    principal.post(f"{office.page(who)}/letter", 404)
    assert _account(office, who).disabled_at is None
    office.world.client("steward").post(f"/office/accounts/{account.id}/close", 303)


def test_whom_a_school_attests_has_a_first_letter_but_not_for_children_elsewhere(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: world.people.update(aunt=make.person("Ann", "Aunt"), uncle=make.person("Ulf", "Uncle")))
    for who in ("aunt", "uncle"):
        _attest(office, who)
    _far_child(office, "uncle")
    for who, status in (("aunt", 200), ("uncle", 404)):
        world.client("principal").post(f"{office.page(who)}/letter", status)


def test_staff_with_a_child_elsewhere_have_letters_from_the_district_alone(office: OfficeWorld) -> None:
    _far_child(office, "teacher")
    principal, world = office.world.client("principal"), office.world
    principal.post(f"{office.page('teacher')}/letter", 404)
    listed = principal.get(f"/letters?school={world.school.id}&group=staff").text
    assert "Hopper" not in listed
    values = {"school": world.school.id, "group": "staff", "person": world.people["teacher"].id}
    principal.post("/letters", 404, **values)


def test_a_parent_of_two_schools_has_the_first_letter_from_either(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: world.people.update(father=make.guardian_of(world.student, given="George", family="Gordon")))
    _far_child(office, "guardian", "father")
    page = f"/letters?school={world.school.id}&group=guardians"
    principal = world.client("principal")
    listed = principal.get(page).text
    assert "Gordon" in listed
    assert "Byron, Anne" not in listed  # she has an account
    principal.post(f"{office.page('guardian')}/letter", 404)
    letter = principal.post(f"{office.page('father')}/letter", 200).text
    assert "Ada Byron" in letter
    assert "Halina" not in letter


def test_nobody_attests_themselves(office: OfficeWorld) -> None:
    assert "Somebody else of the office does this for you." in _attest(office, "registrar", 422)
    assert [row for row in office.world.rows(Guardianship) if row.origin == "attested"] == []


def test_a_letter_of_who_may_not_know_families_names_no_child(office: OfficeWorld) -> None:
    letter = office.world.client("steward").post(f"{office.page('guardian')}/letter", 200).text
    assert "Anne Byron" in letter
    assert "Ada Byron" not in letter


@pytest.mark.parametrize("who", ["teacher", "stranger", "guardian", "student", "mentor", "leader"])
def test_nobody_else_adds_people_or_attests(office: OfficeWorld, who: str) -> None:
    client = office.world.client(who)
    client.post("/office/people/new", 404, given_name="A", family_name="B", partner="0")
    client.post(f"{office.page()}/guardian", 404, who="Grace Mentor", reason="x", begins_on=TODAY)
    if who != "leader":  # who leads gives offices, and so knows partners
        client.post("/office/partners", 404, name="Mine")
        client.get("/office/partners", 404)
