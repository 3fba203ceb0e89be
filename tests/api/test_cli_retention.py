"""`mastery retention`: the schedule in words, times that a district signs, holds, and what a night would do."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory
from record_world import with_grounds
from retention_world import LEFT, Leavers, three_left
from sqlalchemy import Engine

from api.cli import main
from mastery.retention_schedule import Kind
from models.installation import Installation
from models.links import ProgrammeEnrollment
from models.roster import Person
from models.unit_of_work import district_transaction


@pytest.fixture
def leavers(
    engine: Engine, owner_engine: Engine, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> Leavers:
    name_in_environment(installation, monkeypatch)
    return three_left(engine, owner_engine)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["retention", *words])


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_schedule_says_what_goes_what_stays_and_who_said_so(leavers: Leavers) -> None:
    said = run("schedule").output.splitlines()
    assert len(said) == len(Kind)
    (grounds,) = [line for line in said if line.startswith("access_ground")]
    assert "5 years from the end of the student's record: links and consents, and the person" in grounds
    (answers,) = [line for line in said if line.startswith("item_response")]
    assert "13 months from the day it came in: of single answers how long each took" in answers
    assert "stay with the student's record, because estimates are worked out from them. default: " in answers
    (disclosures,) = [line for line in said if line.startswith("disclosure")]
    assert "with the student's record: " in disclosures
    for kind, keep in (("access_ground", "6 years"), ("item_response", "90 days")):
        done = run("set", kind, keep, "--basis", "RSA 1:2", "--by", "School board")
        assert done.exit_code == 0, done.output
    signed = {one["kind"]: one for one in told("schedule")}
    assert (signed["access_ground"]["keep"], signed["item_response"]["keep"]) == ("6 years", "90 days")
    assert signed["item_response"]["basis"] == "RSA 1:2"
    assert "the first tries" in signed["item_response"]["what"]
    refused = run("set", "disclosure", "1 year", "--basis", "x", "--by", "y")
    assert "has no time of its own" in refused.stderr


def test_what_if_tells_whom_it_would_concern_and_a_hold_takes_them_out(leavers: Leavers) -> None:
    """By the machine's own clock, for which 2020 is far enough back."""
    with district_transaction(leavers.engine, leavers.district.id) as session:
        student = session.get_one(Person, (leavers.district.id, leavers.bare.id))
        make = Factory(session, leavers.district.id)
        with_grounds(make, student, make.person("Grace", "Hopper"), make.guardian_of(student))
        session.commit()
    assert LEFT.year == 2020
    assert leavers.bare.sourced_id in told("run", "--what-if")["hidden"]
    words = run("run", "--what-if").output
    assert "      3 students out of sight from now on, deleted in 30 days" in words
    assert "      0 students of these erased as a person, with links and consents" in words
    assert "      0 families to be told before" in words
    assert words.endswith("Nothing was changed.\n")
    placed = run("hold", leavers.bare.sourced_id, "--kind", "item_response", "--reason", "case", "--by", "counsel")
    assert placed.exit_code == 0, placed.output
    held = told("run", "--what-if")
    assert leavers.bare.sourced_id not in held["hidden"]
    assert held["held"] == 1
    (key,) = [one["id"] for one in told("holds") if one["kind"] == "item_response"]
    assert run("lift", str(key), "--by", "counsel").exit_code == 0
    assert leavers.bare.sourced_id in told("run", "--what-if")["hidden"]


def test_a_night_tells_whose_family_is_to_be_told_and_by_when(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        session.get_one(Person, (leavers.district.id, leavers.bare.id)).identifier = None
        for student in (leavers.bare, leavers.mastered):
            session.add(
                ProgrammeEnrollment(
                    district_id=leavers.district.id, student_id=student.id, programme="idea", begins_on=None,
                    ends_on=None,
                )
            )  # fmt: skip
        session.commit()
    assert run("set", "special_education", "1 year", "--basis", "RSA 1:2", "--by", "School board").exit_code == 0
    notices = told("run", "--what-if")["notices"]
    assert [one["student"] for one in notices] == [leavers.mastered.identifier, leavers.bare.sourced_id]
    words = run("run", "--what-if").output
    assert "      2 families to be told before (special education, 34 CFR 300.624)" in words
    lines = [line.split() for line in words.splitlines() if " by " in line]
    assert [(one[0], len(date.fromisoformat(one[2]).isoformat())) for one in lines] == [
        (one["student"], len(one["by"])) for one in notices
    ]
