"""The embedded server as a process uses it: start, use, let go."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from models.embedded import locks
from models.embedded.account import Account, server_account
from models.embedded.binaries import Binaries, find_binaries, reachable
from models.embedded.cluster import configure, initialise, pgdata_major
from models.embedded.errors import EmbeddedError
from models.embedded.layout import Layout, prepare_home, prepare_socket_directory, remove_home
from models.embedded.process import accepts_connections

_READY_WITHIN = 320.0
_STOPPED_WITHIN = 90.0
_PAUSE = 0.02
_LARGEST_LOG = 10 << 20
_LOG_TAIL = 2000


class Server:
    """One process's hold on the server of a data directory.

    While any process holds it the server runs, and is started again if it is killed; after the last it stops. A process
    that ends, however it ends, holds it no longer. Not to be shared between threads while starting or closing.
    """

    def __init__(self, data_dir: Path, superuser_password: str, settings: Mapping[str, str] | None = None) -> None:
        self._layout = Layout(data_dir.absolute())
        self._password = superuser_password
        self._settings = dict(settings or {})
        self._hold: int | None = None

    @property
    def socket_directory(self) -> Path:
        """The directory of the server's socket. Raises EmbeddedError before the first start."""
        return self._layout.socket_directory

    def start(self) -> None:
        """Hold the server and have it running; does what is needed and nothing else, so it may be called again.

        Raises EmbeddedError with the reason and what helps.
        """
        with locks.exclusive(self._layout.start_lock):
            if self._hold is None:
                self._hold = locks.take_shared(self._layout.users_lock, patience=_STOPPED_WITHIN)
            if self._hold is None:
                raise EmbeddedError(f"The database in {self._layout.data_dir} is being shut down and does not end.")
            try:
                self._bring_up()
            except BaseException:
                self._let_go()
                raise

    def close(self) -> None:
        """Let go of the server, and wait until it has stopped unless others use it."""
        if self._hold is None:
            return
        self._let_go()
        deadline = time.monotonic() + _STOPPED_WITHIN
        while locks.is_held(self._layout.keeper_lock) and not _others_use(self._layout):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The database in {self._layout.data_dir} does not stop: see {self._layout.log}")
            time.sleep(_PAUSE)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _let_go(self) -> None:
        if self._hold is not None:
            locks.release(self._hold)
            self._hold = None

    def _bring_up(self) -> None:
        layout = self._layout
        # looked at twice: the socket of a server that is just being killed still takes connections
        if locks.is_held(layout.keeper_lock) and _wait_until_up(layout) and locks.is_held(layout.keeper_lock):
            return
        account = server_account(layout.home)
        prepare_home(layout, account)
        binaries = reachable(find_binaries(pgdata_major(layout)), account)
        prepare_socket_directory(layout, account)
        if pgdata_major(layout) is None:
            initialise(layout, binaries, account, self._password)
        configure(layout, account, self._settings)
        _launch_keeper(layout, binaries, account)
        if not _wait_until_up(layout):
            raise EmbeddedError(f"The database in {layout.data_dir} does not start:\n{_log_tail(layout)}")


def running(data_dir: Path) -> bool:
    """Whether the server of `data_dir` takes connections now."""
    layout = Layout(data_dir.absolute())
    return locks.is_held(layout.keeper_lock) and accepts_connections(layout)


def remove(data_dir: Path) -> None:
    """Delete the cluster of `data_dir`, wherever its files are. Raises EmbeddedError while a process uses it."""
    layout = Layout(data_dir.absolute())
    if not layout.start_lock.exists():
        return
    with locks.exclusive(layout.start_lock):
        alone = locks.take_exclusive(layout.users_lock)
        if alone is None or locks.is_held(layout.keeper_lock):
            raise EmbeddedError(f"The database in {data_dir} is in use.")
        try:
            remove_home(layout)
        finally:
            locks.release(alone)


def _others_use(layout: Layout) -> bool:
    """Whether a user besides the keeper holds the server; looked at under the start lock, so that two who look
    do not take each other for users."""
    with locks.exclusive(layout.start_lock):
        alone = locks.take_exclusive(layout.users_lock)
        if alone is not None:
            locks.release(alone)
            return False
        beside = locks.take_shared(layout.users_lock)
        if beside is None:  # the keeper has it: the server is stopping
            return False
        locks.release(beside)
        return True


def _wait_until_up(layout: Layout) -> bool:
    """Wait while there is a keeper; False once there is none."""
    deadline = time.monotonic() + _READY_WITHIN
    while locks.is_held(layout.keeper_lock) and time.monotonic() < deadline:
        if accepts_connections(layout):
            return True
        time.sleep(_PAUSE)
    return False


def _launch_keeper(layout: Layout, binaries: Binaries, account: Account) -> None:
    """Start the keeper, which leaves us; both its words and the postmaster's go to the log."""
    code = Path(__file__).resolve().parents[2]
    search_path = os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH")]))
    program = str(binaries.program("postgres"))
    command = [sys.executable, "-P", "-m", "models.embedded.keeper"]
    command += [str(layout.data_dir), program, str(account.uid), str(account.gid)]
    if layout.log.exists() and layout.log.stat().st_size > _LARGEST_LOG:
        layout.log.replace(layout.log.with_name("server.log.1"))
    descriptor = os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "PYTHONPATH": search_path},
            start_new_session=True,
            check=True,
        )


def _log_tail(layout: Layout) -> str:
    try:
        return layout.log.read_text(errors="replace")[-_LOG_TAIL:]
    except FileNotFoundError:
        return "it wrote no log"
