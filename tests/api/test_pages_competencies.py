"""Competencies, courses and printed grades as people read them, and the pages on which a lead signs what makes them."""

from __future__ import annotations

import pytest
from course_world import BASIS, BY_SHARE, COURSE, TODAY, competency, coursed, need, of_course, rule
from factories import NOW, Factory
from furnished import Furnished, furnish
from page_world import PageWorld

from models.curriculum import CourseRequirement, TargetPriority
from models.grade_rules import GradeRule
from models.graph import Node


@pytest.fixture
def course(page_world: PageWorld) -> Furnished:
    found = furnish(page_world)
    coursed(found)
    return found


def small(world: PageWorld) -> dict[str, Node]:
    """A course that needs one mastered competency, and one of which a supporting target is open."""
    made: dict[str, Node] = {}

    def rows(make: Factory) -> None:
        one, other, third = (make.target(f"T.{n}", f"I can do number {n}.") for n in range(1, 4))
        for target in (one, other):
            make.standing(world.student, target, state="mastered", level=3.0, mastered_at=NOW)
        made["whole"] = competency(make, "C.1", "The first thing", [one])
        made["half"] = competency(make, "C.2", "The second thing", [other, third])
        made["third"] = third
        of_course(make, world.section)

    world.add(rows)
    need(world, [made["whole"].id, made["half"].id])
    return made


def test_a_student_reads_what_is_mastered_and_what_each_competency_lacks(page_world: PageWorld) -> None:
    small(page_world)
    rule(page_world)
    page = page_world.client("student").get(f"/students/{page_world.student.id}/competencies").text
    assert "1 of 2 competencies are mastered." in page
    assert "I can do number 3." in page
    assert "I can do number 2." not in page
    assert "Printed grade: B (85 of 100)" in page
    assert "1 of 2 competencies are mastered (50%). From 50% on the grade is B." in page
    assert "By the rule of the district since" in page
    assert BASIS in page


def test_a_family_reads_it_in_spanish(course: Furnished) -> None:
    client = course.world.client("guardian")
    client.post("/language", language="es", next="/students")
    page = client.get(f"/students/{course.world.student.id}/competencies").text
    assert "Competencias, y lo que le falta a cada una" in page
    assert "Nota impresa: NP" in page


def test_everything_of_every_standing_is_told(course: Furnished) -> None:
    world = course.world
    page = world.client("teacher").get(f"/students/{world.student.id}/competencies").text
    assert "Done, and waits for a teacher to confirm:" in page
    assert "1 target is not owed: a person said so." in page
    assert "And 4 of these, whichever:" in page
    assert "Skills and habits" in page
    assert "Mathematics: at work on" in page


def test_the_page_of_grades_tells_each_students_grade_and_what_another_rule_would_make(page_world: PageWorld) -> None:
    small(page_world)
    rule(page_world)
    client = page_world.client("teacher")
    page = client.get(f"/classes/{page_world.section.id}/grades").text
    assert page.count("From 50% on the grade is B.") == 1
    assert page.count("From 0% on the grade is NP.") == 1
    tried = client.get(f"/classes/{page_world.section.id}/grades?measure=level&bands=3+A%0A0+B&open_mark=IP").text
    assert tried.count("IP") >= 2
    assert page_world.rows(GradeRule)[0].effective_from == TODAY
    bad = client.get(f"/classes/{page_world.section.id}/grades?measure=share&bands=much").text
    assert "Write a line for each grade" in bad


def test_a_class_of_no_course_and_a_course_that_needs_nothing_have_no_grade(page_world: PageWorld) -> None:
    rule(page_world)
    address = f"/classes/{page_world.section.id}/grades"
    assert "does not say which course" in page_world.client("teacher").get(address).text
    page_world.add(lambda make: of_course(make, page_world.section))
    assert "Nobody has said yet which competencies" in page_world.client("teacher").get(address).text


def test_the_lead_signs_priority_targets_and_courses_on_a_page(page_world: PageWorld) -> None:
    made = small(page_world)
    client = page_world.client("leader")
    address = f"/office/competencies/{made['half'].id}"
    assert "The second thing" in client.get("/office/competencies").text
    client.get(address)
    assert client.response is not None
    # both targets are a priority, and the course needs it
    assert client.response.get_data(as_text=True).count("checked") == 3
    (kept,) = [row.id for row in page_world.rows(Node) if row.code == "T.2"]
    client.post(address, targets=[str(kept)], begins_on=TODAY.isoformat())
    (marked,) = page_world.rows(TargetPriority)
    assert (marked.node_id, marked.priority, marked.signed_by) == (made["third"].id, False, "Horace Mann")
    client.post(f"{address}/courses", needed_from=TODAY.isoformat())
    last = page_world.rows(CourseRequirement)[-1]
    assert (last.node_id, last.course, last.required) == (made["half"].id, COURSE, False)


def test_what_is_refused_is_shown_as_it_was_typed(page_world: PageWorld) -> None:
    made = small(page_world)
    client = page_world.client("leader")
    address = f"/office/competencies/{made['half'].id}"
    answer = client.post(address, 422, targets=[str(made["third"].id)], begins_on="2020-01-01")
    assert "This day is over." in answer.text
    assert client.response is not None
    typed = client.response.get_data(as_text=True)
    assert 'value="2020-01-01"' in typed
    assert typed.count("checked") == 2  # the one target that was typed, and the course that needs it
    assert page_world.rows(TargetPriority) == []


def test_a_principal_signs_for_the_school_and_not_for_the_district(page_world: PageWorld) -> None:
    client = page_world.client("principal")
    form = {"measure": "share", "bands": "0.9 A 95\n0 B 80", "basis": BASIS, "begins_on": TODAY.isoformat()}
    client.post("/office/grades", 422, place="district", **form)
    client.post("/office/grades", place=f"school:{page_world.school.id}", **form)
    (row,) = page_world.rows(GradeRule)
    assert (row.level, row.school_id, row.signed_by) == ("school", page_world.school.id, "Rosa Parks")
    assert "from 90%: A (95)" in client.get("/office/grades").text
    client.post("/office/grades", 422, place=f"school:{page_world.school.id}", **form | {"bands": "0.9 A\n0.95 B"})
    assert client.response is not None
    assert "0.95 B" in client.response.get_data(as_text=True)
    page_world.client("teacher").get("/office/grades", 404)


@pytest.mark.parametrize("path", ["/students/{student}/competencies", "/classes/{section}/grades"])
def test_a_page_asks_the_database_as_often_for_much_as_for_little(page_world: PageWorld, path: str) -> None:
    small(page_world)
    rule(page_world)
    client = page_world.client("teacher")
    address = path.format(student=page_world.student.id, section=page_world.section.id)
    little = client.statements(address)

    def more(make: Factory) -> None:
        for n in range(4, 12):
            target = make.target(f"T.{n}")
            make.standing(page_world.student, target, state="in_progress")
            competency(make, f"C.{n}", "One more", [target])
            make.student(page_world.section, f"Child{n}")

    page_world.add(more)
    assert client.statements(address) == little


def test_a_rule_is_told_by_its_measure(page_world: PageWorld) -> None:
    rule(page_world)
    page = page_world.client("leader").get("/office/grades").text
    assert "The grade goes by the share of competencies that are mastered." in page
    assert all(f": {band.mark} (" in page for band in BY_SHARE.bands)
