"""Break an installation in each way: the doctor names it, and what it says mends it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from factories import Factory, new_district
from sqlalchemy import Engine, text, update

from api.actions.doctor import Check, Status, examine, examine_installation
from api.actions.examination import machine
from api.actions.examination.backups import backups
from api.actions.operations import upgrade_database
from api.actions.replay import replay
from api.security.clients import create_client
from mastery.audit import Act
from mastery.estimate import DEFAULTS, MODEL_VERSION, Model, TargetParameters
from mastery.evidence import EvidenceType, Purpose, Result, TargetScore
from models.access import ClientSecret
from models.audit import SYSTEM, record
from models.backup import conninfo
from models.clock import DemonstrationClock
from models.embedded import locks, remove
from models.installation import External, Installation, create
from models.old_backups import note_backup
from models.posts import PostState, quarantine
from models.restore import BESIDE
from models.unit_of_work import connect, district_transaction


def clock() -> datetime:
    return datetime.now(UTC)


def checked(installation: Installation, name: str, ahead: timedelta = timedelta(0)) -> Check:
    """One check of a whole examination."""
    found = examine_installation(installation, lambda: clock() + ahead).checks
    return next(check for check in found if check.name == name)


@contextmanager
def administrator(installation: Installation) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    assert installation.superuser_dsn is not None
    with psycopg.connect(conninfo(installation.superuser_dsn), autocommit=True) as connection:
        yield connection


@pytest.fixture
def files() -> Iterator[Installation]:
    """An installation whose database was never started."""
    made = Path(tempfile.mkdtemp(prefix="mastery-doctor-"))
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield create(made)
    shutil.rmtree(made)


@pytest.fixture
def broken(installation: Installation) -> Iterator[Installation]:
    """The tests' database, mended afterwards whatever was done to it."""
    yield installation
    upgrade_database(installation)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """A server of this module's own: roles are the whole server's, and other workers use the shared one."""
    made = Path(tempfile.mkdtemp(prefix="mastery-doctor-"))
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    own = create(made)
    server = own.server({"fsync": "off"})
    assert server is not None
    with server:
        upgrade_database(own)
        yield own
    remove(made)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def engine(installation: Installation) -> Iterator[Engine]:
    """An engine of the role that serves requests, on that server."""
    made = connect(installation.app_dsn)
    yield made
    made.dispose()


def of(found: list[Check], name: str) -> Check:
    return next(check for check in found if check.name == name)


# --- the machine ------------------------------------------------------------------------------------------------------


def test_a_sound_installation_has_nothing_that_fails(installation: Installation) -> None:
    examined = examine_installation(installation, clock)
    assert [check for check in examined.checks if check.status is Status.FAIL] == []
    assert examined.healthy
    assert all(check.mend is None for check in examined.checks if check.status is Status.OK)
    assert len({check.name for check in examined.checks}) == len(examined.checks) == 27


def test_a_missing_installation_is_named(tmp_path: Path) -> None:
    examined = examine(tmp_path / "none", clock)
    assert not examined.healthy
    assert examined.checks[0].mend == f"mastery --data-dir {tmp_path / 'none'} install"


@pytest.mark.parametrize(
    ("name", "file", "mode"), [("secrets", "installation.json", 0o640), ("data directory", ".", 0o755)]
)
def test_what_others_can_read_is_named_and_mended(files: Installation, name: str, file: str, mode: int) -> None:
    assert files.data_dir is not None
    (files.data_dir / file).chmod(mode)
    check = of(list(machine.checks(files)), name)
    assert check.status is Status.FAIL
    assert check.mend is not None
    assert check.mend.startswith("chmod 7" if file == "." else "chmod 600")
    subprocess.run(check.mend, shell=True, check=True)
    assert of(list(machine.checks(files)), name).status is Status.OK


