"""`mastery tests place`, `mastery readiness report` and `mastery import state-results`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory, new_district
from sqlalchemy import Engine

from api.cli import main
from models.installation import Installation
from models.state_results import state_results_of
from models.unit_of_work import district_transaction

HEAD = "student,test,administration,taken_on,level,score,passed\n"


@pytest.fixture
def student(engine: Engine, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, str]:
    name_in_environment(installation, monkeypatch)
    district_id = new_district(engine, zone="UTC")
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        made = make.student(make.section(make.school("Lincoln")))
        session.commit()
        return district_id, made.id, made.sourced_id


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_state_results_come_in_and_a_dry_run_changes_nothing(
    engine: Engine, student: tuple[int, int, str], tmp_path: Path
) -> None:
    district_id, key, name = student
    file = tmp_path / "state.csv"
    file.write_text(f"{HEAD}{name},EOC,spring,2026-05-12,Meets,410,yes\nnobody,EOC,spring,2026-05-12,Meets,,\n")

    def stored() -> int:
        with district_transaction(engine, district_id) as session:
            return len(state_results_of(session, district_id, [key]).get(key, ()))

    dry = run("import", "state-results", str(file), "--dry-run")
    assert (dry.exit_code, stored()) == (0, 0)
    assert "It would be so: 1 added, 0 corrected, 0 as they were, 1 held" in dry.output
    done = json.loads(run("import", "state-results", str(file), "--json").stdout)
    assert (done["added"], done["held"], stored()) == (1, 1, 1)
    file.write_text(f"{HEAD}{name},EOC,spring,never,Meets,410,yes\n")
    wrong = run("import", "state-results", str(file))
    assert (wrong.exit_code, "line 2, taken_on" in wrong.stderr) == (1, True)


@pytest.mark.usefixtures("student")
def test_the_report_and_the_seats_of_a_district_without_either() -> None:
    assert json.loads(run("readiness", "report", "--json").stdout) == {
        "wanted": {"least": 0.75, "most": 0.9}, "assessments": []
    }  # fmt: skip
    assert "Nobody was called ready" in run("readiness", "report").output
    assert run("tests", "place").output == "0 got a seat.\n"
