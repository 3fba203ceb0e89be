"""Access that passes, on pages: break-glass with a reason and its review, support with its banner."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from factories import NOW
from office_world import DAY, TODAY, ZONE, OfficeWorld, another_district, office_of
from page_world import PageWorld
from sqlalchemy import text

from api.actions.custody import Filed, file_order, lift_order
from mastery.links import Restriction
from models.retention import PendingDeletion
from models.roster import Person
from models.unit_of_work import district_transaction

REASON = "found crying at the gate"


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    return office_of(page_world)


def test_staff_open_a_record_by_number_and_see_why_on_every_page_of_it(office: OfficeWorld) -> None:
    world, page = office.world, f"/students/{office.world.student.id}"
    colleague = world.client("colleague")
    colleague.get(page, 404)
    assert "/emergency" in colleague.get("/students").links
    assert (
        "10 to 300 characters" in colleague.post("/emergency", 422, number=world.student.identifier, reason="why").text
    )
    colleague.get(page, 404)
    colleague.post("/emergency", number=f" {world.student.identifier} ", reason=REASON)
    for path in (page, f"{page}/path", f"{page}/map"):
        assert "because of an emergency, until 10:00" in colleague.get(path).text
    assert "emergency, until" not in colleague.get("/students").text
    assert "emergency, until" not in world.client("teacher").get(page).text  # who sees the student anyway
    world.clock.jump(timedelta(hours=24))
    world.client("colleague").get(page, 404)


def test_a_number_that_names_nobody_tells_no_more_and_changes_nothing(office: OfficeWorld) -> None:
    world = office.world
    colleague = world.client("colleague")
    said = {
        colleague.post("/emergency", 422, number=number, reason=REASON).text.replace(str(number), "")
        for number in ("S-0", world.people["teacher"].identifier, world.people["guardian"].identifier, "' OR 1=1")
    }
    assert len(said) == 1
    assert "There is no student with this number." in said.pop()
    strange = another_district(world)
    strange.post("/emergency", 422, number=world.student.identifier, reason=REASON)
    strange.get(f"/students/{world.student.id}/emergency", 404)
    with district_transaction(world.engine, world.district_id) as session:
        assert session.scalar(text("SELECT count(*) FROM link WHERE basis = 'emergency'")) == 0


def test_whom_a_court_keeps_away_opens_nothing_in_an_emergency_either(office: OfficeWorld) -> None:
    """A colleague who is the student's guardian, too."""
    world, page = office.world, f"/students/{office.world.student.id}"
    world.add(lambda make: make.guardianship(world.people["colleague"], world.student))
    colleague = world.client("colleague")
    colleague.post(f"{page}/emergency", reason=REASON)
    access = frozenset({Restriction.ACCESS})
    filed = Filed(world.student.id, world.people["colleague"].id, "custody order", access, "cabinet 4", TODAY)
    order = office.act(file_order, filed, at=world.clock())
    colleague.get("/students")
    colleague.get(page, 404)  # what was open already is cut
    colleague.get(f"{page}/emergency", 404)
    colleague.post(f"{page}/emergency", 404, reason=REASON)
    unknown = colleague.post("/emergency", 422, number="S-0", reason=REASON).text.replace("S-0", "")
    asked = colleague.post("/emergency", 422, number=world.student.identifier, reason=REASON).text
    assert asked.replace(world.student.identifier, "") == unknown
    world.client("stranger").post(f"{page}/emergency", reason=REASON)
    office.act(lift_order, order, at=world.clock())
    colleague.post(f"{page}/emergency", reason=REASON)


def test_an_emergency_ends_where_an_order_that_is_on_file_begins(office: OfficeWorld) -> None:
    world, page = office.world, f"/students/{office.world.student.id}"
    guardian = world.people["colleague"]
    world.add(lambda make: make.guardianship(guardian, world.student))
    access, birth = frozenset({Restriction.ACCESS}), TODAY.replace(year=2000)  # of age: as a guardian they see nothing
    for first in (TODAY + 2 * DAY, TODAY + DAY):
        office.act(file_order, Filed(world.student.id, guardian.id, "custody order", access, "cabinet 4", first))
    with district_transaction(world.engine, world.district_id) as session:
        session.get_one(Person, (world.district_id, world.student.id)).birth_date = birth
        session.commit()
    begins = datetime.combine(TODAY + DAY, time(), ZONE)
    world.client("colleague").post(f"{page}/emergency", reason=REASON)
    world.clock.at = begins - timedelta(seconds=1)
    colleague = world.client("colleague")
    colleague.get(page)
    world.clock.at = begins
    colleague.get(page, 404)


