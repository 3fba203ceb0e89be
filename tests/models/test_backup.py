"""A backup is whole or not there; a restore proves what it brings up, and changes nothing until it has."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from factories import Factory, new_district
from sqlalchemy import Engine, make_url, select, text

from mastery.backups import KEPT
from models.backup import (
    DUMP,
    MANIFEST,
    BackupError,
    Manifest,
    Reader,
    check_content,
    read_manifest,
    reader_of,
    write_backup,
)
from models.hardening import find_gaps
from models.installation import External, Installation
from models.migrate import head
from models.old_backups import prune
from models.restore import BESIDE, REPLACED, Present, present, refuse_newer, restore_backup
from models.roster import Section
from models.unit_of_work import connect, district_transaction

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
# the server is shared by all workers of a run
ELSEWHERE = f"elsewhere_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def district(engine: Engine) -> int:
    """A district with two students and a target."""
    made = new_district(engine)
    with district_transaction(engine, made) as session:
        make = Factory(session, made)
        section = make.section(make.school())
        make.student(section)
        make.student(section, "Emmy", "Noether")
        make.target("4.NF.A.1")
        session.commit()
    return made


@pytest.fixture
def elsewhere(installation: Installation) -> Iterator[Installation]:
    """Another database of the same server, which does not exist yet and is gone afterwards."""
    yield installation.for_database(ELSEWHERE)
    with _administrator(installation) as connection:
        for name in (ELSEWHERE, ELSEWHERE + BESIDE, ELSEWHERE + REPLACED):
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _administrator(installation: Installation) -> psycopg.Connection[tuple[object, ...]]:
    url = installation.superuser_dsn
    assert url is not None
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)


def _databases(installation: Installation) -> set[str]:
    with _administrator(installation) as connection:
        return {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}


def _taken(installation: Installation, target: Path) -> tuple[Path, Manifest]:
    return write_backup(reader_of(installation), target, "0.1.0", "model-1", NOW)


def _rewrite(path: Path, **changes: object) -> None:
    """Say something else in a backup's manifest; the dump stays."""
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read(MANIFEST)) | changes
        dump = archive.read(DUMP)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(DUMP, dump)
        archive.writestr(MANIFEST, json.dumps(content))


def test_a_backup_restores_every_row_under_the_same_guards(
    installation: Installation, elsewhere: Installation, district: int, tmp_path: Path
) -> None:
    path, manifest = _taken(installation, tmp_path)
    assert path == tmp_path / "mastery-20261123T150000Z.mastery"
    assert manifest == read_manifest(path)
    assert manifest.migration == head()
    assert manifest.rows["person"] == 2
    counted = restore_backup(elsewhere, path, manifest, present)
    assert counted.students == 2
    engine, owner = connect(elsewhere.app_dsn), connect(elsewhere.owner_dsn)
    try:
        with owner.connect() as connection:
            assert find_gaps(connection) == []
        with district_transaction(engine, district) as session:
            names = session.execute(text("SELECT given_name FROM person ORDER BY id")).scalars().all()
        with district_transaction(engine, district + 1) as session:
            assert session.execute(text("SELECT count(*) FROM person")).scalar_one() == 0
    finally:
        engine.dispose()
        owner.dispose()
    assert names == ["Ada", "Emmy"]
    assert {ELSEWHERE + BESIDE, ELSEWHERE + REPLACED}.isdisjoint(_databases(installation))


def test_what_is_over_goes_but_only_whole_backups_of_the_same_database(
    installation: Installation, district: int, tmp_path: Path
) -> None:
    newest, manifest = _taken(installation, tmp_path)

    def copied(name: str, days: int, **changes: object) -> Path:
        path = tmp_path / name
        shutil.copy(newest, path)
        _rewrite(path, created_at=(NOW - timedelta(days=days)).isoformat(), **changes)
        return path

    over = copied("mastery-20261018T150000Z.mastery", 36)
    kept = [
        copied("mastery-20261019T150000Z.mastery", 35),
        copied("mastery-other.mastery", 99, source="another/mastery"),
        copied("mastery-unknown.mastery", 99, source=""),
        copied("mine.mastery", 99),
        copied("mastery-newer.mastery", 99, format=2),
    ]
    half = tmp_path / "mastery-20260101T150000Z.mastery"
    half.write_bytes(newest.read_bytes()[:-10])
    link = tmp_path / "mastery-20260102T150000Z.mastery"
    link.symlink_to(kept[3])
    assert manifest.source
    assert prune(newest, manifest, KEPT, NOW) == [over]
    assert set(tmp_path.iterdir()) == {newest, half, link, *kept}
    newest.write_bytes(newest.read_bytes().replace(b"PGDMP", b"pgdmp", 1))
    with pytest.raises(BackupError, match="is damaged"):
        prune(newest, manifest, timedelta(days=1), NOW)
    assert set(tmp_path.iterdir()) == {newest, half, link, *kept}


