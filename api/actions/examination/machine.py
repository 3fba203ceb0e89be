"""Files, permissions, disk and compiled code: what can be looked at without the database."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from api.actions.examination import safety
from api.actions.examination.words import Check, Status
from mastery import estimate
from models.embedded.layout import Layout
from models.installation import FILE, Embedded, Installation

LOW_BYTES = 2 << 30
TOO_LOW_BYTES = 200 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def checks(installation: Installation) -> Iterator[Check]:
    """The checks of this machine."""
    database = installation.database
    if isinstance(database, Embedded):
        yield _secrets(database.data_dir / FILE)
        yield _directory(database.data_dir)
        layout = Layout(database.data_dir)
        if layout.home.exists():
            yield _cluster(layout)
        yield disk(
            database.data_dir, shutil.disk_usage(layout.home if layout.home.exists() else database.data_dir).free
        )
    yield safety.key(installation)
    yield safety.debugging()
    if not installation.is_embedded:
        yield safety.to_database(installation)
    yield _compiled_code()


def mend_missing(data_dir: Path | None) -> str:
    """What makes an installation that is not there."""
    return f"mastery --data-dir {shlex.quote(str(data_dir))} install" if data_dir else "mastery install"


def _secrets(path: Path) -> Check:
    status = path.stat()
    if status.st_mode & _OTHERS:
        return Check(
            "secrets", Status.FAIL, f"{path} holds the installation's secrets and other users can read or change it.",
            f"chmod 600 {shlex.quote(str(path))}",
        )  # fmt: skip
    if os.geteuid() != status.st_uid:
        return Check(
            "secrets", Status.WARN, f"{path} belongs to user id {status.st_uid}, not to this one.",
            "run the program as that user",
        )  # fmt: skip
    return Check("secrets", Status.OK, "Only their owner can read the secrets.")


def _directory(path: Path) -> Check:
    """Root's database server, another user, must be able to pass through; nobody else may do anything."""
    allowed = stat.S_IXGRP | stat.S_IXOTH if os.geteuid() == 0 else 0
    mode = path.stat().st_mode
    if mode & _OTHERS & ~allowed:
        wanted = "711" if os.geteuid() == 0 else "700"
        return Check(
            "data directory", Status.FAIL, f"Other users can look into {path} or change it (mode {mode & 0o777:o}).",
            f"chmod {wanted} {shlex.quote(str(path))}",
        )  # fmt: skip
    return Check("data directory", Status.OK, f"{path} is there and private.")


def _cluster(layout: Layout) -> Check:
    home = layout.home.resolve()
    mode = home.stat().st_mode
    if mode & _OTHERS:
        return Check(
            "database files", Status.FAIL, f"Other users can look into {home} or change it (mode {mode & 0o777:o}).",
            f"chmod 700 {shlex.quote(str(home))}",
        )  # fmt: skip
    return Check("database files", Status.OK, "Only the database's own user can reach its files.")


def disk(path: Path, free: int) -> Check:
    """Room for the database on the disk of `path`, of which `free` bytes are left."""
    sentence = f"{free >> 20} MB are free where the database is."
    if free >= LOW_BYTES:
        return Check("disk", Status.OK, sentence)
    status = Status.FAIL if free < TOO_LOW_BYTES else Status.WARN
    return Check("disk", status, sentence, f"make room: `df -h {shlex.quote(str(path))}` shows where")


def _compiled_code() -> Check:
    """Where the estimate's machine code is kept between starts (mastery.estimate.compiled)."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(estimate.__file__).parent / "__pycache__"
    places = [Path(named)] if named else [beside, Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()]
    if any(_writable(place) for place in places):
        return Check("compiled code", Status.OK, "The estimate's compiled code is kept between starts.")
    return Check(
        "compiled code", Status.WARN,
        f"None of {', '.join(map(str, places))} can be written, so every start compiles the estimate anew (seconds).",
        "set NUMBA_CACHE_DIR to a directory that the service may write to",
    )  # fmt: skip


def _writable(place: Path) -> bool:
    """Whether a file can be made in a directory, or where it would be made; tried, because root is always told yes."""
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
