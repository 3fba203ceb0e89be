"""Names, safety and homes by clicks: what is on file afterwards, and who is told nothing of it."""

from __future__ import annotations

import pytest
from factories import Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from secretary import Secretary, secretary
from sqlalchemy import select

from api.actions.desk import Desk
from api.actions.guardians import attest_guardian
from api.actions.households import Joining, join_household, make_household
from mastery.audit import Act
from mastery.households import Notice
from models.audit import AuditEvent
from models.households import Household, HouseholdMember, StudentSafety
from models.roster import Person
from models.unit_of_work import district_transaction

ADDRESS = "12 Elm Street, Concord NH 03301"
BOX = "PO Box 1137, Concord NH 03302"


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def at_home(office: OfficeWorld, who: str = "registrar") -> Secretary:
    """Somebody of the office at the page of the student's home."""
    one = secretary(office, who)
    one.press("Search", q=office.world.student.identifier)
    one.follow("Home and safety")
    return one


def safety(office: OfficeWorld) -> StudentSafety:
    (row,) = office.world.rows(StudentSafety)
    assert row.student_id == office.world.student.id
    return row


def home_of(office: OfficeWorld, one: Secretary, address: str = ADDRESS) -> Household:
    """A new home of the student with an address."""
    one.follow("Put a home on file")
    one.press("Save the home", address=address, language="es")
    assert "The home is on file." in one.page
    return max(office.world.rows(Household), key=lambda row: row.id)


def test_protecting_takes_three_clicks_and_says_so_on_the_page(office: OfficeWorld) -> None:
    one = at_home(office)
    assert "No protection is on file." in one.page
    one.press("Save the protection", substitute_address=BOX)
    assert one.clicks == 3
    assert "Protected." in one.page
    assert BOX in one.page
    row = safety(office)
    assert (row.protected, row.substitute_address, row.set_by) == (True, BOX, office.world.people["registrar"].id)
    one.press("End the protection")
    row = safety(office)
    assert (row.protected, row.substitute_address) == (False, None)
    with district_transaction(office.world.engine, office.world.district_id) as session:
        told = session.scalars(
            select(AuditEvent.detail["protected"].astext).where(AuditEvent.act == Act.PERSON_CHANGED)
        ).all()
    assert told == ["true", "false"]


def test_the_real_address_is_taken_out_only_where_a_substitute_is_there(office: OfficeWorld) -> None:
    one = at_home(office)
    home_of(office, one)
    one.press("Save the protection", 422, forget="y")
    assert "letters go there alone then" in one.page
    assert "Nothing is saved yet" in one.page
    assert office.world.rows(StudentSafety) == []
    one.press("Save the protection", forget="y", substitute_address=BOX)
    (home,) = office.world.rows(Household)
    assert home.address is None
    assert ADDRESS not in one.page
    one.press("Save the protection", 422, substitute_address="x" * 501)
    assert safety(office).substitute_address == BOX


def test_a_familys_no_is_put_on_file_and_taken_back(office: OfficeWorld) -> None:
    one = at_home(office)
    one.press("Put the family’s no on file", out="1")
    assert safety(office).directory_opt_out
    one.press("Take the no back", out="0")
    assert not safety(office).directory_opt_out


def test_whether_the_family_gets_the_name_is_asked_where_there_is_another(office: OfficeWorld) -> None:
    one = at_home(office)
    assert "May the family get the name" not in one.page

    def rename(make: Factory) -> None:
        person = make.session.get_one(Person, (make.district_id, office.world.student.id))
        person.preferred_given_name, person.preferred_family_name, person.pronouns = "Kit", "Ownname", "they/them"

    office.world.add(rename)
    one = at_home(office)
    for words in ("Screens say Kit Ownname.", "they/them", "Ada Byron", "This district has not said yet"):
        assert words in one.page
    for said, kept in (("yes", True), ("no", False), ("not_asked", None)):
        one.press("Save the answer", agreed=said)
        assert safety(office).display_name_to_family is kept
    one.client.post(f"{office.page()}/family-name", 400, agreed="perhaps")
    assert "Ada Byron" not in at_home(office, "principal").page  # the legal name is the registrar's alone
    assert "Ada Byron" not in at_home(office, "steward").page


