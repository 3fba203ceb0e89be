"""A result that names something unknown waits, and comes in by itself when roster, graph or registry learns of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_rows import counted, derived
from case_packages import fractions, guid
from conftest_api import NOW, Machine, School, result
from factories import Factory
from roster_files import RosterFiles
from sqlalchemy import Engine, text

from api.actions.graph import NewTarget, add_target
from api.actions.graph_change import change_graph
from api.actions.graph_import import import_case
from api.actions.ingest import Intake
from api.actions.quarantine import release
from api.actions.retention import retain
from api.actions.roster import take_roster
from api.interop.case import read_case
from mastery.retention_schedule import Ending
from models.district import District
from models.registry import bump
from models.retention_store import hide
from models.roster import Person
from models.unit_of_work import district_transaction, shared_transaction


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


@pytest.fixture
def intake(lms: Machine) -> Intake:
    made: Intake = lms.http.application.extensions["mastery"].intake
    return made


def sitting(student: str, day: int, target: str = "4.NF.A.1", score: float = 1, **changes: Any) -> dict[str, Any]:
    at = f"2026-10-{day:02}T09:12:00-04:00"
    targets = [{"target": target, "score": score, "max": 1, "items": [{"item": f"q{day}", "score": score, "max": 1}]}]
    fields = {"source_id": f"{student}/{day}", "performed_at": at, "scored_at": at, "targets": targets}
    return result(student, target, **(fields | changes))


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"student": "S-new"}, "student", "student"),
        ({"assessment": "quiz-18"}, "assessment", "assessment"),
        ({"form": "B"}, "form", "form"),
        ({"targets": [{"target": "9.ZZ.Z.9", "score": 1, "max": 1}]}, "target", "targets[0].target"),
    ],
)
def test_what_is_unknown_waits_and_is_never_created(
    lms: Machine, school: School, engine: Engine, changes: dict[str, Any], kind: str, field: str
) -> None:
    body = result(school.students[0], "4.NF.A.1") | changes
    (answer,) = lms.post(body)
    assert answer["status"] == "quarantined"
    assert answer["quarantine"]["id"].startswith("q")
    assert answer["quarantine"]["field"] == field
    assert "waits and comes in by itself" in answer["quarantine"]["message"]
    rows = counted(engine, school.district_id)
    assert (rows["quarantine"], rows["result"], rows["evidence"], rows["standing"]) == (1, 0, 0, 0)
    with district_transaction(engine, school.district_id) as session:
        people, nodes, forms = (
            session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("person", "node", "assessment_form")
        )
    assert (people, nodes, forms) == (3, 2, 1)
    (revision,) = lms.get("/results/attempt-1")["revisions"]
    assert (revision["status"], revision["quarantine"]["field"]) == ("quarantined", kind)


def test_the_forms_there_are_stand_beside_the_unknown_one(lms: Machine, school: School) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", form="Z"))
    assert answer["quarantine"]["candidates"] == ["A"]
    assert "'Z' is no form of this assessment yet, which has A;" in answer["quarantine"]["message"]


def test_a_name_that_means_several_waits_with_the_candidates(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        twins = [make.target("T.TWIN").guid for _ in range(2)]
        keys = []
        for key in school.student_keys:
            person = session.get_one(Person, (school.district_id, key))
            person.identifier = "S-SAME"
            keys.append(person.sourced_id)
        bump(session, school.district_id, "graph")
        bump(session, school.district_id, "roster")
        session.commit()
    student, target = lms.post(
        result("S-SAME", "4.NF.A.1", source_id="a"),
        result(keys[0], "T.TWIN", source_id="b"),
    )
    assert (student["status"], target["status"]) == ("quarantined", "quarantined")
    assert sorted(student["quarantine"]["candidates"]) == sorted(keys)
    assert sorted(target["quarantine"]["candidates"]) == sorted(twins)


def test_the_same_post_again_while_it_waits_has_no_effect(lms: Machine, school: School, engine: Engine) -> None:
    body = result("S-new", "4.NF.A.1")
    (first,) = lms.post(body)
    rows = counted(engine, school.district_id)
    again, conflict = lms.post(body, body | {"purpose": "interim"})
    assert again["status"] == "duplicate"
    assert again["quarantine"] == {"id": first["quarantine"]["id"], "state": "waiting"}
    assert (conflict["status"], conflict["problem"]["status"]) == ("rejected", 409)
    assert counted(engine, school.district_id) == rows


def test_the_roster_lets_in_in_order_who_waited(
    lms: Machine, school: School, engine: Engine, intake: Intake, tmp_path: Path
) -> None:
    posts = [sitting("S-000101", day, score=day % 2) for day in (3, 1, 2)]
    assert {answer["status"] for answer in lms.post(*posts)} == {"quarantined"}
    reached = take_roster(intake, school.district_id, RosterFiles(tmp_path).folder, NOW, allow_removals=True)
    assert reached.released is not None
    assert (reached.released.accepted, reached.released.waiting) == (3, 0)
    lms.post(*(sitting(school.students[0], day, score=day % 2) for day in (1, 2, 3)))
    with district_transaction(engine, school.district_id) as session:
        key = session.execute(text("SELECT id FROM person WHERE identifier = 'S-000101'")).scalar_one()
    assert derived(engine, school.district_id, key) == derived(engine, school.district_id, school.student_keys[0])
    (standing,) = lms.get("/students/S-000101/targets")["targets"]
    assert standing["records"] == 3
    assert lms.post(posts[0])[0]["status"] == "duplicate"
    (revision,) = lms.get("/results/S-000101/3")["revisions"]
    assert (revision["status"], "quarantine" in revision) == ("accepted", False)
    assert counted(engine, school.district_id)["result"] == 6


def test_the_graph_lets_in_what_waited_for_a_framework(
    lms: Machine, school: School, engine: Engine, intake: Intake
) -> None:
    (waits,) = lms.post(result(school.students[0], "4.NF.B.3"))
    assert waits["status"] == "quarantined"
    package = read_case(fractions(), "fractions.json")
    _, followed = change_graph(
        intake, school.district_id, NOW, lambda session: import_case(session, school.district_id, package, NOW)
    )
    assert followed.released.accepted == 1
    (standing,) = lms.get(f"/students/{school.students[0]}/targets")["targets"]
    assert (standing["target"], standing["code"], standing["records"]) == (guid(4), "4.NF.B.3", 1)


def test_a_target_of_the_districts_own_lets_in_what_waited_for_it(lms: Machine, school: School, intake: Intake) -> None:
    lms.post(result(school.students[0], "L.FRAC.1"))
    wanted = NewTarget("L.FRAC.1", "I can split a cake.", subject="Mathematics")
    _, followed = change_graph(
        intake, school.district_id, NOW, lambda session: add_target(session, school.district_id, wanted, NOW)
    )
    assert followed.released.accepted == 1
    assert [one["code"] for one in lms.get(f"/students/{school.students[0]}/targets")["targets"]] == ["L.FRAC.1"]


def test_the_registry_lets_in_what_waited_for_an_assessment_or_a_form(lms: Machine, school: School) -> None:
    student = school.students[0]
    lms.post(
        sitting(student, 1, assessment="quiz-18"),
        sitting(student, 2, assessment="quiz-18", form="B"),
        sitting(student, 3, assessment="quiz-19"),
    )
    assert lms.put_assessment("quiz-18")["released"] == 1
    assert lms.put_assessment("quiz-18", forms=[{"form": "A"}, {"form": "B"}])["released"] == 1
    assert lms.get(f"/students/{student}/targets")["targets"][0]["records"] == 2
    (waiting,) = lms.get(f"/results/{student}/3")["revisions"]
    assert waiting["status"] == "quarantined"


def test_what_waits_for_two_names_waits_for_both(lms: Machine, school: School, intake: Intake, engine: Engine) -> None:
    lms.post(result(school.students[0], "L.FRAC.1", assessment="quiz-18"))
    assert lms.put_assessment("quiz-18")["released"] == 0
    wanted = NewTarget("L.FRAC.1", "I can split a cake.", subject="Mathematics")
    change_graph(intake, school.district_id, NOW, lambda session: add_target(
        session, school.district_id, wanted, NOW))  # fmt: skip
    assert counted(engine, school.district_id)["result"] == 1


def test_another_clients_assessment_lets_nothing_in(
    lms: Machine, machine: Callable[..., Machine], school: School, engine: Engine
) -> None:
    lms.post(result(school.students[0], "4.NF.A.1", assessment="quiz-18"))
    machine(school.district_id, name="Other LMS").put_assessment("quiz-18")
    assert counted(engine, school.district_id)["result"] == 0


def test_of_who_waits_to_be_deleted_a_post_waits_and_comes_in_with_the_student(
    lms: Machine, school: School, engine: Engine, owner_engine: Engine
) -> None:
    student = school.students[0]
    lms.post(sitting(student, 1))
    ending = Ending("the rule", NOW.date(), keeps_mastered=True, erases_person=False)
    with district_transaction(engine, school.district_id) as session:
        hide(session, school.district_id, {school.student_keys[0]: ending}, NOW)
        session.commit()
    new, corrected = sitting(student, 2), sitting(student, 1, score=0, revision=2)
    answers = lms.post(new, corrected, sitting("S-nobody", 2))
    assert [answer["status"] for answer in answers] == ["quarantined"] * 3
    told = [json.dumps(answer | {"quarantine": answer["quarantine"] | {"id": ""}}) for answer in answers]
    assert told[0].replace(student, "S-nobody") == told[2]
    assert counted(engine, school.district_id)["result"] == 1
    with shared_transaction(engine) as session:
        district = session.get_one(District, school.district_id)
    # the student is enrolled, so that nothing is due
    assert retain(engine, owner_engine, district, NOW).spared
    rows = counted(engine, school.district_id)
    assert (rows["result"], rows["evidence"]) == (3, 3)
    (standing,) = lms.get(f"/students/{student}/targets")["targets"]
    assert standing["records"] == 2
    assert lms.post(new)[0]["status"] == "duplicate"


def test_a_late_release_replays_to_what_it_would_have_been(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    first = sitting(ada, 1, score=0, assessment="quiz-18")
    lms.post(first, sitting(ada, 2), sitting(ada, 3))
    lms.put_assessment("quiz-18")
    lms.post(sitting(emmy, 1, score=0, assessment="quiz-18"), sitting(emmy, 2), sitting(emmy, 3))
    late, in_order = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert late == in_order


def test_revisions_that_wait_come_in_as_if_they_never_had_to(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    waits = {"assessment": "quiz-18"}
    answers = lms.post(
        sitting(ada, 1, score=0, **waits), sitting(ada, 1, score=1, revision=2, **waits),
        sitting(ada, 2, score=1, revision=2), sitting(ada, 2, score=0, revision=1, **waits),
    )  # fmt: skip
    assert [answer["status"] for answer in answers] == ["quarantined", "quarantined", "accepted", "superseded"]
    lms.put_assessment("quiz-18")
    lms.post(sitting(emmy, 1, score=1, revision=2, **waits), sitting(emmy, 2, score=1, revision=2))
    late, plain = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert late == plain
    revisions = lms.get(f"/results/{ada}/1")["revisions"]
    assert [(one["revision"], one["status"]) for one in revisions] == [(2, "accepted"), (1, "superseded")]
    revisions = lms.get(f"/results/{ada}/2")["revisions"]
    assert [(one["revision"], one["status"]) for one in revisions] == [(2, "accepted"), (1, "superseded")]


def test_a_newer_revision_that_is_known_ends_the_wait_of_the_older(
    lms: Machine, school: School, engine: Engine
) -> None:
    ada = school.students[0]
    lms.post(sitting(ada, 1, score=0, assessment="quiz-18"), sitting(ada, 1, score=1, revision=2))
    assert lms.put_assessment("quiz-18")["released"] == 0
    (standing,) = lms.get(f"/students/{ada}/targets")["targets"]
    assert standing["records"] == 1
    assert counted(engine, school.district_id)["result"] == 1
    revisions = lms.get(f"/results/{ada}/1")["revisions"]
    assert [(one["revision"], one["status"]) for one in revisions] == [(2, "accepted"), (1, "superseded")]


def test_what_turns_out_wrong_when_it_is_let_in_is_refused_and_told(
    lms: Machine, school: School, engine: Engine, intake: Intake, tmp_path: Path
) -> None:
    """Only the roster knows the birth date: a result from before it was received is refused when the student comes."""
    lms.post(sitting("S-new", 1, performed_at="2015-10-01T09:12:00Z", scored_at="2015-10-01T09:12:00Z"))
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        born = make.person()
        born.identifier, born.birth_date = "S-new", NOW.date().replace(year=2016)
        make.role(born, "student")
        bump(session, school.district_id, "roster")
        released = release(session, intake, school.district_id, NOW)
        session.commit()
    assert (released.accepted, released.rejected, released.waiting) == (0, 1, 0)
    (revision,) = lms.get("/results/S-new/1")["revisions"]
    assert revision["status"] == "rejected"
    assert counted(engine, school.district_id)["result"] == 0