def test_database_files_that_others_can_read_are_named_and_mended(installation: Installation) -> None:
    assert installation.data_dir is not None
    home = installation.data_dir / "postgresql"
    home.resolve().chmod(0o750)
    try:
        check = of(list(machine.checks(installation)), "database files")
        assert check.status is Status.FAIL
        assert check.mend is not None
        subprocess.run(check.mend, shell=True, check=True)
        assert of(list(machine.checks(installation)), "database files").status is Status.OK
    finally:
        home.resolve().chmod(0o700)
    assert stat.S_IMODE(home.resolve().stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("free", "status"),
    [(machine.LOW_BYTES, Status.OK), (machine.LOW_BYTES - 1, Status.WARN), (machine.TOO_LOW_BYTES - 1, Status.FAIL)],
)
def test_a_disk_that_fills_is_named(tmp_path: Path, free: int, status: Status) -> None:
    check = machine.disk(tmp_path, free)
    assert check.status is status
    assert (check.mend is None) == (status is Status.OK)


def test_a_cache_that_can_not_be_written_is_named(
    files: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/proc/none")
    check = of(list(machine.checks(files)), "compiled code")
    assert (check.status, "NUMBA_CACHE_DIR" in str(check.mend)) == (Status.WARN, True)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "new"))
    assert of(list(machine.checks(files)), "compiled code").status is Status.OK


# --- the database -----------------------------------------------------------------------------------------------------


def test_an_external_server_that_is_away_is_named(tmp_path: Path) -> None:
    away = f"postgresql+psycopg://nobody@/none?host={tmp_path}"
    check = checked(Installation(None, "secret", External(away, away)), "database")
    assert check.status is Status.FAIL
    assert "DATABASE_URL" in str(check.mend)


def test_clocks_that_differ_are_named(installation: Installation) -> None:
    assert checked(installation, "clock", timedelta(seconds=30)).status is Status.WARN
    far = checked(installation, "clock", timedelta(hours=1))
    assert far.status is Status.FAIL
    assert "timedatectl" in str(far.mend)


def test_a_schema_that_is_ahead_or_gone_is_named(broken: Installation) -> None:
    with administrator(broken) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        ahead = checked(broken, "schema")
        connection.execute("UPDATE alembic_version SET version_num = %s", row)
    assert ahead.status is Status.FAIL
    assert ahead.mend == "run the newer version of the program"
    assert checked(broken, "schema").status is Status.OK


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("roles", "ALTER ROLE mastery_app BYPASSRLS"),
        ("roles", "ALTER ROLE mastery_app SUPERUSER"),
        ("roles", "ALTER ROLE mastery_app CREATEROLE"),
        ("roles", "ALTER ROLE mastery_owner BYPASSRLS"),
        ("roles", "GRANT mastery_owner TO mastery_app"),
        ("ownership", "ALTER TABLE flag OWNER TO mastery_app"),
        ("row security", "ALTER TABLE person DISABLE ROW LEVEL SECURITY"),
        ("row security", "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY"),
        ("row security", "DROP POLICY of_district ON standing"),
        ("row security", "CREATE POLICY wide ON person USING (true)"),
        ("row security", "ALTER POLICY of_district ON person USING (true) WITH CHECK (true)"),
        ("append-only", "GRANT UPDATE ON evidence TO mastery_app"),
        ("append-only", "GRANT DELETE ON result TO mastery_app"),
        ("rights", "GRANT INSERT ON district_end TO mastery_app"),
        ("append-only", "GRANT TRUNCATE ON confirmation TO mastery_app"),
        ("rights", "REVOKE INSERT ON result FROM mastery_app"),
        ("rights", "GRANT TRUNCATE ON person TO mastery_app"),
    ],
)
def test_a_guard_that_was_taken_away_is_named_and_put_back(broken: Installation, check: str, statement: str) -> None:
    with administrator(broken) as connection:
        connection.execute(statement.encode())
    found = checked(broken, check)
    assert found.status is Status.FAIL, found
    assert found.mend == f"mastery --data-dir {broken.data_dir} db upgrade"
    upgrade_database(broken)
    assert examine_installation(broken, clock).healthy


def test_what_an_interrupted_restore_left_is_named(installation: Installation) -> None:
    name = f"mastery{BESIDE}"
    with administrator(installation) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            check = checked(installation, "restore")
        finally:
            connection.execute(f'DROP DATABASE "{name}"'.encode())
    assert check.status is Status.WARN
    assert name in check.sentence


