"""A subject that goes by a score rule: decided by it, replayed by it, explained by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_rows import confirm, counted, derived, sitting, stored
from conftest_api import NOW, Machine, School
from factories import Factory
from sqlalchemy import Engine

from api.actions.graph_change import Consequences, change_graph
from api.actions.ingest import Intake
from api.actions.judge import judge, take_back
from api.actions.methods import choose_methods, methods_from
from api.actions.quarantine import Released
from api.actions.replay import replay, verify
from mastery.methods import MethodError
from models.graph_store import GraphCache, load_graph
from models.queries_access import viewer_of
from models.unit_of_work import district_transaction

CODE = "4.NF.A.1"
Choose = Callable[..., Consequences]


@pytest.fixture
def choose(engine: Engine, school: School) -> Choose:
    """Lets mathematics go by a method, as the command does."""

    def change(primary: str, *beside: str, **parameters: str) -> Consequences:
        wanted = methods_from(primary, beside, list(parameters.items()))
        return change_graph(
            Intake.of(engine),
            school.district_id,
            NOW,
            lambda session: choose_methods(session, school.district_id, "Mathematics", wanted, NOW),
        )[1]

    return change


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School, engine: Engine) -> Machine:
    """An LMS whose assessments have confirmed cut scores, so that each share of points has a level."""
    made = machine(school.district_id)
    for name, purpose in (("quiz-17", "formative"), ("other", "formative"), ("final", "summative")):
        made.put_assessment(name, purpose=purpose)
        confirm(engine, school.district_id, name, school.teacher, NOW)
    return made


def on(student: str, day: int, share: float, **changes: Any) -> dict[str, Any]:
    """A sitting scored as a whole; shares .5, .8 and 1 are levels 2, 3 and 4."""
    return sitting(student, CODE, day, targets=[{"target": CODE, "score": share, "max": 1}], **changes)


def line_1(lms: Machine, student: str) -> list[dict[str, Any]]:
    why = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    return [line for line in why["decision"]["missing"] if line["line"] == 1]


def said(lms: Machine, student: str) -> list[dict[str, Any]]:
    methods: list[dict[str, Any]] = lms.get(f"/students/{student}/targets/{CODE}/explanation")["methods"]
    return methods


def test_choosing_a_primary_replays_the_subject_and_posting_goes_on_by_it(
    lms: Machine, school: School, choose: Choose
) -> None:
    student = school.students[0]
    lms.post(on(student, 1, 0.5), on(student, 2, 0.8, assessment="other"))
    assert "method" not in line_1(lms, student)[0]
    done = choose("DECAY")
    assert (done.targets, done.students) == (2, 1)
    assert line_1(lms, student) == [
        {"line": 1, "code": "estimate", "needed": 3.0, "found": 2.65, "targets": [], "method": "DECAY"}
    ]
    lms.post(on(student, 3, 1.0, assessment="final", purpose="summative"))
    assert line_1(lms, student) == []
    why = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    assert (why["decision"]["state"], why["decision"]["level"]) == ("mastered", 4.0)
    assert why["decision"]["mastered_at"].startswith("2026-10-03")


def test_a_primary_without_a_value_holds_mastery_back(lms: Machine, school: School, choose: Choose) -> None:
    choose("PCT80")
    student = school.students[0]
    lms.post(*(on(student, day, 1.0) for day in range(1, 8)))
    assert line_1(lms, student)[0] | {"targets": []} == {
        "line": 1, "code": "estimate", "needed": 80.0, "found": None, "targets": [], "method": "PCT80",
    }  # fmt: skip


@pytest.mark.parametrize("primary", ["BKT", "DECAY", "N_CONSEC", "CANVAS_WEIGHTED", "KOLIBRI_IN_A_ROW"])
def test_whatever_the_order_of_arrival_the_primary_leads_to_the_same_rows(
    lms: Machine, school: School, engine: Engine, choose: Choose, primary: str
) -> None:
    choose(primary)
    days = [(1, 0.5), (2, 1.0), (3, 0.8), (4, 1.0), (5, 0.25)]
    one, other = school.students
    for day, share in days:
        lms.post(on(one, day, share))
    for day, share in reversed(days):
        lms.post(on(other, day, share))
    lms.post(on(one, 4, 0.0, revision=2))
    lms.post(on(other, 4, 0.0, revision=2))
    assert derived(engine, school.district_id, school.student_keys[0]) == derived(
        engine, school.district_id, school.student_keys[1]
    )
    assert verify(engine, school.district_id).differing == 0


def test_a_rebuild_changes_nothing_and_confirms_nothing_twice(
    lms: Machine, school: School, engine: Engine, choose: Choose
) -> None:
    choose("DECAY")
    student = school.students[0]
    lms.post(on(student, 1, 0.8), on(student, 2, 1.0, assessment="other"))
    lms.post(on(student, 3, 1.0, assessment="final", purpose="summative"), on(student, 4, 1.0))
    before, rows = derived(engine, school.district_id, school.student_keys[0]), counted(engine, school.district_id)
    assert rows["confirmation"] == 1
    replay(engine, school.district_id, NOW)
    assert derived(engine, school.district_id, school.student_keys[0]) == before
    assert counted(engine, school.district_id)["confirmation"] == 1


def test_what_was_confirmed_keeps_its_level_when_another_method_would_not_say_so(
    lms: Machine, school: School, engine: Engine, choose: Choose
) -> None:
    """As with every other rule that changes: nothing is taken away, a teacher is asked to look."""
    choose("HIGHEST")
    student = school.students[0]
    lms.post(on(student, 1, 1.0), on(student, 2, 0.5, assessment="other"))
    lms.post(on(student, 3, 0.8, assessment="final", purpose="summative"))
    assert stored(engine, school, 0, CODE).state == "mastered"
    choose("DECAY", mastered_from="3.5")
    row = stored(engine, school, 0, CODE)
    assert (row.state, row.level, row.mastered_at is None) == ("needs_review", 3.0, False)
    choose("MODEL")
    assert verify(engine, school.district_id).differing == 0


def test_the_explanation_tells_what_each_method_says_of_the_same_evidence(
    lms: Machine, school: School, engine: Engine, choose: Choose
) -> None:
    student = school.students[0]
    lms.post(on(student, 1, 0.5), on(student, 2, 0.8), on(student, 3, 1.0))
    lms.post(on(student, 4, 0.0, purpose="state_summative"))
    (model,) = said(lms, student)
    row = stored(engine, school, 0, CODE)
    assert (model["name"], model["primary"], model["value"], model["mastered_from"]) == (
        "MODEL", True, row.probability, 0.9,
    )  # fmt: skip
    choose("DECAY", "WEIGHTED", "PCT80", "BKT")
    told = {one["name"]: one for one in said(lms, student)}
    assert [name for name, one in told.items() if one["primary"]] == ["DECAY"]
    assert {name: one["shown"] for name, one in told.items() if name != "BKT"} == {
        "DECAY": "3.53", "WEIGHTED": "3.48", "PCT80": None,
    }  # fmt: skip
    assert {name: one["mastered"] for name, one in told.items()} == {
        "DECAY": True, "WEIGHTED": True, "PCT80": None, "BKT": told["BKT"]["value"] >= 0.95,
    }  # fmt: skip
    assert told["DECAY"]["parameters"] == {"weight": 0.65, "mastered_from": 3.0}
    why = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    counts = [one["id"] for one in reversed(why["evidence"]) if one["purpose"] != "state_summative"]
    assert all(one["evidence"] == counts for one in told.values())
    assert told["DECAY"]["value"] == stored(engine, school, 0, CODE).carried[1]["said"]


def test_methods_beside_change_no_decision(lms: Machine, school: School, choose: Choose) -> None:
    student = school.students[0]
    lms.post(on(student, 1, 0.5))
    before = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    assert choose("MODEL", "HIGHEST") == Consequences(0, 0, Released(0, 0, 0))
    after = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    assert {**after, "methods": before["methods"]} == before
    assert [one["name"] for one in after["methods"]] == ["MODEL", "HIGHEST"]


def test_without_evidence_no_method_has_a_value(lms: Machine, school: School, choose: Choose) -> None:
    choose("BKT", "HIGHEST", "JUDGE")
    told = said(lms, school.students[0])
    assert [(one["value"], one["shown"], one["mastered"], one["evidence"]) for one in told] == [
        (None, None, None, [])
    ] * 3


def test_a_level_that_a_teacher_signed_is_told_to_programs_until_it_is_taken_back(
    lms: Machine, school: School, engine: Engine, choose: Choose
) -> None:
    student, key = school.students[0], school.student_keys[0]
    lms.post(on(student, 1, 0.5))
    choose("DECAY", "JUDGE")
    today = NOW.date()
    with district_transaction(engine, school.district_id) as session:
        target = load_graph(session, school.district_id).ids[school.targets[0]]
        viewer = viewer_of(session, school.district_id, school.teacher, NOW)
        words = "Explained it to two others in the workshop."
        signed = judge(session, viewer, GraphCache(), key, target, 2.5, words, 0, NOW, today)
        session.commit()
    why = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    (told,) = why["judgements"]
    assert (told["judgement"], told["level"], told["taken_back_at"]) == (f"j{signed}", 2.5, None)
    assert words not in str(why)  # a teacher's comments are not for programs
    assert told["signed_at"] == NOW.isoformat()
    assert [(one["name"], one["value"], one["mastered"]) for one in why["methods"]] == [
        ("DECAY", 2.0, False), ("JUDGE", 2.5, False),
    ]  # fmt: skip
    with district_transaction(engine, school.district_id) as session:
        viewer = viewer_of(session, school.district_id, school.teacher, NOW)
        take_back(session, viewer, GraphCache(), key, target, signed, NOW, today)
        session.commit()
    why = lms.get(f"/students/{student}/targets/{CODE}/explanation")
    assert [one["value"] for one in why["methods"]] == [2.0, None]
    assert why["judgements"][0]["taken_back_at"] == NOW.isoformat()
    choose("DECAY")
    assert lms.get(f"/students/{student}/targets/{CODE}/explanation")["judgements"] == []


@pytest.mark.parametrize(
    ("primary", "beside", "parameters", "field"),
    [
        ("DECAYING", (), [], "method"),
        ("BKT", ("MODEL",), [], "beside"),
        ("BKT", ("BKT",), [], "beside"),
        ("BKT", ("DECAY", "DECAY"), [], "beside"),
        ("BKT", ("DECAY",), [("N_OF.count", "2")], "N_OF.count"),
        ("BKT", (), [("guess", "0.5")], "guess"),
    ],
)
def test_a_choice_that_can_not_be_made_names_its_field(
    primary: str, beside: tuple[str, ...], parameters: list[tuple[str, str]], field: str
) -> None:
    with pytest.raises(MethodError) as refused:
        methods_from(primary, beside, parameters)
    assert refused.value.field == field


def test_a_parameter_belongs_to_the_primary_or_to_the_method_it_names() -> None:
    made = methods_from("DECAY", ["WEIGHTED"], [("weight", "0.7"), ("WEIGHTED.weight", "0.5")])
    assert [float(one.given["weight"]) for one in (made.primary, *made.beside)] == [0.7, 0.5]


def test_another_subject_keeps_the_model(lms: Machine, school: School, engine: Engine, choose: Choose) -> None:
    with district_transaction(engine, school.district_id) as session:
        science = Factory(session, school.district_id).target("S.1", subject="Science").guid
        session.commit()
    choose("DECAY")
    with district_transaction(engine, school.district_id) as session:
        graph = load_graph(session, school.district_id)
    assert graph.rules.of(graph.ids[science]).primary is None
    assert graph.rules.of(graph.ids[school.targets[0]]).primary is not None