def test_a_backup_is_private_and_holds_no_secret(installation: Installation, district: int, tmp_path: Path) -> None:
    path, _ = _taken(installation, tmp_path / "copy")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    secrets = json.loads((Path(str(installation.data_dir)) / "installation.json").read_text())
    for secret in (secrets["secret_key"], *secrets["database"].values()):
        assert secret.encode() not in content


def test_a_backup_under_load_is_one_moment(
    installation: Installation, elsewhere: Installation, engine: Engine, district: int, tmp_path: Path
) -> None:
    done = threading.Event()

    with district_transaction(engine, district) as session:
        section = session.scalars(select(Section)).one()

    def write() -> None:
        while not done.is_set():
            with district_transaction(engine, district) as session:
                Factory(session, district).student(section)
                session.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [_taken(installation, tmp_path / f"copy-{number}") for number in range(3)]
    finally:
        done.set()
        writer.join()
    for path, manifest in copies:
        assert manifest.rows["enrollment"] == manifest.rows["person_role"] == manifest.rows["person"] >= 2
        # restoring compares every table's rows with the manifest
        restore_backup(elsewhere, path, manifest, present)


@pytest.mark.parametrize("program", ["exit 3", "printf half; echo no room >&2; exit 1"])
def test_a_failed_backup_leaves_what_was_there(
    installation: Installation, district: int, tmp_path: Path, program: str
) -> None:
    target = tmp_path / "copy"
    target.write_text("yesterday's")
    script = tmp_path / "pg_dump"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(0o755)
    broken = replace(reader_of(installation), pg_dump=script)
    with pytest.raises(BackupError, match="pg_dump failed"):
        write_backup(broken, target, "0.1.0", "model-1", NOW)
    assert target.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "pg_dump"]


