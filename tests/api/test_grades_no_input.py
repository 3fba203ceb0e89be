"""A printed grade is no input to anything: not to a standing, a flag, a roll-up or a path; and what may read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from api_rows import derived
from conftest_api import NOW, Machine, School, result
from factories import Factory
from sqlalchemy import Engine, select

from api.actions.curriculum import require
from api.actions.desk import Desk
from api.actions.grades import class_grades, sign_rule
from api.actions.replay import replay, verify
from mastery.grading import AskedRule, Band, GradeLevel, Measure, Rule
from models.flag import Flag
from models.graph_store import load_graph
from models.queries_rollup import course_of_class
from models.roster import Section
from models.unit_of_work import district_transaction

ROOT = Path(__file__).parents[2]
# who may read it: its own law, table and acts, the files it goes out in, and the lists of tables, pages and commands
READERS = {
    "mastery/grading.py", "models/grade_rules.py", "models/tables.py", "api/actions/grades.py",
    "api/actions/grades_export.py", "api/interop/oneroster_grades.py", "api/pages/grades.py",
    "api/pages/grade_words.py", "api/pages/audit_words.py", "api/pages/competencies.py", "api/pages/__init__.py",
    "api/v1/students.py",
    "api/v1/competency_schemas.py", "api/cli_grades.py", "api/cli.py",
}  # fmt: skip
_READS = re.compile(
    r"^(from|import) .*\b(mastery\.grading|grade_rules|grade_words|oneroster_grades|actions\.grades|grades_export)\b"
    r"|^    (grades|grade_rules|cli_grades),$",
    re.M,
)
STRICT = Rule(Measure.SHARE, (Band(Decimal(1), "A"), Band(Decimal(0), "F")))


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def _post(lms: Machine, student: str, first: int, last: int) -> None:
    for number in range(first, last):
        at = (NOW - timedelta(days=6) + timedelta(days=number // 5, minutes=number)).isoformat()
        item = {"item": f"one-{number}", "score": int(number % 3 == 0), "max": 1}
        told = {"target": "4.NF.A.1", "score": item["score"], "max": 1, "items": [item]}
        name = f"{student}/{number}"
        lms.post(result(student, "4.NF.A.1", source_id=name, targets=[told], performed_at=at, scored_at=at))


def _flags(engine: Engine, school: School) -> list[tuple[str, str, str]]:
    with district_transaction(engine, school.district_id) as session:
        rows = session.scalars(select(Flag).where(Flag.district_id == school.district_id))
        return sorted((one.rule, one.scope, one.state) for one in rows)


def _sign(engine: Engine, school: School, rule: Rule) -> None:
    with district_transaction(engine, school.district_id) as session:
        asked = AskedRule(GradeLevel.DISTRICT, None, None, rule, "board policy 12", NOW.date())
        sign_rule(session, Desk(school.district_id), asked, NOW, NOW.date(), "Horace Mann")
        session.commit()


def test_a_district_with_rules_for_grades_stands_to_the_bit_where_one_without_does(
    lms: Machine, school: School, engine: Engine
) -> None:
    graded, plain = school.students
    _post(lms, plain, 0, 12)
    _post(lms, graded, 0, 6)
    _sign(engine, school, STRICT)
    _post(lms, graded, 6, 12)
    with_rule, without = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert with_rule["states"]
    assert with_rule == without
    before, flags = verify(engine, school.district_id), _flags(engine, school)
    _sign(engine, school, Rule(Measure.LEVEL, STRICT.bands[1:], "IP"))
    replay(engine, school.district_id, NOW)
    assert verify(engine, school.district_id).digest == before.digest
    assert _flags(engine, school) == flags


def test_a_rule_signed_for_a_later_day_leaves_the_grades_of_every_day_before(school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        node = make.target("C.1", "I can do it all.")
        node.kind = "competency"
        section = session.get_one(Section, (school.district_id, school.section))
        section.course_sourced_id = "math-4"
        session.flush()
        graph = load_graph(session, school.district_id)
        desk = Desk(school.district_id)
        require(session, desk, graph, "math-4", [node.id], True, NOW.date(), NOW, NOW.date(), "Horace Mann")
        session.commit()

    def grades(days: int) -> object:
        with district_transaction(engine, school.district_id) as session:
            of = course_of_class(session, school.district_id, school.section)
            assert of is not None
            day = NOW.date() + timedelta(days=days)
            return class_grades(
                session, school.district_id, load_graph(session, school.district_id), of, school.student_keys, day,
                ZoneInfo("UTC"),
            )  # fmt: skip

    _sign(engine, school, STRICT)
    before = grades(3)
    with district_transaction(engine, school.district_id) as session:
        later = AskedRule(
            GradeLevel.DISTRICT, None, None, Rule(Measure.SHARE, (Band(Decimal(0), "P"),)), "board policy 13",
            NOW.date() + timedelta(days=5),
        )  # fmt: skip
        sign_rule(session, Desk(school.district_id), later, NOW, NOW.date(), "Horace Mann")
        session.commit()
    assert grades(3) == before
    assert grades(5) != before


def test_nothing_reads_it_but_what_shows_it() -> None:
    floors = ("mastery", "models", "api")
    sources = [path for floor in floors for path in (ROOT / floor).rglob("*.py") if "versions" not in path.parts]
    found = {path.relative_to(ROOT).as_posix() for path in sources if _READS.search(path.read_text(encoding="utf-8"))}
    assert found - READERS == set()
    assert {"models/tables.py", "api/v1/students.py", "api/actions/grades.py"} <= found
