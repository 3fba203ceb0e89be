"""A whole backup in one file, taken from one snapshot while the service runs, and written whole or not at all.

The file is an uncompressed zip: `database.dump` (pg_dump's custom format, compressed itself) and `manifest.json`. The
secrets of the installation are never in it: nothing in the database is encrypted with them and a restore makes new
ones, so all that would be gained is that nobody signs in again, while a copy that lies about would open the service.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from models.embedded import find_binaries
from models.installation import Installation, InstallationError, setting

DUMP = "database.dump"
MANIFEST = "manifest.json"
SUFFIX = ".mastery"
PREFIX = "mastery-"
FORMAT = 1
_BLOCK = 1 << 20
_READER = "MASTERY_BACKUP_DATABASE_URL"
_WITHOUT_ROWS = "alembic_version"
Advance = Callable[[int], None]
Row = tuple[Any, ...]


class BackupError(Exception):
    """The backup can not be written, read or restored; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `rows` by table, `sha256` of the dump in hexadecimal, `size` of it in bytes.

    `source`: which database of which server it is of; empty where an older version wrote it.
    """

    format: int
    version: str
    migration: str
    model_version: str
    server_version: int
    created_at: str
    rows: dict[str, int]
    sha256: str
    size: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the whole database is read: a URL whose role sees every row, and the pg_dump that fits the server."""

    url: str
    pg_dump: Path


def reader_of(installation: Installation, environ: Mapping[str, str] = os.environ) -> Reader:
    """The role and program for a backup. Raises BackupError with what an external server's administrator must give."""
    own = installation.superuser_dsn
    if own is not None:
        return Reader(own, find_binaries().program("pg_dump"))
    try:
        url = setting(environ, _READER)
    except InstallationError as error:
        raise BackupError(str(error)) from error
    if not url:
        raise BackupError(
            "The roles of the service can not read every district's rows, so a backup of an external server needs one "
            "more: as its administrator run `CREATE ROLE mastery_backup LOGIN BYPASSRLS PASSWORD '...'; "
            "GRANT pg_read_all_data TO mastery_backup; GRANT CONNECT ON DATABASE mastery TO mastery_backup;` "
            f"and set {_READER} to its URL."
        )
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError(
            "pg_dump is not on PATH: install your server's client programs, on Debian `apt install postgresql-client`."
        )
    return Reader(url, Path(program))


def write_backup(
    reader: Reader,
    target: Path,
    version: str,
    model_version: str,
    now: datetime,
    advance: Advance = lambda _: None,
) -> tuple[Path, Manifest]:
    """Write the backup to `target`, or under a name with the time where that is a directory; the file and what it says.

    `advance` hears of bytes. Nothing of a failed or interrupted one stays under the final name. Raises BackupError.
    """
    if target.is_dir():
        target = target / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if not target.parent.is_dir():
        raise BackupError(f"There is no directory {target.parent}.")
    try:
        descriptor, scratch = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise BackupError(f"{target.parent} can not be written to ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            manifest = _write(reader, file, version, model_version, now, advance)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, target)
    except OSError as error:
        raise BackupError(f"{target} can not be written ({error.strerror}).") from error
    finally:
        Path(scratch).unlink(missing_ok=True)
    _sync_directory(target.parent)
    return target, manifest


def _write(
    reader: Reader, file: IO[bytes], version: str, model_version: str, now: datetime, advance: Advance
) -> Manifest:
    with _snapshot(reader) as (connection, snapshot):
        server_version = connection.info.server_version
        migration = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])  # type: ignore[index]
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            entry = zipfile.ZipInfo(DUMP, now.timetuple()[:6])
            with archive.open(entry, "w", force_zip64=True) as dump:
                digest, size = _dump(reader, snapshot, dump, advance)
            manifest = Manifest(
                FORMAT, version, migration, model_version, server_version, now.isoformat(), count_rows(connection),
                digest, size, _source(connection),
            )  # fmt: skip
            archive.writestr(zipfile.ZipInfo(MANIFEST, now.timetuple()[:6]), json.dumps(asdict(manifest), indent=2))
    return manifest


def _source(connection: psycopg.Connection[Row]) -> str:
    """Server and database; empty where the role of an external server may not ask."""
    allowed = connection.execute("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')").fetchone()
    if allowed != (True,):
        return ""
    row = connection.execute("SELECT system_identifier, current_database() FROM pg_control_system()").fetchone()
    return "" if row is None else f"{row[0]}/{row[1]}"