# --- what is in it ----------------------------------------------------------------------------------------------------


@pytest.fixture
def peopled(engine: Engine) -> int:
    return new_district(engine)


@pytest.mark.usefixtures("peopled")
def test_a_real_district_by_a_demonstrations_clock_is_named_and_mended(installation: Installation) -> None:
    assert installation.data_dir is not None
    demonstration = DemonstrationClock(installation.data_dir)
    demonstration.begin(clock())
    try:
        wrong = checked(installation, "school clock")
        assert (wrong.status, "real district test-" in wrong.sentence) == (Status.FAIL, True)
        with administrator(installation) as connection:
            connection.execute("UPDATE district SET sandbox = true")
            sandboxes = checked(installation, "school clock")
            connection.execute("UPDATE district SET sandbox = false")
        assert (sandboxes.status, "This is a demonstration" in sandboxes.sentence) == (Status.OK, True)
        subprocess.run(str(wrong.mend), shell=True, check=True)
        assert checked(installation, "school clock").status is Status.OK
    finally:
        demonstration.end()


def test_announcements_that_nobody_tells_are_named(installation: Installation, engine: Engine, peopled: int) -> None:
    with district_transaction(engine, peopled) as session:
        make = Factory(session, peopled)
        make.announce(make.person(), at=clock() - timedelta(minutes=5))
        session.commit()
    idle = checked(installation, "announcements")
    assert (idle.status, "nobody serves" in idle.sentence) == (Status.WARN, True)
    assert installation.data_dir is not None
    held = locks.take_exclusive(installation.data_dir / "serving")
    assert held is not None
    try:
        stuck = checked(installation, "announcements")
    finally:
        locks.release(held)
    assert (stuck.status, "live process does not tell" in stuck.sentence) == (Status.FAIL, True)


@pytest.mark.parametrize(
    ("kind", "mend"), [("student", "import roster DIR"), ("target", "import case FILE"), ("form", "PUT /api/v1")]
)
def test_a_quarantine_that_grows_old_is_named(
    installation: Installation, engine: Engine, peopled: int, kind: str, mend: str
) -> None:
    received = clock() - timedelta(days=8)
    result = Result(
        "a-1", 1, "S-1", "quiz", "A", Purpose.FORMATIVE, EvidenceType.QUIZ, "system", received, received,
        targets=(TargetScore("T", 1.0, 1.0),),
    )  # fmt: skip
    with district_transaction(engine, peopled) as session:
        client = Factory(session, peopled).client()
        missing = (kind, "S-1", ())
        quarantine(session, peopled, client.id, result, b"", missing, PostState.WAITING, received)
        session.commit()
    check = checked(installation, "quarantine")
    assert check.status is Status.WARN
    assert f"unknown {kind}" in check.sentence
    assert mend in str(check.mend)
    assert checked(installation, "quarantine", timedelta(days=-3)).status is Status.OK


def test_a_retention_that_does_not_run_is_named(installation: Installation, engine: Engine, peopled: int) -> None:
    with district_transaction(engine, peopled) as session:
        session.execute(text("UPDATE district SET created_at = :day"), {"day": clock() - timedelta(days=3)})
        session.commit()
    check = checked(installation, "retention")
    assert check.status is Status.WARN
    assert "retention run --district" in str(check.mend)
    with district_transaction(engine, peopled) as session:
        record(session, peopled, SYSTEM, Act.RETENTION_RUN, clock())
        session.commit()
    assert checked(installation, "retention").status is Status.OK
    assert checked(installation, "retention", timedelta(days=3)).status is Status.WARN


def test_backups_that_are_not_taken_or_not_deleted_are_named(installation: Installation, tmp_path: Path) -> None:
    of = replace(installation, data_dir=tmp_path)
    assert backups(of, False, clock()).status is Status.OK
    assert backups(replace(installation, data_dir=None), True, clock()).status is Status.OK
    none = backups(of, True, clock())
    assert (none.status, none.sentence) == (Status.WARN, "No backup was taken of this installation.")
    assert "backup DIR --keep-days 35, once a night" in str(none.mend)
    note_backup(tmp_path, Path("/mnt/mastery.mastery"), clock())
    assert "/mnt/mastery.mastery" in backups(of, True, clock()).sentence
    assert backups(of, True, clock()).status is Status.OK
    assert backups(of, True, clock() + timedelta(days=3)).status is Status.WARN
    (tmp_path / "backups").mkdir()
    aside = tmp_path / "backups" / "mastery-20260101T000000Z.mastery"
    aside.touch()
    assert backups(of, True, clock()).status is Status.OK
    os.utime(aside, (0, 0))
    assert backups(of, True, clock()).mend == f"rm {aside}"


