"""The office: whom a search finds, what waits, and the page of one person, for each who may ask and who may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from access_rows import consent
from access_rows import link as tied
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from sqlalchemy import select, text

from api.actions.consents import Signed, give_consent, withdraw_consent
from api.actions.custody import Filed, file_order
from api.actions.emergency import break_glass
from api.actions.links import Asked, grant_link
from api.pages import access_words, office_record, office_words, policy
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.links import AgeBasis, Restriction
from mastery.policy_parameters import NAMES, in_use
from models.audit import AuditEvent, AuditSubject
from models.inspection import Inspection
from models.links import CourtOrder, Link
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def signed(office: OfficeWorld, **more) -> Signed:
    world = office.world
    return replace(
        Signed(
            world.student.id, office.mentor.id, frozenset({DataClass.LEVELS}), "robotics club",
            world.people["guardian"].id, TODAY, TODAY, TODAY + 200 * DAY,
        ),
        **more,
    )  # fmt: skip


def link(office: OfficeWorld, **more) -> int:
    consent = office.act(give_consent, signed(office, **more))
    asked = Asked(
        office.mentor.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, office.world.student.id, Basis.CONSENT,
        "robotics club", TODAY, consent=consent,
    )  # fmt: skip
    return office.act(grant_link, asked)


def test_whoever_answers_for_nothing_has_no_office(office: OfficeWorld) -> None:
    for who in ("teacher", "colleague", "stranger", "guardian", "student", "mentor"):
        client = office.world.client(who)
        client.get("/office", 404)
        client.get(office.page(), 404)
        client.post("/office", 404, q="Ada")
    for who in ("principal", "registrar", "steward", "leader"):
        client = office.world.client(who)
        assert "/office" in client.get("/office").links


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("principal", {"/letters", "/amendments", "/office/record"}),
        ("registrar", {"/letters", "/amendments"}),
        ("steward", {"/letters", "/office/record", "/office/clients"}),
        ("leader", {"/office/support"}),
    ],
)
def test_an_office_offers_what_it_answers_for_and_all_of_it_opens(
    office: OfficeWorld, who: str, offered: set[str]
) -> None:
    client = office.world.client(who)
    links = set(client.get("/office").links)
    every = {"/letters", "/amendments", "/office/record", "/office/clients", "/office/support"}
    assert links & every == offered
    for one in every:
        client.get(one, 200 if one in offered else 404)
    assert not every & set(client.get("/students").links)


@pytest.mark.parametrize(
    ("words", "name"),
    [("Byron Ada", "Byron, Ada"), ("alan tur", "Turing, Alan"), ("hopper", "Hopper, Grace"), ("Anne", "Byron, Anne")],
)
def test_the_one_person_meant_is_opened_and_several_are_listed(office: OfficeWorld, words: str, name: str) -> None:
    client = office.world.client("principal")
    client.post("/office", 303, q=words)
    assert client.response is not None
    assert client.response.headers["Location"].startswith("/office/people/")
    given = name.split(", ")[1]
    assert given in client.get(client.response.headers["Location"]).headings[0]
    both = client.post("/office", 200, q="byron").text
    assert "Byron, Ada" in both
    assert "Byron, Anne" in both
    assert "Cicero" not in both


def test_a_number_finds_who_has_it_and_nothing_finds_nobody(office: OfficeWorld) -> None:
    client, student = office.world.client("registrar"), office.world.student
    client.post("/office", 303, q=f" {student.identifier} ".lower())
    assert client.response is not None
    assert client.response.headers["Location"].endswith(f"/{student.id}")
    for nobody in ("Cicero", "%", "_", "100%", "\\", "Ada Turing"):
        assert "Nobody was found" in client.post("/office", 200, q=nobody).text
    client.post("/office", 200, q="")


def test_an_office_finds_the_people_of_its_schools_and_list_and_page_agree(office: OfficeWorld) -> None:
    world, other = office.world, []

    def rows(make: Factory) -> None:
        elsewhere = make.section(make.school("Far High"), "Art", ["6"])
        other.append(make.student(elsewhere, "Frida", "Kahlo"))
        other.append(make.guardian_of(other[0], given="Guillermo", family="Kahlo"))

    world.add(rows)
    for who, found in (("principal", 404), ("registrar", 404), ("steward", 200)):
        client = world.client(who)
        said = client.post("/office", 200, q="Kahlo").text
        assert ("Kahlo, Frida" in said) == (found == 200)
        for person in other:
            client.get(f"/office/people/{person.id}", found)
    leader = world.client("leader")
    assert "Nobody was found" in leader.post("/office", 200, q="Kahlo").text  # figures, and no student by name
    leader.get(office.page(), 404)
    leader.post("/office", 303, q="Noether")
    strange = another_district(world)
    strange.get(office.page(), 404)
    assert "Nobody was found" in strange.post("/office", 200, q="Byron").text


def test_searching_and_opening_are_on_record_and_no_name_is_in_an_address(office: OfficeWorld) -> None:
    world = office.world
    client = world.client("registrar")
    client.post("/office", 200, q="Byron")
    client.get(office.page())
    with district_transaction(world.engine, world.district_id) as session:
        seen = session.execute(
            select(AuditEvent.detail["page"].astext, AuditSubject.student_id)
            .join(AuditSubject, AuditSubject.event_id == AuditEvent.id)
            .where(AuditEvent.act == Act.VIEW)
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(one) for one in seen] == [
        ("pages.office_search", world.student.id), ("pages.office_person", world.student.id),
    ]  # fmt: skip


def test_what_ends_or_lacks_a_consent_waits(office: OfficeWorld) -> None:
    world = office.world
    client = world.client("principal")
    assert "Nothing waits today." in client.get("/office").text
    link(office, ends_on=TODAY + 29 * DAY)
    filed = Filed(
        world.student.id, world.people["guardian"].id, "custody", frozenset({Restriction.CONTACT}), "drawer 4",
        TODAY, TODAY + 10 * DAY,
    )  # fmt: skip
    office.act(file_order, filed)
    office.act(break_glass, world.student.id, "found crying at the gate", who="colleague")
    page = client.get("/office")
    for words in (
        "the consent for Grace Mentor ends on Nov 3, 2026", "Grace Mentor, until Nov 3, 2026",
        "Anne Byron, until Oct 15, 2026", "Emmy Noether opened the record", "found crying at the gate",
    ):  # fmt: skip
        assert words in page.text, words
    assert "Emmy Noether" in world.client("leader").get("/office").text
    assert "Ada" not in world.client("leader").get("/office").text
    assert "custody" not in world.client("steward").get("/office").text
    assert "Nothing waits" in another_district(world).get("/office").text
    with district_transaction(world.engine, world.district_id) as session:
        key = session.scalar(text("SELECT id FROM consent"))
    office.act(withdraw_consent, key)
    assert "no consent any more for Grace Mentor" in client.get("/office").text


def test_thirty_days_are_thirty_days(office: OfficeWorld) -> None:
    link(office, ends_on=TODAY + 60 * DAY)
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        ends = session.scalar(text("SELECT ends_at FROM link WHERE scope = 'student'"))
    world.clock.at = ends - timedelta(days=30, seconds=1)
    assert "Nothing waits today." in world.client("principal").get("/office").text
    world.clock.at = ends - timedelta(days=30)
    assert "Links that end within 30 days" in world.client("principal").get("/office").text
    world.clock.at = ends
    assert "Nothing waits today." in world.client("principal").get("/office").text


def test_the_page_of_a_student_tells_an_office_what_is_its_to_know(office: OfficeWorld) -> None:
    world = office.world
    link(office)
    filed = Filed(
        world.student.id, world.people["guardian"].id, "custody", frozenset({Restriction.PICKUP}), "drawer 4", TODAY
    )
    office.act(file_order, filed)
    for who in ("principal", "registrar"):
        text = world.client(who).get(office.page()).text
        for words in ("Anne Byron", "Grace Mentor: mentor or professional from outside", "robotics club", "drawer 4"):
            assert words in text, (who, words)
    steward = world.client("steward").get(office.page()).text
    assert "Grace Mentor" in steward
    assert "drawer 4" not in steward
    assert "Guardians" not in steward
    adult = world.client("principal").get(office.page("mentor")).text
    assert "Ada Byron" in adult
    assert "Ada Byron" in world.client("registrar").get(office.page("guardian")).text


@pytest.mark.parametrize("path", ["/office", "student", "guardian", "mentor", "teacher"])
def test_more_people_and_acts_cost_no_more_statements(office: OfficeWorld, path: str) -> None:
    world = office.world
    url = path if path.startswith("/") else office.page(path)

    def more(make: Factory, number: int) -> None:
        for _ in range(number):
            make.guardian_of(world.student, family="Byron")
            make.guardian_of(make.student(world.section), family="Many")

    link(office, ends_on=TODAY + 20 * DAY)
    world.add(lambda make: more(make, 2))
    client = world.client("principal")
    few = client.statements(url)
    world.add(lambda make: more(make, 8))
    for _ in range(4):
        link(office, ends_on=TODAY + 20 * DAY)
    assert client.statements(url) == few <= 26


def test_a_long_list_of_found_people_comes_in_pages(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: [make.student(world.section, "Many", f"Person{number:02}") for number in range(51)])
    client = world.client("principal")
    assert "Page 1 of 2" in client.post("/office", 200, q="Many").text
    assert "Page 2 of 2" in client.post("/office", 200, q="Many", page="2").text
    for wrong in ("3", "0", "x"):
        client.post("/office", 404, q="Many", page=wrong)


def test_every_list_of_what_waits_comes_in_pages_of_its_own(office: OfficeWorld) -> None:
    world, guardian = office.world, office.world.people["guardian"].id
    principal = world.client("principal")
    student, soon = world.student.id, NOW + 9 * DAY

    def rows(make: Factory, count: int) -> None:
        agreed = consent(make, office.mentor, student, "club", ends_at=soon)
        for number in range(count):
            ends = {"student_id": student, "ends_at": soon + number * DAY / 99}
            tied(make, office.mentor, Role.PROFESSIONAL, **ends)
            tied(make, office.mentor, Role.PROFESSIONAL, **ends | {"basis": Basis.EMERGENCY})
            external = {"basis": Basis.CONSENT, "consent_id": agreed, "ends_at": NOW + 99 * DAY}
            tied(make, office.mentor, Role.EXTERNAL_PROFESSIONAL, **ends | external)
            key = {"district_id": make.district_id, "student_id": student}
            make._add(Inspection(**key, asked_by=guardian, asked_at=NOW))
            make._add(
                CourtOrder(
                    **key, guardian_id=guardian, kind="custody", restricts=["pickup"], leaves=[], recorded_by=None,
                    document_reference="drawer", begins_at=NOW, ends_at=soon, recorded_at=NOW, lifted_at=None,
                )
            )  # fmt: skip

    world.add(lambda make: rows(make, 1))
    few = principal.statements("/office")
    world.add(lambda make: rows(make, 50))
    lists = ("emergencies", "inspections", "consents", "links", "orders")
    first = principal.get("/office")
    assert first.text.count("Page 1 of 2") == len(lists)
    assert principal.statements("/office") == few
    for one in lists:
        assert f"/office?{one}=2#{one}-title" in first.links
        second = principal.get(f"/office?{one}=2")
        assert (second.text.count("Page 1 of 2"), second.text.count("Page 2 of 2")) == (len(lists) - 1, 1)
        # what an office works on grows shorter, and it comes back to where it was
        assert principal.get(f"/office?{one}=3").text.count("Page 1 of 2") == len(lists)
        principal.get(f"/office?{one}=x", 404)
    assert f"/office?{lists[0]}=2&{lists[1]}=2#{lists[1]}-title" in principal.get(f"/office?{lists[0]}=2").links


def test_links_of_a_caseload_come_in_pages_those_that_run_first(office: OfficeWorld) -> None:
    world = office.world

    def many(make: Factory) -> None:
        for number in range(52):
            student = make.student(world.section, f"Case{number:02}", "Load")
            make._add(
                Link(
                    district_id=make.district_id, person_id=office.mentor.id, role="case_manager", scope="student",
                    student_id=student.id, basis="employee", purpose="caseload", begins_at=world.clock(),
                    ends_at=world.clock() if number == 51 else None, granted_at=world.clock(),
                )
            )  # fmt: skip

    link(office)
    client = world.client("principal")
    few = client.statements(office.page("mentor"))
    world.add(many)
    first, second = (client.get(f"{office.page('mentor')}?page={number}").text for number in (1, 2))
    assert "Page 1 of 2" in first
    assert "Case51" in second  # the one that is over
    assert [f"Case{number:02}" for number in range(52) if f"Case{number:02} Load" not in first + second] == []
    assert client.statements(office.page("mentor")) == few
    client.get(f"{office.page('mentor')}?page=3", 404)


def test_no_stored_word_is_without_words() -> None:
    assert set(access_words.CAPACITIES) >= {role for role in Role if role not in (Role.PUBLIC, Role.PLUGIN)} - {
        Role.STUDENT, Role.PARENT, Role.PARENT_RESTRICTED, Role.STATE,
    }  # fmt: skip
    assert set(access_words.BASES) == set(Basis)
    assert set(access_words.CLASSES) == set(DataClass)
    assert set(office_words.RESTRICTIONS) == set(Restriction)
    assert set(access_words.AGE_BASES) == set(AgeBasis)
    assert set(office_record.ACTS) == set(Act)
    told = {name for _title, lines in policy.GROUPS for name in lines}
    assert told == {name for name in NAMES if in_use(name)}
