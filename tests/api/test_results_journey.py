"""From the first answer to mastered by BOE-1 through the API, what confirmed cut scores do, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_rows import confirm, derived
from conftest_api import NOW, Machine, School, result
from sqlalchemy import Engine, text

from api.actions.graph import NewTarget, add_prerequisite, add_target
from api.actions.graph_change import change_graph
from mastery.graph import Strength
from models.unit_of_work import district_transaction

CODE = "4.NF.A.1"


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    made.put_assessment("final", purpose="summative", cut_scores=[
        {"level": 2, "share": 0.5}, {"level": 3, "share": 0.8}, {"level": 4, "share": 1.0}])  # fmt: skip
    return made


def sitting(student: str, day: int, right: int = 5, of: int = 5, target: str = CODE, **changes: Any) -> dict[str, Any]:
    """A quiz of new items on a day of October."""
    at = f"2026-10-{day:02}T09:12:00-04:00"
    items = [{"item": f"{target}-{day}-{n}", "score": int(n < right), "max": 1} for n in range(of)]
    targets = [{"target": target, "score": right, "max": of, "items": items}]
    fields = {"source_id": f"{student}/{target}-{day}", "performed_at": at, "scored_at": at, "targets": targets}
    return result(student, target, **(fields | changes))


def final(student: str, day: int, right: int = 10, target: str = CODE, **changes: Any) -> dict[str, Any]:
    """The summative test of ten new items, without feedback."""
    kind = {"purpose": "summative", "evidence_type": "test", "assessment": "final", "feedback": "none"}
    return sitting(student, day, right, 10, target, **(kind | changes))


def standing(lms: Machine, student: str, code: str = CODE) -> dict[str, Any]:
    found: dict[str, Any] = lms.get(f"/students/{student}/targets/{code}/explanation")
    return found


def lacks(shown: dict[str, Any]) -> set[str]:
    return {gap["code"] for gap in shown["decision"]["missing"]}


def test_a_student_goes_from_nothing_to_mastered(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    begun = standing(lms, student)
    assert (begun["decision"]["state"], lacks(begun)) == (
        "not_started", {"estimate", "records", "assessments", "dates", "certifying"},
    )  # fmt: skip
    (first,) = lms.post(sitting(student, 1))
    assert first["targets"][0]["decision"]["state"] == "in_progress"
    assert first["targets"][0]["decision"]["enough_evidence"] is False
    for day in range(2, 8):
        (answer,) = lms.post(sitting(student, day))
    practised = answer["targets"][0]["decision"]
    assert practised["enough_evidence"] is True
    assert practised["level"] is None
    assert {gap["code"] for gap in practised["missing"]} == {"assessments", "certifying"}
    assert answer["targets"][0]["after"]["probability"] >= 0.9, "the estimate alone is no mastery"
    assert practised["state"] == "in_progress"
    (passed,) = lms.post(final(student, 9))
    decision = passed["targets"][0]["decision"]
    assert decision == {
        "state": "mastered", "level": 4.0, "mastered_at": "2026-10-09T13:12:00+00:00", "enough_evidence": True,
        "missing": [],
    }  # fmt: skip
    assert "notes" not in passed
    shown = standing(lms, student)
    assert shown["decision"] | decision == shown["decision"]
    assert shown["decision"]["reasons"] == ["body_complete", "confirmed_by_system"]
    assert [change["code"] for change in shown["would_change"]][-1] == "person_only"
    with district_transaction(engine, school.district_id) as session:
        signed = session.execute(text("SELECT kind, level, by_person, mastered_at FROM confirmation")).all()
    assert [(row[0], row[1], row[2], row[3].isoformat()) for row in signed] == [
        ("auto_confirm", 4.0, None, "2026-10-09T13:12:00+00:00")
    ]


def test_a_later_low_test_asks_for_a_review_and_takes_nothing(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    lms.post(*(sitting(student, day) for day in range(1, 8)), final(student, 9))
    (answer,) = lms.post(final(student, 15, 3))
    decision = answer["targets"][0]["decision"]
    assert (decision["state"], decision["level"]) == ("needs_review", 4.0)
    assert decision["mastered_at"] == "2026-10-09T13:12:00+00:00"
    assert {gap["code"] for gap in decision["missing"]} >= {"contradiction"}


def test_unconfirmed_cut_scores_make_a_test_formative_only(lms: Machine, school: School) -> None:
    student = school.students[0]
    answers = lms.post(*(sitting(student, day) for day in range(1, 8)), final(student, 9))
    assert answers[-1]["notes"] == [{
        "code": "formative_only",
        "message": "Counts as formative only: proposed cut scores wait for a person of the school to confirm them.",
    }]  # fmt: skip
    decision = answers[-1]["targets"][0]["decision"]
    assert (decision["state"], decision["level"]) == ("in_progress", None)
    assert {gap["code"] for gap in decision["missing"]} == {"certifying"}
    (record,) = [one for one in standing(lms, student)["evidence"] if one["purpose"] == "summative"]
    assert (record["level"], record["certifying"], record["reason"]["code"]) == (None, False, "no_level")


def test_confirmed_cut_scores_count_for_past_results_too(lms: Machine, school: School, engine: Engine) -> None:
    """As if they had been confirmed from the first day: to the last bit."""
    ada, emmy = school.students
    lms.post(*(sitting(ada, day) for day in range(1, 8)), final(ada, 9))
    assert confirm(engine, school.district_id, "final", school.teacher, NOW) == 1
    lms.post(*(sitting(emmy, day) for day in range(1, 8)), final(emmy, 9))
    past, from_the_start = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert past == from_the_start
    shown = standing(lms, ada)["decision"]
    assert (shown["state"], shown["level"], shown["mastered_at"]) == ("mastered", 4.0, "2026-10-09T13:12:00+00:00")
    described = lms.get("/assessments/final")
    assert described["formative_only"] is False
    assert [cuts["status"] for cuts in described["cut_scores"]] == ["confirmed"]


def test_percent_becomes_a_level_only_by_the_cut_scores(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    rights = {1: 4, 2: 5, 3: 7, 4: 8, 5: 9, 6: 10}
    lms.post(*(final(student, day, right) for day, right in rights.items()))
    records = standing(lms, student)["evidence"]
    levels = {int(record["performed_at"][8:10]): record["level"] for record in records}
    assert levels == {1: 0.0, 2: 2.0, 3: 2.0, 4: 3.0, 5: 3.0, 6: 4.0}


def test_a_teachers_rubric_certifies_and_a_systems_level_does_not(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        teacher = session.execute(
            text("SELECT identifier FROM person WHERE id = :key"), {"key": school.teacher}
        ).scalar_one()
    ada, emmy = school.students
    judged = {"evidence_type": "performance", "assessment": "final", "purpose": "formative"}
    rubric = {"targets": [{"target": CODE, "score": 4, "max": 4, "level": 3.5}]}
    lms.post(*(sitting(name, day) for name in (ada, emmy) for day in range(1, 8)))
    by_teacher, by_system = lms.post(
        sitting(ada, 9, scorer=teacher, **judged, **rubric), sitting(emmy, 9, scorer="system", **judged, **rubric)
    )
    assert by_teacher["targets"][0]["decision"]["state"] == "mastered"
    assert by_teacher["targets"][0]["decision"]["level"] == 3.5
    assert by_system["targets"][0]["decision"]["state"] == "in_progress"
    assert by_system["targets"][0]["decision"]["level"] is None


def test_a_credit_bearing_target_waits_for_a_person(lms: Machine, school: School, engine: Engine) -> None:
    intake, student = lms.http.application.extensions["mastery"].intake, school.students[0]
    wanted = NewTarget("C.ALG.1", "I can earn this.", subject="Mathematics", credit_bearing=True)
    change_graph(intake, school.district_id, NOW, lambda s: add_target(s, school.district_id, wanted, NOW))
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    lms.post(*(sitting(student, day, target="C.ALG.1") for day in range(1, 8)))
    (answer,) = lms.post(final(student, 9, target="C.ALG.1"))
    assert answer["targets"][0]["decision"]["state"] == "mastered_provisional"
    shown = standing(lms, student, "C.ALG.1")
    assert "awaits_confirmation" in shown["decision"]["reasons"]
    assert shown["would_change"][-1]["code"] == "confirmation"
    (lapsed,) = lms.post(final(student, 9, 2, target="C.ALG.1", revision=2))
    assert lapsed["targets"][0]["decision"]["state"] == "in_progress", "a provisional one is derived and may lapse"


def test_a_hard_prerequisite_holds_mastery_back_until_it_is_there(lms: Machine, school: School, engine: Engine) -> None:
    intake, student = lms.http.application.extensions["mastery"].intake, school.students[0]
    change_graph(intake, school.district_id, NOW, lambda s: add_prerequisite(
        s, school.district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD))  # fmt: skip
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    lms.post(*(sitting(student, day, target="4.NF.A.2") for day in range(1, 8)))
    (held,) = lms.post(final(student, 9, target="4.NF.A.2"))
    decision = held["targets"][0]["decision"]
    assert decision["state"] == "in_progress"
    assert decision["missing"] == [
        {"line": 8, "code": "prerequisites", "needed": 1, "found": 0, "targets": [school.targets[0]]}
    ]
    lms.post(*(sitting(student, day) for day in range(10, 17)))
    lms.post(final(student, 18))
    after = standing(lms, student, "4.NF.A.2")["decision"]
    assert (after["state"], after["mastered_at"]) == ("mastered", "2026-10-18T13:12:00+00:00")
    following = [one["code"] for one in lms.get(f"/students/{student}/next")["targets"]]
    assert following == []


def test_a_correction_of_what_confirmed_mastery_asks_a_person(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    lms.post(*(sitting(student, day) for day in range(1, 8)), final(student, 9))
    (answer,) = lms.post(final(student, 9, 2, revision=2))
    decision = answer["targets"][0]["decision"]
    assert (decision["state"], decision["level"], decision["mastered_at"]) == (
        "needs_review", 4.0, "2026-10-09T13:12:00+00:00",
    )  # fmt: skip
    assert "basis_corrected" in standing(lms, student)["decision"]["reasons"]


def test_two_dates_are_two_days_where_the_school_is(lms: Machine, school: School) -> None:
    """23:30 and 00:30 in New York are two school days, though one day in UTC; 19:30 and 23:30 are one."""
    ada, emmy = school.students
    for student, times in ((ada, ("05T23:30", "06T00:30")), (emmy, ("05T19:30", "05T23:30"))):
        for number, time in enumerate(times):
            at = f"2026-10-{time}:00-04:00"
            (answer,) = lms.post(sitting(student, 1 + number, performed_at=at, scored_at=at))
        dates = {gap["code"]: gap["found"] for gap in answer["targets"][0]["decision"]["missing"]}.get("dates")
        assert dates == (None if student == ada else 1)