def test_a_number_of_whose_record_waits_to_be_deleted_is_one_of_nobody(office: OfficeWorld) -> None:
    world = office.world
    waits = {"due_on": TODAY, "rule": "test", "since": NOW, "student_id": world.student.id}
    world.add(lambda make: make.session.add(PendingDeletion(district_id=make.district_id, **waits)))
    said = world.client("colleague").post("/emergency", 422, number=world.student.identifier, reason=REASON).text
    assert "There is no student with this number." in said


def test_the_form_of_an_address_names_nobody_before(office: OfficeWorld) -> None:
    world, page = office.world, f"/students/{office.world.student.id}"
    colleague = world.client("colleague")
    assert "Ada" not in colleague.get(f"{page}/emergency").text
    colleague.post(f"{page}/emergency", reason=REASON)
    assert "Ada Byron" in colleague.get(page).text
    for who in ("guardian", "student", "mentor"):
        client = world.client(who)
        client.get("/emergency", 404)
        client.get(f"{page}/emergency", 404)
        client.post(f"{page}/emergency", 404, reason=REASON)
        client.post("/emergency", 404, number=world.student.identifier, reason=REASON)


def test_somebody_else_reviews_an_emergency_and_may_end_it(office: OfficeWorld) -> None:
    world, page = office.world, f"/students/{office.world.student.id}"
    colleague = world.client("colleague")
    colleague.post(f"{page}/emergency", reason=REASON)
    with district_transaction(world.engine, world.district_id) as session:
        key = session.scalar(text("SELECT id FROM link WHERE basis = 'emergency'"))
    for who in ("colleague", "registrar", "teacher", "guardian", "steward"):
        world.client(who).post(f"/office/emergencies/{key}", 404, end="1")
    principal = world.client("principal")
    assert REASON in principal.get("/office").text
    principal.post(f"/office/emergencies/{key}", end="0")
    colleague.get(page)
    assert "Nothing waits today." in principal.get("/office").text
    world.client("leader").post(f"/office/emergencies/{key}", end="1")
    colleague.get(page, 404)


def test_support_is_let_in_by_a_leader_says_so_on_every_page_and_goes(office: OfficeWorld) -> None:
    world, page = office.world, f"/students/{office.world.student.id}"
    leader, support = world.client("leader"), world.client("mentor")
    asked = {"who": "Grace Mentor", "role": "registrar", "reason": "Roster will not load."}
    for who in ("principal", "steward", "registrar", "teacher", "guardian"):
        world.client(who).get("/office/support", 404)
        world.client(who).post("/office/support", 404, **asked)
    assert "Choose one." in leader.post("/office/support", 422, who="Grace Mentor", reason="Roster will not load.").text
    leader.post("/office/support", **asked)
    assert ", let in by Horace Mann." in leader.get("/office/support").text
    for path in ("/students", page, f"{page}/map"):
        said = support.get(path).text
        assert "Support is looking until 2:00" in said
        assert ", let in by Horace Mann." in said
        assert "Roster will not load." in said
    support.get("/office", 404)  # support looks, and answers for nothing
    support.get("/emergency", 404)
    support.post("/emergency", 404, number=world.student.identifier, reason=REASON)
    assert "Support is looking" not in world.client("teacher").get(page).text
    with district_transaction(world.engine, world.district_id) as session:
        key = session.scalar(text("SELECT id FROM link WHERE basis = 'support'"))
    for who in ("principal", "teacher"):
        world.client(who).post(f"/support/{key}/end", 404)
    support.post(f"/support/{key}/end")
    support.get(page, 404)
    leader.post("/office/support", **asked)
    world.clock.jump(timedelta(hours=4))
    world.client("mentor").get(page, 404)
    assert "Nobody of support is in." in world.client("leader").get("/office/support").text
