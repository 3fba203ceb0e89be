"""Why a student stands where they do: the parts, every record, the rules, and what would change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from api_rows import confirm, sitting, stored, walk
from conftest_api import NOW, Machine, School, result
from factories import Factory, new_district
from sqlalchemy import Engine

from api.actions import explain_history
from api.actions.graph import add_prerequisite
from api.actions.graph_change import change_graph
from mastery.graph import Strength
from models.registry import bump
from models.roster import Person
from models.standing import Standing
from models.unit_of_work import district_transaction


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def test_an_explanation_adds_up_to_the_stored_estimate(lms: Machine, school: School, engine: Engine) -> None:
    student = school.students[0]
    lms.post(*(sitting(student, "4.NF.A.1", day, day % 2) for day in range(1, 6)))
    why = lms.get(f"/students/{student}/targets/4.NF.A.1/explanation")
    row = stored(engine, school, 0, "4.NF.A.1")
    parts = why["parts"]
    assert parts["sum"] == row.mean
    assert parts["variance"] == row.variance
    assert (parts["general"], parts["target"], parts["practice"], parts["form"]) == (
        row.part_general, row.part_target, row.part_practice, row.part_form,
    )  # fmt: skip
    added = parts["general"] + parts["target"] + parts["practice"] + parts["questions"]
    assert added == pytest.approx(parts["sum"], abs=1e-12)
    assert why["estimate"]["low"] < why["estimate"]["expected"] < why["estimate"]["high"]
    listed = lms.get(f"/students/{student}/targets")["targets"][0]
    assert {name: why[name] for name in listed} == listed


def test_an_explanation_names_every_record_and_what_it_counts_for(lms: Machine, school: School, engine: Engine) -> None:
    student, code = school.students[0], "4.NF.A.1"
    with district_transaction(engine, school.district_id) as session:
        teacher = session.get_one(Person, (school.district_id, school.teacher)).identifier
    lms.put_assessment("final", purpose="summative")
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    judged = {"evidence_type": "performance", "targets": [{"target": code, "score": 4, "max": 4, "level": 3.5}]}
    kinds = {
        1: {},
        2: {"purpose": "summative", "assessment": "final"},
        3: {"purpose": "summative", "assessment": "final", "score": 0},
        4: {"purpose": "summative", "assessment": "final", "independence": "group"},
        5: {"purpose": "state_summative"},
        6: {"status": "exempt", "targets": [{"target": code}]},
        7: judged | {"scorer": "somebody"},
        8: judged | {"scorer": teacher},
        9: {"purpose": "interim", "assessment": "final"},
    }
    posted = [sitting(student, code, day, changes.pop("score", 1), **changes) for day, changes in kinds.items()]
    assert {entry["status"] for entry in lms.post(*posted)} == {"accepted"}
    assert lms.post(sitting(student, code, 1, 0, revision=2))[0]["status"] == "accepted"
    records = lms.get(f"/students/{student}/targets/{code}/explanation")["evidence"]
    assert [record["performed_at"][:10] for record in records] == [
        f"2026-10-{day:02}" for day in (9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    ]
    said = {
        (int(record["performed_at"][8:10]), record["revision"]): (
            record["reason"]["code"], record["estimate"], record["certifying"], record["level"],
        )
        for record in records
    }  # fmt: skip
    assert said == {
        (1, 1): ("superseded", False, False, None),
        (1, 2): ("no_level", True, False, None),
        (2, 1): ("certifying", True, True, 4.0),
        (3, 1): ("certifying_below", True, True, 0.0),
        (4, 1): ("not_independent", True, False, 4.0),
        (5, 1): ("state_summative", False, False, None),
        (6, 1): ("no_score", False, False, None),
        (7, 1): ("scorer_not_certified", True, False, 3.5),
        (8, 1): ("certifying", True, True, 3.5),
        (9, 1): ("supporting", True, False, 4.0),
    }
    replaced = next(record for record in records if record["reason"]["code"] == "superseded")
    assert replaced["superseded_by"] == 2
    newest = records[0]
    assert newest["client"] == lms.client.client_id
    assert newest["source_id"] == f"{student}/{code}/9"
    assert (newest["assessment"], newest["form"], newest["score"], newest["max"]) == ("final", "A", 1.0, 1.0)
    assert newest["items"] == [
        {"item": "q9", "score": 1.0, "max": 1.0, "try": 1, "hints": 0, "seconds": None, "share": 1.0}
    ]
    assert newest["id"] in {one for entry in lms.get(f"/results/{newest['source_id']}")["revisions"]
                            for one in entry["evidence"]}  # fmt: skip


def test_the_decision_counts_what_the_explanation_says_certifies(lms: Machine, school: School, engine: Engine) -> None:
    """The words beside a record and the decision come from one law: here they agree on what certifies."""
    student, code = school.students[0], "4.NF.A.1"
    lms.put_assessment("final", purpose="summative")
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    lms.post(sitting(student, code, 1), sitting(student, code, 2, purpose="summative", assessment="final"))
    why = lms.get(f"/students/{student}/targets/{code}/explanation")
    assert [record["certifying"] for record in why["evidence"]] == [True, False]
    assert "certifying" not in {gap["code"] for gap in why["decision"]["missing"]}
    assert why["decision"]["level"] == 4.0


def test_a_hint_and_a_second_try_are_shown_as_the_estimate_saw_them(lms: Machine, school: School) -> None:
    items = [
        {"item": "a", "score": 1, "max": 1, "hints": 1},
        {"item": "b", "score": 0, "max": 2},
        {"item": "b", "score": 2, "max": 2, "try": 2},
        {"item": "c", "score": 3, "max": 2},
    ]
    lms.post(result(school.students[0], "4.NF.A.1", targets=[
        {"target": "4.NF.A.1", "score": 5, "max": 5, "items": items}]))  # fmt: skip
    (record,) = lms.get(f"/students/{school.students[0]}/targets/4.NF.A.1/explanation")["evidence"]
    assert [(one["item"], one["try"], one["score"], one["share"]) for one in record["items"]] == [
        ("a", 1, 1.0, 0.0), ("b", 1, 0.0, 0.0), ("b", 2, 2.0, None), ("c", 1, 3.0, 1.0),
    ]  # fmt: skip


def test_evidence_is_paged_newest_first(lms: Machine, school: School) -> None:
    student, path = school.students[0], f"/students/{school.students[0]}/targets/4.NF.A.1/explanation"
    same = {"performed_at": "2026-10-20T09:12:00-04:00", "scored_at": "2026-10-20T09:12:00-04:00"}
    lms.post(*(sitting(student, "4.NF.A.1", day) for day in range(1, 4)))
    lms.post(*(sitting(student, "4.NF.A.1", day, **same) for day in range(4, 8)))
    everything = lms.get(path)["evidence"]
    assert len({record["id"] for record in everything}) == 7
    for limit in (1, 2, 3):
        assert walk(lms, path, "evidence", limit) == everything


def test_no_evidence_is_said_as_such(lms: Machine, school: School) -> None:
    why = lms.get(f"/students/{school.students[0]}/targets/{school.targets[0]}/explanation")
    assert why["estimate"] is None
    assert why["parts"] is None
    assert why["as_of"] is None
    assert (why["decision"]["state"], why["decision"]["enough_evidence"]) == ("not_started", False)
    assert [gap["line"] for gap in why["decision"]["missing"]] == [1, 2, 2, 3, 4]
    assert why["evidence"] == []


def test_an_explanation_names_policy_and_what_would_change_it(lms: Machine, school: School) -> None:
    student = school.students[0]
    lms.post(sitting(student, "4.NF.A.1", 1))
    why = lms.get(f"/students/{student}/targets/4.NF.A.1/explanation")
    assert why["policy"]["version"] == why["policy_version"] == "default-1"
    assert why["policy"]["values"] | {"mastery_bar": 0.75, "mastery_probability": 0.9, "boe_records": 3,
                                      "boe_dates": 2} == why["policy"]["values"]  # fmt: skip
    codes = [change["code"] for change in why["would_change"]]
    assert codes == ["next_result", "correction", "cut_scores", "missing_met"]
    assert all(change["message"] for change in why["would_change"])


@pytest.mark.parametrize("target", ["4.OA.Z.9", "%00", "nothing/at/all", "x" * 3000])
def test_a_target_that_is_none_here_does_not_exist(lms: Machine, school: School, target: str) -> None:
    problem = lms.get(f"/students/{school.students[0]}/targets/{target}/explanation", 404)
    assert problem["detail"].startswith("There is no target ")


def test_another_districts_target_does_not_exist(lms: Machine, school: School, engine: Engine) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        guid = Factory(session, other).target("6.RP.A.3").guid
        session.commit()
    for name in (guid, "6.RP.A.3"):
        lms.get(f"/students/{school.students[0]}/targets/{name}/explanation", 404)


def test_a_code_of_two_targets_is_refused_with_the_candidates(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        twins = [make.target("T.TWIN").guid for _ in range(2)]
        bump(session, school.district_id, "graph")
        session.commit()
    problem = lms.get(f"/students/{school.students[0]}/targets/T.TWIN/explanation", 409)
    assert all(guid in problem["detail"] for guid in twins)


# --- how it came to be ------------------------------------------------------------------------------------------------


def test_the_points_of_an_estimate_end_in_the_stored_one(lms: Machine, school: School, engine: Engine) -> None:
    """With a test without feedback, work that came late, a correction, and a state test beside."""
    student, code = school.students[0], "4.NF.A.1"
    lms.put_assessment("final", purpose="summative")
    several = [{"item": f"t{n}", "score": n % 2, "max": 1} for n in range(6)]
    test = {"purpose": "summative", "assessment": "final", "feedback": "none",
            "targets": [{"target": code, "score": 3, "max": 6, "items": several}]}  # fmt: skip
    lms.post(sitting(student, code, 5), sitting(student, code, 7, **test), sitting(student, "4.NF.A.2", 8, 0))
    lms.post(sitting(student, code, 3), sitting(student, code, 9, 0, purpose="state_summative"))
    lms.post(sitting(student, code, 5, 0, revision=2))
    why = lms.get(f"/students/{student}/targets/{code}/explanation")
    told = why["history"]
    assert [one["performed_at"][8:10] for one in told["points"]] == ["03", "05", "07"]
    assert [one["enough_evidence"] for one in told["points"]] == [False, False, True]
    assert [one["purpose"] for one in told["points"]] == ["formative", "formative", "summative"]
    assert told["total"] == 3
    row = stored(engine, school, 0, code)
    assert told["points"][-1]["estimate"] == why["estimate"] == {
        "probability": row.probability, "expected": row.expected, "low": row.low, "high": row.high,
    }  # fmt: skip
    assert told["points"][1]["estimate"]["expected"] < told["points"][0]["estimate"]["expected"]
    counted = {record["id"] for record in why["evidence"] if record["estimate"]}
    assert {one["evidence"] for one in told["points"]} == counted


def test_points_of_another_model_are_not_told(lms: Machine, school: School, engine: Engine) -> None:
    student, code = school.students[0], "4.NF.A.1"
    lms.post(sitting(student, code, 5))
    assert lms.get(f"/students/{student}/targets/4.NF.A.2/explanation")["history"] == {"total": 0, "points": []}
    with district_transaction(engine, school.district_id) as session:
        session.query(Standing).update({"model_version": "an older one"})
        session.commit()
    assert lms.get(f"/students/{student}/targets/{code}/explanation")["history"] is None


def test_a_history_has_a_limit(lms: Machine, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_history, "MOST_POINTS", 2)
    student, code = school.students[0], "4.NF.A.1"
    lms.post(*(sitting(student, code, day) for day in range(1, 5)))
    told = lms.get(f"/students/{student}/targets/{code}/explanation")["history"]
    assert [one["performed_at"][8:10] for one in told["points"]] == ["03", "04"]
    assert told["total"] == 4


def test_what_is_next_on_a_target_names_what_comes_first(lms: Machine, school: School) -> None:
    student = school.students[0]
    intake = lms.http.application.extensions["mastery"].intake
    change_graph(intake, school.district_id, NOW, lambda session: add_prerequisite(
        session, school.district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD))  # fmt: skip
    lms.post(sitting(student, "4.NF.A.2", 1))
    above = lms.get(f"/students/{student}/targets/4.NF.A.2/explanation")["next_step"]
    assert (above["kind"], [one["code"] for one in above["targets"]]) == ("first", ["4.NF.A.1"])
    below = lms.get(f"/students/{student}/targets/4.NF.A.1/explanation")["next_step"]
    assert below == {"kind": "work", "targets": [], "waiting": []}
