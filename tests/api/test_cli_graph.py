"""The commands for the graph, run as a person runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from case_packages import association, fractions, guid
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import Factory, new_district
from sqlalchemy import Engine, select

from api.cli_graph import register
from models.district import District
from models.graph import Node
from models.installation import Installation
from models.unit_of_work import district_transaction, shared_transaction

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test database, which the environment names."""
    name_in_environment(installation, monkeypatch)
    root = click.Group("mastery")
    root.add_command(click.Group("import"))
    root.add_command(click.Group("graph"))
    register(root)
    return lambda *words: CliRunner().invoke(root, [str(word) for word in words])


@pytest.fixture
def district_id(engine: Engine) -> int:
    return new_district(engine)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fractions.json"
    path.write_bytes(fractions([association(guid(4), "exactMatchOf", guid(99))]))
    return path


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_import_says_what_changes_what_is_odd_and_is_harmless_again(run: Run, district_id: int, file: Path) -> None:
    dry = told(run("import", "case", file, "--dry-run", "--json"))
    assert (dry["dry_run"], dry["changed"], dry["nodes"]["added"]) == (True, True, 4)
    first = told(run("import", "case", file, "--json"))
    assert (first["nodes"]["added"], first["edges"]["added"], first["outside"]) == (4, 5, 1)
    assert first["oddity_counts"] == {"dangling_end": 1}
    again = run("import", "case", file)
    assert again.exit_code == 0
    assert "nothing to change" in again.output
    assert "dangling end: 1" in again.output
    assert told(run("import", "case", file, "--json"))["changed"] is False


def test_a_file_that_is_no_package_and_a_circle_are_refused_in_words(
    run: Run, district_id: int, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"students": []}')
    refused = run("import", "case", wrong)
    assert refused.exit_code == 1
    assert "expected a CASE 1.0 or 1.1 package" in refused.output
    wrong.write_bytes(fractions([association(guid(4), "precedes", guid(2))]))
    for words in ((), ("--dry-run",)):
        refused = run("import", "case", wrong, *words)
        assert refused.exit_code == 1
        assert "4.NF.A.1 -> 4.NF.A.2, 4.NF.A.2 -> 4.NF.B.3, 4.NF.B.3 -> 4.NF.A.1" in refused.output


def test_prerequisites_become_hard_one_by_one_and_by_a_rule(run: Run, district_id: int, file: Path) -> None:
    run("import", "case", file)
    one = told(run("graph", "set-strength", "CC.4.NF.1", "4.NF.A.2", "hard", "--json"))
    assert (one["matched"], one["changed"]) == (1, 1)
    rest = run("graph", "set-strength", "--all-in", "Fractions in Mathematics", "hard")
    assert "1 prerequisites made hard, 1 were so already." in rest.output
    assert run("graph", "set-strength", "--from-grade", "4", "soft").exit_code == 0
    for words in (
        ("hard",),
        ("4.NF.A.1", "hard"),
        ("4.NF.A.1", "4.NF.A.2", "--below", "4.NF.A", "hard"),
        ("a", "b", "c"),
    ):
        assert run("graph", "set-strength", *words).exit_code == 2, words
    unknown = run("graph", "set-strength", "--all-in", "Nothing", "hard")
    assert unknown.exit_code == 1
    assert "inside: no framework" in unknown.output
    circle = run("graph", "add-prerequisite", "4.NF.B.3", "4.NF.A.1")
    assert "Nothing was changed" in circle.output
    assert run("graph", "add-prerequisite", "4.NF.A.1", "4.NF.B.3", "--strength", "hard").exit_code == 0


def test_own_targets_and_what_is_next(run: Run, engine: Engine, district_id: int, file: Path) -> None:
    run("import", "case", file)
    run("graph", "set-strength", "--below", "4.NF.A", "hard")
    added = told(run("graph", "add-target", "FR-1", "I can compare.", "--under", "4.NF.A.1", "--dok", "2", "--json"))
    assert added["outcome"] == "added"
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        student = make.student(make.section(make.school()))
        session.commit()
    (first,) = told(run("graph", "next", student.identifier, "--json"))
    assert (first["code"], first["hard_mastered"]) == ("FR-1", [])
    with district_transaction(engine, district_id) as session:
        node = session.scalars(select(Node).where(Node.guid == added["guid"])).one()
        Factory(session, district_id).standing(student, node, state="mastered")
        session.commit()
    shown = run("graph", "next", student.sourced_id)
    assert "4.NF.A.2" in shown.output
    assert "mastered: FR-1" in shown.output
    assert run("graph", "next", "nobody").exit_code == 1


def test_the_district_is_named_where_there_are_several(run: Run, engine: Engine, district_id: int, file: Path) -> None:
    other = new_district(engine, "Other")
    unnamed = run("import", "case", file)
    assert unnamed.exit_code == 2
    assert "--district" in unnamed.output
    with shared_transaction(engine) as session:
        slug = session.get_one(District, other).slug
    assert run("import", "case", file, "--district", slug).exit_code == 0
    with district_transaction(engine, other) as session:
        assert len(session.scalars(select(Node)).all()) == 4


def test_targets_get_their_words_in_other_languages_from_a_table(
    run: Run, district_id: int, file: Path, tmp_path: Path
) -> None:
    run("import", "case", file)
    table = tmp_path / "texts.csv"
    table.write_text("target,language,statement\n4.NF.A.2,es,Puedo comparar.\n4.NF.A.2,ht,Mwen ka konpare.\n")
    first = run("graph", "texts", table)
    assert first.exit_code == 0
    assert "Texts in es, ht: 2 added, 0 changed, 0 as they were." in first.output
    assert "what is in ht is kept, and shown on none" in first.output
    again = told(run("graph", "texts", table, "--json"))
    assert (again["added"], again["unchanged"], again["problems"]) == (0, 2, [])
    table.write_text("target,language,statement\n4.NF.A.2,es,Sé comparar.\n4.NF.A.99,es,Puedo.\n", "utf-8")
    refused = run("graph", "texts", table)
    assert refused.exit_code == 1
    assert "Nothing was changed. To mend in the file:" in refused.output
    assert "line 3, target: no node of the graph goes by '4.NF.A.99'" in refused.output
    refused = run("graph", "texts", table, "--json")
    assert refused.exit_code == 1
    assert [one["line"] for one in json.loads(refused.stdout)["problems"]] == [3]
    table.write_text("code,text\n")
    assert "names the columns target,language" in run("graph", "texts", table).output