def test_an_interrupted_backup_leaves_nothing(installation: Installation, district: int, tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_backup(reader_of(installation), tmp_path / "copy", "0.1.0", "model-1", NOW, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_damage_is_found_before_anything_is_touched(
    installation: Installation, elsewhere: Installation, district: int, tmp_path: Path
) -> None:
    path, manifest = _taken(installation, tmp_path / "copy")
    whole = path.read_bytes()
    place = whole.index(b"PGDMP") + 2000
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(BackupError, match="is damaged"):
        restore_backup(elsewhere, path, manifest, present)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="is no whole backup"):
        read_manifest(path)
    path.write_bytes(whole)
    with pytest.raises(BackupError, match="not what its manifest says"):
        check_content(path, replace(manifest, sha256="0" * 64))
    with pytest.raises(BackupError, match="There is no file"):
        read_manifest(tmp_path / "none")
    assert ELSEWHERE not in _databases(installation)


def test_a_backup_of_a_newer_program_is_refused(installation: Installation, district: int, tmp_path: Path) -> None:
    path, manifest = _taken(installation, tmp_path / "copy")
    refuse_newer(manifest, path)
    _rewrite(path, migration="9999", version="7.0")
    with pytest.raises(BackupError, match="at schema 9999, which this version does not know"):
        refuse_newer(read_manifest(path), path)
    with pytest.raises(BackupError, match="comes from PostgreSQL 99"):
        refuse_newer(replace(manifest, server_version=990_001), path)
    _rewrite(path, format=2)
    with pytest.raises(BackupError, match="newer version of the program"):
        read_manifest(path)


@pytest.mark.parametrize("error", [BackupError("not proved"), KeyboardInterrupt()])
def test_until_it_is_proved_the_old_database_stays(
    installation: Installation, elsewhere: Installation, engine: Engine, district: int, tmp_path: Path,
    error: BaseException,
) -> None:  # fmt: skip
    first, first_says = _taken(installation, tmp_path / "first")
    restore_backup(elsewhere, first, first_says, present)
    with district_transaction(engine, district) as session:
        Factory(session, district).person("Sonja", "Kowalewski")
        session.commit()
    second, second_says = _taken(installation, tmp_path / "second")

    def refuse(beside: Installation) -> Present:
        assert present(beside).students == 3
        raise error

    with pytest.raises(type(error)):
        restore_backup(elsewhere, second, second_says, refuse)
    assert present(elsewhere).students == 2
    assert ELSEWHERE + BESIDE not in _databases(installation)
    restore_backup(elsewhere, second, second_says, present)
    assert present(elsewhere).students == 3


def test_what_a_killed_restore_left_is_cleared_away(
    installation: Installation, elsewhere: Installation, district: int, tmp_path: Path
) -> None:
    path, manifest = _taken(installation, tmp_path / "copy")
    with _administrator(installation) as connection:
        connection.execute(f'CREATE DATABASE "{ELSEWHERE}{BESIDE}"'.encode())
        connection.execute(f'CREATE DATABASE "{ELSEWHERE}{REPLACED}"'.encode())
    restore_backup(elsewhere, path, manifest, present)
    assert {name for name in _databases(installation) if name.startswith(ELSEWHERE)} == {ELSEWHERE}


def test_rows_that_the_manifest_does_not_know_are_refused(
    installation: Installation, elsewhere: Installation, district: int, tmp_path: Path
) -> None:
    path, manifest = _taken(installation, tmp_path / "copy")
    wrong = replace(manifest, rows=manifest.rows | {"person": 7})
    with pytest.raises(BackupError, match="other rows than the backup says: person"):
        restore_backup(elsewhere, path, wrong, present)
    assert ELSEWHERE not in _databases(installation)


def test_an_external_server_is_told_what_a_backup_needs(installation: Installation, tmp_path: Path) -> None:
    external = Installation(None, "secret", External(installation.app_dsn, installation.owner_dsn))
    with pytest.raises(BackupError, match="CREATE ROLE mastery_backup LOGIN BYPASSRLS"):
        reader_of(external, {})
    for role, url in (("mastery_app", installation.app_dsn), ("mastery_owner", installation.owner_dsn)):
        reader = Reader(url, reader_of(installation).pg_dump)
        with pytest.raises(BackupError, match=f'ALTER ROLE "{role}" BYPASSRLS'):
            write_backup(reader, tmp_path / "copy", "0.1.0", "model-1", NOW)
    assert list(tmp_path.iterdir()) == []


def test_an_external_server_is_backed_up_by_the_role_that_was_asked_for(
    installation: Installation, elsewhere: Installation, district: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.superuser_dsn is not None
    url = make_url(installation.superuser_dsn)
    own = reader_of(installation)
    monkeypatch.setenv("PATH", str(own.pg_dump.parent), prepend=":")
    external = Installation(None, "secret", External(installation.app_dsn, installation.owner_dsn))
    with _administrator(installation) as connection:
        connection.execute("CREATE ROLE mastery_backup LOGIN BYPASSRLS PASSWORD 'kept apart'")
        connection.execute("GRANT pg_read_all_data TO mastery_backup")
        connection.execute(f'GRANT CONNECT ON DATABASE "{url.database}" TO mastery_backup'.encode())
        try:
            named = url.set(username="mastery_backup", password="kept apart").render_as_string(hide_password=False)
            reader = reader_of(external, {"MASTERY_BACKUP_DATABASE_URL": named})
            path, manifest = write_backup(reader, tmp_path, "0.1.0", "model-1", NOW)
        finally:
            connection.execute("DROP OWNED BY mastery_backup")
            connection.execute("DROP ROLE mastery_backup")
    assert reader.pg_dump == own.pg_dump
    assert restore_backup(elsewhere, path, manifest, present).students == 2


def test_pg_dump_that_is_not_there_is_named(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    external = Installation(None, "secret", External(installation.app_dsn, installation.owner_dsn))
    with pytest.raises(BackupError, match="apt install postgresql-client"):
        reader_of(external, {"MASTERY_BACKUP_DATABASE_URL": installation.owner_dsn})


def test_a_place_that_can_not_be_written_to_is_named(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no directory"):
        _taken(installation, tmp_path / "none" / "copy")
