"""The commands that look after an installation, as its administrator types them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from embedded_server import ROOT, parent_of, postmaster_pid, until

from api.actions.providers import secret_sealer
from api.cli import main
from models.backup import conninfo, read_manifest
from models.clock import DemonstrationClock
from models.embedded import locks, remove
from models.embedded.process import is_alive
from models.installation import Installation, load
from models.installation_keys import change_key
from models.migrate import head


def run(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), *words])


def start(data_dir: Path, *words: str) -> subprocess.Popen[bytes]:
    """The same in a process of its own, which can be killed."""
    return subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "--data-dir", str(data_dir), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def told(data_dir: Path, *words: str) -> Any:
    """What a command that must succeed says as JSON."""
    done = run(data_dir, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory for installations that the database's own account can reach, too; its path has spaces."""
    made = Path(tempfile.mkdtemp(prefix="mastery operations "))
    made.chmod(0o711)
    yield made
    for data_dir in made.iterdir():
        if (data_dir / "postgresql.start").exists():
            remove(data_dir)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def here(place: Path) -> Path:
    """An installation with a district of 24 students, who have 16 answers each."""
    data_dir = place / "here"
    assert run(data_dir, "install").exit_code == 0
    answers = [
        f"{student},{skill * 2 + number},{number},{(student + skill) % 3 > 0:d},{skill}"
        for student in range(24)
        for skill in range(8)
        for number in range(2)
    ]
    file = place / "answers.csv"
    file.write_text("\n".join(["user_id,item_id,timestamp,correct,skill_id", *answers, ""]))
    assert told(data_dir, "import", "responses", str(file), "--district", "Sandbox")["accepted"] == 384
    file.unlink()
    return data_dir


@pytest.fixture(scope="module")
def copy(here: Path, place: Path) -> Path:
    """A backup of it."""
    (place / "copies").mkdir()
    return Path(told(here, "backup", str(place / "copies"))["file"])


