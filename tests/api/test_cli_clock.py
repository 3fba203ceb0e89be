"""`mastery clock`: shown everywhere, moved in a demonstration alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.demonstration.world import OPENS_AT
from models.clock import DemonstrationClock
from models.installation import create


def run(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), "clock", *words])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    create(tmp_path)
    return tmp_path


def test_a_real_installation_has_the_machines_clock(place: Path) -> None:
    shown = json.loads(run(place, "--json").stdout)
    assert shown["demonstration"] is False
    assert abs(datetime.fromisoformat(shown["now"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert "the machine's clock" in run(place).stdout
    refused = run(place, "advance", "1d")
    assert refused.exit_code == 1
    assert "This is no demonstration: its clock is the machine's and can not be moved." in refused.stderr


def test_a_demonstrations_is_moved_forward(place: Path) -> None:
    DemonstrationClock(place).begin(OPENS_AT)
    assert run(place).stdout.startswith("Tuesday, 2026-11-17 07:40:50 in the demonstration district. It stands")
    assert run(place, "advance", "45m").stdout.startswith("Tuesday, 2026-11-17 08:25:50")
    assert run(place, "advance", "2h").exit_code == 0
    moved = json.loads(run(place, "advance", "1d", "--json").stdout)
    assert datetime.fromisoformat(moved["now"]) == OPENS_AT + timedelta(days=1, hours=2, minutes=45)
    assert moved["stands"] is True
    DemonstrationClock(place).run()
    assert "stands" not in run(place).stdout


@pytest.mark.parametrize("step", ["-1d", "0h", "1w", "soon", "1.5h", "401d"])
def test_what_is_no_step_forward_is_refused(place: Path, step: str) -> None:
    DemonstrationClock(place).begin(OPENS_AT)
    refused = run(place, "advance", "--", step)
    assert refused.exit_code == 2
    assert "say 45m, 2h or 1d" in refused.stderr
    assert DemonstrationClock(place)() == OPENS_AT
