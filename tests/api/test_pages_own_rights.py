"""What is somebody's own to decide: how they are told at home, and from 18 on who of the family sees the record."""

from __future__ import annotations

from datetime import date

import pytest
from factories import NOW, Factory
from office_world import OfficeWorld, office_of
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.custody import end_beyond_age
from api.actions.desk import Desk
from api.actions.households import Joining, join_household, make_household
from api.actions.links import NotYoursError
from mastery.audit import Act
from mastery.households import Notice
from mastery.links import AgeBasis
from models.audit import AuditEvent
from models.households import HouseholdMember
from models.links import BeyondAge
from models.roster import Person
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    """The student with two parents in a home each."""

    def homes(make: Factory) -> None:
        desk = Desk(make.district_id)
        father = page_world.people["father"] = make.guardian_of(page_world.student, given="Lord", family="Byronson")
        create_account(make.session, make.district_id, "father", PASSWORD, father.id, NOW)
        for who, street in (("guardian", "1 Elm Street"), ("father", "2 Oak Street")):
            key = make_household(make.session, desk, street, "es", page_world.people[who].id, NOW)
            join_household(make.session, desk, Joining(key, page_world.student.id, Notice.LETTER), NOW)

    page_world.add(homes)
    return office_of(page_world)


def _membership(world: PageWorld, who: str) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        return (
            session.scalars(select(HouseholdMember.id).where(HouseholdMember.person_id == world.people[who].id)).first()
            or 0
        )


def test_a_guardian_says_how_to_be_told_for_their_own_home_alone(office: OfficeWorld) -> None:
    world = office.world
    mother, own, other = world.client("guardian"), _membership(world, "guardian"), _membership(world, "father")
    text = mother.get("/account").text
    assert "1 Elm Street" in text
    assert "Your children here: Ada Byron" in text
    assert "2 Oak Street" not in text
    assert "Byronson" not in text
    mother.post(f"/account/homes/{own}", notice="sms")
    for key, notice in ((other, "sms"), (_membership(world, "student"), "sms"), (own, "pigeon"), (999, "sms")):
        mother.post(f"/account/homes/{key}", 404, notice=notice)
    world.client("student").post(f"/account/homes/{own}", 404, notice="email")
    with district_transaction(world.engine, world.district_id) as session:
        rows = {one.id: one.notice for one in session.scalars(select(HouseholdMember))}
        (event,) = session.scalars(
            select(AuditEvent).where(
                AuditEvent.act == Act.PERSON_CHANGED, AuditEvent.actor_id == world.people["guardian"].id
            )
        )
    assert (rows.pop(own), set(rows.values())) == ("sms", {"letter"})
    assert event.detail is not None
    assert event.detail["notice"] == "sms"
    assert "Your home" not in world.client("student").get("/account").text


def test_a_student_of_age_lets_a_parent_see_on_and_ends_it(office: OfficeWorld) -> None:
    world = office.world
    guardian, page = world.people["guardian"].id, f"/students/{world.student.id}/looked"
    student = world.client("student")
    assert "Your family" not in student.get(page).text
    student.post("/path/family", 404, guardian=guardian)

    def grown(make: Factory) -> None:
        make.session.get_one(Person, (make.district_id, world.student.id)).birth_date = date(2000, 1, 1)
        make.session.add(
            BeyondAge(
                district_id=make.district_id, student_id=world.student.id, guardian_id=world.people["father"].id,
                basis=AgeBasis.DEPENDENT, begins_at=NOW, ends_at=None, recorded_by=world.people["principal"].id,
                recorded_at=NOW, withdrawn_at=None,
            )
        )  # fmt: skip

    world.add(grown)
    mother = world.client("guardian")
    mother.get(page, 404)
    text = student.get(page).text
    assert "Your family" in text
    assert "Ask the office about it." in text
    student.post("/path/family", guardian=guardian)
    assert "Your family" not in mother.get(page).text
    mother.get(f"/students/{world.student.id}/inspection", 404)  # the right to ask stays the student's
    mother.post("/path/family", 404, guardian=guardian)
    with district_transaction(world.engine, world.district_id) as session:
        kept = {one.guardian_id: one.id for one in session.scalars(select(BeyondAge))}
    for who, key in (("student", kept[world.people["father"].id]), ("classmate", kept[guardian]), ("student", 999)):
        world.client(who).post(f"/path/family/{key}/end", 404)
    with pytest.raises(NotYoursError):
        office.act(end_beyond_age, kept[world.people["father"].id], who="student")
    student.post("/path/family", 404, guardian=world.people["teacher"].id)
    student.post(f"/path/family/{kept[guardian]}/end")
    mother.get(page, 404)
