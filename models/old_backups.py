"""Backups in a directory that are over, of which only whole ones of the same database go; and which was the last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from mastery.backups import over
from models.backup import PREFIX, SUFFIX, BackupError, Manifest, check_content, read_manifest

LAST = "last-backup.json"


def prune(newest: Path, manifest: Manifest, keep: timedelta, now: datetime) -> list[Path]:
    """Delete the backups beside a new one that are older than `keep`; which. The new one is read back before.

    Raises BackupError; then no more are deleted.
    """
    check_content(newest, manifest)
    found = dict(_of_same_source(newest, manifest))
    gone = over(found.values(), keep, now)
    removed = []
    for path in sorted(path for path, at in found.items() if at in gone and path != newest):
        try:
            path.unlink()
        except OSError as error:
            raise BackupError(f"{path} is over and can not be deleted ({error.strerror}).") from error
        removed.append(path)
    return removed


def _of_same_source(newest: Path, manifest: Manifest) -> Iterator[tuple[Path, datetime]]:
    for path in newest.parent.glob(f"{PREFIX}*{SUFFIX}"):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            other = read_manifest(path)
            at = datetime.fromisoformat(other.created_at)
        except (BackupError, ValueError):
            continue
        if manifest.source and other.source == manifest.source:
            yield path, at


def note_backup(data_dir: Path, path: Path, now: datetime) -> None:
    """Keep beside an installation which backup was taken last. Raises BackupError."""
    scratch = data_dir / f".{LAST}.part"
    try:
        scratch.write_text(json.dumps({"file": str(path), "at": now.isoformat()}) + "\n", encoding="utf-8")
        os.replace(scratch, data_dir / LAST)
    except OSError as error:
        raise BackupError(f"{path} is written, but {data_dir / LAST} is not ({error.strerror}).") from error


def last_backup(data_dir: Path) -> tuple[str, datetime] | None:
    """The file that was written last and when; None where none was, or nobody can say."""
    try:
        found = json.loads((data_dir / LAST).read_text(encoding="utf-8"))
        return str(found["file"]), datetime.fromisoformat(found["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
