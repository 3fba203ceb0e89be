"""Backup, restore and upgrade of an installation as its administrator means them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect, select, text

from api.actions.deletions import FILE, Deletion, Redone, joined, known_deletions, read_deletions, redo
from api.actions.replay import verify
from api.version import version
from mastery.estimate import MODEL_VERSION
from models import backup
from models import restore as restoring
from models.backup import Advance, BackupError, Manifest
from models.clock import DemonstrationClock
from models.district import District
from models.hardening import Gap, close_gaps, mend_roles
from models.installation import OWNER_ROLE, Installation, create
from models.migrate import current, head, revisions, upgrade
from models.old_backups import note_backup, prune
from models.retention import Tombstone
from models.roles import ensure_database
from models.row_security import APP_ROLE
from models.unit_of_work import connect, shared_transaction

BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Proved:
    """What `replay --verify` found in all districts of a database."""

    districts: int
    students: int
    rows: int
    differing: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought up, and into which file what was there before was put first (with --force).

    `redone`: what was deleted after the backup was taken, and was deleted again.
    """

    data_dir: str
    backup: Manifest
    migration: str
    proved: Proved
    put_aside: str | None
    redone: Redone


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """A database beside the program: `state` is current, behind, ahead, or empty (no schema yet)."""

    state: str
    migration: str | None
    newest: str
    server_version: str
    bytes: int
    districts: int


class NewerDatabaseError(Exception):
    """The database was migrated by a newer version of the program."""


def back_up(
    installation: Installation, target: Path, now: datetime, advance: Advance = lambda _: None
) -> tuple[Path, Manifest]:
    """Write a whole backup to a file, or into a directory; an embedded server must run. Raises BackupError.

    The data directory, where there is one, keeps which was the last.
    """
    done = _write(installation, target, now, advance)
    if installation.data_dir is not None:
        note_backup(installation.data_dir, done[0], now)
    return done


def _write(
    installation: Installation, target: Path, now: datetime, advance: Advance = lambda _: None
) -> tuple[Path, Manifest]:
    return backup.write_backup(backup.reader_of(installation), target, version(), MODEL_VERSION, now, advance)


def back_up_into(
    installation: Installation, folder: Path, keep: timedelta, now: datetime, advance: Advance = lambda _: None
) -> tuple[Path, Manifest, list[Path]]:
    """Write a whole backup into a directory, then delete those of this database there that are older than `keep`.

    Raises BackupError; nothing is deleted where no new backup was written.
    """
    if not folder.is_dir():
        raise BackupError(f"{folder} is no directory: old backups are deleted only in a directory of their own.")
    path, manifest = back_up(installation, folder, now, advance)
    return path, manifest, prune(path, manifest, keep, now)


def restore(
    path: Path, data_dir: Path, force: bool, now: datetime, advance: Advance = lambda _: None,
    deletions: Path | None = None,
) -> Restored:  # fmt: skip
    """Bring a backup up in `data_dir`, which must hold no district; with `force` a backup of what is there comes first.

    What was deleted since the backup was taken is deleted again before it is proved: as the database that is replaced
    knows it, the file in `data_dir`, and the file `deletions`. Raises BackupError or DeletionsError; then what was in
    `data_dir` is as it was.
    """
    told = read_deletions(deletions) if deletions is not None else []
    manifest = backup.read_manifest(path)
    restoring.refuse_newer(manifest, path)
    backup.check_content(path, manifest)
    installation = create(data_dir)
    with restoring.reserved(installation):
        put_aside = _put_aside(installation, data_dir, force, now)
        told = joined(told, _deletions_here(installation, data_dir))

        def check(beside: Installation) -> tuple[Redone, Proved]:
            return _redo(beside, told, now), prove(beside)

        redone, proved = restoring.restore_backup(installation, path, manifest, check, advance)
        # a demonstration's clock would go on for whatever district came in its place
        DemonstrationClock(data_dir).end()
    return Restored(str(data_dir), manifest, head(), proved, put_aside, redone)


def _put_aside(installation: Installation, data_dir: Path, force: bool, now: datetime) -> str | None:
    there = restoring.present(installation)
    if there.is_empty:
        return None
    if not force:
        raise BackupError(
            f"{data_dir} already holds {there}: name an empty --data-dir, or say --force, which takes a backup of it "
            "first and then replaces it."
        )
    folder = data_dir / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(_write(installation, folder, now)[0])


def _deletions_here(installation: Installation, data_dir: Path) -> list[Deletion]:
    """What the database that is to be replaced, and the file beside it, know of deletions."""
    kept = read_deletions(data_dir / FILE) if (data_dir / FILE).exists() else []
    if restoring.present(installation).is_empty:
        return kept
    engine = connect(installation.app_dsn, pool_size=1)
    try:
        # a schema of before there were deletions knows of none
        knows = inspect(engine).has_table(Tombstone.__tablename__)
        return joined(kept, known_deletions(engine) if knows else [])
    finally:
        engine.dispose()


def _redo(beside: Installation, deletions: list[Deletion], now: datetime) -> Redone:
    owner = connect(beside.owner_dsn, pool_size=1)
    try:
        return redo(owner, deletions, now)
    finally:
        owner.dispose()


def prove(installation: Installation) -> Proved:
    """Rebuild every district of a database from its evidence and compare with what is stored, writing nothing."""
    engine = connect(installation.app_dsn, pool_size=2)
    try:
        with shared_transaction(engine) as session:
            districts = session.scalars(select(District.id).order_by(District.id)).all()
        found = [verify(engine, district) for district in districts]
    finally:
        engine.dispose()
    return Proved(
        len(found), sum(one.students for one in found), sum(one.rows for one in found),
        sum(one.differing for one in found),
    )  # fmt: skip


def database_status(installation: Installation) -> DatabaseStatus:
    """Where the database stands; its server must run."""
    engine = connect(installation.owner_dsn, pool_size=1)
    try:
        at = current(engine)
        with engine.connect() as connection:
            server, size = connection.execute(
                text("SELECT current_setting('server_version'), pg_database_size(current_database())")
            ).one()
            districts = connection.execute(text("SELECT count(*) FROM district")).scalar_one() if at else 0
    finally:
        engine.dispose()
    return DatabaseStatus(_state(at), at, head(), server, size, districts)


def _state(at: str | None) -> str:
    if at is None:
        return "empty"
    if at == head():
        return "current"
    return "behind" if at in revisions() else "ahead"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The revision before and after, and what guards a district's rows that had to be put right."""

    before: str | None
    after: str
    mended: list[Gap]


def upgrade_database(installation: Installation) -> Upgraded:
    """Bring the schema to the newest as the owning role; then guard again what is not guarded as the schema says.

    The same again changes nothing and locks no table. Raises NewerDatabaseError.
    """
    ensure_database(installation)
    engine = connect(installation.owner_dsn, pool_size=1)
    try:
        at = current(engine)
        if at is not None and at not in revisions():
            raise NewerDatabaseError(
                f"The database is at schema {at}, which this version of the program does not know (its newest is "
                f"{head()}): a newer version made it, so run that version. Nothing was changed."
            )
        after = head() if at == head() else upgrade(engine)
        _mend_roles(installation)
        return Upgraded(at, after, close_gaps(engine))
    finally:
        engine.dispose()


def _mend_roles(installation: Installation) -> None:
    """On the embedded server we are its administrator; an external one is its own administrator's."""
    if installation.superuser_dsn is None:
        return
    superuser = connect(installation.superuser_dsn, pool_size=1)
    try:
        mend_roles(superuser, APP_ROLE, OWNER_ROLE)
    finally:
        superuser.dispose()
