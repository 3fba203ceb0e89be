"""The commands for score rules, run as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory, new_district
from sqlalchemy import Engine

from api.cli_methods import register
from mastery.methods import METHODS
from models.installation import Installation
from models.unit_of_work import district_transaction

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test database, which the environment names; the district has the subject Mathematics."""
    name_in_environment(installation, monkeypatch)
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        Factory(session, district_id).target()
        session.commit()
    root = click.Group("mastery")
    register(root)
    return lambda *words: CliRunner().invoke(root, ["methods", *words])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_names_every_method_with_its_bounds(run: Run) -> None:
    listed = told(run("list", "--json"))["methods"]
    assert [one["name"] for one in listed] == ["MODEL", *METHODS]
    decay = next(one for one in listed if one["name"] == "DECAY")
    assert decay["parameters"][0] == {"name": "weight", "default": 0.65, "least": 0.5, "most": 0.99, "whole": False}
    assert (decay["scale"], decay["mastered_from"]) == ("level", 3.0)
    text = run("list").output
    assert "DECAY  (level)  Decaying average: each new level against the running value" in text
    assert "    weight 0.65, from 0.50 to 0.99" in text


def test_what_was_set_is_shown_and_setting_it_again_changes_nothing(run: Run) -> None:
    assert told(run("show", "--json"))["subjects"] == [
        {"subject": "Mathematics", "primary": {"name": "MODEL", "parameters": {}}, "beside": []}
    ]
    words = ("set", "Mathematics", "--primary", "DECAY", "--beside", "WEIGHTED", "--beside", "BKT")
    first = told(run(*words, "--param", "weight=0.70", "--param", "BKT.guess=0.25", "--json"))
    assert first["changed"] is True
    assert first["primary"] == {"name": "DECAY", "parameters": {"weight": 0.7, "mastered_from": 3.0}}
    assert [one["name"] for one in first["beside"]] == ["WEIGHTED", "BKT"]
    again = run(*words, "--param", "weight=0.7", "--param", "BKT.guess=0.25")
    assert again.output == "Mathematics: DECAY (weight 0.7); beside: WEIGHTED, BKT (guess 0.25); as it was\n"
    assert run("show", "Mathematics").output == (
        "Mathematics: DECAY (weight 0.70); beside: WEIGHTED, BKT (guess 0.25)\n"
    )
    assert told(run("set", "Mathematics", "--primary", "MODEL", "--json"))["changed"] is True
    assert run("show").output == "Mathematics: MODEL\n"


def test_every_change_is_kept_with_who_it_was_and_what_was_before(run: Run) -> None:
    assert run("history").output == "Nothing was ever changed.\n"
    words = ("set", "Mathematics", "--primary", "DECAY", "--param", "weight=0.70", "--beside", "BKT")
    told(run(*words, "--by", "Grace Hopper", "--json"))
    told(run(*words, "--by", "Nobody, since it stands", "--json"))
    told(run("set", "Mathematics", "--primary", "JUDGE", "--json"))
    newest, first = told(run("history", "Mathematics", "--json"))["changes"]
    assert (first["by"], first["before"]["primary"]["name"], first["after"]["beside"][0]["name"]) == (
        "Grace Hopper", "MODEL", "BKT",
    )  # fmt: skip
    assert first["after"]["primary"]["parameters"]["weight"] == 0.7
    assert (newest["by"], newest["before"], newest["after"]["primary"]["name"]) == (None, first["after"], "JUDGE")
    assert newest["at"] > first["at"]
    lines = run("history").output.splitlines()
    assert lines[0].endswith(": Mathematics from DECAY (weight 0.70); beside: BKT to JUDGE")
    assert lines[1].endswith(", Grace Hopper: Mathematics from MODEL to DECAY (weight 0.70); beside: BKT")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("set", "Alchemy", "--primary", "BKT"),
            "subject: no target has the subject 'Alchemy'; the district has 'Math",
        ),
        (
            ("set", "Mathematics", "--primary", "decaying average"),
            "method: 'decaying average' is no method: write MODEL",
        ),
        (("set", "Mathematics", "--primary", "BKT", "--param", "slip=0.2"), "slip: 0.2 is not from 0.01 to 0.10"),
        (("set", "Mathematics", "--primary", "BKT", "--param", "slip"), "param: 'slip' is no NAME=VALUE"),
        (("show", "Alchemy"), "subject: no target has the subject 'Alchemy'"),
        (("history", "Alchemy"), "subject: no target has the subject 'Alchemy'"),
    ],
)
def test_what_can_not_be_is_refused_by_field(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code == 1
    assert said in refused.output
    assert run("show").output == "Mathematics: MODEL\n"