def test_a_student_has_two_homes_and_each_guardian_one(office: OfficeWorld) -> None:
    world, fathers = office.world, []
    world.add(lambda make: fathers.append(make.guardian_of(world.student, given="George", family="Byron")))
    one = at_home(office)
    first = home_of(office, one)
    assert (first.address, first.language) == (ADDRESS, "es")
    one.follow("Change this home")
    one.press("Save who lives here", person=world.people["guardian"].id, notice="sms", begins_on=TODAY - 30 * DAY)
    second = home_of(office, one, "3 Hill Road")
    one.client.get(f"{office.page()}/homes/{second.id}")
    one.client.post(
        f"{office.page()}/homes/{second.id}/members", 303, person=fathers[0].id, notice="letter", begins_on=TODAY
    )
    kept = {(row.household_id, row.person_id, row.notice) for row in office.world.rows(HouseholdMember)}
    assert kept == {
        (first.id, world.student.id, "letter"), (first.id, world.people["guardian"].id, "sms"),
        (second.id, world.student.id, "letter"), (second.id, fathers[0].id, "letter"),
    }  # fmt: skip
    page = at_home(office, "principal").page
    for words in (ADDRESS, "3 Hill Road", "Anne Byron, by text message", "George Byron, by letter", "in Spanish"):
        assert words in page
    assert "Hill Road" not in world.client("guardian").get("/account").text
    (left,) = [row for row in office.world.rows(HouseholdMember) if row.person_id == fathers[0].id]
    one.client.post(f"{office.page()}/homes/members/{left.id}/end", 303)
    (left,) = [row for row in office.world.rows(HouseholdMember) if row.person_id == fathers[0].id]
    assert left.ends_on == TODAY


def test_a_form_of_a_home_says_what_is_wrong_and_keeps_what_was_typed(office: OfficeWorld) -> None:
    one = at_home(office)
    home = home_of(office, one)
    one.follow("Change this home")
    one.press("Save who lives here", 422)
    assert "Choose one." in one.page
    one.press("Save the home", 422, address="y" * 501)
    assert "y" * 501 in one.page
    one.press("Save the home", 422, language="klingon")
    (kept,) = office.world.rows(Household)
    assert (kept.id, kept.address, kept.language) == (home.id, ADDRESS, "es")
    one.press("Save the home", address="7 Elm Street", language="zh-Hans")
    (kept,) = office.world.rows(Household)
    assert (kept.address, kept.language) == ("7 Elm Street", "zh-Hans")


def test_of_others_in_a_home_there_is_only_a_number(office: OfficeWorld) -> None:
    """A half-sister at another school is not this office's to name."""
    world, others = office.world, []
    one = at_home(office)
    home = home_of(office, one)

    def rows_of(make: Factory) -> None:
        sister = make.student(make.section(make.school("Far High"), "Art", ["6"]), "Halina", "Halfsister")
        others.append(sister)
        make._add(
            HouseholdMember(
                district_id=make.district_id, household_id=home.id, person_id=sister.id, notice="letter",
                begins_on=None, ends_on=None,
            )
        )  # fmt: skip

    world.add(rows_of)
    page = at_home(office).page
    assert "and 1 more" in page
    assert "Halfsister" not in page


def test_where_who_acts_as_a_parent_lives_elsewhere_is_neither_shown_nor_changed(office: OfficeWorld) -> None:
    """An attestation is the school's own act: it opens no home of another family."""
    world, strangers = office.world, []

    def elsewhere(make: Factory) -> None:
        far = make.student(make.section(make.school("Far High"), "Art", ["6"]), "Frida", "Kahlo")
        strangers.append(make.guardian_of(far, given="Guillermo", family="Kahlo"))
        desk, now = Desk(make.district_id), world.clock()
        home = make_household(make.session, desk, "9 Secret Lane", "en", far.id, now)
        join_household(make.session, desk, Joining(home, strangers[0].id, Notice.LETTER), now)
        strangers.append(home)
        attest_guardian(
            make.session, desk, world.student.id, strangers[0].id, "uncle", TODAY - DAY, None, now
        )  # fmt: skip

    world.add(elsewhere)
    one = at_home(office)
    assert "9 Secret Lane" not in one.page
    url = f"{office.page()}/homes/{strangers[1]}"
    one.client.get(url, 404)
    one.client.post(url, 404, address="changed", language="en")
    one.client.post(f"{url}/members", 404, person=world.student.id, notice="letter", begins_on=TODAY)
    own = home_of(office, one)  # where the student lives, who acts as a parent may live, too
    one.follow("Change this home")
    one.press("Save who lives here", person=strangers[0].id, notice="letter")
    assert "Guillermo Kahlo, by letter" in one.page
    assert {row.address for row in office.world.rows(Household)} == {"9 Secret Lane", own.address}


def test_a_guardians_home_is_one_that_a_student_may_move_into(office: OfficeWorld) -> None:
    world = office.world

    def rows_of(make: Factory) -> None:
        sister = make.student(make.section(make.school("Far High"), "Art", ["6"]), "Halina", "Halfsister")
        desk, now = Desk(make.district_id), world.clock()
        home = make_household(make.session, desk, ADDRESS, "en", sister.id, now)
        join_household(make.session, desk, Joining(home, world.people["guardian"].id, Notice.LETTER), now)

    world.add(rows_of)
    one = at_home(office)
    (home,) = office.world.rows(Household)
    one.client.post(f"{office.page()}/homes/{home.id}", 404, address="changed", language="en")
    one.press("Ada Byron lives here too")
    assert "Change this home" in one.page
    assert sorted(row.household_id for row in office.world.rows(HouseholdMember)) == [home.id] * 3


