"""The commands for calibrations, run as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from calibration_world import ITEMS, SIMULATED, STUDENTS, Class
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import new_district
from sqlalchemy import Engine, select

from api.cli_calibration import register
from mastery.numbers import half_up
from models.district import District
from models.installation import Installation
from models.unit_of_work import shared_transaction

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch, taught: Class) -> Run:
    """Runs a command for the class's district on the test database, which the environment names."""
    name_in_environment(installation, monkeypatch)
    with shared_transaction(engine) as session:
        slug = session.scalars(select(District.slug).where(District.id == taught.district_id)).one()
    root = click.Group("mastery")
    register(root)
    return lambda *words: CliRunner().invoke(root, ["calibration", words[0], "--district", slug, *words[1:]])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_calibration_is_made_looked_at_put_in_force_and_taken_back(run: Run, taught: Class) -> None:
    assert run("list").stdout == "Nothing is calibrated yet: mastery calibration run SUBJECT\n"
    made = told(run("run", "Mathematics", "--json"))
    version = made["version"]
    assert made == {"version": version, "stored": True, "drifted": 0}
    assert run("run", "Mathematics").stdout.endswith(f"calibration {version}: nothing new, 0 items drifted.\n")

    shown = told(run("show", "Mathematics", version, "--json"))
    assert (shown["status"], shown["students"], len(shown["items"])) == ("stored", STUDENTS, 2 * ITEMS)
    text = run("show", "Mathematics", version).stdout.splitlines()
    assert text[1].startswith("Predicting 120 answers of 6 students held out:")
    assert text[-1] == f"{2 * ITEMS} items, 0 drifted"

    changes = told(run("preview", "Mathematics", version, "--json"))
    assert changes["standings"] == 2 * STUDENTS
    lines = run("preview", "Mathematics", version).stdout.splitlines()
    assert lines[0].startswith(f"{2 * STUDENTS} standings: {sum(changes['states'].values())} would have another state")
    assert len(lines) == 2 + len(changes["states"]) + len(changes["largest"])

    done = told(run("activate", "Mathematics", version, "--json"))
    assert (done["in_force"], done["changed"], done["students"]) == (version, True, STUDENTS)
    assert run("activate", "Mathematics", version).stdout.endswith(
        f"Mathematics is read with {version} (as it was); 0 students replayed. A rollback leads to the defaults.\n"
    )
    assert told(run("list", "Mathematics", "--json"))["calibrations"][0]["status"] == "in force"
    assert run("list").stdout.startswith(f"Mathematics {version} (in force), ")
    back = run("rollback", "Mathematics").stdout
    assert back.endswith(f"Mathematics is read with the defaults; {STUDENTS} students replayed.\n")
    assert told(run("rollback", "Mathematics", "--json"))["in_force"] == "defaults"


def test_a_calibration_comes_with_both_error_rates_of_its_threshold(run: Run, taught: Class) -> None:
    version = told(run("run", "Mathematics", "--json"))["version"]
    shown = told(run("show", "Mathematics", version, "--json"))
    table = shown["thresholds"]
    assert (table["bar"], table["students"], table["targets"]) == (0.75, SIMULATED, 2)
    assert "thresholds" not in shown["held_out"]
    row = next(one for one in table["rows"] if (one["threshold"], one["answers"]) == (0.9, 20))
    lines = run("show", "Mathematics", version).stdout.splitlines()
    place = lines.index(
        f"Mastery from a probability of 0.9 (bar 75%), simulated: {SIMULATED} students of this model on 2 targets"
    )
    assert lines[place + 7].startswith("  20 answers each: of 100 students pass, by true rate: 65%, ")
    wrong, missed = (f"{half_up(100 * row[name]['share'], 1)}" for name in ("false_mastery", "missed_mastery"))
    assert lines[place + 8].startswith(f"    false mastery: {wrong} of 100 below the bar pass (at 65%, ")
    assert lines[place + 9].startswith(f"    missed mastery: {missed} of 100 at or above the bar do not (at 85%, ")
    smallest = "  The smallest threshold with at most 5 of 100 passing at 65%: "
    assert lines[place + 13] == f"{smallest}{'none' if table['recommended'] is None else table['recommended']}"


