"""A family asks to see the whole record; it waits in the office with its last day, and the record answers it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from factories import NOW, Factory
from office_world import OfficeWorld, office_of
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.custody import Filed, file_order
from mastery.audit import Act
from mastery.links import Restriction
from models.audit import AuditEvent
from models.inspection import Inspection
from models.roster import Person
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    """The office, and another guardian of the student."""

    def father(make: Factory) -> None:
        page_world.people["father"] = make.guardian_of(page_world.student, given="Lord", family="Byronson")
        create_account(make.session, make.district_id, "father", PASSWORD, page_world.people["father"].id, NOW)

    page_world.add(father)
    return office_of(page_world)


def _acts(world: PageWorld) -> list[str]:
    with district_transaction(world.engine, world.district_id) as session:
        told = (Act.INSPECTION_ASKED, Act.INSPECTION_GIVEN, Act.INSPECTION_CLOSED)
        return list(session.scalars(select(AuditEvent.act).where(AuditEvent.act.in_(told)).order_by(AuditEvent.id)))


def _key(world: PageWorld) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        return session.scalars(select(Inspection.id).order_by(Inspection.id.desc()).limit(1)).one()


def test_from_asking_to_the_record(office: OfficeWorld) -> None:
    world = office.world
    student, mother, principal = f"/students/{world.student.id}", world.client("guardian"), world.client("principal")
    links = mother.get(f"{student}/path").links
    assert {f"{student}/inspection", f"{student}/amendments"} <= set(links)
    for _ in range(2):  # who asked once more has still one request
        mother.post(f"{student}/inspection")
    assert "The school shows it by Thursday, November 19, 2026." in mother.get(f"{student}/inspection").text
    assert "You asked" not in world.client("father").get(f"{student}/inspection").text
    waiting = principal.get("/office").text
    assert "show it by Thursday, November 19, 2026" in waiting
    assert "45 days left" in waiting
    assert "whole record" not in world.client("registrar").get("/office").text
    world.clock.jump(timedelta(days=46))
    mother, principal = world.client("guardian"), world.client("principal")
    assert "1 day late" in principal.get("/office").text
    principal.get(f"{student}/record")
    principal.post(f"{student}/record/print", 200, request=_key(world))
    assert "whole record" not in principal.get("/office").text
    assert "The school made it on" in mother.get(f"{student}/inspection").text
    mother.post(f"{student}/inspection")
    principal.client.post(f"{student}/record", data={"csrf_token": principal.token()})
    assert _acts(world) == [Act.INSPECTION_ASKED, Act.INSPECTION_GIVEN] * 2
    principal.post(f"{student}/record/print", 404, request=999)


@pytest.mark.parametrize("who", ["student", "teacher", "principal", "stranger", "colleague", "classmate", "leader"])
def test_only_who_has_the_right_asks(office: OfficeWorld, who: str) -> None:
    page = f"/students/{office.world.student.id}/inspection"
    office.world.client(who).get(page, 404)
    office.world.client(who).post(page, 404)
    assert _acts(office.world) == []


def test_who_lost_the_right_is_not_given_it_and_the_request_is_closed(office: OfficeWorld) -> None:
    world = office.world
    page, principal = f"/students/{world.student.id}/record", world.client("principal")
    world.client("guardian").post(f"/students/{world.student.id}/inspection")
    key = _key(world)
    principal.post(f"{page}/requests/{key}/close", 404)
    guardian, today = world.people["guardian"].id, NOW.date()
    access = frozenset({Restriction.ACCESS})
    office.act(file_order, Filed(world.student.id, guardian, "custody order", access, "cabinet 4", today))
    assert "has no right to the record any more" in principal.get(page).text
    principal.post(f"{page}/print", 404, request=key)
    principal.post(f"{page}/print", 200)
    world.client("registrar").post(f"{page}/requests/{key}/close", 404)
    principal.post(f"{page}/requests/{key}/close")
    assert _acts(world) == [Act.INSPECTION_ASKED, Act.INSPECTION_CLOSED]
    assert "whole record" not in principal.get("/office").text


def test_the_name_that_a_student_goes_by_is_in_the_record_where_the_family_may_get_it(office: OfficeWorld) -> None:
    world = office.world
    page, principal = f"/students/{world.student.id}/record", world.client("principal")

    def names(make: Factory) -> None:
        student = make.session.get_one(Person, (make.district_id, world.student.id))
        student.preferred_given_name, student.pronouns = "Goesby", "xe/xem"

    def grown(make: Factory) -> None:
        make.session.get_one(Person, (make.district_id, world.student.id)).birth_date = date(2000, 1, 1)

    world.add(names)
    for told in (False, True):
        data = principal.client.post(page, data={"csrf_token": principal.token()})
        for text in (principal.post(f"{page}/print", 200).text, json.dumps(data.json)):
            assert [word in text for word in ("Goesby", "xe/xem")] == [told, told]
            assert "sign_in_name" not in text
        world.add(grown)  # then the record is the student's own


def test_lists_take_as_many_statements_however_long(office: OfficeWorld) -> None:
    world = office.world
    page, mother, principal = f"/students/{world.student.id}", world.client("guardian"), world.client("principal")
    mother.post(f"{page}/inspection")
    few = [mother.statements(f"{page}/inspection"), principal.statements("/office")]
    world.add(lambda make: make.session.add_all(
        Inspection(
            district_id=make.district_id, student_id=world.student.id, asked_by=world.people["guardian"].id,
            asked_at=NOW,
        )
        for _ in range(3)
    ))  # fmt: skip
    assert [mother.statements(f"{page}/inspection"), principal.statements("/office")] == few
