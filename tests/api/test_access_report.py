"""After a breach: what one account or one program was shown between two instants, and which students that concerns."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from conftest_api import NOW, Machine, School, SteppingClock, result
from sqlalchemy import Engine, text

from api.cli import main
from mastery.audit import Act
from models.audit import by_person, record
from models.installation import Installation
from models.queries_breach import accesses
from models.unit_of_work import district_transaction

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def commands(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    name_in_environment(installation, monkeypatch)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["access-report", *words])


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def between(begins: Any, ends: Any) -> tuple[str, ...]:
    return ("--from", begins.isoformat(), "--to", ends.isoformat())


def test_what_a_person_was_shown_is_listed_with_each_student(school: School, engine: Engine) -> None:
    teacher, (ada, emmy) = by_person(school.teacher), school.student_keys
    with district_transaction(engine, school.district_id) as session:
        for at, act, students in (
            (NOW - 2 * HOUR, Act.VIEW, [emmy]),
            (NOW - timedelta(minutes=30), Act.VIEW, [ada]),
            (NOW - timedelta(minutes=20), Act.EXPORT, [emmy]),
            (NOW, Act.SIGN_IN, []),
            (NOW + HOUR, Act.VIEW, [ada, emmy]),
            (NOW + 3 * HOUR, Act.VIEW, [emmy]),
        ):
            record(session, school.district_id, teacher, act, at, students, detail={"page": "class"})
        record(session, school.district_id, by_person(ada), Act.VIEW, NOW, [ada])
        name = session.execute(
            text("SELECT sourced_id FROM person WHERE id = :key"), {"key": school.teacher}
        ).scalar_one()
        session.commit()
    found = told("--person", name, *between(NOW, NOW + 3 * HOUR))
    assert [(one["act"], one["student"], one["earlier"]) for one in found] == [
        ("view", school.students[0], True),
        ("sign_in", None, False),
        ("view", school.students[0], False),
        ("view", school.students[1], False),
    ]
    assert told("--person", name, *between(NOW, NOW + HOUR), "--students") == [school.students[0]]
    assert told("--person", name, *between(NOW + 9 * HOUR, NOW + 10 * HOUR)) == []
    line = run("--person", name, "--from", "2026-11-23T10:00", "--to", "2026-11-23T10:01").stdout.splitlines()[0]
    assert line.startswith("2026-11-23T09:30:00-05:00  view ")
    assert line.endswith("page=class (up to an hour before)")
    with district_transaction(engine, school.district_id) as session:
        kept = session.execute(text("SELECT detail->>'key' FROM audit_event WHERE detail->>'what' = 'access_report'"))
        assert set(kept.scalars()) == {str(school.teacher)}


def test_what_a_program_read_and_was_answered_is_listed(
    machine: Callable[..., Machine], school: School, clock: SteppingClock
) -> None:
    lms = machine(school.district_id)
    lms.put_assessment("quiz-17")
    lms.post(result(school.students[1], "4.NF.A.1"))
    clock.now = NOW + HOUR
    lms.get("/students?limit=1")
    found = told("--client", "LMS", *between(NOW, NOW + 2 * HOUR))
    assert [(one["act"], one["student"]) for one in found] == [
        ("posted", school.students[1]),
        ("view", school.students[0]),
    ]
    assert found[0]["detail"] == {"source_id": "attempt-1", "revision": 1}
    concerned = told("--client", lms.client.client_id, *between(NOW, NOW + 2 * HOUR), "--students")
    assert sorted(concerned) == sorted(school.students)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--person", "nobody", *between(NOW, NOW + HOUR)), "There is no person 'nobody'"),
        (("--client", "nobody", *between(NOW, NOW + HOUR)), "There is no program 'nobody'"),
        (between(NOW, NOW + HOUR), "Name one: --person SIGN_IN_OR_ID or --client NAME."),
        (("--client", "LMS", "--from", "yesterday", "--to", "2026-11-23"), "'yesterday' is no instant: give one as"),
        (("--client", "LMS", *between(NOW, NOW)), "is not after --from"),
    ],
)
def test_what_was_asked_wrongly_is_named(school: School, words: tuple[str, ...], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in refused.stderr


def test_a_long_report_is_streamed(school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        session.execute(
            text(
                "INSERT INTO audit_event (district_id, at, act, actor, actor_id, detail)"
                " SELECT :district, :now, 'view', 'person', :teacher, '{\"page\": \"class\"}'"
                " FROM generate_series(1, 30000)"
            ),
            {"district": school.district_id, "now": NOW, "teacher": school.teacher},
        )
        session.commit()
    with district_transaction(engine, school.district_id) as session:
        tracemalloc.start()
        found = accesses(session, school.district_id, by_person(school.teacher), NOW, NOW + HOUR)
        assert sum(1 for _ in found) == 30_000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 5 << 20
