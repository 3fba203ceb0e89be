"""The everyday acts of an office by clicks alone, and that nobody else does them."""

from __future__ import annotations

import pytest
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_client import PageClient
from page_world import PASSWORD, PageWorld, enrol
from secretary import Secretary, secretary

from api.actions.accounts import create_account
from api.actions.custody import Filed, file_order
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.links import Restriction
from models.access import Account
from models.audit import AuditEvent
from models.links import Consent, CourtOrder, Link


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


CONSENT = {"who": "Grace Mentor", "purpose": "robotics club"}
LINK = {**CONSENT, "role": "external_professional", "basis": "consent"}


def links(office: OfficeWorld) -> list[Link]:
    return [one for one in office.world.rows(Link) if one.scope == "student"]


def test_the_everyday_acts_take_at_most_three_clicks(office: OfficeWorld) -> None:
    """Found by a name that several have, so that nothing is opened by luck."""
    one, guardian = secretary(office), office.world.people["guardian"].id
    taken = {}

    def done(what: str) -> None:
        taken[what] = one.clicks
        one.open_office()

    one.press("Search", 200, q="Byron")
    one.follow("Record a consent")
    one.press("Save the consent", **CONSENT, signed_by=guardian)
    assert "The consent is on file." in one.page
    done("record a consent")
    one.press("Search", 200, q="Byron")
    one.follow("Link an adult")
    one.press("Link", **LINK)
    assert "Grace Mentor: mentor or professional from outside" in one.page
    done("link an adult")
    one.press("Search", 200, q="Byron")
    one.follow("File a court order")
    one.press("File the order", guardian=guardian, restricts="contact", kind="custody", document_reference="drawer 4")
    done("file a court order")
    for what, words in (
        ("lift a court order", "Lift this order"), ("end a link", "End this link"), ("withdraw a consent", "Withdraw"),
    ):  # fmt: skip
        one.press("Search", 200, q="Byron")
        one.follow("Byron, Ada")
        one.press(words)
        done(what)
    for words in ("Close the account", "Open the account again"):
        one.press("Search", 200, q="Byron")
        one.follow("Byron, Anne")
        one.press(words)
        done(words)
    one.press("Search", q="Grace Hopper")  # the only one
    assert "Grace Hopper" in one.page
    done("see who somebody is")
    assert taken == {what: min(clicks, 3) for what, clicks in taken.items()}
    (link,), (consent,), (order,) = links(office), office.world.rows(Consent), office.world.rows(CourtOrder)
    assert link.revoked_at
    assert link.consent_id == consent.id
    assert consent.withdrawn_at
    assert (order.guardian_id, order.restricts, bool(order.lifted_at)) == (guardian, ["contact"], True)


def test_a_form_says_at_the_field_what_is_missing_and_keeps_what_was_typed(office: OfficeWorld) -> None:
    one = secretary(office)
    one.press("Search", q=office.world.student.identifier)
    one.follow("Link an adult")
    one.press("Link", 422, who="Grace Mentor")
    for words in ("Nothing is saved yet", "Choose one.", "Say what it is for.", 'value="Grace Mentor"'):
        assert words in one.page
    one.press("Link", 422, **LINK)
    assert "Record the family’s signed consent for this person first." in one.page
    one.press("Link", 422, **{**LINK, "who": "Nobody Atall"})
    assert "No adult of the district has this name." in one.page
    one.press("Link", 422, **{**LINK, "basis": "employee"})
    assert "it rests on an agreement or on the family’s consent" in one.page
    one.press("Link", 422, **LINK, ends_on="soon")
    assert "Give a day of the calendar" in one.page
    assert not links(office)


def test_of_several_with_one_name_one_is_chosen(office: OfficeWorld) -> None:
    office.world.add(lambda make: office.world.people.update(second=make.person("Grace", "Mentor")))
    one = secretary(office)
    one.press("Search", q=office.world.student.identifier)
    one.follow("Link an adult")
    asked = {"who": "mentor", "role": "counselor", "basis": "employee", "purpose": "caseload"}
    one.press("Link", 422, **asked)
    assert "Several people are called so." in one.page
    one.press("Link", **asked, chosen=office.world.people["second"].id)
    assert [link.person_id for link in links(office)] == [office.world.people["second"].id]


def test_who_a_choice_names_must_be_an_adult_of_the_district(office: OfficeWorld) -> None:
    client, world = office.world.client("principal"), office.world
    asked = {"who": "x", "chosen_for": "x", "role": "counselor", "basis": "employee", "purpose": "caseload"}
    for nobody in (world.people["classmate"].id, 10**17, "x"):
        client.post(f"{office.page()}/link", 422, **asked, chosen=nobody)
    assert not links(office)