def test_states_of_another_model_are_named_and_replayed(
    installation: Installation, engine: Engine, peopled: int
) -> None:
    with district_transaction(engine, peopled) as session:
        make = Factory(session, peopled)
        student, target = make.student(make.section(make.school())), make.target()
        make.result(student, make.assessment(), target)
        session.commit()
    replay(engine, peopled, clock())
    assert checked(installation, "model version").status is Status.OK
    with district_transaction(engine, peopled) as session:
        session.execute(text("UPDATE subject_state SET model_version = 'older'"))
        session.commit()
    check = checked(installation, "model version")
    assert check.status is Status.WARN
    assert MODEL_VERSION in check.sentence
    assert "replay --district test-" in str(check.mend)
    replay(engine, peopled, clock())
    assert checked(installation, "model version").status is Status.OK


def test_states_of_a_calibration_that_is_not_in_force_any_more_are_named_and_replayed(
    installation: Installation, engine: Engine, peopled: int
) -> None:
    with district_transaction(engine, peopled) as session:
        make = Factory(session, peopled)
        student, target = make.student(make.section(make.school())), make.target()
        make.result(student, make.assessment(), target)
        session.commit()
        subject, typical = target.subject, {target.id: TargetParameters(0.4, 0.2)}
    replay(engine, peopled, clock())
    with district_transaction(engine, peopled) as session:
        Factory(session, peopled).calibration(subject, Model(DEFAULTS, {}, typical))
        session.commit()
    assert checked(installation, "model version").status is Status.WARN
    replay(engine, peopled, clock())
    assert checked(installation, "model version").status is Status.OK


def test_a_standing_without_evidence_is_named_and_replayed(
    installation: Installation, engine: Engine, peopled: int
) -> None:
    with district_transaction(engine, peopled) as session:
        make = Factory(session, peopled)
        student, target = make.student(make.section(make.school())), make.target()
        make.result(student, make.assessment(), target)
        session.commit()
        student_id = student.id
    replay(engine, peopled, clock())
    assert checked(installation, "derived rows").status is Status.OK
    with district_transaction(engine, peopled) as session:
        other = Factory(session, peopled).target()
        session.execute(
            text("UPDATE standing SET target_id = :other WHERE district_id = :district AND student_id = :student"),
            {"other": other.id, "district": peopled, "student": student_id},
        )
        session.commit()
    check = checked(installation, "derived rows")
    assert (check.status, "1 standings have no evidence" in check.sentence) == (Status.FAIL, True)
    replay(engine, peopled, clock())
    assert checked(installation, "derived rows").status is Status.OK


def test_a_result_from_the_future_is_named(installation: Installation, engine: Engine, peopled: int) -> None:
    with district_transaction(engine, peopled) as session:
        make = Factory(session, peopled)
        student, target = make.student(make.section(make.school())), make.target()
        make.result(student, make.assessment(), target, at=clock() + timedelta(hours=2))
        session.commit()
    check = checked(installation, "time of results")
    assert check.status is Status.FAIL
    assert "still to come" in check.sentence


def test_an_old_secret_of_a_program_is_named(installation: Installation, engine: Engine) -> None:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        create_client(session, district_id, "the LMS", ["results.write"], clock() - timedelta(days=91))
        session.commit()
    check = checked(installation, "client secrets")
    assert check.status is Status.WARN
    assert "client rotate 'the LMS' --district" in str(check.mend)
    with district_transaction(engine, district_id) as session:
        session.execute(update(ClientSecret).values(ended_at=clock()))
        session.commit()
    assert checked(installation, "client secrets").status is Status.OK