def test_the_address_of_a_protected_student_is_the_registrars_to_know(office: OfficeWorld) -> None:
    one = at_home(office)
    home = home_of(office, one)
    one.press("Save the protection", substitute_address=BOX)
    assert ADDRESS in one.page
    principal = at_home(office, "principal")
    assert ADDRESS not in principal.page
    assert BOX in principal.page
    principal.client.get(f"{office.page()}/homes/{home.id}", 404)


def test_nobody_leaves_twice_nor_before_they_came_nor_is_there_twice(office: OfficeWorld) -> None:
    one, guardian = at_home(office), office.world.people["guardian"].id
    home = home_of(office, one)
    url, later = f"{office.page()}/homes/{home.id}/members", TODAY + 30 * DAY
    one.client.post(url, 303, person=guardian, notice="letter", begins_on=later)
    one.client.post(url, 422, person=guardian, notice="sms", begins_on=TODAY)
    keys = {row.person_id: row.id for row in office.world.rows(HouseholdMember)}
    one.client.post(f"{office.page()}/homes/members/{keys[guardian]}/end", 404)
    one.client.post(f"{office.page()}/homes/members/{keys[office.world.student.id]}/end", 303)
    one.client.post(f"{office.page()}/homes/members/{keys[office.world.student.id]}/end", 404)
    ends = {row.person_id: row.ends_on for row in office.world.rows(HouseholdMember)}
    assert ends == {guardian: None, office.world.student.id: TODAY}


def test_a_form_that_is_shown_again_is_on_record_as_a_look(office: OfficeWorld) -> None:
    one = at_home(office)
    one.press("Save the protection", 422, forget="y")
    with district_transaction(office.world.engine, office.world.district_id) as session:
        seen = session.scalars(select(AuditEvent.detail["page"].astext).where(AuditEvent.act == Act.VIEW)).all()
    assert "pages.protect_student" in seen


def test_what_no_form_of_ours_sends_changes_nothing(office: OfficeWorld) -> None:
    client = at_home(office).client
    client.post(f"{office.page()}/directory", 400)
    client.post(f"{office.page()}/protection", 400, substitute_address="PO\0Box")
    assert office.world.rows(StudentSafety) == []


def test_who_may_not_know_the_guardians_is_told_of_no_home(office: OfficeWorld) -> None:
    home = home_of(office, at_home(office))
    steward = at_home(office, "steward")
    assert "Safety" in steward.page
    for words in (ADDRESS, "Homes", "Put a home on file"):
        assert words not in steward.page
    for path in (f"homes/{home.id}", "homes/new"):
        steward.client.get(f"{office.page()}/{path}", 404)
        steward.client.post(f"{office.page()}/{path}", 404, address="elsewhere", language="en")
    (member,) = office.world.rows(HouseholdMember)
    steward.client.post(f"{office.page()}/homes/members/{member.id}/end", 404)
    assert office.world.rows(HouseholdMember)[0].ends_on is None


@pytest.mark.parametrize("who", ["teacher", "colleague", "stranger", "guardian", "student", "mentor", "leader"])
def test_nobody_else_sees_or_changes_any_of_it(office: OfficeWorld, who: str) -> None:
    home = home_of(office, at_home(office))
    client = office.world.client(who)
    tries = ("home", "homes/new", f"homes/{home.id}", "protection", "protection/end", "directory", "family-name")
    for path in tries:
        client.post(f"{office.page()}/{path}", 404 if path != "home" else 405, out="1", address="x", agreed="yes")
    for path in tries[:3]:
        client.get(f"{office.page()}/{path}", 404)
    assert office.world.rows(StudentSafety) == []
    assert office.world.rows(Household)[0].address == ADDRESS


def test_another_districts_office_finds_nothing_there(office: OfficeWorld) -> None:
    home = home_of(office, at_home(office))
    strange = another_district(office.world)
    for path in ("home", "homes/new", f"homes/{home.id}"):
        strange.get(f"{office.page()}/{path}", 404)
    (member,) = office.world.rows(HouseholdMember)
    strange.post(f"{office.page()}/homes/members/{member.id}/end", 404)


def test_more_homes_cost_no_more_statements(office: OfficeWorld) -> None:
    one = at_home(office)
    home_of(office, one)
    url = f"{office.page()}/home"
    few = one.client.statements(url)
    for number in range(4):
        home_of(office, one, f"{number} Elm Street")
    assert one.client.statements(url) == few <= 16
