"""Bringing a backup up in an installation: into a database beside, checked there, then put in place by one rename.

Whatever ends a restore half-way, the database in place is the old one, or there is none yet.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import sql

from models.backup import (
    Advance,
    BackupError,
    Manifest,
    Row,
    check_content,
    conninfo,
    count_rows,
    dump_blocks,
    pg_connection,
)
from models.embedded import EmbeddedError, find_binaries, locks
from models.hardening import close_gaps
from models.installation import OWNER_ROLE, Embedded, Installation
from models.migrate import head, revisions, upgrade
from models.roles import ensure_database
from models.unit_of_work import connect

BESIDE = "_restoring"
REPLACED = "_replaced"
_VERSIONS_PER_MAJOR = 10_000
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class Present:
    """What an installation holds already."""

    districts: tuple[str, ...]
    students: int
    results: int

    @property
    def is_empty(self) -> bool:
        """Nothing would be lost."""
        return not self.districts

    def __str__(self) -> str:
        """In words, for a refusal."""
        count = f"{len(self.districts)} district{'s' if len(self.districts) > 1 else ''}"
        return f"{count} ({', '.join(self.districts)}) with {self.students} people and {self.results} results"


def refuse_newer(manifest: Manifest, path: Path) -> None:
    """Raise BackupError for a backup that a newer program, schema or server made."""
    if manifest.migration not in revisions():
        raise BackupError(
            f"{path} is at schema {manifest.migration}, which this version does not know (its newest is {head()}): "
            f"restore it with version {manifest.version} of the program or a newer one."
        )
    ours = find_binaries().major
    if manifest.server_version // _VERSIONS_PER_MAJOR > ours:
        raise BackupError(
            f"{path} comes from PostgreSQL {manifest.server_version // _VERSIONS_PER_MAJOR} and this version brings "
            f"{ours}: restore it with a newer version of the program."
        )


@contextmanager
def reserved(installation: Installation) -> Iterator[Embedded]:
    """Keep the installation from being served meanwhile, with its server running. Raises BackupError."""
    database = installation.database
    if not isinstance(database, Embedded):
        raise BackupError(
            "Only an installation with an embedded database is restored by this command; for a server of your own see "
            "docs/operations.md."
        )
    place = locks.take_exclusive(database.data_dir / "serving")
    if place is None:
        raise BackupError(f"{database.data_dir} is being served: end that first.")
    try:
        with database.server():
            yield database
    finally:
        locks.release(place)


def present(installation: Installation) -> Present:
    """What the installation's database holds; its server must run."""
    database = _embedded(installation)
    with _superuser(database, "postgres") as connection:
        if not _exists(connection, database.database):
            return Present((), 0, 0)
    with _superuser(database, database.database) as connection:
        if connection.execute("SELECT to_regclass('district')").fetchone() == (None,):
            return Present((), 0, 0)
        names = tuple(str(row[0]) for row in connection.execute("SELECT slug FROM district ORDER BY slug"))
        counts = connection.execute("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM result)").fetchone()
    assert counts is not None
    return Present(names, int(counts[0]), int(counts[1]))


def restore_backup(
    installation: Installation,
    path: Path,
    manifest: Manifest,
    check: Callable[[Installation], Checked],
    advance: Advance = lambda _: None,
) -> Checked:
    """Replace the installation's database by a backup's; what `check` found of it before it was put in place.

    `check` gets the installation on the new database, migrated to the newest schema; what it raises leaves everything
    as it was. The server must run and nobody may serve (`reserved`). `advance` hears of bytes, read twice. Raises
    BackupError.
    """
    database = _embedded(installation)
    check_content(path, manifest, advance)
    beside = installation.for_database(database.database + BESIDE)
    _drop(database, database.database + BESIDE)
    try:
        ensure_database(beside)
        _load(beside, path, advance)
        _compare(_embedded(beside), manifest)
        _finish(beside)
        found = check(beside)
        _put_in_place(database)
    finally:
        _drop(database, database.database + BESIDE)
    _drop(database, database.database + REPLACED)
    return found


def _embedded(installation: Installation) -> Embedded:
    if not isinstance(installation.database, Embedded):
        raise BackupError("Only an embedded database can be restored into.")
    return installation.database


def _load(beside: Installation, path: Path, advance: Advance) -> None:
    """Feed the dump to pg_restore: all of it in one transaction, owned by our own roles whoever owned it before."""
    assert beside.superuser_dsn is not None
    target, environment = pg_connection(beside.superuser_dsn)
    command = [str(find_binaries().program("pg_restore")), "--exit-on-error", "--single-transaction", "--no-password"]
    command += ["--no-owner", f"--role={OWNER_ROLE}", f"--dbname={target}"]
    with tempfile.TemporaryFile() as said:
        restore = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, env=environment, cwd="/")
        assert restore.stdin is not None
        try:
            for block in dump_blocks(path):
                restore.stdin.write(block)
                advance(len(block))
            restore.stdin.close()
            code = restore.wait()
        except BrokenPipeError:
            code = restore.wait()
        finally:
            if restore.poll() is None:
                restore.kill()
                restore.wait()
        if code != 0:
            said.seek(0)
            raise BackupError(f"pg_restore failed: {said.read().decode(errors='replace').strip()}")


def _compare(database: Embedded, manifest: Manifest) -> None:
    with _superuser(database, database.database) as connection:
        found = count_rows(connection)
    if found != manifest.rows:
        names = sorted(
            name for name in found.keys() | manifest.rows.keys() if found.get(name) != manifest.rows.get(name)
        )
        raise BackupError(f"After the restore these tables have other rows than the backup says: {', '.join(names)}.")


def _finish(beside: Installation) -> None:
    """Bring the restored database to this version's schema and gather its statistics."""
    owner = connect(beside.owner_dsn, pool_size=1)
    try:
        upgrade(owner)
        close_gaps(owner)
    finally:
        owner.dispose()
    database = _embedded(beside)
    with _superuser(database, database.database) as connection:
        connection.execute("ANALYZE")


def _put_in_place(database: Embedded) -> None:
    """One transaction renames both databases: before its commit the old one is there, after it the new one."""
    name, beside, replaced = (sql.Identifier(database.database + end) for end in ("", BESIDE, REPLACED))
    _drop(database, database.database + REPLACED)
    with _superuser(database, "postgres") as connection:
        for each in (database.database, database.database + BESIDE):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [each],
            )
        with connection.transaction():
            if _exists(connection, database.database):
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, replaced))
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(beside, name))


def _drop(database: Embedded, name: str) -> None:
    with _superuser(database, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _exists(connection: psycopg.Connection[Row], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _superuser(database: Embedded, name: str) -> psycopg.Connection[Row]:
    url = database.url("postgres", database.superuser_password, name)
    try:
        return psycopg.connect(conninfo(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise EmbeddedError(f"The database of {database.data_dir} can not be reached: {error}") from error
