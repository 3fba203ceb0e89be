"""The pages of pace: a plan made in a minute, a class as a picture with its table, a student's own page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from access_rows import link
from calendar_days import LAST
from course_plan_world import CourseWorld, course_world
from factories import NOW, Factory
from page_client import PageClient
from page_world import PageWorld, let_sign_in
from statements import statements_said

from api.actions.course_plans import pause, replan, say_pace
from mastery.access import Basis
from mastery.access_matrix import Role
from mastery.pace.status import Status
from models.course_plans import CoursePlan, CoursePlanTarget, OwnPlan, PaceByHand, PacePause
from models.curriculum import put_priorities
from models.unit_of_work import district_transaction


@pytest.fixture
def course(page_world: PageWorld) -> CourseWorld:
    return course_world(page_world)


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _html(client: PageClient, path: str) -> str:
    answer = client.client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _read(client: PageClient, path: str) -> str:
    return _text(_html(client, path))


def _send(client: PageClient, path: str, **form: object) -> int:
    return client.client.post(path, data={"csrf_token": client.token(), **form}).status_code


# --- making the plan --------------------------------------------------------------------------------------------------


def test_a_plan_is_made_by_choosing_and_saving(course: CourseWorld) -> None:
    client, plan = course.world.client("teacher"), f"/classes/{course.section}/plan"
    assert "Choose what the class learns" in _read(client, plan)
    with district_transaction(course.world.engine, course.district) as session:
        put_priorities(session, course.district, [(course.targets[2].id, True)], NOW.date(), "the board", NOW)
        session.commit()
    chosen = "&".join(f"target={one.id}" for one in reversed(course.targets[:4]))
    page = _html(client, f"{plan}?starts=2026-09-01&finishes=2026-12-18&{chosen}")
    days = dict(re.findall(r'name="day-(\d+)" value="([\d-]+)"', page))
    assert list(days) == [str(one.id) for one in course.targets[:4]]
    assert list(days.values())[-1] == "2026-12-18"
    assert re.findall(r'name="priority-(\d+)" checked', page) == [str(course.targets[2].id)]
    form = {"version": 0, "starts": "2026-09-01", "finishes": "2026-12-18", "target": list(days)}
    form |= {f"day-{key}": day for key, day in days.items()} | {f"weight-{key}": "1" for key in days}
    first = next(iter(days))
    assert _send(client, plan, **form | {f"priority-{first}": "on", f"day-{first}": "2026-09-11"}) == 303
    (made,) = course.world.rows(CoursePlan)
    rows = course.world.rows(CoursePlanTarget)
    assert (made.version, len(rows)) == (1, 4)
    assert (rows[0].day, rows[0].due, rows[0].priority) == (date(2026, 9, 11), 9.0, True)
    assert "This is the plan as it is now" in _read(client, plan)


def test_what_is_refused_is_shown_again_as_it_was_typed(course: CourseWorld) -> None:
    course.plan()
    client, plan = course.world.client("teacher"), f"/classes/{course.section}/plan"
    keys = [str(one.id) for one in course.targets]
    form: dict[str, object] = {"version": 1, "starts": "2026-09-01", "finishes": "2026-12-18", "target": keys}
    form |= {f"day-{key}": "2026-10-01" for key in keys} | {f"weight-{key}": "1" for key in keys}
    for wrong, said in (
        ({"reason": ""}, "Say why the plan changes."),
        ({f"day-{keys[3]}": "soon", "reason": "x"}, "Give a day within the plan"),
        ({f"weight-{keys[3]}": "-1", "reason": "x"}, "Give a number above 0, at most 100."),
        ({"starts": "2025-01-01", "reason": "x"}, "Give a first day from Sep 1, 2026"),
        ({"version": 7, "reason": "x"}, "changed while you were reading"),
    ):
        answer = client.client.post(plan, data={"csrf_token": client.token(), **form, **wrong})
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert said in _text(text)
        assert text.count('value="2026-10-01"') >= 9
    assert len(course.world.rows(CoursePlan)) == 1


@pytest.mark.parametrize("who", ["colleague", "stranger", "principal", "leader", "student", "guardian"])
def test_only_the_teacher_plans(course: CourseWorld, who: str) -> None:
    client = course.world.client(who)
    client.get(f"/classes/{course.section}/plan", 404)
    assert _send(client, f"/classes/{course.section}/plan", version=0) == 404


# --- a class ----------------------------------------------------------------------------------------------------------


def test_a_class_by_picture_sentence_and_table(course: CourseWorld) -> None:
    course.plan()
    course.mastered("student", 3)
    page = _html(course.world.client("teacher"), f"/classes/{course.section}/pace")
    text = _text(page)
    assert "15% of the plan is mastered, 31% was planned by today: 1 behind, 1 on pace." in text
    assert 'class="chart-band"' in page
    assert "Of 1 student there is not enough work yet" in text
    rows = re.findall(r"<tr><th scope=\"row\" data-label=\"Student\">.*?</tr>", page, re.DOTALL)
    assert [_text(one) for one in rows] == [
        "Alan Turing ▲ Behind 25 school days behind Not enough work yet to say.",
        "Ada Byron ✓ On pace 1 school day behind Likely between the week of Nov 23, 2026 and a time after"
        " Dec 18, 2026, where the school’s calendar ends.",
    ]


def test_the_teachers_word_is_over_the_computed_one(course: CourseWorld) -> None:
    course.plan()
    with district_transaction(course.world.engine, course.district) as session:
        say_pace(
            session, course.viewer("teacher"), course.subject(), course.section, Status.ON_PACE, "saw the work", NOW
        )  # fmt: skip
        session.commit()
    text = _read(course.world.client("principal"), f"/classes/{course.section}/pace")
    assert "On pace as the teacher says: saw the work Computed: Behind." in text


@pytest.mark.parametrize(("who", "status"), [("principal", 200), ("colleague", 404), ("student", 404)])
def test_who_opens_the_pace_of_a_class(course: CourseWorld, who: str, status: int) -> None:
    course.plan()
    course.world.client(who).get(f"/classes/{course.section}/pace", status)


def test_a_class_of_any_size_takes_as_many_questions(course: CourseWorld) -> None:
    course.plan()
    client = course.world.client("teacher")
    client.get(f"/classes/{course.section}/pace", 200)
    asked = []
    for more in (0, 12):
        course.world.add(lambda make, more=more: [make.student(course.world.section, f"N{n}") for n in range(more)])
        with statements_said() as said:
            client.get(f"/classes/{course.section}/pace", 200)
        asked.append(len(said))
    assert asked[0] == asked[1]


def test_a_large_class_is_told_page_by_page(course: CourseWorld) -> None:
    course.plan()
    course.world.add(lambda make: [make.student(course.world.section, f"N{number}") for number in range(40)])
    client, path = course.world.client("teacher"), f"/classes/{course.section}/pace"
    pages = [_html(client, f"{path}?page={number}").count('data-label="When all is done"') for number in (1, 2)]
    assert pages == [40, 2]
    client.get(f"{path}?page=3", 404)


def test_without_a_plan_or_a_calendar_nothing_is_said(course: CourseWorld, page_world: PageWorld) -> None:
    assert "no plan yet" in _read(course.world.client("teacher"), f"/classes/{course.section}/pace")
    elsewhere = page_world.client("stranger")
    section = re.search(r"/classes/(\d+)", _html(elsewhere, "/classes"))
    assert section is not None
    assert "not on file yet" in _read(elsewhere, f"/classes/{section[1]}/pace")


# --- a student --------------------------------------------------------------------------------------------------------


def test_families_read_words_lines_and_weeks(course: CourseWorld) -> None:
    course.plan()
    course.mastered("student", 1)
    path = f"/students/{course.world.student.id}/pace"
    for who in ("student", "guardian"):
        text = _read(course.world.client(who), path)
        assert "Behind: here is the plan 10% is mastered, 31% was planned by today." in text
        assert "Not enough work yet to say." in text
        assert not re.search(r"percentile|rank|classmate", text)


def test_a_student_sets_own_dates_with_a_reason(course: CourseWorld) -> None:
    course.plan()
    client = course.world.client("student")
    path = f"/students/{course.world.student.id}/pace"
    form: dict[str, object] = {"target": [str(one.target) for one in course.even()]}
    form |= {f"day-{one.target}": str(min(one.day + timedelta(days=7), LAST)) for one in course.even()}
    assert _send(client, f"{path}/{course.section}/dates", **form, reason="") == 422
    assert _send(client, f"{path}/{course.section}/dates", **form, reason="I play in the finals") == 303
    page = _html(client, path)
    assert "The dates were changed 1 time" in _text(page)
    assert "I play in the finals" in page
    assert 'class="chart-own"' in page
    assert len(course.world.rows(OwnPlan)) == 1


def _manager(course: CourseWorld) -> None:
    def rows(make: Factory) -> None:
        person = make.person("Casey", "Manager")
        let_sign_in(make.session, make.district_id, {"manager": person})
        link(make, person, Role.CASE_MANAGER, scope="student", student_id=course.world.student.id, basis=Basis.EMPLOYEE)
        course.world.people["manager"] = person

    course.world.add(rows)


def test_an_accommodation_is_told_by_its_dates_alone(course: CourseWorld) -> None:
    course.plan()
    _manager(course)
    path = f"/students/{course.world.student.id}/pace"
    assert (
        _send(course.world.client("manager"), f"{path}/{course.section}/time", course="1,5", reason="of the team")
        == 303
    )
    assert "of the team course × 1.5" in _read(course.world.client("manager"), path)
    for who in ("teacher", "student", "guardian", "principal"):
        text = _read(course.world.client(who), path)
        assert ("of the team" in text) == (who == "principal"), who
        assert "The dates were changed 1 time" in text
    assert _send(course.world.client("teacher"), f"{path}/{course.section}/time", course="2", reason="x") == 404


def test_a_pause_and_a_word_by_hand(course: CourseWorld) -> None:
    course.plan()
    client, path = course.world.client("teacher"), f"/students/{course.world.student.id}"
    assert _send(client, f"{path}/pauses", first="2026-10-05", last="2026-10-01", reason="ill") == 422
    assert _send(client, f"{path}/pauses", first="2026-10-05", last="", reason="ill") == 303
    text = _read(course.world.client("guardian"), f"{path}/pace")
    assert "Paused" in text
    assert "ill" not in text.split()
    (paused,) = course.world.rows(PacePause)
    assert _send(client, f"{path}/pauses/{paused.id}/end") == 303
    assert _send(client, f"{path}/pauses/{paused.id}/end") == 404
    assert _send(client, f"{path}/pace/{course.section}/word", status="complete", reason="x") == 422
    assert _send(client, f"{path}/pace/{course.section}/word", status="watch", reason="works at home") == 303
    assert "A little behind" in _read(course.world.client("student"), f"{path}/pace")
    assert len(course.world.rows(PaceByHand)) == 1


@pytest.mark.parametrize("who", ["classmate", "stranger", "colleague"])
def test_others_have_no_such_page(course: CourseWorld, who: str) -> None:
    course.plan()
    course.world.client(who).get(f"/students/{course.world.student.id}/pace", 404)


def test_who_reads_dates_alone_reads_no_pace(course: CourseWorld) -> None:
    course.plan()
    with district_transaction(course.world.engine, course.district) as session:
        dates = {one.target: one.day for one in course.even()[:-1]} | {course.even()[-1].target: LAST}
        viewer, subject = course.viewer("teacher"), course.subject()
        replan(session, viewer, subject, course.section, dates | {course.even()[0].target: LAST}, "at home", NOW)
        pause(session, viewer, subject, NOW.date(), None, "ill", NOW)
        session.commit()

    def rows(make: Factory) -> None:
        person = make.person("Guest", "Pro")
        let_sign_in(make.session, make.district_id, {"guest": person})
        link(make, person, Role.PROFESSIONAL, scope="student", student_id=course.world.student.id)
        course.world.people["guest"] = person

    course.world.add(rows)
    text = _read(course.world.client("guest"), f"/students/{course.world.student.id}/pace")
    assert "Own date" in text
    assert not any(word in text for word in ("Paused", "at home", "mastered", "Likely", "Behind"))
