"""What time it is in an installation: the machine's time, but in a demonstration a clock of its own.

A demonstration tells of one term, so its clock begins there. It is a file in the data directory, read by every process
of the installation at each look, so that all of them go by one time; a real installation has no such file. The clock
stands, or runs beside the machine's; it can be moved forward and never back. What measures waiting (a lock after
wrong passwords, the length of a session, how long a token is good, a pause between two tries) keeps to the machine's
time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.embedded import locks
from models.installation import Installation

Clock = Callable[[], datetime]

_FILE = "demonstration-clock.json"
_LOCK = "demonstration-clock.lock"
_POSTED_UNTIL = "demonstration-posted-until"


class ClockError(Exception):
    """The clock can not be moved; the message says why."""


def system_clock() -> datetime:
    """The machine's present instant, zone-aware."""
    return datetime.now(UTC)


def clock_of(installation: Installation) -> Clock:
    """The clock that all processes of the installation go by."""
    data_dir = installation.data_dir
    return system_clock if data_dir is None else DemonstrationClock(data_dir)


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where the clock is: it stands at an instant, or is ahead of the machine's (behind where negative)."""

    stands_at: datetime | None
    ahead: timedelta

    def read(self, machine: datetime) -> datetime:
        return self.stands_at if self.stands_at is not None else machine + self.ahead


_MACHINES = _Setting(None, timedelta(0))


class DemonstrationClock:
    """The clock in a data directory; the machine's time as long as nothing there says otherwise.

    `machine` is another clock for tests.
    """

    def __init__(self, data_dir: Path, machine: Clock = system_clock) -> None:
        self._path = data_dir / _FILE
        self._lock = data_dir / _LOCK
        self._machine = machine
        self._seen: tuple[tuple[int, int] | None, _Setting] = (None, _MACHINES)

    def __call__(self) -> datetime:
        """The present instant, zone-aware."""
        return self._setting().read(self._machine()).astimezone(UTC)

    @property
    def is_there(self) -> bool:
        """Whether this is a demonstration's data directory."""
        return self._path.exists()

    @property
    def stands(self) -> bool:
        """Whether it stands rather than runs."""
        return self._setting().stands_at is not None

    def begin(self, at: datetime) -> None:
        """Make the data directory a demonstration's, its clock standing at an instant; one that is there stays."""
        with locks.exclusive(self._lock):
            if not self.is_there:
                self._write(_Setting(at, timedelta(0)))

    @property
    def path(self) -> Path:
        """The file that makes a data directory a demonstration's."""
        return self._path

    @property
    def posted_until(self) -> Path:
        """Where it is noted up to which instant of this clock results were posted."""
        return self._path.with_name(_POSTED_UNTIL)

    def end(self) -> None:
        """Go by the machine's clock from now on: the data directory is a demonstration's no more."""
        with locks.exclusive(self._lock):
            self._path.unlink(missing_ok=True)
            self.posted_until.unlink(missing_ok=True)

    def run(self) -> None:
        """Go on from where it stands; nothing to do where it runs, or where there is none."""
        if not self.is_there:
            return
        with locks.exclusive(self._lock):
            now = self._setting()
            if now.stands_at is not None:
                self._write(_Setting(None, now.stands_at - self._machine()))

    def stop(self) -> None:
        """Stand at the present instant until it is run again; nothing to do where there is none."""
        if not self.is_there:
            return
        with locks.exclusive(self._lock):
            self._write(_Setting(self(), timedelta(0)))

    def advance(self, by: timedelta) -> datetime:
        """Move it forward; the new instant. Raises ClockError on a real installation, and for no step forward."""
        if by <= timedelta(0):
            raise ClockError("The clock goes forward only: say how far, as 45m, 2h or 1d.")
        if not self.is_there:
            raise ClockError("This is no demonstration: its clock is the machine's and can not be moved.")
        with locks.exclusive(self._lock):
            now = self._setting()
            stands_at = None if now.stands_at is None else now.stands_at + by
            self._write(_Setting(stands_at, now.ahead + by))
        return self()

    def _setting(self) -> _Setting:
        """What the file says; it is read anew only where it is another file than the last time."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return _MACHINES
        identity = (found.st_mtime_ns, found.st_ino)
        if self._seen[0] != identity:
            said = json.loads(self._path.read_text())
            stands_at = said["stands_at"] and datetime.fromisoformat(said["stands_at"])
            self._seen = (identity, _Setting(stands_at, timedelta(seconds=said["ahead_seconds"])))
        return self._seen[1]

    def _write(self, setting: _Setting) -> None:
        """Whole or not at all: others read it meanwhile."""
        content = {
            "stands_at": setting.stands_at and setting.stands_at.isoformat(),
            "ahead_seconds": setting.ahead.total_seconds(),
        }
        descriptor, scratch = tempfile.mkstemp(dir=self._path.parent, prefix=f".{_FILE}-")
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file)
            os.replace(scratch, self._path)
        except BaseException:
            os.unlink(scratch)
            raise
