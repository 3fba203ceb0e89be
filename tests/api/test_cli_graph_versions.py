"""The commands for drafts and versions of the graph, run as a person runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from case_packages import fractions
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import new_district
from sqlalchemy import Engine

from api import cli_graph, cli_graph_versions
from models.installation import Installation

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command on a district whose graph was imported."""
    name_in_environment(installation, monkeypatch)
    root = click.Group("mastery")
    root.add_command(click.Group("import"))
    root.add_command(click.Group("graph"))
    cli_graph.register(root)
    cli_graph_versions.register(root)
    new_district(engine)
    path = tmp_path / "fractions.json"
    path.write_bytes(fractions())
    said: Run = lambda *words: CliRunner().invoke(root, [str(word) for word in words])  # noqa: E731
    assert said("import", "case", path).exit_code == 0
    return said


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_draft_is_entered_told_published_and_read_again(run: Run) -> None:
    assert run("graph", "draft").output == "Nothing is entered.\n"
    run("graph", "draft", "add", "FR-2", "I can compare fractions.", "--under", "4.NF.A")
    run("graph", "draft", "replace", "4.NF.A.2", "FR-2")
    found = told(run("graph", "draft", "prerequisite", "4.NF.A.1", "4.NF.B.3", "hard", "--json"))
    assert found["ready"]
    assert [one["kind"] for one in found["changes"]][:2] == ["added", "replaced"]
    assert told(run("graph", "diff", "--students", "--json")) == {"changes": found["changes"], "students": []}
    done = told(run("graph", "publish", "--title", "One anew", "--by", "Dorothy", "--seen", found["seen"], "--json"))
    assert (done["version"], done["changes"]) == (2, len(found["changes"]))
    newest, first = told(run("graph", "versions", "--json"))
    assert (newest["title"], newest["signed_by"], first["origin"]) == ("One anew", "Dorothy", "import")
    assert told(run("graph", "diff", "2", "--json")) == found["changes"], "as the draft said"
    assert "Nothing differs." in run("graph", "diff").output


def test_what_can_not_be_says_why_and_changes_nothing(run: Run) -> None:
    circle = run("graph", "draft", "prerequisite", "4.NF.B.3", "4.NF.A.1", "soft")
    assert circle.exit_code == 1
    assert "goes round in a circle: 4.NF.A.1 -> 4.NF.A.2" in circle.output
    assert "no node of the graph goes by 'X'" in run("graph", "draft", "end", "X").output
    number = told(run("graph", "draft", "end", "4.NF.B.3", "--json"))["entered"][0]["number"]
    late = run("graph", "publish", "--title", "x", "--by", "y", "--seen", "0-0-0")
    assert "look at what it changes again" in late.output
    assert told(run("graph", "draft", "take-out", number, "--json"))["entered"] == []
    assert "nothing would change" in run("graph", "publish", "--title", "x", "--by", "y").output
    assert "There is no version 9." in run("graph", "diff", 9).output
