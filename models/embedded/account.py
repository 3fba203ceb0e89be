"""Under which system account the server runs: PostgreSQL refuses to be root."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.embedded.errors import EmbeddedError

SYSTEM_USER = "mastery-db"
_USERADD = [
    "useradd",
    "--system",
    "--no-create-home",
    "--home-dir",
    "/nonexistent",
    "--shell",
    "/usr/sbin/nologin",
    SYSTEM_USER,
]
_ACCOUNTS = Path("/etc")


@dataclass(frozen=True)
class Account:
    """The numeric identity that a server process runs under."""

    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        """Whether this process already has the identity."""
        return self.uid == os.geteuid()

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make a child take the identity, and nothing else of ours."""
        return {} if self.is_self else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` (never what a symbolic link points at) to the account."""
        if not self.is_self:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether the account can reach `directory` and write into places it owns below."""
        check = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)]
        return subprocess.run(check, capture_output=True, cwd="/", **self.popen).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether the account can execute `program` with all the libraries it needs."""
        check = ["/bin/sh", "-c", '"$1" --version', "sh", str(program)]
        return subprocess.run(check, capture_output=True, cwd="/", **self.popen).returncode == 0


def server_account(home: Path) -> Account:
    """The account for the cluster under `home`: our own, its owner's where we are root, else `mastery-db`.

    Raises EmbeddedError where the cluster belongs to another user, or where the system account can not be made.
    """
    owner = home.stat() if home.exists() else None
    uid = os.geteuid()
    if uid != 0:
        if owner is not None and owner.st_uid != uid:
            raise EmbeddedError(f"The database in {home} belongs to user id {owner.st_uid}: run this as that user.")
        return Account(uid, os.getegid())
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _system_account()


def _system_account() -> Account:
    entry = _lookup()
    if entry is None:
        # of two that make it at once, one was told a number that the other's took the place of
        with _alone():
            if _lookup() is None:
                _make()
            entry = _lookup()
    if entry is None:
        raise EmbeddedError(_advice("useradd reported success, but the account is not there"))
    return Account(entry.pw_uid, entry.pw_gid)


def _lookup() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else of this program changes the machine's accounts during the block."""
    descriptor = os.open(_ACCOUNTS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make() -> None:
    if shutil.which("useradd") is None:
        raise EmbeddedError(_advice("there is no useradd on this system"))
    made = subprocess.run(_USERADD, capture_output=True, text=True)
    if made.returncode != 0 and _lookup() is None:
        raise EmbeddedError(_advice(made.stderr.strip()))


def _advice(reason: str) -> str:
    return (
        f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} can not be made ({reason}). "
        f"Make it with `{' '.join(_USERADD)}`, or run this as an ordinary user."
    )
