"""`mastery import responses`, killed half way again and again and resumed, ends as one that was left in peace."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from embedded_server import ROOT, parent_of
from serving import PATIENCE, wait_until
from sqlalchemy import Engine, select, text

from api.actions.ingest import Intake
from api.actions.replay import verify
from api.actions.responses import COLUMNS, import_responses
from models.clock import system_clock
from models.district import District
from models.embedded.process import is_alive
from models.installation import Installation
from models.statistics import Statistics
from models.unit_of_work import district_transaction, shared_transaction

pytestmark = pytest.mark.faults
ROWS = 14_000  # with names this long a file large enough for several processes to share


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A file of answers of 120 students to 300 items of 25 skills."""
    choose = random.Random(7)
    path = tmp_path / "answers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for _ in range(ROWS):
            item = choose.randrange(300)
            student = f"student-{choose.randrange(120):012}"
            writer.writerow([student, f"item-{item:012}", 0, int(choose.random() < 0.7), item % 25])
    return path


def start(installation: Installation, answers: Path) -> subprocess.Popen[bytes]:
    """The command, as a person starts it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": installation.app_dsn,
        "MASTERY_OWNER_DATABASE_URL": installation.owner_dsn,
        "MASTERY_SECRET_KEY": installation.secret_key,
    }
    command = [sys.executable, "-c", "from api.cli import main; main()", "import", "responses", str(answers)]
    return subprocess.Popen([*command, "--district", "Killed"], env=environment, stderr=subprocess.DEVNULL, cwd="/")


def taken_in(engine: Engine) -> int:
    """How many results the district that is killed again and again has."""
    with shared_transaction(engine) as session:
        district = session.scalar(select(District.id).where(District.name == "Killed"))
    if district is None:
        return 0
    with district_transaction(engine, district) as session:
        return int(session.execute(text("SELECT count(*) FROM result")).scalar_one())


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            if parent_of(int(one.name)) == pid:
                found.append(int(one.name))
    return found


def killed_on_the_way(installation: Installation, engine: Engine, answers: Path, pause: float) -> bool:
    """Start the command and kill it some moment after its first rows are in; False where it was done before that."""
    before = taken_in(engine)
    running = start(installation, answers)
    wait_until(lambda: running.poll() is not None or taken_in(engine) > before, "some rows more are in")
    time.sleep(pause)
    children = children_of(running.pid)
    running.send_signal(signal.SIGKILL)
    killed = running.wait(PATIENCE) == -signal.SIGKILL
    wait_until(lambda: not any(is_alive(child) for child in children), "the processes that shared the work end too")
    return killed


def test_a_killed_and_resumed_import_equals_an_undisturbed_one(
    installation: Installation, engine: Engine, answers: Path
) -> None:
    choose = random.Random(11)
    killed = [killed_on_the_way(installation, engine, answers, choose.uniform(0, 0.2)) for _ in range(2)]
    assert any(killed)
    assert start(installation, answers).wait(PATIENCE) == 0
    assert taken_in(engine) == ROWS

    undisturbed = import_responses(Intake.of(engine), answers, "Undisturbed", system_clock())
    assert (undisturbed.accepted, undisturbed.resumed_at) == (ROWS, 0)
    with Statistics(installation.owner_dsn) as statistics:
        statistics.refresh()
    with shared_transaction(engine) as session:
        ids = dict(session.execute(select(District.name, District.id)).all())
    killed, whole = (verify(engine, ids[name]) for name in ("Killed", "Undisturbed"))
    assert killed.differing == whole.differing == 0
    assert killed == whole
    again = import_responses(Intake.of(engine), answers, "Killed", system_clock())
    assert (again.accepted, again.resumed_at) == (0, ROWS)
