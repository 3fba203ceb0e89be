"""Reading students: who they are, where they stand, why, and what is next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from api_rows import sitting, stored, walk
from conftest_api import NOW, Machine, School, SteppingClock
from factories import Factory, new_district
from sqlalchemy import Engine, select

from api.actions.graph import add_prerequisite
from api.actions.graph_change import change_graph
from mastery.graph import Strength
from mastery.pathways import Mode, Pathway, Setting, Words
from models.graph import Node
from models.queries_pathways import add_way
from models.roster import Enrollment, Person
from models.unit_of_work import district_transaction


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


# --- the list ---------------------------------------------------------------------------------------------------------


def test_students_are_listed_with_grades_and_todays_sections(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        place = make.school("Roosevelt")
        later = make.section(place, "Next term", ("4",))
        ada = session.get_one(Person, (school.district_id, school.student_keys[0]))
        ada.grades, ada.preferred_given_name = ["04"], "Addie"
        make.enrol(ada, later, begins=NOW.date() + timedelta(days=1))
        make.enrol(ada, make.section(place, "Geometry", ("2", "3")))
        session.commit()
    first, second = lms.get("/students")["students"]
    assert (first["id"], first["grades"]) == (school.students[0], ["04"])
    assert [(one["title"], one["school"], one["periods"]) for one in first["sections"]] == [
        ("Algebra I", "Lincoln High School", ["1"]),
        ("Geometry", "Roosevelt", ["2", "3"]),
    ]
    assert second["id"] == school.students[1]
    # a program knows people by their ids alone
    assert all(
        name not in str(lms.get("/students")) for name in ("Grace", "Hopper", "Addie", "Ada", "Byron", "Noether")
    )


def test_pages_are_stable_under_equal_keys(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        for number in range(7):
            twin = make.person("Twin", str(number))
            twin.identifier = "S-TWIN" if number < 5 else None
            make.role(twin, "student")
        session.commit()
    everyone = walk(lms, "/students", "students", 500)
    for limit in (1, 2, 3, 4, 9):
        assert walk(lms, "/students", "students", limit) == everyone
    assert len({one["sourced_id"] for one in everyone}) == len(everyone) == 9
    assert [one["id"] for one in everyone] == sorted(one["id"] for one in everyone)


def test_a_page_goes_on_after_a_student_who_left_and_sees_one_who_came(
    lms: Machine, school: School, engine: Engine
) -> None:
    cursor = lms.get("/students?limit=1")["next"]
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        ada = session.get_one(Person, (school.district_id, school.student_keys[0]))
        ada.identifier = "S-999999"
        new = make.person("New", "One")
        make.role(new, "student")
        session.commit()
        newest = new.identifier
    seen = lms.get(f"/students?after={cursor}")["students"]
    assert [one["id"] for one in seen] == [school.students[1], newest, "S-999999"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"),
        ("limit=1.5", "limit"), ("limit=99999999999999999999", "limit"), ("after=nonsense", "after"),
        ("after=", "after"), ("after=WzFd", "after"), ("after=W251bGwsMV0", "after"), ("after=WyJ4IiwtMV0", "after"),
        ("after=%F0%9F%92%A9", "after"), ("after=WyJcdTAwMDAiLDFd", "after"), ("page=2", "page"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_named(lms: Machine, query: str, field: str) -> None:
    problem = lms.get(f"/students?{query}", 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["detail"].startswith(field)


# --- standings --------------------------------------------------------------------------------------------------------


def test_standings_are_the_stored_rows(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    lms.post(*(sitting(student, code, day) for code in school.codes for day in (1, 2)))
    answer = lms.get(f"/students/{student}/targets")
    assert (answer["student"], answer["as_of"]) == (student, "2026-11-23")
    for shown, code in zip(answer["targets"], school.codes, strict=True):
        row = stored(engine, school, 0, code)
        assert (shown["code"], shown["statement"]) == (code, "I can add fractions.")
        assert shown["estimate"] == {
            "probability": row.probability, "expected": row.expected, "low": row.low, "high": row.high,
        }  # fmt: skip
        assert (shown["records"], shown["model_version"], shown["policy_version"]) == (
            2, row.model_version, row.policy_version,
        )  # fmt: skip
        assert row.as_of is not None
        assert shown["as_of"] == row.as_of.isoformat() == "2026-10-02T13:12:00+00:00"
        decision = shown["decision"]
        assert (decision["state"], decision["level"], decision["mastered_at"]) == ("in_progress", None, None)
        assert decision["enough_evidence"] is False
        assert {gap["code"] for gap in decision["missing"]} == {"estimate", "records", "assessments", "certifying"}
    assert walk(lms, f"/students/{student}/targets", "targets", 1) == answer["targets"]
    assert lms.get(f"/students/{school.students[1]}/targets")["targets"] == []


def test_a_student_goes_by_sis_id_or_sourced_id(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        sourced = session.get_one(Person, (school.district_id, school.student_keys[0])).sourced_id
    for path in ("targets", "next", "policy", "targets/4.NF.A.1/explanation"):
        assert lms.get(f"/students/{sourced}/{path}")["student"] == school.students[0]


def test_an_id_that_means_two_students_is_refused_with_the_candidates(
    lms: Machine, school: School, engine: Engine
) -> None:
    with district_transaction(engine, school.district_id) as session:
        for key in school.student_keys:
            session.get_one(Person, (school.district_id, key)).identifier = "S-SAME"
        session.commit()
    problem = lms.get("/students/S-SAME/targets", 409)
    assert problem["detail"].startswith("'S-SAME' means several students; give one sourcedId of user-")


@pytest.mark.parametrize("path", ["targets", "next", "policy", "targets/4.NF.A.1/explanation"])
def test_who_is_no_student_here_does_not_exist(lms: Machine, school: School, engine: Engine, path: str) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        make = Factory(session, other)
        stranger = make.student(make.section(make.school()))
        session.commit()
        name = stranger.identifier
    with district_transaction(engine, school.district_id) as session:
        teacher = session.get_one(Person, (school.district_id, school.teacher)).identifier
    for unknown in ("nobody", name, teacher, "%00", "%F0%9F%92%A9", "x" * 3000, "1' OR '1'='1"):
        problem = lms.get(f"/students/{unknown}/{path}", 404)
        assert problem["status"] == 404
        assert problem["detail"].startswith("There is no student ")


# --- what depends on the day ------------------------------------------------------------------------------------------


def test_ready_is_judged_on_the_day_of_the_question(lms: Machine, school: School, clock: SteppingClock) -> None:
    student = school.students[0]
    clock.now = NOW.replace(month=10, day=20)
    lms.post(*(
        sitting(student, "4.NF.A.1", day, targets=[{"target": "4.NF.A.1", "score": 5, "max": 5, "items": [
            {"item": f"q{day}-{n}", "score": 1, "max": 1} for n in range(5)]}])
        for day in range(1, 9)
    ))  # fmt: skip
    now = lms.get(f"/students/{student}/targets")
    assert now["targets"][0]["estimate"]["probability"] >= 0.85
    assert (now["as_of"], now["targets"][0]["decision"]["state"]) == ("2026-10-20", "ready")
    why = lms.get(f"/students/{student}/targets/4.NF.A.1/explanation")
    assert (why["judged_on"], why["decision"]["state"]) == ("2026-10-20", "ready")
    assert "newest_too_old" in {change["code"] for change in why["would_change"]}
    clock.now += timedelta(days=8)  # the newest record is 20 days old
    assert lms.get(f"/students/{student}/targets")["targets"][0]["decision"]["state"] == "ready"
    clock.now += timedelta(days=1)
    later = lms.get(f"/students/{student}/targets")
    assert (later["as_of"], later["targets"][0]["decision"]["state"]) == ("2026-10-29", "in_progress")
    assert later["targets"][0]["estimate"] == now["targets"][0]["estimate"], "time alone lowers nothing"


def test_today_is_the_districts_day(lms: Machine, school: School, clock: SteppingClock) -> None:
    clock.now = NOW.replace(hour=3)  # 22:00 of the day before in New York
    assert lms.get(f"/students/{school.students[0]}/targets")["as_of"] == "2026-11-22"


def test_an_enrolment_ends_after_its_last_day(
    lms: Machine, school: School, engine: Engine, clock: SteppingClock
) -> None:
    with district_transaction(engine, school.district_id) as session:
        session.query(Enrollment).update({"ends_on": date(2026, 11, 23)})
        session.commit()
    assert [len(one["sections"]) for one in lms.get("/students")["students"]] == [1, 1]
    clock.now += timedelta(days=1)
    assert [len(one["sections"]) for one in lms.get("/students")["students"]] == [0, 0]


# --- what is next -----------------------------------------------------------------------------------------------------


def test_what_is_next_follows_the_prerequisites(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    assert [one["code"] for one in lms.get(f"/students/{student}/next")["targets"]] == ["4.NF.A.1", "4.NF.A.2"]
    intake = lms.http.application.extensions["mastery"].intake
    change_graph(intake, school.district_id, NOW, lambda session: add_prerequisite(
        session, school.district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD))  # fmt: skip
    following = lms.get(f"/students/{student}/next")
    assert (following["total"], [one["code"] for one in following["targets"]]) == (1, ["4.NF.A.1"])


def test_what_is_next_comes_with_ways_to_learn_it(lms: Machine, school: School, engine: Engine) -> None:
    words = {"en": Words("Half a recipe", "Write it for half as many."), "es": Words("Media receta", "Escríbela.")}
    way = Pathway(Mode.PROJECT, Setting.AT_HOME, None, "https://example.org", words)
    with district_transaction(engine, school.district_id) as session:
        found = select(Node.id).where(Node.district_id == school.district_id, Node.code == "4.NF.A.2")
        key = session.scalars(found).one()
        add_way(session, school.district_id, key, None, way, None, NOW)
        add_way(session, school.district_id, key, None, replace(way, minutes=10), None, NOW)
        session.commit()
    first, second = lms.get(f"/students/{school.students[0]}/next")["targets"]
    assert first["pathways"] == []
    assert [one["minutes"] for one in second["pathways"]] == [10, None]
    assert second["pathways"][1] == {
        "mode": "project", "setting": "at_home", "minutes": None, "link": "https://example.org",
        "words": {
            "en": {"title": "Half a recipe", "about": "Write it for half as many."},
            "es": {"title": "Media receta", "about": "Escríbela."},
        },
    }  # fmt: skip


def test_what_is_next_is_limited(lms: Machine, school: School) -> None:
    following = lms.get(f"/students/{school.students[0]}/next?limit=1")
    assert (following["total"], len(following["targets"])) == (2, 1)
    assert lms.get(f"/students/{school.students[0]}/next?limit=0", 422)["errors"][0]["field"] == "limit"


# --- ETags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/students", "/students/{}/targets", "/students/{}/targets/4.NF.A.1/explanation", "/students/{}/next"]
)
def test_a_read_that_did_not_change_is_not_sent_again(lms: Machine, school: School, path: str) -> None:
    url = "/api/v1" + path.format(school.students[0])
    first = lms.http.get(url, headers=lms.headers)
    assert first.headers["Cache-Control"] == "private, no-cache"
    headers = lms.headers | {"If-None-Match": first.headers["ETag"]}
    again = lms.http.get(url, headers=headers)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    if "targets" in path:
        lms.post(sitting(school.students[0], "4.NF.A.1", 1))
        changed = lms.http.get(url, headers=headers)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]


def test_an_etag_opens_nothing_without_a_token(lms: Machine) -> None:
    etag = lms.http.get("/api/v1/students", headers=lms.headers).headers["ETag"]
    assert lms.http.get("/api/v1/students", headers={"If-None-Match": etag}).status_code == 401
