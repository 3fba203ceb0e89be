"""`mastery import roster` as an administrator runs it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from factories import new_district
from roster_files import RosterFiles
from sqlalchemy import Engine, func, select

from api.cli_roster import register
from models.installation import Installation
from models.roster import Enrollment, Person
from models.unit_of_work import district_transaction


@click.group()
def root() -> None:
    pass


@root.group("import")
def import_group() -> None:
    pass


register(root)


@pytest.fixture
def district(engine: Engine) -> int:
    return new_district(engine, "Alder Valley")


def command(installation: Installation, *arguments: str) -> Result:
    environment = {
        "DATABASE_URL": installation.app_dsn,
        "MASTERY_OWNER_DATABASE_URL": installation.owner_dsn,
        "MASTERY_SECRET_KEY": "k" * 40,
    }
    return CliRunner(env=environment).invoke(root, ["import", "roster", *arguments])


def people(engine: Engine, district: int) -> int:
    with district_transaction(engine, district) as session:
        return session.scalar(select(func.count()).select_from(Person).where(Person.district_id == district)) or 0


def test_a_dry_run_shows_the_plan_then_the_run_does_it_and_again_says_so(
    installation: Installation, engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path).replace("enrollments", "s-north,u-1,", "s-north,u-404,")
    shown = command(installation, str(files.folder), "--district", "Alder Valley", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "Would change:" in shown.stdout
    assert "enrollments.csv, userSourcedId" in shown.stdout
    assert "line 5: u-404, which is unknown" in shown.stdout
    assert people(engine, district) == 0

    done = command(installation, str(files.folder), "--district", "Alder Valley")
    assert done.exit_code == 0, done.output
    assert "Changed:" in done.stdout
    assert "Saving" in done.stderr
    assert people(engine, district) == 9

    again = command(installation, str(files.folder))
    assert again.exit_code == 0, again.output
    assert "nothing to change" in again.stdout


def test_the_json_report_names_every_problem_and_count(
    installation: Installation, engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path, "12")
    done = command(installation, str(files.folder), "--json")
    report = json.loads(done.stdout)
    assert (report["version"], report["applied"], report["dry_run"], report["refused"]) == ("1.2", True, False, False)
    assert report["changes"]["people"] == {"added": 9, "changed": 0, "ended": 0}
    (problem,) = report["problems"]
    assert problem == {
        "file": "roles.csv",
        "line": 14,
        "field": "role",
        "found": "ext:coach",
        "expected": "a role that rules know",
        "effect": "kept as reported",
    }
    assert report["released"] == {"accepted": 0, "rejected": 0, "waiting": 0}
    assert json.loads(command(installation, str(files.folder), "--json").stdout)["changes_nothing"] is True


def test_an_export_cut_short_exits_with_3_and_names_the_number_and_the_way_out(
    installation: Installation, engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    assert command(installation, str(files.folder)).exit_code == 0
    files.drop("enrollments", "e-7", "e-8", "e-9")
    refused = command(installation, str(files.folder))
    assert refused.exit_code == 3
    assert "3 of 9 active enrollments, more than 20%" in refused.stdout
    assert "--allow-removals" in refused.stdout
    open_ends = select(func.count()).select_from(Enrollment).where(
        Enrollment.district_id == district, Enrollment.ends_on.is_(None)
    )  # fmt: skip
    with district_transaction(engine, district) as session:
        assert session.scalar(open_ends) == 8
    assert command(installation, str(files.folder), "--allow-removals").exit_code == 0
    with district_transaction(engine, district) as session:
        assert session.scalar(open_ends) == 5


def test_what_can_not_be_read_and_a_district_that_is_not_there_are_said_in_a_sentence(
    installation: Installation, engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    nowhere = command(installation, str(files.folder), "--district", "Elsewhere")
    assert nowhere.exit_code == 2
    assert "no district 'Elsewhere'" in nowhere.stderr
    files.path("manifest").unlink()
    unreadable = command(installation, str(files.folder))
    assert unreadable.exit_code == 1
    assert "there is no manifest.csv" in unreadable.stderr
    assert people(engine, district) == 0