def test_any_threshold_can_be_tried_with_the_model_in_force(run: Run, taught: Class) -> None:
    def rows(*words: str) -> Any:
        return told(run("thresholds", "Mathematics", *words, "--json"))

    asked = ("--threshold", "0.6", "--threshold", "0.93", "--answers", "10")
    before = rows(*asked)
    assert before["version"] == "defaults"
    assert [(one["threshold"], one["answers"]) for one in before["table"]["rows"]] == [(0.6, 10), (0.93, 10)]
    version = told(run("run", "Mathematics", "--json"))["version"]
    assert rows(*asked) == before
    told(run("activate", "Mathematics", version, "--json"))
    after = rows()
    # what was stored with the calibration, found again from the questions that the evidence has
    stored = told(run("show", "Mathematics", version, "--json"))["thresholds"]
    assert after["version"] == version
    assert after["table"]["rows"] == [one for one in stored["rows"] if one["threshold"] == 0.9]
    text = run("thresholds", "Mathematics", "--threshold", "0.6", "--answers", "5").stdout.splitlines()
    assert text[0] == f"Mathematics, read with {version}"
    assert text[1].startswith("Mastery from a probability of 0.6 (bar 75%), simulated: ")
    assert len(text) == 6


def test_every_switch_is_kept_with_who_it_was(run: Run, taught: Class) -> None:
    assert run("history", "Mathematics").stdout == "Nothing was ever changed.\n"
    version = told(run("run", "Mathematics", "--json"))["version"]
    told(run("activate", "Mathematics", version, "--by", " Grace Hopper ", "--json"))
    told(run("activate", "Mathematics", version, "--by", "Nobody, since it stands", "--json"))
    told(run("rollback", "Mathematics", "--json"))
    told(run("rollback", "Mathematics", "--json"))
    newest, first = told(run("history", "--json"))["changes"]
    assert (first["subject"], first["by"], first["before"], first["after"]) == (
        "Mathematics", "Grace Hopper", "defaults", version,
    )  # fmt: skip
    assert (newest["by"], newest["before"], newest["after"]) == (None, version, "defaults")
    lines = run("history", "Mathematics").stdout.splitlines()
    assert lines[0].endswith(f": Mathematics from {version} to the defaults")
    assert lines[1].endswith(f", Grace Hopper: Mathematics from the defaults to {version}")
    assert "--by" in run("activate", "Mathematics", version, "--by", " ").output


def test_items_that_drifted_are_named_the_farthest_first(run: Run, taught: Class) -> None:
    version = told(run("run", "Mathematics", "--json"))["version"]
    told(run("activate", "Mathematics", version, "--json"))
    # from now on nobody gets the first question right, nor anyone the last one wrong
    for day in range(7, 17):
        taught.answer(day, seed=day, fixed={0: 0.0, ITEMS - 1: 1.0})
    made = told(run("run", "Mathematics", "--json"))
    assert made["drifted"] > 0
    lines = run("show", "Mathematics", made["version"]).stdout.splitlines()
    place = lines.index(f"{2 * ITEMS} items, {made['drifted']} drifted")
    assert len(lines) - place - 1 == made["drifted"]
    drifts = [float(line.split(": ")[1].split()[0]) for line in lines[place + 1 :]]
    assert [abs(one) for one in drifts] == sorted(map(abs, drifts), reverse=True)
    assert all(line.strip().startswith("quiz-17 4.NF.A.") for line in lines[place + 1 :])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "Alchemy"), "subject: no target has the subject 'Alchemy'; the district has 'Mathematics'"),
        (("show", "Mathematics", "defaults"), "version: the defaults have no items; name a calibration"),
        (("preview", "Mathematics", "newest"), "version: Mathematics has no calibration 'newest'; it has defaults"),
        (("rollback", "Mathematics"), "subject: Mathematics was never switched: there is nothing to go back to"),
        (("thresholds", "Alchemy"), "subject: no target has the subject 'Alchemy'"),
        (("thresholds", "Mathematics", "--threshold", "90"), "threshold: 90 is no threshold: give a probability betw"),
        (("thresholds", "Mathematics", "--answers", "7"), "answers: 7 can not be simulated: give whole sittings of 5"),
        (("list", "Alchemy"), "subject: no target has the subject 'Alchemy'"),
        (("history", "Alchemy"), "subject: no target has the subject 'Alchemy'"),
    ],
)
def test_what_can_not_be_is_refused_by_field(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code == 1
    assert said in refused.output


def test_a_district_without_targets_is_told_so(run: Run, engine: Engine) -> None:
    district_id = new_district(engine)
    with shared_transaction(engine) as session:
        slug = session.scalars(select(District.slug).where(District.id == district_id)).one()
    refused = run("run", "Mathematics", "--district", slug)
    assert "the district has no subject yet" in refused.output
