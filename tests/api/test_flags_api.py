"""Reading flags: the sentence, the evidence behind it, what would close it, and which ones are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rows import confirm
from conftest_api import NOW, Machine, School, SteppingClock, result
from factories import Factory, new_district
from sqlalchemy import Engine, select, update

from api.actions.graph import add_prerequisite
from api.actions.graph_change import change_graph
from mastery.graph import Strength
from models.flag import Flag
from models.unit_of_work import district_transaction


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def sitting(student: str, target: str, day: int, score: float, items: int = 1, **changes: Any) -> dict[str, Any]:
    """A result of some new items on a day of October, all answered the same."""
    at = f"2026-10-{day:02}T09:12:00-04:00"
    answers = [{"item": f"{target}-{day}-{n}", "score": score, "max": 1} for n in range(items)]
    targets = [{"target": target, "score": score * items, "max": items, "items": answers}]
    fields = {"source_id": f"{student}/{target}/{day}", "performed_at": at, "scored_at": at, "targets": targets}
    return result(student, target, **(fields | changes))


def spin(lms: Machine, student: str, target: str) -> list[dict[str, Any]]:
    """Twelve days of wrong answers: WHEEL_SPIN."""
    return lms.post(*(sitting(student, target, day, 0) for day in range(1, 13)))


def test_a_flag_says_why_on_what_evidence_and_what_would_close_it(lms: Machine, school: School) -> None:
    student = school.students[0]
    posted = spin(lms, student, "4.NF.A.1")
    opened = [flag for entry in posted for flag in entry["flags"] if flag["change"] == "opened"]
    (flag,) = lms.get("/flags")["flags"]
    assert {one["flag"] for one in opened} == {flag["flag"]}
    assert (flag["rule"], flag["family"], flag["severity"], flag["state"]) == ("F04", "wheel_spin", "ACT", "open")
    assert flag["student"] == student
    assert flag["target"] == {
        "target": school.targets[0], "code": "4.NF.A.1", "statement": "I can add fractions.",
    }  # fmt: skip
    assert flag["sentence"].startswith("12 tries at new questions on “I can add fractions.” without three right in a")
    percent = lms.get(f"/students/{student}/targets")["targets"][0]["estimate"]["probability"] * 100
    assert f"now {percent:.0f}%" in flag["sentence"]
    assert flag["closes_when"].startswith(
        "Closes when the target is mastered, when the chance of mastery is 15% higher"
    )
    assert flag["next_step"]
    assert "not a diagnosis" in flag["caution"]
    assert "%(" not in flag["sentence"] + flag["closes_when"] + flag["next_step"]
    evidence = [one for entry in posted for one in entry["evidence"]]
    assert flag["evidence"] == evidence[-10:]
    assert (flag["opened_at"], flag["as_of"], flag["closed_at"]) == (NOW.isoformat(), NOW.isoformat(), None)
    assert flag["facts"]["target"] == school.targets[0]
    assert flag["parameters"]["wheel_spin_opportunities"] == 10


def test_the_explanation_shows_the_flag_that_lives_on_its_target(lms: Machine, school: School) -> None:
    spin(lms, school.students[0], "4.NF.A.1")
    why = lms.get(f"/students/{school.students[0]}/targets/4.NF.A.1/explanation")
    assert why["conditions"] == ["F04"]
    assert why["flags"] == lms.get("/flags")["flags"]
    assert lms.get(f"/students/{school.students[0]}/targets/4.NF.A.2/explanation")["flags"] == []


def test_evidence_of_a_flag_is_readable_where_it_points(lms: Machine, school: School) -> None:
    spin(lms, school.students[0], "4.NF.A.1")
    (flag,) = lms.get("/flags")["flags"]
    records = lms.get(f"/students/{school.students[0]}/targets/4.NF.A.1/explanation")["evidence"]
    assert flag["evidence"]
    assert set(flag["evidence"]) <= {record["id"] for record in records}


def test_a_gap_names_the_prerequisite(lms: Machine, school: School) -> None:
    intake = lms.http.application.extensions["mastery"].intake
    change_graph(intake, school.district_id, NOW, lambda session: add_prerequisite(
        session, school.district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD))  # fmt: skip
    student = school.students[0]
    before = lms.post(*(sitting(student, "4.NF.A.1", day, 0, 2) for day in range(1, 5)))
    lms.post(sitting(student, "4.NF.A.2", 6, 0))
    (gap,) = lms.get("/flags?rule=F10")["flags"]
    assert gap["facts"]["prerequisite"] == school.targets[0]
    assert gap["facts"]["target"] == school.targets[1]
    assert gap["sentence"].count("“I can add fractions.”") == 2
    assert set(gap["evidence"]) >= {one for entry in before for one in entry["evidence"]}


def test_readiness_names_the_assessment(lms: Machine, school: School, clock: SteppingClock) -> None:
    clock.now = NOW.replace(month=10, day=20)
    lms.put_assessment("final", title="Fractions final", purpose="summative", blueprint=[{"target": "4.NF.A.1"}])
    lms.post(*(sitting(school.students[0], "4.NF.A.1", day, 1, 5) for day in range(1, 9)))
    (flag,) = lms.get("/flags?rule=P1")["flags"]
    assert (flag["severity"], flag["target"], flag["assessment"]) == ("INFO", None, "final")
    assert flag["sentence"] == ("Ready for “Fractions final”: 1 of its 1 targets, 100% of its weight, are ready.")
    assert flag["evidence"]


def test_a_contradiction_shows_beside_the_level(lms: Machine, school: School, engine: Engine) -> None:
    lms.put_assessment("final", purpose="summative")
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    student = school.students[0]
    lms.post(*(sitting(student, "4.NF.A.1", day, 1, 5) for day in range(1, 13)))
    lms.post(sitting(student, "4.NF.A.1", 14, 0, purpose="summative", assessment="final"))
    (flag,) = lms.get("/flags?rule=F13")["flags"]
    assert "The summative result on “I can add fractions.” is 0.0" in flag["sentence"]


# --- which ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def spinning(lms: Machine, school: School) -> Machine:
    for student in school.students:
        for code in school.codes:
            spin(lms, student, code)
    return lms


def test_flags_are_filtered(spinning: Machine, school: School, engine: Engine) -> None:
    assert len(spinning.get("/flags")["flags"]) == 4
    of_ada = spinning.get(f"/flags?student={school.students[0]}")["flags"]
    assert {flag["student"] for flag in of_ada} == {school.students[0]}
    assert len(of_ada) == 2
    assert len(spinning.get("/flags?rule=F04")["flags"]) == 4
    assert spinning.get("/flags?rule=F09")["flags"] == []
    key = int(of_ada[0]["flag"][1:])
    with district_transaction(engine, school.district_id) as session:
        session.execute(update(Flag).where(Flag.id == key).values(state="dismissed", dismiss_reason="false_alarm"))
        session.commit()
    assert [flag["flag"] for flag in spinning.get("/flags?state=dismissed")["flags"]] == [f"f{key}"]
    for word, count in (("live", 3), ("open", 3), ("acknowledged", 0), ("resolved", 0)):
        assert len(spinning.get(f"/flags?state={word}")["flags"]) == count
    assert len(spinning.get(f"/flags?state=live&student={school.students[0]}&rule=F04")["flags"]) == 1
    (dismissed,) = spinning.get("/flags?state=dismissed")["flags"]
    assert dismissed["dismiss_reason"] == "false_alarm"


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=closed", "state"), ("state=", "state"), ("rule=F99", "rule"), ("after=x", "after"), ("stat=open", "stat")],
)
def test_a_wrong_filter_is_named(lms: Machine, query: str, field: str) -> None:
    assert [error["field"] for error in lms.get(f"/flags?{query}", 422)["errors"]] == [field]


def test_flags_of_nobody_do_not_exist(lms: Machine) -> None:
    lms.get("/flags?student=nobody", 404)


def test_flags_are_paged_newest_first_also_where_they_opened_at_once(
    spinning: Machine, school: School, engine: Engine
) -> None:
    with district_transaction(engine, school.district_id) as session:
        first = session.scalars(select(Flag.id).order_by(Flag.id)).first()
        session.execute(update(Flag).where(Flag.id == first).values(opened_at=NOW + timedelta(hours=1)))
        session.commit()
    everything = spinning.get("/flags")["flags"]
    assert everything[0]["flag"] == f"f{first}"
    assert [flag["opened_at"] for flag in everything] == sorted((f["opened_at"] for f in everything), reverse=True)
    for limit in (1, 2, 3):
        found: list[Any] = []
        url = f"/api/v1/flags?state=live&limit={limit}"
        while url:
            answer = spinning.http.get(url, headers=spinning.headers)
            found += answer.json["flags"]
            url = answer.json["next_url"]
        assert found == everything


def test_another_districts_flags_do_not_exist(
    spinning: Machine, machine: Callable[..., Machine], engine: Engine
) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        make = Factory(session, other)
        target = make.target()
        make.wheel_spin(make.student(make.section(make.school())), target)
        session.commit()
    theirs = machine(other).get("/flags")["flags"]
    ours = spinning.get("/flags")["flags"]
    assert (len(theirs), len(ours)) == (1, 4)
    assert {flag["flag"] for flag in theirs}.isdisjoint(flag["flag"] for flag in ours)


def test_flags_that_did_not_change_are_not_sent_again(lms: Machine, school: School) -> None:
    first = lms.http.get("/api/v1/flags", headers=lms.headers)
    headers = lms.headers | {"If-None-Match": first.headers["ETag"]}
    assert lms.http.get("/api/v1/flags", headers=headers).status_code == 304
    spin(lms, school.students[0], "4.NF.A.1")
    assert lms.http.get("/api/v1/flags", headers=headers).status_code == 200
