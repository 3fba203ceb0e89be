"""Whether backups are taken, as far as the data directory tells, and whether any there are over."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

from api.actions.examination.words import Check, Status, command
from api.actions.operations import BACKUPS
from mastery.backups import KEPT, is_late
from models.backup import SUFFIX
from models.installation import Installation
from models.old_backups import last_backup

_NAME = "backups"


def backups(installation: Installation, is_real: bool, now: datetime) -> Check:
    """The check of the newest backup; `now` is by this machine's clock."""
    data_dir = installation.data_dir
    if data_dir is None or not is_real:
        why = "no real district" if data_dir is not None else "no data directory, so nobody can say when it was taken"
        return Check(_NAME, Status.OK, f"There is {why}.")
    old = _put_aside_too_long(data_dir / BACKUPS, now)
    if old:
        return Check(
            _NAME, Status.WARN, f"{old[0]} was put aside more than {KEPT.days} days ago and still holds all records.",
            "rm " + " ".join(shlex.quote(str(one)) for one in old),
        )  # fmt: skip
    mend = command(installation, f"backup DIR --keep-days {KEPT.days}") + ", once a night"
    last = last_backup(data_dir)
    if last is None:
        return Check(_NAME, Status.WARN, "No backup was taken of this installation.", mend)
    file, at = last
    if is_late(at, now):
        return Check(_NAME, Status.WARN, f"The newest backup, {file}, is of {at.date()}.", mend)
    return Check(_NAME, Status.OK, f"The newest backup, {file}, is of {at.isoformat(timespec='minutes')}.")


def _put_aside_too_long(folder: Path, now: datetime) -> list[Path]:
    return sorted(
        one for one in folder.glob(f"*{SUFFIX}") if now.timestamp() - one.stat().st_mtime > KEPT.total_seconds()
    )
