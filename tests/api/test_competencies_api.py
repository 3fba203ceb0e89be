"""Competencies, courses and printed grades as programs read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest_api import NOW, Machine, School
from course_world import BY_SHARE, competency, of_course
from factories import Factory
from sqlalchemy import Engine

from api.actions.curriculum import mark_targets, require
from api.actions.desk import Desk
from api.actions.grades import sign_rule
from mastery.grading import AskedRule, GradeLevel
from models.graph_store import load_graph
from models.households import StudentSafety
from models.roster import Person, Section
from models.unit_of_work import district_transaction

TODAY = NOW.date()


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School, engine: Engine) -> Machine:
    """Ada has mastered one of two competencies that her course needs, and one priority target of the other."""
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        ada = session.get_one(Person, (school.district_id, school.student_keys[0]))
        targets = [make.target(f"T.{n}") for n in range(1, 5)]
        for target in targets[:2]:
            make.standing(ada, target, state="mastered", level=3.5, mastered_at=NOW - timedelta(days=3))
        whole = competency(make, "C.1", "The first thing", targets[:1])
        half = competency(make, "C.2", "The second thing", targets[1:])
        of_course(make, session.get_one(Section, (school.district_id, school.section)))
        desk, graph = Desk(school.district_id), load_graph(session, school.district_id)
        mark_targets(session, desk, graph, [targets[3].id], [], TODAY, NOW, TODAY, "Ida Wells")
        require(session, desk, graph, "math-8", [whole.id, half.id], True, TODAY, NOW, TODAY, "Ida Wells")
        asked = AskedRule(GradeLevel.DISTRICT, None, None, BY_SHARE, "Board policy 12", TODAY)
        sign_rule(session, desk, asked, NOW, TODAY, "School board")
        session.commit()
    return machine(school.district_id)


def test_a_program_reads_what_is_mastered_what_is_missing_and_the_grade_beside_it(lms: Machine, school: School) -> None:
    told = lms.get(f"/students/{school.students[0]}/competencies")
    first, second = told["competencies"]
    assert (first["code"], first["standing"], first["level"], first["missing"]) == ("C.1", "mastered", 3.5, [])
    assert (second["code"], second["standing"], second["level"]) == ("C.2", "open", None)
    assert (len(second["missing"]), len(second["supporting_open"]), second["supporting_needed"]) == (1, 1, 1)
    (course,) = told["courses"]
    assert (course["course"], course["standing"], course["missing"]) == ("math-8", "open", [second["competency"]])
    grade = course["grade"]
    assert (grade["grade"], grade["score"], grade["mastered"], grade["owed"]) == ("B", 85.0, 1, 2)
    assert (grade["rule_level"], grade["legal_basis"]) == ("district", "Board policy 12")
    other = lms.get(f"/students/{school.students[1]}/competencies")
    assert other["courses"][0]["grade"]["grade"] == "NP"


def test_it_is_paged_and_has_an_etag(lms: Machine, school: School) -> None:
    address = f"/students/{school.students[0]}/competencies"
    page = lms.get(f"{address}?limit=1")
    rest = lms.get(f"{address}?limit=1&after={page['next']}")
    both = [one["code"] for one in (*page["competencies"], *rest["competencies"])]
    assert (sorted(both), rest["next"]) == (["C.1", "C.2"], None)
    lms.get(f"{address}?after=nonsense", 422)
    answer = lms.http.get(f"/api/v1{address}", headers=lms.headers)
    again = lms.http.get(f"/api/v1{address}", headers={**lms.headers, "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    lms.get("/students/nobody/competencies", 404)


def test_of_a_protected_student_no_course_tells_the_school(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        safety = StudentSafety(
            district_id=school.district_id, student_id=school.student_keys[0], protected=True, substitute_address=None,
            display_name_to_family=None, set_by=None, set_at=NOW,
        )  # fmt: skip
        session.add(safety)
        session.commit()
    told = lms.get(f"/students/{school.students[0]}/competencies")
    assert (told["courses"], len(told["competencies"])) == ([], 2)
