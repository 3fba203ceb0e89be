"""`mastery account letters`: a file to print, for those who have nothing yet."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from page_world import PageWorld

from api.cli import main
from models.installation import Installation

CODE = re.compile(r"<strong>([0-9A-Z]+(?:-[0-9A-Z]{4}){3})</strong>")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["account", "letters", "--public-url", "https://mastery.example", *words])


def test_letters_for_a_section_and_a_school(
    page_world: PageWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name_in_environment(installation, monkeypatch)
    world = page_world
    world.add(lambda make: [make.guardian_of(make.student(world.section, f"Kid{one}")) for one in range(2)])
    world.add(lambda make: make.guardian_of(make.student(world.other_section, "Kid9"), given="Ninth"))
    file = tmp_path / "letters.html"
    of_section = ["--section", world.section.sourced_id, "--out", str(file)]
    made = run(*of_section, "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["letters"] == 2
    html = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(set(CODE.findall(html))) == 2
    assert "https://mastery.example/activate" in html
    assert ".letter {" in html
    assert "Kid0 Byron" in html
    assert "<script" not in html
    again = run(*of_section)
    assert "is there already" in again.output
    assert file.read_text() == html
    nobody = run("--section", world.section.sourced_id, "--out", str(tmp_path / "none.html"))
    assert "Nobody needs a letter" in nobody.output
    assert not (tmp_path / "none.html").exists()
    rest = run("--school", "Lincoln High School", "--out", str(tmp_path / "rest.html"))
    assert "1 letters in" in rest.output
    assert "Ninth" in (tmp_path / "rest.html").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Name a school with --school, or a section with --section."),
        (("--school", "x", "--section", "y"), "Name a school"),
        (("--school", "No Such School"), "There is no school 'No Such School'."),
        (("--section", "no-such"), "There is no section 'no-such'."),
    ],
)
def test_what_is_not_there_is_named(
    page_world: PageWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    words: tuple[str, ...], says: str,
) -> None:  # fmt: skip
    name_in_environment(installation, monkeypatch)
    refused = run(*words, "--out", str(tmp_path / "x.html"))
    assert refused.exit_code == 2
    assert says in refused.output
