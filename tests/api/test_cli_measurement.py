"""The command that measures, run as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
import pytest
from calibration_world import ITEMS, STUDENTS, Class
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory
from sqlalchemy import Engine, select

from api.cli_measurement import register
from models.district import District
from models.installation import Installation
from models.unit_of_work import district_transaction, shared_transaction

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch, taught: Class) -> Run:
    """Runs the command for the class's district on the test database, which the environment names."""
    name_in_environment(installation, monkeypatch)
    with shared_transaction(engine) as session:
        slug = session.scalars(select(District.slug).where(District.id == taught.district_id)).one()
    root = click.Group("mastery")
    register(root)
    return lambda *words: CliRunner().invoke(root, ["measurement", "run", "--district", slug, *words])


def test_a_subject_is_measured_and_the_same_again_is_as_it_was(run: Run) -> None:
    first = run("Mathematics", "--json")
    assert first.exit_code == 0, first.output
    (done,) = json.loads(first.stdout)["measured"]
    assert (done["answers"], done["students"], done["items"]) == (STUDENTS * 20, STUDENTS, 2 * ITEMS)
    assert done["stored"]
    again = run("Mathematics")
    assert again.stdout == (
        f"Mathematics: {STUDENTS * 20} answers of {STUDENTS} students in 1 term, "
        f"{done['to_look_at']} of {2 * ITEMS} questions to look at, as it was.\n"
    )


def test_all_subjects_are_measured_and_one_without_answers_is_named(run: Run, engine: Engine, taught: Class) -> None:
    with district_transaction(engine, taught.district_id) as session:
        Factory(session, taught.district_id).target("HIST.1", subject="History")
        session.commit()
    done = run("--all", "--json")
    assert done.exit_code == 0, done.output
    assert [one["subject"] for one in json.loads(done.stdout)["measured"]] == ["Mathematics"]
    assert "Left out: History: there are no answers to measure with" in done.stderr


def test_what_is_said_wrongly_is_refused_in_a_sentence(run: Run) -> None:
    assert "Name a subject, or give --all." in run().output
    assert "Name a subject, or give --all." in run("Mathematics", "--all").output
    refused = run("Alchemy")
    assert refused.exit_code == 1
    assert "subject: no target has the subject 'Alchemy'; the district has 'Mathematics'" in refused.output
