"""The key of a result is (client, source_id, revision): duplicates, conflicts, corrections, and what comes too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_rows import counted, derived
from conftest_api import Machine, School, result
from sqlalchemy import Engine


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def sitting(student: str, day: int, score: float = 1, target: str = "4.NF.A.1", **changes: Any) -> dict[str, Any]:
    at = f"2026-10-{day:02}T09:12:00-04:00"
    targets = [{"target": target, "score": score, "max": 1, "items": [{"item": f"q{day}", "score": score, "max": 1}]}]
    fields = {"source_id": f"{student}/{day}", "performed_at": at, "scored_at": at, "targets": targets}
    return result(student, target, **(fields | changes))


def test_the_same_post_again_has_no_effect(lms: Machine, school: School, engine: Engine) -> None:
    body = sitting(school.students[0], 1)
    lms.post(body)
    rows = counted(engine, school.district_id)
    state = derived(engine, school.district_id, school.student_keys[0])
    (again,) = lms.post(body)
    assert again["status"] == "duplicate"
    assert (again["targets"], again["flags"]) == ([], [])
    assert counted(engine, school.district_id) == rows
    assert derived(engine, school.district_id, school.student_keys[0]) == state


@pytest.mark.parametrize(
    "same",
    [
        {"performed_at": "2026-10-05T13:12:00Z"},
        {"performed_at": "2026-10-05T13:12:00.000000+00:00"},
        {"revision": 1.0},
        {"proctoring": "none", "setting": "school", "accommodations": [], "status": "scored", "duration_seconds": None,
         "date_estimated": False},
        {"targets": [{"target": "4.NF.A.1", "score": 1.0, "max": 1.0, "items": [
            {"item": "q1", "score": 1.0, "max": 1, "seconds": 31.5}]}]},
    ],
)  # fmt: skip
def test_bodies_that_say_the_same_are_the_same(lms: Machine, school: School, same: dict[str, Any]) -> None:
    body = result(school.students[0], "4.NF.A.1")
    assert [answer["status"] for answer in lms.post(body, body | same)] == ["accepted", "duplicate"]


@pytest.mark.parametrize(
    "other",
    [
        {"score": 0}, {"purpose": "interim"}, {"scorer": "somebody"}, {"form": "B"}, {"setting": "home"},
        {"feedback": "none"}, {"duration_seconds": 60}, {"date_estimated": True},
    ],
)  # fmt: skip
def test_another_body_under_the_same_key_is_a_conflict(
    lms: Machine, school: School, engine: Engine, other: dict[str, Any]
) -> None:
    lms.post(result(school.students[0], "4.NF.A.1"))
    rows = counted(engine, school.district_id)
    (refused,) = lms.post(result(school.students[0], "4.NF.A.1", **other))
    assert refused["status"] == "rejected"
    assert refused["problem"]["status"] == 409
    assert refused["problem"]["errors"][0]["field"] == "revision"
    assert counted(engine, school.district_id) == rows


def test_a_newer_revision_leaves_things_as_if_only_it_existed(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    lms.post(*(sitting(ada, day, day % 2) for day in (1, 2, 3)))
    (answer,) = lms.post(sitting(ada, 2, 1, revision=2))
    assert answer["status"] == "accepted"
    assert answer["targets"][0]["after"]["probability"] > answer["targets"][0]["before"]["probability"]
    lms.post(sitting(emmy, 1, 1), sitting(emmy, 2, 1, revision=2), sitting(emmy, 3, 1))
    corrected, plain = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert corrected == plain
    assert counted(engine, school.district_id)["result"] == 7, "nothing is deleted"


def test_an_older_revision_that_comes_later_changes_nothing(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    lms.post(sitting(student, 1), sitting(student, 2, revision=5))
    before = derived(engine, school.district_id, school.student_keys[0])
    (late,) = lms.post(sitting(student, 2, 0, revision=3))
    assert late["status"] == "superseded"
    assert late["evidence"], "it is kept"
    assert late["targets"] == []
    assert derived(engine, school.district_id, school.student_keys[0]) == before
    revisions = lms.get(f"/results/{student}/2")["revisions"]
    assert [(one["revision"], one["status"]) for one in revisions] == [(5, "accepted"), (3, "superseded")]
    assert lms.post(sitting(student, 2, 0, revision=3))[0]["status"] == "duplicate"
    assert lms.post(sitting(student, 2, 1, revision=3))[0]["problem"]["status"] == 409


def test_revisions_of_one_result_in_one_call(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    answers = lms.post(
        sitting(ada, 1, 0, revision=1), sitting(ada, 1, 1, revision=3), sitting(ada, 1, 0, revision=2),
        sitting(ada, 1, 1, revision=3),
    )  # fmt: skip
    assert [answer["status"] for answer in answers] == ["accepted", "accepted", "superseded", "duplicate"]
    lms.post(sitting(emmy, 1, 1, revision=3))
    assert derived(engine, school.district_id, school.student_keys[0]) == derived(
        engine, school.district_id, school.student_keys[1]
    )


def test_a_correction_can_move_a_result_to_another_target(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    lms.post(sitting(ada, 1), sitting(ada, 2), sitting(ada, 2, revision=2, target="4.NF.A.2"))
    lms.post(sitting(emmy, 1), sitting(emmy, 2, revision=2, target="4.NF.A.2"))
    assert derived(engine, school.district_id, school.student_keys[0]) == derived(
        engine, school.district_id, school.student_keys[1]
    )
    standings = {one["code"]: one["records"] for one in lms.get(f"/students/{ada}/targets")["targets"]}
    assert standings == {"4.NF.A.1": 1, "4.NF.A.2": 1}


def test_a_correction_can_take_a_target_from_a_student_altogether(lms: Machine, school: School, engine: Engine) -> None:
    ada = school.students[0]
    lms.post(sitting(ada, 1), sitting(ada, 1, revision=2, target="4.NF.A.2"))
    assert [one["code"] for one in lms.get(f"/students/{ada}/targets")["targets"]] == ["4.NF.A.2"]
    why = lms.get(f"/students/{ada}/targets/4.NF.A.1/explanation")
    assert why["estimate"] is None
    assert [record["reason"]["code"] for record in why["evidence"]] == ["superseded"]


def test_a_correction_can_move_a_result_to_another_student(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    lms.post(sitting(ada, 1), sitting(emmy, 1, source_id="wrong/2"), sitting(ada, 3))
    before = derived(engine, school.district_id, school.student_keys[1])
    assert before["standings"]
    (moved,) = lms.post(sitting(ada, 1, 0, source_id="wrong/2", revision=2))
    assert moved["status"] == "accepted"
    assert lms.get(f"/students/{emmy}/targets")["targets"] == []
    assert lms.get(f"/students/{ada}/targets")["targets"][0]["records"] == 3


def test_a_correction_to_no_score_takes_the_score_away(lms: Machine, school: School) -> None:
    ada = school.students[0]
    lms.post(sitting(ada, 1))
    (exempt,) = lms.post(sitting(ada, 1, revision=2, status="exempt", targets=[{"target": "4.NF.A.1"}]))
    assert exempt["status"] == "accepted"
    assert lms.get(f"/students/{ada}/targets")["targets"] == []


def test_a_corrected_flag_ends_as_corrected(lms: Machine, school: School) -> None:
    ada = school.students[0]
    lms.post(*(sitting(ada, day, 0) for day in range(1, 13)))
    (flag,) = lms.get("/flags?state=live")["flags"]
    answers = lms.post(*(sitting(ada, day, 1, revision=2) for day in range(1, 13)))
    assert {answer["status"] for answer in answers} == {"accepted"}
    assert lms.get("/flags?state=live")["flags"] == []
    (ended,) = lms.get("/flags?state=resolved")["flags"]
    assert (ended["flag"], ended["resolution"]) == (flag["flag"], "data_corrected")
    changes = [change for answer in answers for change in answer["flags"]]
    assert {"flag": flag["flag"], "rule": "F04", "change": "data_corrected"} in changes