def administer(data_dir: Path, statement: str, database: str | None = None) -> list[Any]:
    """Run a statement as the server's administrator; its rows."""
    installation: Installation = load(data_dir)
    server = installation.server()
    assert server is not None
    with server:  # its first start makes what was killed before it
        url = installation.for_database(database or "mastery").superuser_dsn
        assert url is not None
        with psycopg.connect(conninfo(url), autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []


@contextmanager
def up(data_dir: Path) -> Iterator[None]:
    """Its server runs all along, which commands else start and end one after the other."""
    server = load(data_dir).server()
    assert server is not None
    with server:
        yield


def test_a_backup_comes_up_elsewhere_and_not_over_what_is_there(here: Path, copy: Path, place: Path) -> None:
    there = place / "there"
    restored = told(there, "restore", str(copy))
    assert restored["proved"] == {"districts": 1, "students": 24, "rows": 192, "differing": 0}
    assert restored["put_aside"] is None
    assert load(here).secret_key != load(there).secret_key
    assert run(there, "doctor").exit_code == 0
    told(there, "district", "create", "South")
    refused = run(there, "restore", str(copy))
    assert refused.exit_code == 1
    assert "already holds 2 districts (sandbox, south) with 24 people and 384 results" in refused.stderr
    forced = told(here, "restore", str(copy), "--data-dir", str(there), "--force")
    assert told(there, "db", "status")["districts"] == 1
    assert told(there, "restore", forced["put_aside"], "--force")["backup"]["rows"]["district"] == 2


GONE, REDUCED = "3", "5"  # of the students of `here`
_LEFT_LONG_AGO = f"""
    UPDATE person_role SET ends_on = '2015-06-30' FROM person p
    WHERE p.district_id = person_role.district_id AND p.id = person_role.person_id AND p.sourced_id = '{GONE}';
    UPDATE result SET received_at = '2020-01-01' FROM person p
    WHERE p.district_id = result.district_id AND p.id = result.student_id AND p.sourced_id = '{REDUCED}';
    UPDATE evidence SET items = replace(evidence.items::text, 'null', '12.5')::json FROM result r
    WHERE r.district_id = evidence.district_id AND r.id = evidence.result_id AND r.received_at < '2021-01-01'
"""
_OF_AN_OLDER_VERSION = """
    DROP TABLE answers_reduced;
    DROP INDEX ix_result_received_at;
    UPDATE alembic_version SET version_num = '0010'
"""
_A_MONTH_PASSES = "UPDATE pending_deletion SET since = since - interval '30 days'"


def left_of(data_dir: Path) -> tuple[int, int]:
    """How many results there are of who is gone, and how many answers that still say how long they took."""
    ((results, answers),) = administer(
        data_dir,
        "SELECT (SELECT count(*) FROM result r JOIN person p ON p.district_id = r.district_id AND p.id = r.student_id"
        f" WHERE p.sourced_id = '{GONE}'), (SELECT count(*) FROM evidence WHERE items::text LIKE '%12.5%')",
    )
    return results, answers


def test_who_was_deleted_is_gone_again_before_anybody_is_served_from_an_older_backup(copy: Path, place: Path) -> None:
    """As docs/operations.md tells an administrator: back up, a nightly run, a disaster, restore the older backup."""
    school, nightly = place / "school", ("retention", "run", "--district", "Sandbox")
    told(school, "restore", str(copy))
    with up(school):
        administer(school, _LEFT_LONG_AGO)
        taken = told(school, "backup", str(place / "copies"), "--keep-days", "35")
        backup, deleted = taken["file"], taken["deleted"]
        assert deleted == []
        (place / "elsewhere").mkdir()
        file = place / "elsewhere" / "deletions.jsonl"
        would = told(school, *nightly, "--what-if")
        assert (would["hidden"], would["rows"]) == ([GONE], {"item_response": 16})
        assert not file.exists()
        assert told(school, *nightly, "--deletions", str(file))["hidden"] == [GONE]
        administer(school, _A_MONTH_PASSES)
        assert told(school, *nightly, "--deletions", str(file))["erased"] == [GONE]
        assert left_of(school) == (0, 0)

    # the machine is lost, and what is left is the backup of before and the file
    new = place / "new machine"
    restored = told(new, "restore", backup, "--deletions", str(file))
    assert restored["redone"] == {"students": 1, "rows": 16, "districts": 0}
    assert (restored["proved"]["students"], restored["proved"]["differing"]) == (23, 0)
    with up(new):
        assert left_of(new) == (0, 0)
        refused = run(new, "student", "record", GONE, "--district", "Sandbox", "--out", str(place / "record"))
        assert refused.exit_code == 1
        assert not (place / "record").exists()
        assert run(new, "doctor").exit_code == 0
        assert told(new, *nightly)["hidden"] == []

    # on the machine that did it, its database says so by itself, the one of an older version too
    administer(school, _OF_AN_OLDER_VERSION)
    assert told(school, "restore", backup, "--force")["redone"] == {"students": 1, "rows": 16, "districts": 0}
    assert left_of(school) == (0, 0)

    # a server of one's own, which was restored with its own programs, is told by the other command
    own = place / "own server"
    assert told(own, "restore", backup)["redone"] == {"students": 0, "rows": 0, "districts": 0}
    with up(own):
        assert left_of(own) == (16, 16)
        assert told(own, "retention", "redo", "--deletions", str(file)) == {"students": 1, "rows": 16, "districts": 0}
        assert left_of(own) == (0, 0)
        assert told(own, "replay", "--verify", "--district", "Sandbox")["differing"] == 0
        assert told(own, "retention", "redo", "--deletions", str(file)) == {"students": 0, "rows": 0, "districts": 0}


def test_a_real_district_never_goes_by_a_demonstrations_clock(copy: Path, place: Path) -> None:
    demonstration = place / "demonstration"
    assert run(demonstration, "install").exit_code == 0
    clock = DemonstrationClock(demonstration)
    clock.begin(datetime(2026, 11, 17, 12, 40, tzinfo=UTC))
    clock.posted_until.write_text(clock().isoformat())
    refused = run(demonstration, "district", "create", "Real")
    assert refused.exit_code == 1
    assert "is a demonstration with a clock of its own" in refused.stderr
    assert told(demonstration, "db", "status")["districts"] == 0
    told(demonstration, "restore", str(copy), "--data-dir", str(demonstration))
    assert not clock.is_there
    assert not clock.posted_until.exists()
    told(demonstration, "district", "create", "Real")


def test_what_is_served_is_not_replaced(here: Path, copy: Path) -> None:
    held = locks.take_exclusive(here / "serving")
    assert held is not None
    refused = run(here, "restore", str(copy), "--force")
    locks.release(held)
    assert refused.exit_code == 1
    assert "is being served: end that first" in refused.stderr


def test_the_key_is_changed_at_rest_and_the_former_one_forgotten_later(here: Path) -> None:
    before = load(here).secret_key
    held = locks.take_exclusive(here / "serving")
    assert held is not None
    assert "is being served: end that" in run(here, "key", "rotate").stderr
    locks.release(held)
    assert "what the former one signed is taken until" in run(here, "key", "rotate").stdout
    changed = load(here)
    assert changed.former_keys == (before,)
    assert changed.secret_key != before
    assert told(here, "key", "reseal") == {"sealed_again": 0}
    assert told(here, "key", "forget-former") == {"forgotten": 1}
    assert load(here).secret_keys == (changed.secret_key,)
    acts = administer(here, "SELECT DISTINCT act, actor FROM audit_event WHERE act LIKE 'key%'")
    assert acts == [("key_rotated", "system")]


def test_no_overlap_is_too_short_and_no_interruption_loses_what_is_sealed(place: Path) -> None:
    here = place / "sealed"
    assert run(here, "install").exit_code == 0
    told(here, "district", "create", "Lincoln")
    secret = place / "secret of a provider"
    secret.write_text("of the provider")
    google = ("--preset", "google", "--client-id", "us", "--hosted-domain", "schools.example")
    told(here, "provider", "add", "Google", *google, "--secret-file", str(secret))
    secret.unlink()
    change_key(here, datetime.now(UTC), timedelta(0))  # and interrupted before anything was sealed anew
    assert load(here).former_keys == ()
    assert run(here, "key", "rotate", "--overlap", "0").exit_code == 0
    assert told(here, "key", "forget-former") == {"forgotten": 0}, "all is sealed anew, so none is kept"
    ((sealed,),) = administer(here, "SELECT sealed_secret FROM identity_provider")
    assert secret_sealer(load(here)).open(sealed) == "of the provider"


def test_a_file_that_is_no_backup_makes_no_installation(place: Path) -> None:
    wrong = place / "wrong.txt"
    wrong.write_text("not a backup")
    refused = run(place / "new", "restore", str(wrong))
    assert refused.exit_code == 1
    assert "is no whole backup" in refused.stderr
    assert not (place / "new").exists()
    wrong.unlink()


def test_the_database_says_where_it_stands_and_a_newer_one_is_left_alone(here: Path) -> None:
    status = told(here, "db", "status")
    assert (status["state"], status["migration"], status["newest"]) == ("current", head(), head())
    assert told(here, "db", "upgrade") == {"from": head(), "to": head(), "mended": []}
    administer(here, "UPDATE alembic_version SET version_num = '9999'")
    assert told(here, "db", "status")["state"] == "ahead"
    refused = run(here, "db", "upgrade")
    assert refused.exit_code == 1
    assert "a newer version made it, so run that version. Nothing was changed." in refused.stderr
    examined = run(here, "doctor")
    assert examined.exit_code == 1
    assert "mend: run the newer version of the program" in examined.stdout
    administer(here, f"UPDATE alembic_version SET version_num = '{head()}'")
    assert "The schema already is the newest" in run(here, "db", "upgrade").stdout


def test_a_database_that_is_gone_is_named_and_made_again(place: Path) -> None:
    data_dir = place / "bare"
    assert run(data_dir, "install").exit_code == 0
    administer(data_dir, 'DROP DATABASE "mastery" WITH (FORCE)', "postgres")
    examined = run(data_dir, "doctor")
    assert examined.exit_code == 1
    assert "does not exist" in examined.stdout
    assert "db upgrade" in examined.stdout
    assert told(data_dir, "db", "upgrade")["to"] == head()
    assert run(data_dir, "doctor").exit_code == 0


@pytest.mark.faults
def test_a_database_that_was_killed_is_named_and_has_recovered(here: Path) -> None:
    server = load(here).server()
    assert server is not None
    server.start()
    postmaster = postmaster_pid(here)
    keeper = parent_of(postmaster)
    os.kill(keeper, signal.SIGSTOP)
    os.kill(postmaster, signal.SIGKILL)
    os.kill(keeper, signal.SIGKILL)
    server.close()
    assert until(lambda: not is_alive(postmaster))
    found = run(here, "doctor")
    assert found.exit_code == 0
    assert f"its process {postmaster} is gone) and has recovered by starting" in found.stdout
    assert "warn  database:" in found.stdout
    assert "warn  database:" not in run(here, "doctor").stdout


def test_commands_name_an_installation_that_is_not_there(place: Path) -> None:
    for words in (("backup", "x"), ("db", "status"), ("db", "upgrade")):
        refused = run(place / "none", *words)
        assert refused.exit_code == 1
        assert "There is no installation in" in refused.stderr
    examined = run(place / "none", "doctor")
    assert examined.exit_code == 1
    assert "install" in examined.stdout.split("mend: ")[1]


@pytest.mark.faults
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(here: Path, place: Path) -> None:
    folder = place / "killed"
    folder.mkdir()
    killed = start(here, "backup", str(folder / "one"))
    assert until(lambda: any(folder.iterdir()) or killed.poll() is not None)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    if (folder / "one").exists():  # it was through before it was killed: then it is whole
        assert read_manifest(folder / "one").rows["result"] == 384
    assert told(here, "backup", str(folder / "two"))["rows"]["result"] == 384


@pytest.mark.faults
def test_a_restore_that_is_killed_leaves_nothing_half(copy: Path, place: Path) -> None:
    data_dir = place / "interrupted"
    for patience in (1.5, 2.5, 3.5):
        restore = start(data_dir, "restore", str(copy))
        time.sleep(patience)
        restore.send_signal(signal.SIGKILL)
        restore.wait()
        if (data_dir / "installation.json").exists():
            names = {row[0] for row in administer(data_dir, "SELECT datname FROM pg_database", "postgres")}
            if "mastery" in names:  # it was through before it was killed: then all of it is there
                assert administer(data_dir, "SELECT count(*) FROM result") == [(384,)]
                return
    assert told(data_dir, "restore", str(copy))["proved"]["students"] == 24
    assert run(data_dir, "doctor").exit_code == 0