@pytest.mark.parametrize("who", ["teacher", "stranger", "guardian", "student", "leader", "mentor"])
def test_nobody_else_sees_a_form_or_does_an_act(office: OfficeWorld, who: str) -> None:
    client = office.world.client(who)
    for form in ("link", "consent", "order", "of-age"):
        client.get(f"{office.page()}/{form}", 404)
        client.post(f"{office.page()}/{form}", 404, purpose="x")
    for act in ("links/1/end", "consents/1/withdraw", "orders/1/lift", "of-age/1/end", "accounts/1/close"):
        client.post(f"/office/{act}", 404)


def test_an_office_acts_on_the_students_of_its_own_schools_only(office: OfficeWorld) -> None:
    world, far = office.world, []
    world.add(lambda make: far.append(make.student(make.section(make.school("Far High")), "Frida", "Kahlo")))
    for who in ("principal", "registrar"):
        client = world.client(who)
        for form in ("link", "consent", "order", "of-age"):
            client.get(f"/office/people/{far[0].id}/{form}", 404)
    client = world.client("registrar")  # who records consents and orders, and links nobody
    client.get(f"{office.page()}/link", 404)
    client.get(f"{office.page()}/consent")
    client.get(f"{office.page()}/order")


def test_a_guardian_sees_on_after_the_birthday_where_the_office_says_so(office: OfficeWorld) -> None:
    one = secretary(office, "registrar")
    one.press("Search", q=office.world.student.identifier)
    one.follow("Let a guardian see on")
    one.press("Save", guardian=office.world.people["guardian"].id, basis="dependent")
    assert "Anne Byron: the student is a dependent for taxes" in one.page
    one.press("End this")
    assert "Ended, from now on." in one.page


def test_a_steward_gives_an_office_and_takes_it(office: OfficeWorld) -> None:
    one, world = secretary(office, "steward"), office.world
    one.press("Search", q="Grace Mentor")
    one.follow("Give an office")
    assert "Sees: levels and plan" in one.page
    assert "leader of the district" not in one.page
    one.press("Give the office", role="registrar", place=world.school.id, purpose="the front office")
    assert "registrar: Lincoln High School" in one.page
    world.client("mentor").get("/office")
    one.press("End this")
    world.client("mentor").get("/office", 404)
    principal = secretary(office)  # who appoints counselors and nobody to an office
    principal.press("Search", q="Grace Hopper")
    principal.follow("Give an office")
    assert "registrar" not in principal.page
    principal.press("Give the office", role="counselor", place=world.school.id, purpose="caseload")


def test_a_closed_account_lets_nobody_in_and_ends_sessions_at_once(office: OfficeWorld) -> None:
    world = office.world
    guardian, one = world.client("guardian"), secretary(office, "registrar")
    guardian.get("/students", 303)
    one.press("Search", q="Anne Byron")
    one.press("Close the account")
    assert "Nobody signs in with this account" in one.page
    guardian.get("/students", 303)
    assert guardian.response is not None
    assert guardian.response.headers["Location"].startswith("/sign-in")
    guardian.sign_in("guardian", PASSWORD, 422)
    one.press("Open the account again")
    guardian.sign_in("guardian", PASSWORD)
    acts = [(event.act, event.detail) for event in office.world.rows(AuditEvent) if event.act.startswith("account_")]
    assert [act for act, _detail in acts] == ["account_disabled", "account_enabled"]
    assert "guardian" not in str(acts)


def test_nobody_closes_their_own_account_or_that_of_a_higher_office(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: Factory.role(make, world.people["leader"], "teacher", world.school.id))
    accounts = {one.person_id: one.id for one in office.world.rows(Account)}
    principal = world.client("principal")
    for who in ("principal", "leader", "stranger", "steward"):
        principal.post(f"/office/accounts/{accounts[world.people[who].id]}/close", 404)
    world.client("steward").post(f"/office/accounts/{accounts[world.people['principal'].id]}/close")
    assert world.people["principal"].id in {one.person_id for one in office.world.rows(Account) if one.disabled_at}


SOMEBODY_ELSE = "Somebody else of the office does this for you."


def _coordinator(office: OfficeWorld) -> PageClient:
    world = office.world

    def rows(make: Factory) -> None:
        world.people["coordinator"] = person = make.person("Cora", "Coordinator")
        account = create_account(make.session, make.district_id, "coordinator", PASSWORD, person.id, NOW)
        world.codes["coordinator"] = enrol(make.session, make.district_id, account)

    world.add(rows)
    office.appoint("coordinator", Role.EXPERIENCE_COORDINATOR, world.school.id)
    return world.client("coordinator")


