"""The child processes of the serving process: started, started again when they die, ended in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

Log = Callable[[str], None]
_SET_DEATH_SIGNAL = 1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# a child that lived this long was well: the next death is a new story
_WELL_AFTER = 60.0


def _end_with_parent() -> None:
    """Have the kernel end this child when the serving process is killed (Linux)."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)


class Child:
    """One command that is to run until we say otherwise."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Log) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = _FIRST_PAUSE
        self._again_at: float | None = None
        self.deaths = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Run the command in a session of its own, so that Ctrl-C reaches us alone and we end things in order."""
        if self._process is not None:
            _signal_session(self._process.pid, signal.SIGKILL)
        linux = sys.platform == "linux"
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            env=self._environment,
            cwd="/",
            start_new_session=True,
            preexec_fn=_end_with_parent if linux else None,
        )
        if not linux:
            self._watcher = _watch(self._process.pid)
        self._started = time.monotonic()
        self._again_at = None

    def look(self) -> None:
        """Start the command again if it died, after growing pauses; what it leaves behind is ended first."""
        if self.pid is not None:
            return
        now = time.monotonic()
        if self._again_at is None:
            if now - self._started > _WELL_AFTER:
                self._pause = _FIRST_PAUSE
            code = self._process.returncode if self._process is not None else None
            self._log(f"{self.name} ended with {code}; starting it again in {self._pause:g} s")
            self.deaths += 1
            self._stop_watching()
            if self._process is not None:
                # orphaned web workers hold the port for as long as their kept-alive connections are busy
                _signal_session(self._process.pid, signal.SIGTERM)
            self._again_at = now + self._pause
            self._pause = min(_LONGEST_PAUSE, self._pause * 2)
        elif now >= self._again_at:
            self.start()

    def stop(self, patience: float) -> None:
        """Ask the command to end; after `patience` seconds kill it and all that it started."""
        process = self._process
        if process is None:
            return
        self._stop_watching()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                self._log(f"{self.name} did not end in {patience:g} s and is killed")
        _signal_session(process.pid, signal.SIGKILL)
        process.wait()

    def _stop_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None


def _watch(pid: int) -> "subprocess.Popen[bytes]":
    """A shell that waits on a pipe from us and ends `pid` when the pipe breaks, for systems without a death signal."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r line || kill -TERM "$1"', "sh", str(pid)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _signal_session(leader: int, number: signal.Signals) -> None:
    """Signal what is left of a child's process group."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return
    except PermissionError:  # macOS says so of a group of corpses
        return
