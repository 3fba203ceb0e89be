"""Whose business a student is: pages, lists and acts agree with mastery.access."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from access_rows import order
from factories import NOW, TODAY, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol
from sqlalchemy import select

from api.actions.accounts import create_account
from mastery.access_questions import What, may
from models.queries_access import subject_of, viewer_of
from models.queries_people import visible_students
from models.roster import Person
from models.unit_of_work import district_transaction

OPEN_TO = ["teacher", "principal", "guardian", "student"]
CLOSED_TO = ["colleague", "stranger", "classmate", "leader"]


@pytest.mark.parametrize("who", [*OPEN_TO, *CLOSED_TO])
def test_a_student_page_is_open_to_those_linked_and_nobody_else(page_world: PageWorld, who: str) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    client = page_world.client(who)
    status = 200 if who in OPEN_TO else 404
    client.get(f"/students/{page_world.student.id}", status)
    client.get(f"/students/{page_world.student.id}/targets/{page_world.target.id}", status)


@pytest.mark.parametrize(
    ("who", "sees"), [("teacher", True), ("principal", True), ("guardian", False), ("student", False)]
)
def test_triage_is_for_staff(page_world: PageWorld, who: str, sees: bool) -> None:
    page_world.add(lambda make: make.wheel_spin(page_world.student, page_world.target))
    page = page_world.client(who).get(f"/students/{page_world.student.id}")
    assert ("12 tries at new questions" in page.text) is sees
    assert ("Next step:" in page.text) is sees
    # who leads a school reads what is flagged; acting is for those who work with the student
    assert ("I am on it" in page.text) is (who == "teacher")


@pytest.mark.parametrize(("who", "sees"), [("teacher", True), ("guardian", False), ("student", True)])
def test_good_news_goes_to_the_student_first(page_world: PageWorld, who: str, sees: bool) -> None:
    page_world.add(lambda make: make.wheel_spin(page_world.student, page_world.target, severity="INFO"))
    page = page_world.client(who).get(f"/students/{page_world.student.id}")
    assert ("12 tries" in page.text) is sees
    if who != "teacher":
        assert "Dismiss" not in page.text
        assert "Try another way of teaching it" not in page.text
        assert ("Talk with your teacher" in page.text) is sees


@pytest.mark.parametrize("who", [*CLOSED_TO, "guardian", "student", "principal"])
def test_nobody_else_acts_on_a_flag(page_world: PageWorld, who: str) -> None:
    made: list[int] = []
    page_world.add(lambda make: made.append(make.wheel_spin(page_world.student, page_world.target).id))
    client = page_world.client(who)
    client.post(f"/flags/{made[0]}/acknowledge", status=404, version=1)
    client.post(f"/flags/{made[0]}/dismiss", status=404, version=1, reason="false_alarm")


def test_today_is_for_staff(page_world: PageWorld) -> None:
    page_world.client("student").get("/today", 404)
    page_world.client("guardian").get("/today", 404)


@pytest.mark.parametrize("page", ["", "/map", "/path"])
def test_no_page_leads_to_an_explanation_that_the_viewer_may_not_open(page_world: PageWorld, page: str) -> None:
    """An order leaves levels and not the answers (D3), of which an explanation tells."""

    def rows(make: Factory) -> None:
        for state in ("in_progress", "mastered"):
            target = make.target(f"{state}.1", f"I can be {state}.")
            make.standing(page_world.student, target, state=state, records=5, level=3.0)

    page_world.add(rows)
    address, why = f"/students/{page_world.student.id}", f"/students/{page_world.student.id}/targets/"
    mother = page_world.client("guardian")
    explains = re.compile(f"{why}[0-9]+")
    opened = [link for link in mother.get(f"{address}{page}").links if explains.fullmatch(link)]
    assert opened
    mother.get(opened[0])
    page_world.add(lambda make: order(make, page_world.people["guardian"], page_world.student, "drawer 4"))
    seen = mother.get(f"{address}{page}")
    assert "I can be" in seen.text
    assert not [link for link in seen.links if explains.fullmatch(link)]
    for link in seen.links:
        if link.startswith(why):
            mother.get(link)
    mother.get(opened[0], 404)


def test_access_ends_with_the_enrolment(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for given, ends in (("Past", TODAY - timedelta(days=1)), ("Last", TODAY)):
            student = make.student(page_world.section, given, "Student", ends=ends)
            make.wheel_spin(student, page_world.target)

    page_world.add(rows)
    client = page_world.client("teacher")
    page = client.get("/today")
    assert "Last Student" in page.text
    assert "Past Student" not in page.text
    assert "Student, Past" not in client.get("/students").text


def test_access_begins_with_the_enrolment(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        student = make.person("Later", "Student")
        make.role(student, "student", page_world.school.id)
        make.enrol(student, page_world.section, begins=TODAY + timedelta(days=1))

    page_world.add(rows)
    client = page_world.client("teacher")
    assert "Student, Later" not in client.get("/students").text
    page_world.clock.jump(timedelta(days=1))
    assert "Student, Later" in page_world.client("teacher").get("/students").text


def test_another_district_does_not_exist(page_world: PageWorld) -> None:
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        school = make.school()
        student = make.student(make.section(school), "Foreign", "Student")
        head = make.person("Foreign", "Head")
        make.role(head, "administrator", school.id)
        account = create_account(session, other, "foreign", PASSWORD, head.id, page_world.clock())
        page_world.codes["foreign"] = enrol(session, other, account)
        flag = make.wheel_spin(student, make.target())
        session.commit()
    page_world.client("principal").get(f"/students/{student.id}", 404)
    page_world.client("principal").post(f"/flags/{flag.id}/acknowledge", status=404, version=1)
    foreign = page_world.client("foreign")
    assert "Foreign" in foreign.get(f"/students/{student.id}").text
    foreign.get(f"/students/{page_world.student.id}", 404)


def test_a_list_shows_exactly_what_its_items_would(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        section = make.section(page_world.school, "History", ["3"])
        make.student(section, "Third", "Section")
        make.student(page_world.section, "Gone", "Away", ends=TODAY - timedelta(days=2))
        make.student(make.section(make.school("Third School")), "Far", "Off")

    page_world.add(rows)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        district = page_world.district_id
        everyone = session.scalars(select(Person.id).where(Person.district_id == district))
        subjects = [one for one in (subject_of(session, district, each, NOW) for each in everyone) if one]
        assert len(subjects) == 5
        for person in page_world.people.values():
            viewer = viewer_of(session, district, person.id, NOW)
            for what in What:
                listed = set(session.scalars(visible_students(viewer, what)))
                assert listed == {one.student for one in subjects if may(viewer, what, one, NOW).allowed}


def test_where_people_begin(page_world: PageWorld) -> None:
    for who, place in (("teacher", "/today"), ("principal", "/students"), ("student", "/path")):
        client = page_world.client(who)
        client.get("/", 303)
        assert client.response is not None
        assert client.response.headers["Location"] == place
    client = page_world.client("guardian")
    client.get("/students", 303)
    assert client.response is not None
    assert client.response.headers["Location"] == f"/students/{page_world.student.id}/path"


def test_a_class_can_be_chosen_and_names_are_sorted(page_world: PageWorld) -> None:
    page = page_world.client("teacher").get(f"/students?section={page_world.section.id}")
    assert page.text.index("Byron, Ada") < page.text.index("Turing, Alan")
    page = page_world.client("teacher").get(f"/students?section={page_world.other_section.id}")
    assert "No student is linked to you today" in page.text
    page_world.client("teacher").get("/students?section=x", 404)
