"""Where the files of one embedded server are, and how that place is made and removed.

DATA_DIR/postgresql          the cluster's home, or a symbolic link to it
DATA_DIR/postgresql/data     what PostgreSQL calls PGDATA
DATA_DIR/postgresql/run      the socket's directory, or a symbolic link to a short one
DATA_DIR/postgresql.*        locks
"""

import os
import re
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.embedded.account import Account
from models.embedded.binaries import make_system_home
from models.embedded.errors import EmbeddedError

PORT = 5432
_SOCKET = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107
# a comma separates hosts in a connection string, and other marks would need quoting there
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9_./ -]*")


@dataclass(frozen=True)
class Layout:
    """The paths of the embedded server of one data directory."""

    data_dir: Path

    @property
    def home(self) -> Path:
        """The cluster's home as the data directory names it."""
        return self.data_dir / "postgresql"

    @property
    def pgdata(self) -> Path:
        """The cluster, resolved: the path that its processes work in."""
        return self.home.resolve() / "data"

    @property
    def run(self) -> Path:
        """The socket's directory, or the link that names it."""
        return self.home.resolve() / "run"

    @property
    def log(self) -> Path:
        """What the server and its keeper said."""
        return self.home.resolve() / "server.log"

    @property
    def start_lock(self) -> Path:
        """Held while a server is being brought up or taken away."""
        return self.data_dir / "postgresql.start"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server; its keeper takes it alone to end."""
        return self.data_dir / "postgresql.users"

    @property
    def keeper_lock(self) -> Path:
        """Held by the one process that keeps the server running."""
        return self.data_dir / "postgresql.keeper"

    @property
    def socket_directory(self) -> Path:
        """What a client names as host. Raises EmbeddedError before the first start."""
        if self.run.is_symlink():
            return Path(os.readlink(self.run))
        if not self.run.is_dir():
            raise EmbeddedError(f"There is no database in {self.data_dir} yet.")
        return self.run

    @property
    def socket(self) -> Path:
        """The Unix socket that the server listens on."""
        return self.socket_directory / _SOCKET


def prepare_home(layout: Layout, account: Account) -> None:
    """Make the cluster's home, out of the data directory where the account can not reach into that."""
    home = layout.home
    if home.is_symlink() and not home.exists():
        raise EmbeddedError(f"{home} points at {os.readlink(home)}, which is gone: restore it, or remove the link.")
    if home.exists():
        return
    if account.is_self or account.can_enter(layout.data_dir):
        home.mkdir(mode=0o700)
        account.own(home)
        return
    clusters = make_system_home() / "clusters"
    clusters.mkdir(mode=0o755, exist_ok=True)
    elsewhere = clusters / secrets.token_hex(8)
    elsewhere.mkdir(mode=0o700)
    account.own(elsewhere)
    home.symlink_to(elsewhere)


def prepare_socket_directory(layout: Layout, account: Account) -> Path:
    """Make the socket's directory, private to the account, and short and plain enough for every client."""
    run = layout.run
    if run.is_symlink() and not _is_private(Path(os.readlink(run)), account):
        run.unlink()
    if run.is_symlink() or run.is_dir():
        return layout.socket_directory
    if _fits(run):
        run.mkdir(mode=0o700)
        account.own(run)
        return run
    short = Path(tempfile.mkdtemp(prefix="mastery-", dir=_short_temporary()))
    account.own(short)
    run.symlink_to(short)
    return short


def remove_home(layout: Layout) -> None:
    """Remove the cluster wherever it is, its socket's directory, and the locks. The server must not run."""
    if layout.home.exists():
        if layout.run.is_symlink():
            shutil.rmtree(os.readlink(layout.run), ignore_errors=True)
        shutil.rmtree(layout.home.resolve())
    if layout.home.is_symlink():
        layout.home.unlink()
    for lock in (layout.start_lock, layout.users_lock, layout.keeper_lock):
        lock.unlink(missing_ok=True)


def _fits(directory: Path) -> bool:
    return (
        len(os.fsencode(directory / _SOCKET)) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(str(directory)) is not None
    )


def _short_temporary() -> Path:
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _fits(parent / "mastery-12345678"):
            return parent
    raise EmbeddedError("No temporary directory has a path short enough for a socket: set TMPDIR to a short one.")


def _is_private(directory: Path, account: Account) -> bool:
    if directory.is_symlink() or not directory.is_dir():
        return False
    status = directory.stat()
    return status.st_uid == account.uid and status.st_mode & 0o077 == 0