@contextmanager
def _snapshot(reader: Reader) -> Iterator[tuple[psycopg.Connection[Row], str]]:
    """A connection in a snapshot that pg_dump shares, so that the counts are those of the copy."""
    try:
        connection = psycopg.connect(conninfo(reader.url))
    except psycopg.OperationalError as error:
        raise BackupError(f"The database can not be reached: {error}") from error
    with connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute(
            "SELECT pg_export_snapshot(), current_user, rolsuper OR rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        if row is None or not row[2]:
            name = row[1] if row else "of the backup"
            raise BackupError(
                f'The role {name} may not read through row security: run `ALTER ROLE "{name}" BYPASSRLS` as an '
                "administrator."
            )
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            raise BackupError("There is nothing to back up: the database has no schema. Run `mastery db upgrade`.")
        yield connection, str(row[0])


def count_rows(connection: psycopg.Connection[Row]) -> dict[str, int]:
    """Rows by table, as a role sees them that passes row security."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s ORDER BY tablename",
        [_WITHOUT_ROWS],
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name))).fetchone()
        found[str(name)] = int(row[0]) if row else 0
    return found


def _dump(reader: Reader, snapshot: str, into: IO[bytes], advance: Advance) -> tuple[str, int]:
    target, environment = pg_connection(reader.url)
    command = [str(reader.pg_dump), "--format=custom", "--no-password", f"--snapshot={snapshot}", f"--dbname={target}"]
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as said:
        dump = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment, cwd="/")
        assert dump.stdout is not None
        try:
            while block := dump.stdout.read(_BLOCK):
                into.write(block)
                digest.update(block)
                size += len(block)
                advance(len(block))
        except BaseException:
            dump.terminate()
            raise
        finally:
            dump.stdout.close()
            code = dump.wait()
        if code != 0:
            said.seek(0)
            raise BackupError(f"pg_dump failed: {said.read().decode(errors='replace').strip()}")
    return digest.hexdigest(), size


def pg_connection(url: str) -> tuple[str, dict[str, str]]:
    """What PostgreSQL's own programs are told to connect to, and the environment that holds the password unseen."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    password = make_url(url).password
    return conninfo(url, with_password=False), inherited | ({"PGPASSWORD": str(password)} if password else {})


def conninfo(url: str, with_password: bool = True) -> str:
    """A URL of SQLAlchemy's as libpq's own words: libpq does not read the `+` that stands for a space there."""
    parsed = make_url(url)
    said: dict[str, Any] = {
        "user": parsed.username,
        "host": parsed.host,
        "port": parsed.port,
        "dbname": parsed.database,
        **parsed.query,
    }
    if with_password:
        said["password"] = None if parsed.password is None else str(parsed.password)
    return make_conninfo("", **{name: value for name, value in said.items() if value is not None})


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself. Raises BackupError for anything that is no whole backup."""
    try:
        with zipfile.ZipFile(path) as archive:
            content: dict[str, Any] = json.loads(archive.read(MANIFEST))
            archive.getinfo(DUMP)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except OSError as error:
        raise BackupError(f"{path} can not be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{path} is no whole backup of this program ({error}): take another copy of it.") from error
    if content.get("format") != FORMAT:
        raise BackupError(f"{path} was written by a newer version of the program: restore it with that version.")
    try:
        return Manifest(**content)
    except TypeError as error:
        raise BackupError(f"{path} has a manifest that can not be read ({error}).") from error


def check_content(path: Path, manifest: Manifest, advance: Advance = lambda _: None) -> None:
    """Read the whole dump against its SHA-256. Raises BackupError where a bit differs."""
    digest = hashlib.sha256()
    try:
        for block in dump_blocks(path):
            digest.update(block)
            advance(len(block))
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupError(f"{path} is damaged ({error}): take another copy of it.") from error
    if digest.hexdigest() != manifest.sha256:
        raise BackupError(f"{path} is damaged: its content is not what its manifest says. Take another copy of it.")


def dump_blocks(path: Path) -> Iterator[bytes]:
    """The dump inside a backup, a block at a time."""
    with zipfile.ZipFile(path) as archive, archive.open(DUMP) as dump:
        while block := dump.read(_BLOCK):
            yield block


def _sync_directory(directory: Path) -> None:
    """Make the new name itself durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
