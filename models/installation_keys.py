"""Changing the secret key of an installation: a new one signs, those before it verify for a while."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models.embedded import locks
from models.installation import FILE, FORMER, TOKEN_BYTES, read_file


def change_key(data_dir: Path, now: datetime, overlap: timedelta) -> datetime:
    """Put a new key in the file of an installation; until when the one before it still verifies."""
    with locks.exclusive(data_dir / f"{FILE}.lock"):
        content = read_file(data_dir)
        until = now + overlap
        # what is over verifies nothing, but may have sealed what is not sealed anew yet
        content[FORMER] = [{"key": content["secret_key"], "until": until.isoformat()}, *content.get(FORMER, ())]
        content["secret_key"] = secrets.token_urlsafe(TOKEN_BYTES)
        _write(data_dir, content)
    return until


def sealing_keys(data_dir: Path) -> tuple[str, ...]:
    """Every key that may have sealed something, the present one first: also those that verify no more."""
    content = read_file(data_dir)
    return (content["secret_key"], *(one["key"] for one in content.get(FORMER, ())))


def forget_former_keys(data_dir: Path, over_by: datetime | None = None) -> int:
    """Take every former key out of the file of an installation, or those that verify no more by then; how many.

    What they sealed must be sealed anew before.
    """
    with locks.exclusive(data_dir / f"{FILE}.lock"):
        content = read_file(data_dir)
        former = content.pop(FORMER, [])
        kept = [one for one in former if over_by is not None and datetime.fromisoformat(one["until"]) > over_by]
        if kept:
            content[FORMER] = kept
        if len(kept) < len(former):
            _write(data_dir, content)
    return len(former) - len(kept)


def _write(data_dir: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, for the same owner alone."""
    path = data_dir / FILE
    owner = path.stat()
    descriptor, scratch = tempfile.mkstemp(dir=data_dir, prefix=f".{FILE}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:
            os.chown(scratch, owner.st_uid, owner.st_gid)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
    directory = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
