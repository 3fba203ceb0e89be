"""The night's run: what it keeps, said again, two at once, one bad student, each class by the zone of its school."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from command_line import name_in_environment
from course_plan_world import CourseWorld, course_world
from factories import NOW
from page_world import PageWorld
from sqlalchemy import select

import api.actions.pace as pace_acts
from api.actions.pace import Ran, pace_of_class, run_night
from api.cli import main
from mastery.pace.learners import evaluate_class
from models.course_plans import PaceDay, PaceNight
from models.district import District
from models.installation import Installation
from models.unit_of_work import district_transaction, shared_transaction

YESTERDAY = NOW.date() - timedelta(days=1)


@pytest.fixture
def course(page_world: PageWorld) -> CourseWorld:
    found = course_world(page_world)
    found.plan()
    found.mastered("student", 3)
    return found


def _run(course: CourseWorld, at: int = 0, day: date | None = None) -> Ran:
    return run_night(course.world.engine, course.district, NOW + timedelta(days=at), lambda _done, _of: None, day)


def _days(course: CourseWorld) -> list[tuple[object, ...]]:
    return [
        (one.student_id, one.day, one.status, one.gap, one.behind_since, one.close)
        for one in course.world.rows(PaceDay)
    ]


def test_a_night_keeps_the_last_day_that_is_over(course: CourseWorld) -> None:
    ran = _run(course)
    assert (ran.classes, ran.students, ran.failed) == (1, 2, [])
    student, classmate = course.world.rows(PaceDay)
    assert (student.day, student.status, classmate.status) == (YESTERDAY, "on_pace", "behind")
    assert (student.done, student.total, len(student.finish), len(student.weeks)) == (3.0, 10.0, 5, 3)
    assert (classmate.finish, classmate.weeks, classmate.behind_since) == (None, None, YESTERDAY)


def test_said_again_it_changes_nothing_and_the_next_day_goes_on(course: CourseWorld) -> None:
    _run(course)
    before = _days(course)
    assert _run(course).done_before == 1
    assert _days(course) == before
    _run(course, at=1)
    (_, day, status, *_gap, since, _close) = _days(course)[1]
    assert (day, status, since) == (NOW.date(), "behind", YESTERDAY)


def test_behind_is_left_after_two_nights_that_were_near_enough(course: CourseWorld) -> None:
    _run(course)
    course.mastered("classmate", 4)
    _run(course, at=1)
    assert _days(course)[1][2] == "behind"
    _run(course, at=2)
    assert _days(course)[1][2] in ("ahead", "on_pace")


def test_an_earlier_day_changes_nothing_of_a_later_one(course: CourseWorld) -> None:
    _run(course)
    before = _days(course)
    assert _run(course, day=YESTERDAY - timedelta(days=5)).done_before == 1
    assert _days(course) == before


def test_what_is_told_goes_on_from_the_night(course: CourseWorld) -> None:
    _run(course)
    course.mastered("classmate", 4)
    with district_transaction(course.world.engine, course.district) as session:
        found = pace_of_class(session, course.district, course.section, NOW)
    assert found is not None
    # near enough, but for the first time
    assert found.students[1].pace.status == "behind"
    assert found.students[1].pace.carried.behind_since == YESTERDAY


def test_two_at_once_do_no_harm(course: CourseWorld) -> None:
    ran: list[Ran] = []
    threads = [threading.Thread(target=lambda: ran.append(_run(course))) for _each in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted((one.classes, one.done_before) for one in ran) == [(0, 1), (1, 0)]
    assert len(course.world.rows(PaceDay)) == 2


def test_one_bad_student_stops_nobody_else(course: CourseWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = course.world.student.id

    def fails(learners, *more):  # type: ignore[no-untyped-def]
        if any(one.student == bad for one in learners):
            raise ValueError("no such line")
        return evaluate_class(learners, *more)

    with monkeypatch.context() as broken:
        broken.setattr(pace_acts, "evaluate_class", fails)
        ran = _run(course)
    assert [(one.student, one.problem) for one in ran.failed] == [(bad, "ValueError: no such line")]
    assert [one.student_id for one in course.world.rows(PaceDay)] == [course.world.people["classmate"].id]
    assert course.world.rows(PaceNight) == []
    assert _run(course).students == 2


def test_a_class_that_fails_stops_no_other(course: CourseWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(pace_acts, "calendar_of", lambda *_all: 1 / 0)
        ran = _run(course)
    assert [(one.student, one.problem) for one in ran.failed] == [(None, "ZeroDivisionError: division by zero")]


def test_the_command(course: CourseWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    name_in_environment(installation, monkeypatch)
    with shared_transaction(course.world.engine) as session:
        slug = session.scalars(select(District.slug).where(District.id == course.district)).one()
    command = ["pace", "run", "--district", slug, "--on", "2026-10-02"]
    told = CliRunner().invoke(main, [*command, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "classes": 1, "students": 2, "done_before": 0, "without_calendar": 0, "failed": []
    }  # fmt: skip
    again = CliRunner().invoke(main, command)
    assert "Pace of 0 students in 0 classes; 1 classes were done before" in again.stdout
    assert {one.day for one in course.world.rows(PaceDay)} == {date(2026, 10, 2)}
