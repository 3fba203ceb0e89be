"""A secretary's everyday acts in a real browser, which asks for what a form says is required before it sends it."""

from __future__ import annotations

import pytest
from every_page import signed_in
from office_world import OfficeWorld, office_of
from playwright.sync_api import Page, expect
from visitors import Visitor

from models.households import Household, HouseholdMember, StudentSafety
from models.links import Consent, CourtOrder, Link


@pytest.fixture
def office(visitor: Visitor) -> OfficeWorld:
    return office_of(visitor.world)


def found(visitor: Visitor, office: OfficeWorld, who: str) -> Page:
    """Somebody of the office at the page of the student, whom they looked up by number."""
    signed_in(visitor, who)
    page = visitor.open("/office")
    page.get_by_label("Find a person").fill(office.world.student.identifier or "")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Byron")
    return page


def test_a_consent_a_link_and_an_order_with_one_box_of_several(visitor: Visitor, office: OfficeWorld) -> None:
    page = found(visitor, office, "principal")
    page.get_by_role("link", name="Record a consent").click()
    page.get_by_label("Who? Name or number").fill("Grace Mentor")
    page.get_by_label("levels and plan").check()
    page.get_by_label("What for, as the family signed it").fill("robotics club")
    page.get_by_label("Anne Byron").check()
    page.get_by_role("button", name="Save the consent").click()
    expect(page.get_by_role("status")).to_contain_text("The consent is on file.")
    page.get_by_role("link", name="Link an adult").click()
    page.get_by_label("Who? Name or number").fill("Grace Mentor")
    page.get_by_label("mentor or professional from outside").check()
    page.get_by_role("radio", name="the family’s consent", exact=True).check()
    page.get_by_label("What for? The family reads this.").fill("robotics club")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Linked.")
    page.get_by_role("link", name="File a court order").click()
    page.get_by_label("Anne Byron").check()
    page.get_by_label("may not pick the child up").check()
    page.get_by_label("What kind of order is it?").fill("custody")
    page.get_by_label("Where is the document?").fill("drawer 4")
    page.get_by_role("button", name="File the order").click()
    expect(page.get_by_role("status")).to_contain_text("The order is on file.")
    (consent,), (order,) = office.world.rows(Consent), office.world.rows(CourtOrder)
    (link,) = [one for one in office.world.rows(Link) if one.scope == "student"]
    assert (consent.classes, order.restricts, link.consent_id) == (["D2"], ["pickup"], consent.id)
    assert visitor.errors == []


def test_a_home_and_the_protection_of_a_student(visitor: Visitor, office: OfficeWorld) -> None:
    page = found(visitor, office, "registrar")
    page.get_by_role("link", name="Home and safety").click()
    page.get_by_role("link", name="Put a home on file").click()
    page.get_by_label("Address").fill("12 Elm Street\nConcord NH 03301")
    page.get_by_label("Letters are written in").select_option(label="Spanish")
    page.get_by_role("button", name="Save the home").click()
    expect(page.get_by_text("12 Elm Street, Concord NH 03301").first).to_be_visible()
    page.get_by_role("link", name="Change this home").click()
    page.get_by_label("Anne Byron").check()
    page.get_by_label("by text message").check()
    page.get_by_role("button", name="Save who lives here").click()
    expect(page.get_by_text("Anne Byron, by text message")).to_be_visible()
    page.get_by_text("Protect this student").click()
    page.get_by_role("textbox", name="Substitute address").fill("PO Box 1137")
    page.get_by_role("button", name="Save the protection").click()
    expect(page.get_by_text("Protected.", exact=True)).to_be_visible()
    (home,), (safety,) = office.world.rows(Household), office.world.rows(StudentSafety)
    assert (home.language, safety.protected) == ("es", True)
    assert {one.notice for one in office.world.rows(HouseholdMember)} == {"letter", "sms"}
    assert visitor.errors == []
