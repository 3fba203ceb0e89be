"""Who has looked: told to the family and the school, by day and in words; never to one parent of the other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from acts_on_record import recorded
from factories import NOW, Factory
from flask import Flask
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PASSWORD, PageWorld
from sqlalchemy import select
from werkzeug.routing import Rule

from api.actions.accounts import create_account
from api.actions.consents import Signed, give_consent
from api.actions.custody import Filed, file_order, lift_order
from api.actions.emergency import break_glass
from api.actions.links import Asked, grant_link
from api.pages.looked import PAGES
from api.security.guards import GUARD
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.links import Restriction
from mastery.roster import Origin
from models.households import Household
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    return office_of(page_world)


def _father(make: Factory, world: PageWorld) -> None:
    world.people["father"] = make.guardian_of(world.student, given="George", family="Gordon")
    create_account(make.session, make.district_id, "father", PASSWORD, world.people["father"].id, NOW)


def test_a_family_reads_who_has_looked_by_day_in_words_and_in_spanish(office: OfficeWorld) -> None:
    world = office.world
    page = f"/students/{world.student.id}"
    teacher = world.client("teacher")
    teacher.get(page)
    teacher.get(page)
    world.clock.jump(timedelta(days=1))
    world.client("teacher").get(f"{page}/map")
    mother = world.client("guardian")
    text = mother.get(f"{page}/looked").text
    assert "Tuesday, October 6, 2026 10:00 AM: Grace Hopper (teacher) opened the map of targets." in text
    assert "Monday, October 5, 2026 10:00 AM: Grace Hopper (teacher) opened the page of results, 2 times." in text
    assert text.index("October 6") < text.index("October 5")
    assert f"{page}/looked" in mother.get(f"{page}/path").links
    assert f"{page}/looked" in world.client("student").get("/path").links
    mother.post("/language", language="es")
    text = mother.get(f"{page}/looked").text
    assert "Grace Hopper (docente) abrió la página de resultados, 2 veces." in text
    assert "lunes, 5 de octubre de 2026 10:00" in text


def test_no_parent_learns_when_the_other_or_the_child_was_here(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: _father(make, world))
    page = f"/students/{world.student.id}/looked"
    mother, father, child = (world.client(who) for who in ("guardian", "father", "student"))
    for client in (mother, father, child):
        client.get(page)
    for client, others in ((mother, ("George",)), (father, ("Anne",)), (child, ("George", "Anne"))):
        text = client.get(page).text
        assert "Nobody has looked yet." in text
        assert not [name for name in others if name in text]
    school = world.client("principal").get(page).text
    assert "George Gordon (guardian)" in school
    assert "Anne Byron (guardian)" in school


def _attested(make: Factory, world: PageWorld, who: str, last: date | None) -> None:
    make.guardianship(world.people[who], world.student, ends=last, origin=Origin.ATTESTED)


@pytest.mark.parametrize("last", [None, TODAY - DAY])
@pytest.mark.parametrize("who", ["principal", "colleague"])
def test_what_staff_saw_is_told_also_where_they_act_as_a_parent(
    office: OfficeWorld, who: str, last: date | None
) -> None:
    world = office.world
    page = f"/students/{world.student.id}"
    world.add(lambda make: _attested(make, world, who, last))
    world.client("principal").get(page)
    text = world.client("guardian").get(f"{page}/looked").text
    assert "Rosa Parks (administrator) opened the page of results." in text


def test_who_may_not_know_guardians_is_told_no_name(office: OfficeWorld) -> None:
    world = office.world
    page, mother = f"/students/{world.student.id}", world.people["guardian"]
    world.client("guardian").get(page)
    signed = Signed(
        world.student.id, office.mentor.id, frozenset({DataClass.LEVELS}), "robotics", mother.id, TODAY, TODAY,
        TODAY + 20 * DAY,
    )  # fmt: skip
    office.act(give_consent, signed)
    steward, principal = world.client("steward"), world.client("principal")
    looked = steward.get(f"{page}/looked").text
    assert "a guardian opened" in looked
    for text in (looked, steward.get(office.page()).text):
        assert "Signed by a guardian on" in text
        assert "Anne Byron" not in text
    assert "Signed by Anne Byron on" in principal.get(f"{page}/looked").text
    assert "Signed by Anne Byron on" in world.client("guardian").get(f"{page}/looked").text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guardian", 200), ("student", 200), ("principal", 200), ("steward", 200), ("registrar", 404), ("teacher", 404),
        ("colleague", 404), ("stranger", 404), ("classmate", 404), ("leader", 404), ("mentor", 404),
    ],
)  # fmt: skip
def test_the_family_and_the_school_read_it_and_nobody_else(office: OfficeWorld, who: str, status: int) -> None:
    office.world.client(who).get(f"/students/{office.world.student.id}/looked", status)


def test_another_district_and_a_parent_whom_an_order_restricts_read_nothing(office: OfficeWorld) -> None:
    page = f"/students/{office.world.student.id}/looked"
    another_district(office.world).get(page, 404)
    filed = Filed(
        office.world.student.id, office.world.people["guardian"].id, "custody", frozenset({Restriction.ACCESS}),
        "drawer 4", TODAY,
    )  # fmt: skip
    office.act(file_order, filed)
    office.world.client("guardian").get(page, 404)


def test_a_family_sees_who_is_linked_and_what_they_received_and_withdraws(office: OfficeWorld) -> None:
    world = office.world
    signed = Signed(
        world.student.id, office.mentor.id, frozenset({DataClass.LEVELS}), "robotics club",
        world.people["guardian"].id, TODAY, TODAY, TODAY + 30 * DAY,
    )  # fmt: skip
    consent = office.act(give_consent, signed)
    asked = Asked(
        office.mentor.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, world.student.id, Basis.CONSENT,
        "robotics club", TODAY, consent=consent,
    )  # fmt: skip
    office.act(grant_link, asked)
    mentor, mother = world.client("mentor"), world.client("guardian")
    mentor.get(f"/students/{world.student.id}")
    page = f"/students/{world.student.id}/looked"
    text = mother.get(page).text
    for words in (
        "Grace Mentor (mentor or professional from outside). What for: robotics club",
        "The family agreed that Grace Mentor sees: levels and plan.",
        "Grace Mentor (mentor or professional from outside) received: levels and plan. What for: robotics club",
    ):
        assert words in text, words
    for who in ("teacher", "mentor", "classmate", "stranger"):
        world.client(who).post(f"/consents/{consent}/withdraw", 404)
    mother.post(f"/consents/{consent}/withdraw")
    mentor.get(f"/students/{world.student.id}", 404)
    assert "The family agreed" not in mother.get(page).text


def test_whom_an_order_leaves_the_levels_withdraws_nothing_and_the_other_parent_does(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: _father(make, world))
    mother, father = world.people["guardian"].id, world.people["father"].id
    signed = Signed(
        world.student.id, office.mentor.id, frozenset({DataClass.LEVELS}), "robotics", mother, TODAY, TODAY,
        TODAY + 20 * DAY,
    )  # fmt: skip
    consent = office.act(give_consent, signed)
    leaves = frozenset({DataClass.LEVELS})
    access = frozenset({Restriction.ACCESS})
    for who in (mother, father):
        order = office.act(file_order, Filed(world.student.id, who, "custody", access, "drawer 4", TODAY, None, leaves))
        client = world.client("guardian" if who == mother else "father")
        client.get(f"/students/{world.student.id}")  # what the order leaves
        client.post(f"/consents/{consent}/withdraw", 404)
        office.act(lift_order, order)
    child = world.client("student")
    assert f"/consents/{consent}/withdraw" not in str(child.get(f"/students/{world.student.id}/looked").forms)
    child.post(f"/consents/{consent}/withdraw", 404)  # below 18 the rights are the parents'
    world.client("father").post(f"/consents/{consent}/withdraw")


def test_an_emergency_is_told_without_its_reason(office: OfficeWorld) -> None:
    """The reason may be what somebody suspects at home."""
    world = office.world
    office.act(break_glass, world.student.id, "bruises on both arms", who="colleague")
    text = world.client("guardian").get(f"/students/{world.student.id}/looked").text
    assert "Emmy Noether (teacher) opened the record in an emergency" in text
    assert "bruises" not in text


def test_the_list_comes_in_pages_and_costs_the_same(office: OfficeWorld) -> None:
    world = office.world
    page = f"/students/{world.student.id}"
    mother = world.client("guardian")
    world.client("teacher").get(page)
    few = mother.statements(f"{page}/looked")

    world.add(lambda make: world.people.update({f"t{n}": make.teacher(world.section) for n in range(51)}))
    for number in range(51):
        office.act(break_glass, world.student.id, "found at the gate", who=f"t{number}")
    assert mother.statements(f"{page}/looked") == few <= 22
    assert "Page 1 of 2" in mother.get(f"{page}/looked").text
    mother.get(f"{page}/looked?page=2")
    mother.get(f"{page}/looked?page=3", 404)


def test_a_form_about_a_student_that_is_shown_again_is_a_look(office: OfficeWorld) -> None:
    world, student = office.world, office.world.student.id
    office.manage_case()
    mother, manager = world.client("guardian"), world.client("mentor")
    asked = {"contested": "result", "found": "Not hers.", "wanted": "No result."}
    mother.post(f"/students/{student}/amendments", 422, **(asked | {"found": " "}))
    manager.post(f"/students/{student}/programs", 422, begins_on=TODAY)
    looks = [
        (by, students, detail["page"])
        for _actor, by, students, detail in recorded(world.engine, world.district_id, Act.VIEW)
    ]
    assert (world.people["guardian"].id, {student}, "pages.ask_amendment") in looks
    assert (office.mentor.id, {student}, "pages.keep_programmes") in looks
    text = world.client("principal").get(f"/students/{student}/looked").text
    assert "opened the requests for a correction" in text
    assert "opened the page of special programs" in text
    before = len(recorded(world.engine, world.district_id, Act.VIEW))
    mother.post(f"/students/{student}/amendments", 303, **asked)
    manager.post(f"/students/{world.people['classmate'].id}/programs", 404, begins_on=TODAY)
    assert len(recorded(world.engine, world.district_id, Act.VIEW)) == before  # neither showed anybody


# whoever asks for it by an address sees nothing of the student before it is opened
NAMES_NOBODY = {"pages.student_emergency"}


def test_every_page_about_a_student_is_named(app: Flask) -> None:
    about = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ()) and _is_about_a_student(app, rule)
    }
    assert len(about) > 15
    assert about - PAGES.keys() - NAMES_NOBODY == set()
    assert PAGES.keys() <= app.view_functions.keys()


def _is_about_a_student(app: Flask, rule: Rule) -> bool:
    guard = str(getattr(app.view_functions[rule.endpoint], GUARD, ""))
    return "student_id" in rule.arguments or "a student" in guard


def test_a_form_of_a_home_that_is_shown_again_is_named_and_tells_no_family_more(office: OfficeWorld) -> None:
    world, registrar = office.world, office.world.client("registrar")
    home, family = f"/office/people/{world.student.id}", world.client("guardian")
    registrar.get(f"{home}/home")
    registrar.post(f"{home}/protection", 422, forget="y")
    registrar.get(f"{home}/homes/new")
    registrar.post(f"{home}/homes/new", 422, language="klingon")
    registrar.post(f"{home}/homes/new", 303, address="12 Elm Street", language="en")
    with district_transaction(world.engine, world.district_id) as session:
        (key,) = session.scalars(select(Household.id).where(Household.district_id == world.district_id))
    registrar.get(f"{home}/homes/{key}")
    registrar.post(f"{home}/homes/{key}/members", 422, notice="letter")
    text = family.get(f"/students/{world.student.id}/looked").text
    assert "opened the page of names and homes" in text
    assert "opened a form of the office" in text
    assert "another page" not in text
    assert "protect" not in text
