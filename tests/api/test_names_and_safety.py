"""Canaries: names, contact data and homes that must be on no page but those that they are for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from factories import NOW, Factory
from flask import Flask
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.custody import Filed, file_order
from api.actions.desk import Desk
from api.actions.households import Joining, change_household, join_household, leave_household, make_household, own_homes
from api.actions.links import NotYoursError
from api.actions.safety import end_protection, opt_out, protect, set_parent_view, share_name
from mastery.audit import Act
from mastery.households import Notice
from mastery.links import LinkError, Restriction
from mastery.names import NameUse, ParentView
from models.audit import AuditEvent
from models.households import Household, HouseholdMember
from models.links import Consent, Link
from models.queries_access import viewer_of
from models.queries_api import api_students
from models.queries_names import names_for
from models.queries_people import list_students
from models.roster import Guardianship, Person
from models.unit_of_work import district_transaction

LEGAL = ("Legalgiven", "Legalmiddle", "Legalfamily")
WHO = ("teacher", "colleague", "stranger", "guardian", "student", "classmate", "principal", "leader")


@pytest.fixture
def named(page_world: PageWorld) -> PageWorld:
    """The student goes by another name than the legal one."""

    def rows(make: Factory) -> None:
        student = make.session.get_one(Person, (make.district_id, page_world.student.id))
        student.given_name, student.middle_name, student.family_name = LEGAL
        student.preferred_given_name, student.preferred_family_name, student.pronouns = "Goesby", "Ownfamily", "xe/xem"
        make.standing(student, page_world.target)
        make.wheel_spin(student, page_world.target)
        make.wheel_spin(student, page_world.target, severity="INFO", family="other")

    page_world.add(rows)
    return page_world


def desk(world: PageWorld, who: str | None, session: Any) -> Desk:
    return Desk.of(viewer_of(session, world.district_id, world.people[who].id, NOW)) if who else Desk(world.district_id)


def act(world: PageWorld, do: Any, *arguments: Any, who: str | None = None, **more: Any) -> Any:
    with district_transaction(world.engine, world.district_id) as session:
        done = do(session, desk(world, who, session), *arguments, now=NOW, **more)
        session.commit()
    return done


def every_page(app: Flask, world: PageWorld) -> list[str]:
    """Every address of a page that somebody may try, filled with the ids of the world."""
    places = {
        "student_id": world.student.id,
        "target_id": world.target.id,
        "section_id": world.section.id,
        "subject": "Mathematics",
    }
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("pages.") or "GET" not in (rule.methods or ()):
            continue
        if rule.arguments <= places.keys():
            with app.test_request_context():
                found.append(app.url_for(rule.endpoint, **{name: places[name] for name in rule.arguments}))
    assert len(found) >= 8
    return found


def told(world: PageWorld, who: str, but: tuple[str, ...] = ()) -> str:
    """Everything that the pages say to somebody; `but`: not where the addresses have one of these in them."""
    client = world.client(who).client
    paths = [path for path in every_page(world.app, world) if not any(part in path for part in but)]
    return "\n".join(client.get(path, follow_redirects=True).text for path in paths)


@pytest.mark.parametrize("who", WHO)
def test_the_legal_name_of_who_goes_by_another_is_on_no_page(named: PageWorld, who: str) -> None:
    # the complete record holds what is on file, for a formal inspection
    text = told(named, who, ("/record",))
    assert not [name for name in LEGAL if name in text]
    assert not re.findall(r'(?:href|action|src)="[^"]*(?:Goesby|Ownfamily|Byron)', text)
    assert ("xe/xem" in text) is (who in ("teacher", "principal", "student"))
    assert ("Ownfamily" in text) is (who in ("teacher", "principal", "guardian", "student"))


@pytest.mark.parametrize(
    ("view", "agreed", "by_display"),
    [
        (ParentView.DISPLAY, None, True),
        (ParentView.LEGAL, True, False),
        (ParentView.DISTRICT_RULE, None, False),
        (ParentView.DISTRICT_RULE, True, True),
    ],
)
def test_a_family_reads_the_name_that_the_district_has_set(
    named: PageWorld, view: ParentView, agreed: bool | None, by_display: bool
) -> None:
    act(named, set_parent_view, view)
    if agreed is not None:
        act(named, share_name, named.student.id, agreed, who="principal")
    text = told(named, "guardian")
    for name in ("Goesby", "Ownfamily", "xe/xem"):
        assert (name in text) is by_display
    assert ("Legalfamily" in text) is not by_display
    assert "Legalfamily" not in told(named, "teacher")
    with district_transaction(named.engine, named.district_id) as session:
        sent = names_for(session, named.district_id, [named.student.id], NameUse.FAMILY)[named.student.id]
    assert sent == ("Goesby Ownfamily" if by_display else " ".join(LEGAL))


def test_nothing_sent_to_a_family_tells_a_name_before_the_rule_is_set(named: PageWorld) -> None:
    with district_transaction(named.engine, named.district_id) as session:
        assert names_for(session, named.district_id, [named.student.id], NameUse.FAMILY) == {
            named.student.id: "Legalgiven Legalmiddle Legalfamily"
        }


def test_a_guardian_who_teaches_the_child_reads_the_schools_name(named: PageWorld) -> None:
    def rows(make: Factory) -> None:
        both = make.teacher(named.section, given="Both", family="Ways")
        make.session.add(
            Guardianship(
                district_id=make.district_id, guardian_id=both.id, student_id=named.student.id, begins_on=None,
                ends_on=None,
            )
        )  # fmt: skip
        create_account(make.session, make.district_id, "both", PASSWORD, both.id, NOW)
        named.people["both"] = both

    named.add(rows)
    act(named, set_parent_view, ParentView.LEGAL)
    assert "Legalfamily" not in told(named, "both")


def test_the_rule_is_the_districts_and_each_students_answer_their_offices(named: PageWorld) -> None:
    for who in ("teacher", "principal", "leader", "guardian"):
        with pytest.raises(NotYoursError):
            act(named, set_parent_view, ParentView.DISPLAY, who=who)
    for who in ("teacher", "leader", "guardian", "student"):
        with pytest.raises(NotYoursError):
            act(named, share_name, named.student.id, True, who=who)


# --- safety ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO)
def test_a_court_order_is_told_to_staff_without_what_it_says(page_world: PageWorld, who: str) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    filed = Filed(
        page_world.student.id, page_world.people["guardian"].id, "custody order", frozenset({Restriction.PICKUP}),
        "drawer 7, folder 12", NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=10),
    )  # fmt: skip
    assert "Restriction on file" not in told(page_world, who)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        principal = viewer_of(session, page_world.district_id, page_world.people["principal"].id, NOW)
        file_order(session, principal, filed, NOW)
        session.commit()
    # in the office's own pages it is told to the office
    text = told(page_world, who, ("/office/",))
    assert ("Restriction on file" in text) is (who in ("teacher", "principal"))
    assert not [word for word in ("custody", "pickup", "drawer 7") if word in text.lower()]
    page_world.clock.jump(timedelta(days=12))
    assert "Restriction on file" not in told(page_world, who)


def test_who_is_protected_is_on_no_list_of_people_from_outside_and_in_no_export_but_by_id(
    page_world: PageWorld,
) -> None:
    mentor: list[Person] = []

    def rows(make: Factory) -> None:
        mentor.append(make.person("Grace", "Mentor"))
        consent = Consent(
            district_id=make.district_id, student_id=page_world.student.id, recipient_id=mentor[0].id,
            classes=["D2"], purpose="club", signed_by=page_world.people["guardian"].id, signed_on=NOW.date(),
            begins_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=9), recorded_by=None, recorded_at=NOW,
        )  # fmt: skip
        make.session.add(consent)
        make.session.flush()
        make.session.add(
            Link(
                district_id=make.district_id, person_id=mentor[0].id, role="external_professional", scope="student",
                student_id=page_world.student.id, basis="consent", purpose="club", consent_id=consent.id,
                begins_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=9), granted_at=NOW,
            )
        )  # fmt: skip

    page_world.add(rows)

    def listed(person: int) -> list[str]:
        with district_transaction(page_world.engine, page_world.district_id) as session:
            viewer = viewer_of(session, page_world.district_id, person, NOW)
            return [one.name for one in list_students(session, viewer, 10, 0)[0]]

    def exported() -> dict[str, int]:
        with district_transaction(page_world.engine, page_world.district_id) as session:
            found = api_students(session, page_world.district_id, NOW, 10)
            return {one.id: len(one.sections) for one in found}

    number = page_world.student.identifier or ""
    assert listed(mentor[0].id) == ["Ada Byron"]
    assert exported()[number] == 1
    act(page_world, protect, page_world.student.id, "PO Box 1", forget=False, who="principal")
    assert listed(mentor[0].id) == []
    assert "Ada Byron" in listed(page_world.people["teacher"].id)
    assert "Ada Byron" in listed(page_world.people["principal"].id)
    assert listed(page_world.people["guardian"].id) == ["Ada Byron"]
    assert exported()[number] == 0
    assert len(exported()) == 2
    act(page_world, end_protection, page_world.student.id, who="principal")
    act(page_world, opt_out, page_world.student.id, True, who="principal")
    assert listed(mentor[0].id) == ["Ada Byron"]
    with district_transaction(page_world.engine, page_world.district_id) as session:
        noted = [one.detail for one in session.scalars(select(AuditEvent).where(AuditEvent.act == Act.PERSON_CHANGED))]
    assert len(noted) == 3
    assert "PO Box" not in str(noted)


def test_protecting_is_for_the_office_of_the_students_school(page_world: PageWorld) -> None:
    for who in ("teacher", "stranger", "guardian", "student", "leader"):
        with pytest.raises(NotYoursError):
            act(page_world, protect, page_world.student.id, None, forget=False, who=who)
    with pytest.raises(LinkError, match="is needed where the real address"):
        act(page_world, protect, page_world.student.id, " ", forget=True, who="principal")


# --- homes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def apart(page_world: PageWorld) -> PageWorld:
    """Two parents of the student in two homes, each with contact data that nobody else may read."""

    def rows(make: Factory) -> None:
        mother = make.session.get_one(Person, (make.district_id, page_world.people["guardian"].id))
        father = page_world.people["father"] = make.guardian_of(page_world.student, given="Lord", family="Byronson")
        for person, word in ((mother, "mother"), (father, "father")):
            person.email, person.phone, person.sms = f"{word}@canary.example", f"{word}-phone", f"{word}-sms"
            person.username = f"{word}-username"
        create_account(make.session, make.district_id, "father", PASSWORD, father.id, NOW)
        make.standing(page_world.student, page_world.target)

    page_world.add(rows)
    for word, who in (("mother", "guardian"), ("father", "father")):
        key = act(page_world, make_household, f"{word} street 1", "en", page_world.people[who].id, who="principal")
        act(page_world, join_household, Joining(key, page_world.student.id, Notice.EMAIL), who="principal")
    return page_world


def homes(world: PageWorld, who: str) -> list[Any]:
    with district_transaction(world.engine, world.district_id) as session:
        return own_homes(session, viewer_of(session, world.district_id, world.people[who].id, NOW), NOW.date())


@pytest.mark.parametrize(("who", "own", "other"), [("guardian", "mother", "father"), ("father", "father", "mother")])
def test_a_parent_reads_nothing_of_the_other_one(apart: PageWorld, who: str, own: str, other: str) -> None:
    text = told(apart, who)
    assert f"{other}@" not in text
    assert not [word for word in ("-phone", "-sms", "-username", " street 1") if f"{other}{word}" in text]
    (home,) = homes(apart, who)
    assert (home.address, home.children) == (f"{own} street 1", (apart.student.id,))


def test_the_childs_own_pages_tell_of_neither_home(apart: PageWorld) -> None:
    text = told(apart, "student")
    assert not [word for word in ("canary.example", "-phone", "-sms", "street 1") if word in text]
    assert homes(apart, "student") == []


def test_a_home_is_the_offices_to_change_and_is_left_on_a_day(apart: PageWorld) -> None:
    (home,) = homes(apart, "guardian")
    for who in ("teacher", "stranger", "guardian", "father"):
        with pytest.raises(NotYoursError):
            act(apart, change_household, home.household, "elsewhere", "es", who=who)
    act(apart, change_household, home.household, "elsewhere 2", "es", who="principal")
    assert (homes(apart, "guardian")[0].address, homes(apart, "guardian")[0].language) == ("elsewhere 2", "es")
    with pytest.raises(LinkError, match="language tag"):
        act(apart, change_household, home.household, "x", "Klingon?", who="principal")
    with district_transaction(apart.engine, apart.district_id) as session:
        row = session.scalars(
            select(HouseholdMember).where(HouseholdMember.person_id == apart.people["guardian"].id)
        ).one()
    act(apart, leave_household, row.id, NOW.date() - timedelta(days=1), who="principal")
    assert homes(apart, "guardian") == []


def test_an_address_that_may_not_be_kept_is_taken_out_of_the_homes_of_the_student(apart: PageWorld) -> None:
    act(apart, protect, apart.student.id, "PO Box 1", forget=True, who="principal")
    assert {home.address for who in ("guardian", "father") for home in homes(apart, who)} == {"PO Box 1"}
    with district_transaction(apart.engine, apart.district_id) as session:
        assert set(session.scalars(select(Household.address))) == {None}
