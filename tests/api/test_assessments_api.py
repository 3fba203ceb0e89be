"""Registering assessments: what is written, what is proposed, what is refused, and that again changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api_rows import confirm, derived
from conftest_api import NOW, Machine, School, result
from factories import Factory, new_district
from sqlalchemy import Engine, text

from api.actions.assessments import CutScoresError, confirm_cut_scores
from mastery.evidence import PROPOSED_CUT_SCORES
from models.registry import stamps
from models.unit_of_work import district_transaction

_TABLES = ("assessment", "assessment_form", "item", "form_item", "blueprint", "cut_scores")


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    return machine(school.district_id)


def put(lms: Machine, body: Any, name: str = "quiz-17") -> Any:
    return lms.http.put(f"/api/v1/assessments/{name}", json=body, headers=lms.headers)


def described(**changes: Any) -> dict[str, Any]:
    return {"title": "Fractions", "purpose": "formative", "forms": [{"form": "A"}]} | changes


def rows(engine: Engine, district_id: int) -> dict[str, list[Any]]:
    with district_transaction(engine, district_id) as session:
        return {
            table: [tuple(map(str, row)) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))]
            for table in _TABLES
        }


def full(**changes: Any) -> dict[str, Any]:
    return described(
        purpose="summative", dok=2,
        forms=[
            {"form": "A", "items": [{"item": "q1", "target": "4.NF.A.1", "max": 2, "dok": 3},
                                    {"item": "q2", "target": "4.nf.a.2"}]},
            {"form": "B"},
        ],
        cut_scores=[{"level": 3, "share": 0.8}, {"level": 2, "share": 0.5}],
        blueprint=[{"target": "4.NF.A.1", "weight": 3, "dok": 2}, {"target": "4.NF.A.2"}],
    ) | changes  # fmt: skip


def test_an_assessment_is_created_then_the_same(lms: Machine, school: School, engine: Engine) -> None:
    first = put(lms, full())
    assert first.status_code == 201
    assert first.json == {
        "id": "quiz-17", "title": "Fractions", "purpose": "summative", "dok": 2, "forms": ["A", "B"],
        "items": [], "cut_scores": [{"status": "proposed", "origin": "sender", "levels": [
            {"level": 2.0, "share": 0.5}, {"level": 3.0, "share": 0.8}]}],
        "formative_only": True, "released": 0,
    }  # fmt: skip
    before = rows(engine, school.district_id)
    with district_transaction(engine, school.district_id) as session:
        counters = stamps(session, school.district_id)
    again = put(lms, full())
    assert (again.status_code, again.json) == (200, first.json)
    assert rows(engine, school.district_id) == before
    with district_transaction(engine, school.district_id) as session:
        assert stamps(session, school.district_id) == counters
    assert lms.get("/assessments/quiz-17") == {name: one for name, one in first.json.items() if name != "released"}


def test_items_forms_and_blueprint_are_kept(lms: Machine, school: School, engine: Engine) -> None:
    put(lms, full())
    with district_transaction(engine, school.district_id) as session:
        items = session.execute(
            text(
                "SELECT f.name, i.name, n.code, fi.max, i.dok FROM form_item fi"
                " JOIN assessment_form f ON f.id = fi.form_id JOIN item i ON i.id = fi.item_id"
                " JOIN node n ON n.id = fi.target_id ORDER BY 1, 2"
            )
        ).all()
        plan = session.execute(
            text("SELECT n.code, b.weight, b.dok FROM blueprint b JOIN node n ON n.id = b.target_id ORDER BY 1")
        ).all()
    assert [tuple(row) for row in items] == [("A", "q1", "4.NF.A.1", 2.0, 3), ("A", "q2", "4.NF.A.2", 1.0, None)]
    assert [tuple(row) for row in plan] == [("4.NF.A.1", 3.0, 2), ("4.NF.A.2", 1.0, None)]


def test_without_cut_scores_the_stated_default_is_proposed(lms: Machine) -> None:
    (cuts,) = put(lms, described()).json["cut_scores"]
    assert (cuts["status"], cuts["origin"]) == ("proposed", "proposed")
    assert cuts["levels"] == [{"level": cut.level, "share": cut.share} for cut in PROPOSED_CUT_SCORES]


def test_new_cut_scores_replace_a_proposal_and_wait_beside_confirmed_ones(
    lms: Machine, school: School, engine: Engine
) -> None:
    one, other = [{"level": 3, "share": 0.7}], [{"level": 3, "share": 0.9}]
    put(lms, described(cut_scores=one))
    replaced = put(lms, described(cut_scores=other)).json["cut_scores"]
    assert [(cuts["status"], cuts["levels"][0]["share"]) for cuts in replaced] == [("proposed", 0.9)]
    confirm(engine, school.district_id, "quiz-17", school.teacher, NOW)
    beside = put(lms, described(cut_scores=one)).json
    assert [(cuts["status"], cuts["levels"][0]["share"]) for cuts in beside["cut_scores"]] == [
        ("confirmed", 0.9), ("proposed", 0.7),
    ]  # fmt: skip
    assert beside["formative_only"] is False
    confirm(engine, school.district_id, "quiz-17", school.teacher, NOW)
    now = lms.get("/assessments/quiz-17")["cut_scores"]
    assert [(cuts["status"], cuts["levels"][0]["share"]) for cuts in now] == [("confirmed", 0.7)]
    kept = put(lms, described(title="Another title")).json
    assert [cuts["status"] for cuts in kept["cut_scores"]] == ["confirmed"], "leaving them out takes nothing back"


def test_cut_scores_are_confirmed_once(lms: Machine, school: School, engine: Engine) -> None:
    put(lms, described())
    with district_transaction(engine, school.district_id) as session:
        waiting = session.execute(text("SELECT id FROM cut_scores")).scalar_one()
        confirm_cut_scores(session, school.district_id, waiting, school.teacher, NOW)
        with pytest.raises(CutScoresError):
            confirm_cut_scores(session, school.district_id, waiting, school.teacher, NOW)
        with pytest.raises(CutScoresError):
            confirm_cut_scores(session, school.district_id, waiting + 1000, school.teacher, NOW)


def test_a_changed_demand_counts_for_past_results_too(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        session.execute(text("UPDATE node SET dok = 3 WHERE code = '4.NF.A.1'"))
        session.commit()
    put(lms, described(dok=1))
    lms.post(result(school.students[0], "4.NF.A.1", source_id="0/a"))

    def missing() -> set[str]:
        shown = lms.get(f"/students/{school.students[0]}/targets")["targets"][0]
        return {gap["code"] for gap in shown["decision"]["missing"]}

    assert "dok" in missing()
    put(lms, described(dok=3))
    assert "dok" not in missing()
    lms.post(result(school.students[1], "4.NF.A.1", source_id="1/a"))
    past, later = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert past == later


def test_a_form_that_is_not_described_any_more_stays_for_its_results(lms: Machine, school: School) -> None:
    put(lms, described(forms=[{"form": "A"}, {"form": "B"}]))
    put(lms, described(forms=[{"form": "A"}]))
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", form="B"))
    assert answer["status"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "field", "found"),
    [
        ({"title": None}, "title", "null"),
        ({"title": ""}, "title", "empty"),
        ({"purpose": "exam"}, "purpose", "'exam'"),
        ({"forms": []}, "forms", "1 to 100"),
        ({"forms": [{"form": "A"}, {"form": "A"}]}, "forms", "twice"),
        ({"forms": [{"form": 7}]}, "forms[0].form", "is a number"),
        ({"forms": {}}, "forms", ""),
        ({"forms": [{"form": "A", "items": [{"item": "q"}]}]}, "forms[0].items[0].target", "missing"),
        ({"forms": [{"form": "A", "items": [{"item": "q", "target": "9.ZZ"}]}]},
         "forms[0].items[0].target", "no target"),
        ({"forms": [{"form": "A", "items": [{"item": "q", "target": "4.NF.A.1", "max": 0}]}]},
         "forms[0].items[0].max", "above 0"),
        ({"forms": [{"form": "A", "items": [{"item": "q", "target": "4.NF.A.1"}] * 2}]}, "forms", "twice"),
        ({"forms": [{"form": "A", "items": [{"item": "q", "target": "4.NF.A.1", "dok": 5}]}]},
         "forms[0].items[0].dok", "1 to 4"),
        ({"dok": 0}, "dok", "1 to 4"),
        ({"dok": True}, "dok", "is true"),
        ({"cut_scores": [{"level": 3, "share": 1.2}]}, "cut_scores[0].share", "0 to 1"),
        ({"cut_scores": [{"level": 3, "share": -0.1}]}, "cut_scores[0].share", "0 to 1"),
        ({"cut_scores": [{"level": 2.2, "share": 0.5}]}, "cut_scores[0].level", "0 to 4"),
        ({"cut_scores": [{"level": 5, "share": 0.5}]}, "cut_scores[0].level", "0 to 4"),
        ({"cut_scores": [{"level": 3}]}, "cut_scores[0].share", "missing"),
        ({"cut_scores": [{"level": 2, "share": 0.8}, {"level": 3, "share": 0.5}]}, "cut_scores", "rise"),
        ({"cut_scores": [{"level": 2, "share": 0.5}, {"level": 2, "share": 0.6}]}, "cut_scores", "rise"),
        ({"blueprint": [{"target": "nothing"}]}, "blueprint[0].target", "no target"),
        ({"blueprint": [{"target": "4.NF.A.1", "weight": 0}]}, "blueprint[0].weight", "above 0"),
        ({"blueprint": [{"target": "4.NF.A.1", "weight": -1}]}, "blueprint[0].weight", "above 0"),
        ({"color": "red"}, "color", "not a field"),
    ],
)  # fmt: skip
def test_a_wrong_description_is_named_and_stores_nothing(
    lms: Machine, school: School, engine: Engine, changes: dict[str, Any], field: str, found: str
) -> None:
    before = rows(engine, school.district_id)
    answer = put(lms, described(**changes))
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    errors = {error["field"]: error["message"] for error in answer.json["errors"]}
    assert field in errors, errors
    assert found in errors[field]
    assert rows(engine, school.district_id) == before


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b'{"title": NaN}', {}, 422),
        (b'{"title": "a", "title": "b"}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"[]", {}, 422),
        (b"null", {}, 422),
        (b"", {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Encoding": "gzip"}, 415),
    ],
)
def test_an_unreadable_body_is_a_problem(lms: Machine, body: bytes, headers: dict[str, str], status: int) -> None:
    sent = lms.headers | {"Content-Type": "application/json"} | headers
    answer = lms.http.put("/api/v1/assessments/quiz-17", data=body, headers=sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize("name", ["a" * 201, "%00", "a%0Ab", "%20"])
def test_an_id_that_no_result_could_name_is_refused(lms: Machine, name: str) -> None:
    answer = put(lms, described(), name)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "assessment_id"


def test_a_code_that_means_several_targets_is_refused_with_them(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        twins = [make.target("T.TWIN").guid for _ in range(2)]
        session.commit()
    answer = put(lms, described(blueprint=[{"target": "T.TWIN"}]))
    assert answer.status_code == 422
    assert "means several targets" in answer.json["errors"][0]["message"]
    assert all(guid in answer.json["errors"][0]["message"] for guid in twins)


def test_another_districts_targets_do_not_exist(lms: Machine, engine: Engine) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        guid = Factory(session, other).target("6.RP.A.3").guid
        session.commit()
    for name in (guid, "6.RP.A.3"):
        assert "is no target here" in put(lms, described(blueprint=[{"target": name}])).json["errors"][0]["message"]


def test_the_same_target_twice_in_the_blueprint_is_one_target(lms: Machine) -> None:
    answer = put(lms, described(blueprint=[{"target": "4.NF.A.1"}, {"target": "4.nf.a.1", "weight": 2}]))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "blueprint[1].target"


def test_eight_who_register_the_same_at_once_make_one(lms: Machine, school: School, engine: Engine) -> None:
    gate = threading.Barrier(8)

    def register(_: int) -> int:
        http = lms.http.application.test_client()
        gate.wait(30)
        return int(http.put("/api/v1/assessments/quiz-17", json=full(), headers=lms.headers).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(register, range(8)))
    assert sorted(statuses) == [200] * 7 + [201]
    made = rows(engine, school.district_id)
    assert {table: len(found) for table, found in made.items()} == {
        "assessment": 1, "assessment_form": 2, "item": 2, "form_item": 2, "blueprint": 2, "cut_scores": 1,
    }  # fmt: skip
