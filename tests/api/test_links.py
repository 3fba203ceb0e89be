"""Links, consents, orders and birthdays decide what a page shows from one request to the next, and are on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factories
import pytest
from acts_on_record import recorded
from factories import NOW, Factory
from links_world import DAY, ZONE, Office, office
from page_world import PASSWORD
from sqlalchemy import Engine, select, text
from statements import statements_said

from api.actions.accounts import create_account
from api.actions.consents import give_consent, withdraw_consent
from api.actions.custody import Filed, end_beyond_age, file_order, keep_beyond_age, lift_order
from api.actions.emergency import break_glass, let_support_in, review_break_glass, send_support_away
from api.actions.links import Asked, NotYoursError, appoint, grant_link, revoke_link
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.links import AgeBasis, LinkError, Restriction
from mastery.roster import Role as Roster
from models.links import Disclosure, Link, ProgrammeEnrollment
from models.queries_access import subject_of, viewer_of
from models.roster import Person
from models.unit_of_work import district_transaction

__all__ = ["office"]


def test_a_mentor_sees_a_linked_student_until_the_link_ends_and_each_look_is_a_disclosure(office: Office) -> None:
    world = office.world
    page, client = f"/students/{world.student.id}", world.client("mentor")
    client.get(page, 404)
    office.link()
    assert "Ada Byron" in client.get(page).text
    client.get(f"/students/{world.people['classmate'].id}", 404)
    client.get(f"{page}/targets/{world.target.id}", 404)  # no responses
    with district_transaction(world.engine, world.district_id) as session:
        (entry,) = session.scalars(select(Disclosure))
        assert (entry.recipient, entry.purpose, entry.classes) == ("Grace Mentor", "robotics club", ["D2"])
        assert entry.required_by == []
        session.add(
            ProgrammeEnrollment(
                district_id=world.district_id, student_id=world.student.id, programme="idea", begins_on=None,
                ends_on=None,
            )
        )  # fmt: skip
        session.commit()
    client.get(page)
    client.get(f"{page}?partial=1")  # an open page that follows is the same look
    with district_transaction(world.engine, world.district_id) as session:
        assert [one.required_by for one in session.scalars(select(Disclosure).order_by(Disclosure.id))] == [
            [], ["300.614"],
        ]  # fmt: skip
        assert len(recorded(world.engine, world.district_id, Act.DISCLOSURE)) == 2
        link = session.scalars(select(Link)).one()
        assert link.ends_at is not None
        world.clock.at = link.ends_at - timedelta(seconds=1)
    again = world.client("mentor")
    again.get(page)
    world.clock.at = link.ends_at
    again.get(page, 404)


def test_revoking_and_withdrawing_cut_a_session_that_runs(office: Office) -> None:
    page, client = f"/students/{office.world.student.id}", office.world.client("mentor")
    link = office.link()
    client.get(page)
    office.act(revoke_link, link)
    client.get(page, 404)
    consent = office.act(give_consent, office.signed())
    office.act(grant_link, office.asked(consent=consent))
    client.get(page)
    office.act(withdraw_consent, consent, who="guardian")
    client.get(page, 404)


def test_targets_of_a_link_are_all_that_is_shown(office: Office) -> None:
    world = office.world
    other: list[int] = []

    def rows(make: Factory) -> None:
        node = make.target("9.Z", "I can prove it.")
        other.append(node.id)
        make.standing(world.student, node)

    world.add(rows)
    consent = office.act(give_consent, office.signed())
    office.act(grant_link, office.asked(consent=consent, targets=frozenset({world.target.id})))
    client = world.client("mentor")
    page = client.get(f"/students/{world.student.id}")
    assert "I can explain why fractions are equal." in page.text
    assert "I can prove it." not in page.text
    for rest in ("map", "path"):
        client.get(f"/students/{world.student.id}/{rest}", 404)


def test_an_order_on_file_cuts_one_guardian_at_once_and_nobody_else(office: Office) -> None:
    world = office.world
    world.add(lambda make: world.people.update(father=make.guardian_of(world.student, given="George")))
    world.add(
        lambda make: create_account(make.session, make.district_id, "father", PASSWORD, world.people["father"].id, NOW)
    )
    page = f"/students/{world.student.id}/path"
    mother, father = world.client("guardian"), world.client("father")
    father.get(page)
    filed = Filed(
        world.student.id, world.people["father"].id, "custody", frozenset({Restriction.ACCESS}), "drawer 4, 26-117",
        NOW.astimezone(ZONE).date(),
    )  # fmt: skip
    with pytest.raises(LinkError, match="document"):
        office.act(file_order, replace(filed, document_reference=" "))
    father.get(page)
    contact = office.act(file_order, replace(filed, restricts=frozenset({Restriction.CONTACT})))
    father.get(page)  # no contact is another matter than no access
    order = office.act(file_order, filed)
    father.get(page, 404)
    mother.get(page)
    office.act(lift_order, order)
    father.get(page)
    office.act(lift_order, contact)


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_rights_move_to_the_student_at_the_schools_midnight_of_the_18th_birthday(
    office: Office, zone: str | None
) -> None:
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        session.get_one(Person, (world.district_id, world.student.id)).birth_date = date(2008, 12, 1)
        session.execute(text("UPDATE school SET time_zone = :z"), {"z": zone})
        session.commit()
    midnight = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone or factories.ZONE))
    page = f"/students/{world.student.id}/path"
    world.clock.at = midnight - timedelta(seconds=1)
    parent = world.client("guardian")
    parent.get(page)
    world.clock.at = midnight
    parent.get(page, 404)
    world.client("student").get("/path")
    with pytest.raises(LinkError, match="of age"):
        office.act(give_consent, office.signed(), at=midnight)
    kept = office.act(
        keep_beyond_age, world.student.id, world.people["guardian"].id, AgeBasis.STUDENT_CONSENT,
        midnight.date(), None, who="student", at=midnight,
    )  # fmt: skip
    parent.get(page)
    office.act(end_beyond_age, kept, who="student", at=midnight + timedelta(minutes=1))
    world.clock.at = midnight + timedelta(minutes=1)
    parent.get(page, 404)


@pytest.mark.parametrize("who", ["teacher", "colleague", "stranger", "guardian", "student", "leader", "mentor"])
def test_nobody_else_does_what_the_office_does(office: Office, who: str) -> None:
    for act, asked in ((give_consent, office.signed()), (grant_link, office.asked())):
        with pytest.raises(NotYoursError):
            office.act(act, asked, who=who)
    link = office.link()
    with pytest.raises(NotYoursError):
        office.act(revoke_link, link, who=who)


def test_a_consent_of_another_student_or_person_carries_no_link(office: Office) -> None:
    consent = office.act(give_consent, office.signed())
    for asked in (
        office.asked(person=office.world.people["stranger"].id),
        office.asked(key=office.world.people["classmate"].id),
    ):
        with pytest.raises(LinkError, match="not one for this person"):
            office.act(grant_link, replace(asked, consent=consent))
    with pytest.raises(LinkError, match="guardian"):
        office.act(give_consent, office.signed(signed_by=office.world.people["teacher"].id))
    with pytest.raises(LinkError, match="2027-06-30"):
        office.act(give_consent, office.signed(ends_on=date(2027, 7, 1)))


def test_break_glass_opens_for_a_day_with_a_reason_and_somebody_else_reviews_it(office: Office) -> None:
    world = office.world
    page, colleague = f"/students/{world.student.id}", world.client("colleague")
    colleague.get(page, 404)
    with pytest.raises(LinkError):
        office.act(break_glass, world.student.id, "  why ", who="colleague")
    for who in ("guardian", "student", "mentor"):
        with pytest.raises(NotYoursError):
            office.act(break_glass, world.student.id, "found crying at the gate", who=who)
    link = office.act(break_glass, world.student.id, "found crying at the gate", who="colleague")
    colleague.get(page)
    with pytest.raises(NotYoursError):
        office.act(review_break_glass, link, who="colleague", end=False)
    office.act(review_break_glass, link, end=False)
    colleague.get(page)
    world.clock.at = NOW + DAY
    world.client("colleague").get(page, 404)
    with district_transaction(world.engine, world.district_id) as session:
        acts = session.execute(text("SELECT act, purpose FROM audit_event WHERE act LIKE 'break%' ORDER BY id")).all()
    assert [tuple(one) for one in acts] == [
        ("break_glass", "found crying at the gate"), ("break_glass_reviewed", "found crying at the gate"),
    ]  # fmt: skip


def test_support_is_let_in_by_a_leader_for_four_hours(office: Office) -> None:
    world = office.world
    with pytest.raises(NotYoursError):
        office.act(let_support_in, office.mentor.id, Role.REGISTRAR, "Roster will not load.")
    link = office.act(let_support_in, office.mentor.id, Role.REGISTRAR, "Roster will not load.", who="leader")
    assert office.sees(office.mentor, DataClass.NAMES, NOW)
    assert not office.sees(office.mentor, DataClass.NAMES, NOW + timedelta(hours=4))
    office.act(send_support_away, link, who="leader", at=NOW + timedelta(hours=1))
    assert not office.sees(office.mentor, DataClass.NAMES, NOW + timedelta(hours=1))
    assert world.client("principal").get(f"/students/{world.student.id}").text


def test_whom_the_roster_ended_sees_nothing(office: Office) -> None:
    world = office.world
    client = world.client("teacher")
    client.get("/today")
    with district_transaction(world.engine, world.district_id) as session:
        session.get_one(Person, (world.district_id, world.people["teacher"].id)).active = False
        session.commit()
    client.get("/today", 303)
    client.sign_in("teacher", PASSWORD, 422)
    assert not office.sees(world.people["teacher"], DataClass.LEVELS, NOW)


def test_an_office_is_appointed_where_the_service_is_installed_and_sees_its_row(office: Office) -> None:
    world = office.world
    asked = Asked(
        office.mentor.id, Role.REGISTRAR, Scope.SCHOOL, world.school.id, Basis.EMPLOYEE, "registrar", NOW.date()
    )
    with district_transaction(world.engine, world.district_id) as session:
        appoint(session, world.district_id, asked, NOW)
        session.commit()
    assert office.sees(office.mentor, DataClass.NAMES, NOW)
    assert not office.sees(office.mentor, DataClass.RESPONSES, NOW)
    with pytest.raises(NotYoursError):  # a principal appoints nobody to an office
        office.act(grant_link, replace(asked, role=Role.DATA_STEWARD))


def test_the_roster_word_for_a_counselor_opens_nothing_without_a_caseload(office: Office) -> None:
    world = office.world
    world.add(lambda make: make.role(office.mentor, Roster.COUNSELOR, world.school.id))
    assert not office.sees(office.mentor, DataClass.LEVELS, NOW)
    asked = office.asked(role=Role.COUNSELOR, scope=Scope.SCHOOL, key=world.school.id, basis=Basis.EMPLOYEE)
    office.act(grant_link, asked)
    assert office.sees(office.mentor, DataClass.BEHAVIOUR_FLAGS, NOW)


def test_one_statement_tells_all(office: Office, engine: Engine) -> None:
    with district_transaction(engine, office.world.district_id) as session:
        session.execute(select(1))
        with statements_said() as said:
            viewer = viewer_of(session, office.world.district_id, office.world.people["teacher"].id, NOW)
        assert len(said) == 1
        subject = subject_of(session, office.world.district_id, office.world.student.id, NOW)
        assert subject is not None
        assert may(viewer, What.CONFIRM, subject, NOW).allowed
