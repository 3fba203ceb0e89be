"""`mastery policy`: what is in force, and setting it from a day on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory, new_district
from sqlalchemy import Engine, select

from api.cli import main
from models.district import District
from models.installation import Installation
from models.roster import School
from models.rule_stops import count_stop
from models.unit_of_work import district_transaction, shared_transaction

COOLDOWN = "retake_cooldown_days"
SIGNED = ("--basis", "Board policy IKE", "--by", "School board")


@pytest.fixture
def student(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """The SIS id of a student of Lincoln High in the only district."""
    name_in_environment(installation, monkeypatch)
    district_id = new_district(engine, zone="UTC")
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        make.school("Roosevelt")
        made = make.student(make.section(make.school("Lincoln")))
        session.commit()
        return str(made.identifier)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words])


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(*words: str) -> str:
    done = run(*words)
    assert done.exit_code != 0
    return done.stderr


def test_what_was_set_is_in_force_from_its_day_on_and_told_with_what_it_overrode(student: str) -> None:
    assert f"{COOLDOWN:<32} 3\n" == run("show", COOLDOWN).output
    set_ = told("set", COOLDOWN, "5", *SIGNED)
    assert (set_["value"], set_["level"], set_["signed_by"]) == (5, "district", "School board")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    told("set", COOLDOWN, "2", *SIGNED, "--school", "Lincoln", "--from", str(tomorrow))
    (today,) = told("show", COOLDOWN, "--student", student)["parameters"]
    assert (today["value"], today["level"]) == (5, "district")
    answer = told("show", COOLDOWN, "--student", student, "--on", str(tomorrow))
    (later,) = answer["parameters"]
    assert (later["value"], later["level"]) == (2, "school")
    assert [(one["value"], one["level"]) for one in later["overrode"]] == [(5, "district"), (3, "default")]
    assert [one["value"] for one in answer["signed"]] == [5, 2]
    (general,) = told("show", COOLDOWN, "--on", str(tomorrow))["parameters"]
    assert general["value"] == 5
    said = run("show", COOLDOWN, "--student", student, "--on", str(tomorrow)).output
    assert f"since {tomorrow}, nearest: Board policy IKE (not 5 of district; 3 of default)" in said


def test_the_state_may_bind_and_a_place_may_leave_it_to_others(student: str) -> None:
    told("set", COOLDOWN, "1", *SIGNED, "--school", "Lincoln")
    told("set", COOLDOWN, "9", *SIGNED, "--state", "--binding")
    (found,) = told("show", COOLDOWN, "--student", student)["parameters"]
    assert (found["value"], found["why"]) == (9, "binding")
    assert told("set", COOLDOWN, "nothing", *SIGNED, "--state")["value"] is None
    (found,) = told("show", COOLDOWN, "--student", student)["parameters"]
    assert (found["value"], found["why"]) == (1, "nearest")
    assert "retake_attempts: 4 from" in run("set", "retake_attempts", "4", *SIGNED).output


def test_what_can_not_be_set_is_named(student: str) -> None:
    assert "value: retake_cooldown_days is from 0 to 60 (days)" in refused("set", COOLDOWN, "61", *SIGNED)
    assert "stored estimates, decisions or hints rest on it" in refused("set", "boe_records", "4", *SIGNED)
    assert "does not go by the student's day" in refused("set", "readiness_records", "nothing", *SIGNED)
    assert "there is no parameter" in refused("set", "anything", "4", *SIGNED)
    assert "there is no school 'Nowhere'" in refused("set", COOLDOWN, "4", *SIGNED, "--school", "Nowhere")
    assert "2020-01-01 is over" in refused("set", COOLDOWN, "4", *SIGNED, "--from", "2020-01-01")
    assert "name the law" in refused("set", COOLDOWN, "4", "--basis", " ", "--by", "Board")
    assert "say who signed it" in refused("set", COOLDOWN, "4", "--basis", "RSA", "--by", "")
    assert "not both" in refused("set", COOLDOWN, "4", *SIGNED, "--state", "--school", "Lincoln")
    assert "binding" in refused("set", COOLDOWN, "nothing", *SIGNED, "--binding")
    assert "no parameter" in refused("show", "anything")
    assert "no student" in refused("show", "--student", "nobody")
    assert told("show")["signed"] == []


def test_how_often_a_rule_stopped_somebody_is_told_by_school(student: str, engine: Engine) -> None:
    assert run("stops").output == "No rule stopped anybody.\n"
    with shared_transaction(engine) as session:
        (district_id,) = session.scalars(select(District.id))
    day = datetime.now(UTC).date()
    with district_transaction(engine, district_id) as session:
        schools = session.scalars(select(School).order_by(School.id)).all()
        for school, days in ((schools[0].id, 0), (schools[1].id, 0), (schools[1].id, 1), (None, 0), (None, 400)):
            count_stop(session, district_id, "moves_undo_days", school, day - timedelta(days=days))
        for _ in range(3):
            count_stop(session, district_id, "moves_undo_days", None, day)
        session.commit()
    assert [(one["school"], one["times"]) for one in told("stops")["stops"]] == [
        (None, 4), ("Lincoln", 2), ("Roosevelt", 1),
    ]  # fmt: skip
    long_ago = str(day - timedelta(days=400))
    assert told("stops", "--from", long_ago, "--to", long_ago)["stops"] == [
        {"rule": "moves_undo_days", "school": None, "times": 1}
    ]
    assert run("stops").output.splitlines()[0] == "     4  moves_undo_days, no school"