def test_nobody_links_or_appoints_themselves_or_is_the_recipient_of_a_consent(office: OfficeWorld) -> None:
    world, coordinator = office.world, _coordinator(office)
    own = {"who": world.people["coordinator"].identifier, "purpose": "x", "begins_on": TODAY}
    linked = coordinator.post(f"{office.page()}/link", 422, role="overseeing_educator", basis="employee", **own)
    signed = coordinator.post(
        f"{office.page()}/consent", 422, classes=str(DataClass.LEVELS), signed_by="guardian", signer="anne  BYRON",
        signed_on=TODAY, ends_on=TODAY + 9 * DAY, **own,
    )  # fmt: skip
    for page in (linked, signed):
        assert SOMEBODY_ELSE in page.text
    steward = world.client("steward")
    place = {"role": "school_administrator", "place": world.school.id, "purpose": "x"}
    assert SOMEBODY_ELSE in steward.post(f"{office.page('steward')}/office", 422, **place).text
    assert links(office) == []
    assert office.world.rows(Consent) == []
    assert not [one for one in office.world.rows(Link) if one.role == "school_administrator"]


def test_nobody_sees_on_by_their_own_act_nor_lifts_what_restricts_them(office: OfficeWorld) -> None:
    world = office.world
    registrar = world.people["registrar"].id
    world.add(lambda make: make.guardianship(world.people["registrar"], world.student))
    restricts = frozenset({Restriction.ACCESS})
    order = office.act(file_order, Filed(world.student.id, registrar, "custody", restricts, "cabinet 4", TODAY))
    client = world.client("registrar")
    client.post(f"/office/orders/{order}/lift", 404)
    kept = client.post(f"{office.page()}/of-age", 422, guardian=registrar, basis="dependent")
    assert SOMEBODY_ELSE in kept.text
    world.client("principal").post(f"/office/orders/{order}/lift")


def test_who_leads_does_not_let_themselves_in_as_support(office: OfficeWorld) -> None:
    world = office.world
    leader = world.people["leader"]
    values = {"who": leader.identifier, "role": "registrar", "reason": "The roster will not load."}
    assert SOMEBODY_ELSE in world.client("leader").post("/office/support", 422, **values).text


def test_a_coordinator_records_a_consent_by_the_name_on_the_paper(office: OfficeWorld) -> None:
    coordinator = _coordinator(office)
    assert "Anne Byron" not in coordinator.get(f"{office.page()}/consent").text
    asked = {
        "who": "Grace Mentor", "purpose": "robotics", "classes": str(DataClass.LEVELS), "signed_by": "guardian",
        "signed_on": TODAY, "begins_on": TODAY, "ends_on": TODAY + 9 * DAY,
    }  # fmt: skip
    wrong = coordinator.post(f"{office.page()}/consent", 422, signer="George Gordon", **asked)
    assert "No guardian of this student has this name." in wrong.text
    coordinator.post(f"{office.page()}/consent", signer="Anne Byron", **asked)
    assert [one.signed_by for one in office.world.rows(Consent)] == [office.world.people["guardian"].id]
    page = coordinator.get(office.page()).text
    assert "Signed by a guardian on" in page
    assert "Anne Byron" not in page


def test_a_lost_second_step_is_removed_by_the_office_and_set_up_anew(office: OfficeWorld) -> None:
    world = office.world
    account = {one.person_id: one.id for one in office.world.rows(Account)}
    lost, address = world.client("principal"), f"/office/accounts/{account[world.people['principal'].id]}/second-factor"
    for client in (lost, world.client("teacher"), world.client("leader"), another_district(world)):
        client.post(address, 404)
    lost.get("/office")
    steward = Secretary(world.client("steward"))
    steward.client.get(office.page("guardian"))
    steward._read()
    assert "remove the second step" not in steward.page  # there is none
    steward.client.post(f"/office/accounts/{account[world.people['guardian'].id]}/second-factor", 404)
    steward.client.get(office.page("principal"))
    steward._read()
    steward.press("The phone is lost: remove the second step")
    assert "a new one is set up" in steward.page
    assert "The phone is lost" not in steward.page
    lost.get("/office", 303)  # signed out
    world.codes.pop("principal")
    lost.sign_in("principal", PASSWORD)
    lost.get("/office", 303)
    assert lost.response is not None
    assert lost.response.headers["Location"].startswith("/account/second-factor")
    (event,) = [one for one in office.world.rows(AuditEvent) if one.act == Act.SECOND_FACTOR_REMOVED]
    assert event.actor_id == world.people["steward"].id
