"""`mastery district destroy`, killed half way and said again, destroys all and certifies what was there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_world import own_database
from embedded_server import ROOT
from factories import new_district
from serving import PATIENCE, wait_until
from sqlalchemy import Engine, select, text

from api.actions.destruction_certificate import JSON_FILE
from api.actions.end_district import end_district
from api.actions.export_district import export_district
from models.district import District
from models.district_end import DistrictEnd
from models.district_rows import count_rows
from models.installation import Embedded, Installation
from models.unit_of_work import connect, district_transaction, shared_transaction

pytestmark = pytest.mark.faults
ROWS = 60_000  # a dozen parts


def start(installation: Installation, district: District, folder: Path) -> subprocess.Popen[bytes]:
    """The command, as a person starts it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": installation.app_dsn,
        "MASTERY_OWNER_DATABASE_URL": installation.owner_dsn,
        "MASTERY_SECRET_KEY": installation.secret_key,
    }
    command = [sys.executable, "-c", "from api.cli import main; main()", "district", "destroy", district.slug]
    options = ["--by", "Operator", "--export", str(folder / "export"), "--out", str(folder / "certificate")]
    return subprocess.Popen([*command, *options], env=environment, stderr=subprocess.DEVNULL, cwd="/")


def removed(engine: Engine) -> int:
    with shared_transaction(engine) as session:
        return sum(session.scalars(select(DistrictEnd.removed)).one().values())


@pytest.fixture
def own(installation: Installation, tmp_path: Path) -> Installation:
    """A database of its own: what a killed process began goes on in the server for a while, and holds its rows."""
    assert isinstance(installation.database, Embedded)
    return own_database(installation, f"{installation.database.database}_destroyed", tmp_path)


@pytest.fixture
def engine(own: Installation) -> Iterator[Engine]:
    made = connect(own.app_dsn)
    yield made
    made.dispose()


@pytest.fixture
def owner_engine(own: Installation) -> Iterator[Engine]:
    made = connect(own.owner_dsn)
    yield made
    made.dispose()


def test_a_killed_destruction_goes_on_and_counts_each_row_once(
    own: Installation, engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    district_id = new_district(engine)
    now = datetime.now(UTC)
    with district_transaction(engine, district_id) as session:
        session.execute(
            text(
                "INSERT INTO audit_event (district_id, at, act, actor, detail)"
                " SELECT :district, :now, 'view', 'system', '{}' FROM generate_series(1, :rows)"
            ),
            {"district": district_id, "now": now, "rows": ROWS},
        )
        session.commit()
    with shared_transaction(engine) as session:
        district = session.get_one(District, district_id)
    end_district(owner_engine, district, now.date() - timedelta(days=1), "Counsel", now - timedelta(minutes=5))
    export_district(engine, district, tmp_path / "export", now)
    with district_transaction(engine, district_id) as session:
        there = count_rows(session, district_id)
    running = start(own, district, tmp_path)
    wait_until(lambda: running.poll() is not None or removed(engine) > 0, "some rows are gone")
    running.send_signal(signal.SIGKILL)
    assert running.wait(PATIENCE) == -signal.SIGKILL
    assert 0 < removed(engine) < ROWS
    assert start(own, district, tmp_path).wait(PATIENCE) == 0
    told = json.loads((tmp_path / "certificate" / JSON_FILE).read_text())
    assert told["rows"] == there | {"district": 1}
    with district_transaction(owner_engine, district_id) as session:
        assert count_rows(session, district_id) == {}
