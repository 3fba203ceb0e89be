"""The process that keeps one server running for as long as some process uses it.

`python -m models.embedded.keeper DATA_DIR BIN UID GID` leaves its caller, starts the postmaster, starts it again when
it is killed, and ends it once the last user has let go of the users' lock, which the kernel does for a killed one.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from models.embedded import locks
from models.embedded.account import Account
from models.embedded.cluster import environment
from models.embedded.layout import Layout
from models.embedded.process import accepts_connections, clear_leftovers

_LOOK_EVERY = 0.2
_TRIES = 4
_READY_WITHIN = 300.0
_FAST_SHUTDOWN_WITHIN = 60.0
_SET_DEATH_SIGNAL = 1


def _end_with_parent() -> None:
    """Have the kernel shut the postmaster down when its keeper is killed (Linux; elsewhere the next keeper does it)."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGINT, 0, 0, 0)


class Keeper:
    """Owns the postmaster of one data directory."""

    def __init__(self, layout: Layout, program: Path, account: Account) -> None:
        self._layout = layout
        self._program = program
        self._account = account
        self._postmaster: subprocess.Popen[bytes] | None = None
        self._told_to_end = False
        self._unused: int | None = None

    def run(self) -> int:
        """Keep the server until nobody uses it or a signal asks; 1 where it does not start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        try:
            while not self._is_over():
                down = self._postmaster is None or self._postmaster.poll() is not None
                if down and not self._start():
                    return 1
                time.sleep(_LOOK_EVERY)
        finally:
            self._stop()
        return 0

    @property
    def unused_lock(self) -> int | None:
        """The users' lock, once it could be taken alone."""
        return self._unused

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._told_to_end = True

    def _is_over(self) -> bool:
        if self._unused is None:
            self._unused = locks.take_exclusive(self._layout.users_lock)
        return self._told_to_end or self._unused is not None

    def _start(self) -> bool:
        for attempt in range(_TRIES):
            if self._is_over():
                return True
            clear_leftovers(self._layout)
            self._postmaster = self._launch()
            if self._became_ready(self._postmaster):
                return True
            time.sleep(0.2 * 2**attempt)
        return False

    def _launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(self._program), "-D", str(self._layout.pgdata)],
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=environment(),
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            **self._account.popen,
        )

    def _became_ready(self, postmaster: subprocess.Popen[bytes]) -> bool:
        """Wait through start and crash recovery; False where the postmaster gave up."""
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline and postmaster.poll() is None:
            if accepts_connections(self._layout) or self._is_over():
                return True
            time.sleep(0.02)
        return False

    def _stop(self) -> None:
        if self._postmaster is None:
            return
        steps = ((signal.SIGINT, _FAST_SHUTDOWN_WITHIN), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
        for number, patience in steps:
            if self._postmaster.poll() is not None:
                return
            self._postmaster.send_signal(number)
            try:
                self._postmaster.wait(patience)
            except subprocess.TimeoutExpired:
                print(f"keeper: the postmaster did not heed {number.name}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Take the keeper's place, or leave at once where another has it; then detach and keep."""
    data_dir, program, uid, gid = arguments
    layout = Layout(Path(data_dir))
    place = locks.take_exclusive(layout.keeper_lock, patience=2.0)
    if place is None:
        return 0
    if os.fork():
        os._exit(0)  # the child has the lock; whoever called need not wait for it ever
    keeper = Keeper(layout, Path(program), Account(int(uid), int(gid)))
    try:
        return keeper.run()
    finally:
        # in this order: whoever gets the users' lock must find the keeper's place free
        locks.release(place)
        if keeper.unused_lock is not None:
            locks.release(keeper.unused_lock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
