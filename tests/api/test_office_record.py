"""The record, the connected programs and the rules in force, for each who may read them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from factories import Factory
from office_world import TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from sqlalchemy import select, update

from api.actions.custody import Filed, file_order
from mastery.audit import Act
from mastery.links import Restriction
from models.access import Client
from models.audit import AuditEvent, by_person, record
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    return office_of(page_world)


def _acts(office: OfficeWorld, act: Act, number: int = 1, who: str = "teacher", purpose: str | None = None) -> None:
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        for _ in range(number):
            by = by_person(world.people[who].id)
            record(session, world.district_id, by, act, world.clock(), [world.student.id], purpose)
        session.commit()


def test_a_school_reads_what_is_about_its_students_or_done_by_its_staff(office: OfficeWorld) -> None:
    world, far = office.world, []

    def rows(make: Factory) -> None:
        section = make.section(make.school("Far High"), "Art", ["6"])
        far.extend([make.student(section, "Frida", "Kahlo"), make.teacher(section, given="Diego", family="Rivera")])

    world.add(rows)
    with district_transaction(world.engine, world.district_id) as session:
        both = [far[0].id, world.student.id]
        record(session, world.district_id, by_person(far[1].id), Act.VIEW, world.clock(), [far[0].id])
        record(session, world.district_id, by_person(world.people["teacher"].id), Act.EXPORT, world.clock(), both)
        session.commit()
    for who, sees_far in (("principal", False), ("steward", True)):
        said = world.client(who).get("/office/record").text
        assert "Grace Hopper" in said
        assert "saved records as a file" in said
        assert "Ada Byron" in said
        assert ("Kahlo" in said) == sees_far
        assert ("Rivera" in said) == sees_far
    for who in ("registrar", "leader", "teacher", "guardian", "student", "mentor"):
        world.client(who).get("/office/record", 404)
        world.client(who).post("/office/record/file", 404)
    assert "Hopper" not in another_district(world).get("/office/record").text


def test_the_record_is_filtered_by_who_what_whom_and_days(office: OfficeWorld) -> None:
    world = office.world
    _acts(office, Act.GRANT, purpose="first")
    world.clock.jump(timedelta(days=2))
    _acts(office, Act.REVOKE, who="colleague", purpose="second")
    principal, people = world.client("principal"), world.people
    cases = {
        f"person={people['teacher'].identifier}": (True, False),
        "act=revoke": (False, True),
        f"student={people['classmate'].identifier}": (False, False),
        f"student={world.student.identifier}": (True, True),
        "last=2026-10-06": (True, False),
        "first=2026-10-06": (False, True),
        "first=2026-10-05&last=2026-10-05": (True, False),
        "person=S-nobody": (False, False),
        "first=soon&act=none": (True, True),
    }
    for asked, (first, second) in cases.items():
        said = principal.get(f"/office/record?{asked}").text
        assert (("“first”" in said), ("“second”" in said)) == (first, second), asked


def test_the_record_goes_on_by_key_and_costs_the_same(office: OfficeWorld) -> None:
    principal = office.world.client("principal")
    _acts(office, Act.GRANT, 3)
    few = principal.statements("/office/record?act=grant")
    _acts(office, Act.GRANT, 50)
    assert principal.statements("/office/record?act=grant") == few <= 22
    first = principal.get("/office/record?act=grant")
    (older,) = (one for one in first.links if "before=" in one)
    assert principal.get(older).text.count("linked or appointed somebody") == 1 + 3  # the choice of acts has it too
    principal.get("/office/record?before=x", 404)


def test_the_file_holds_the_same_is_no_formula_and_is_on_record(office: OfficeWorld) -> None:
    world = office.world
    _acts(office, Act.GRANT, purpose="=HYPERLINK(1)")
    _acts(office, Act.REVOKE)
    principal = world.client("principal")
    token = principal.token()
    answer = principal.client.post("/office/record/file", data={"csrf_token": token, "act": "grant"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    header, line = csv.reader(io.StringIO(answer.get_data(as_text=True)))
    told = dict(zip(header, line, strict=True))
    assert (told["act"], told["by"], told["students"]) == ("grant", "Grace Hopper", world.student.identifier)
    assert told["purpose"] == "'=HYPERLINK(1)"
    with district_transaction(world.engine, world.district_id) as session:
        last = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.EXPORT)).one()
        assert (last.actor_id, last.detail) == (world.people["principal"].id, {"what": "audit", "events": 1})


def test_what_is_about_a_guardian_is_told_to_who_may_know_guardians(office: OfficeWorld) -> None:
    world = office.world
    mother = world.people["guardian"].id
    values = {"who": office.mentor.identifier, "reason": "lives with her aunt", "begins_on": TODAY}
    world.client("registrar").post(f"{office.page()}/guardian", 303, **values)
    restricts = frozenset({Restriction.CONTACT})
    office.act(file_order, Filed(world.student.id, mother, "custody", restricts, "cabinet 4", TODAY))
    steward, principal = world.client("steward"), world.client("principal")
    assert "“lives with her aunt”" in principal.get("/office/record").text
    assert "lives with her aunt" not in steward.get("/office/record").text
    assert steward.get("/office/record").text.count("did something about a guardian") == 2
    assert "Nothing is on record for this choice." in steward.get("/office/record?act=order_filed").text
    assert "Ada Byron" not in steward.get("/office/record?act=grant").text
    token = steward.token()
    told = steward.client.post("/office/record/file", data={"csrf_token": token}).get_data(as_text=True)
    lines = [line for line in csv.DictReader(io.StringIO(told)) if line["act"] == "guardian"]
    assert [(line["purpose"], line["detail"]) for line in lines] == [("", "{}")] * 2
    assert not [word for word in ("order_filed", "attested", "lives with her aunt") if word in told]


def test_connected_programs_are_told_without_their_secrets(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: make.client())
    said = world.client("steward").get("/office/clients").text
    assert "LMS" in said
    assert "Connected since Oct 5, 2026. Not used yet." in said
    with district_transaction(world.engine, world.district_id) as session:
        session.execute(update(Client).values(last_used_at=world.clock()))
        session.commit()
    assert "Last used on Oct 5, 2026." in world.client("steward").get("/office/clients").text
    for who in ("principal", "registrar", "leader", "teacher", "guardian"):
        world.client(who).get("/office/clients", 404)


def test_staff_read_the_rules_in_force(office: OfficeWorld) -> None:
    said = office.world.client("teacher").get("/policy").text
    for words in (
        "How sure the estimate must be that the target is mastered 90%",
        "Days between two tries at a test 3",
    ):
        assert words in said
    for who in ("guardian", "student", "mentor"):
        office.world.client(who).get("/policy", 404)
