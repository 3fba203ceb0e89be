"""Pace as programs read it: a student's plans, a class page by page, nothing of who is protected, no reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest_api import Machine
from course_plan_world import CourseWorld, course_world
from factories import NOW, Factory
from furnished_work import lms
from page_world import PageWorld

from api.actions.course_plans import replan, say_pace
from mastery.pace.status import Status
from models.households import StudentSafety
from models.unit_of_work import district_transaction


@pytest.fixture
def course(page_world: PageWorld) -> CourseWorld:
    found = course_world(page_world)
    found.plan()
    found.mastered("student", 3)
    return found


@pytest.fixture
def program(course: CourseWorld) -> Machine:
    return lms(course.world)


def _name(course: CourseWorld, who: str = "student") -> str:
    return str(course.world.people[who].identifier)


def test_a_student_by_class(course: CourseWorld, program: Machine) -> None:
    with district_transaction(course.world.engine, course.district) as session:
        viewer, subject = course.viewer("teacher"), course.subject()
        later = {one.target: one.day for one in course.even()} | {course.targets[0].id: NOW.date()}
        replan(session, viewer, subject, course.section, later, "a secret reason", NOW)
        say_pace(session, viewer, subject, course.section, Status.WATCH, "another secret", NOW)
        session.commit()
    found = program.get(f"/students/{_name(course)}/pace")
    (one,) = found["sections"]
    assert (found["student"], one["section"], one["plan_version"]) == (
        _name(course), course.world.section.sourced_id, 1,
    )  # fmt: skip
    assert one["pace"] == {
        "as_of": "2026-10-05", "status": "on_pace", "by_hand": "watch", "behind_since": None, "gap": 1.0,
        "plan_gap": one["pace"]["plan_gap"], "elapsed": 25.0, "done": 3.0, "total": 10.0, "late": [],
        "finish": one["pace"]["finish"], "no_finish": None,
    }  # fmt: skip
    assert one["pace"]["plan_gap"] == 0.0
    assert one["pace"]["finish"]["earliest"] == "2026-11-23"
    first, second = one["targets"][:2]
    assert (first["due_on"], first["own_due_on"], first["done"]) == ("2026-09-10", "2026-10-05", True)
    assert (second["due_on"], second["own_due_on"]) == ("2026-09-22", "2026-09-22")
    assert "secret" not in str(found)


def test_too_little_work_has_no_range(course: CourseWorld, program: Machine) -> None:
    (one,) = program.get(f"/students/{_name(course, 'classmate')}/pace")["sections"]
    assert (one["pace"]["status"], one["pace"]["finish"], one["pace"]["no_finish"]) == (
        "behind", None, "not_enough_work",
    )  # fmt: skip


def test_a_class_page_by_page_with_its_tag(course: CourseWorld, program: Machine) -> None:
    section = course.world.section.sourced_id
    first = program.get(f"/sections/{section}/pace?limit=1")
    assert (first["plan_version"], first["starts_on"], first["finishes_on"]) == (1, "2026-09-01", "2026-12-18")
    second = program.get(first["next_url"].removeprefix("/api/v1"))
    assert second["next"] is None
    listed = [one["student"] for one in first["students"] + second["students"]]
    assert listed == sorted([_name(course), _name(course, "classmate")])
    answer = program.http.get(f"/api/v1/sections/{section}/pace", headers=program.headers)
    again = program.headers | {"If-None-Match": answer.headers["ETag"]}
    assert program.http.get(f"/api/v1/sections/{section}/pace", headers=again).status_code == 304


def test_a_class_without_a_plan_and_one_that_is_not_here(course: CourseWorld, program: Machine) -> None:
    other = course.world.other_section.sourced_id
    assert program.get(f"/sections/{other}/pace")["plan_version"] is None
    assert program.http.get("/api/v1/sections/nowhere/pace", headers=program.headers).status_code == 404
    assert program.http.get("/api/v1/students/nowhere/pace", headers=program.headers).status_code == 404


def test_of_who_is_protected_no_class_is_told(course: CourseWorld, program: Machine) -> None:
    student = course.world.student.id

    def rows(make: Factory) -> None:
        make.session.add(
            StudentSafety(
                district_id=make.district_id, student_id=student, protected=True, substitute_address="PO Box 1",
                display_name_to_family=None, directory_opt_out=False, set_by=None, set_at=NOW - timedelta(days=1),
            )
        )  # fmt: skip

    course.world.add(rows)
    assert program.get(f"/students/{_name(course)}/pace")["sections"] == []
    section = program.get(f"/sections/{course.world.section.sourced_id}/pace")
    assert [one["student"] for one in section["students"]] == [_name(course, "classmate")]
