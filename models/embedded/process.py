"""What the processes of one cluster are doing, told by its files and by the system, never by memory."""

import hashlib
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.embedded.layout import Layout

_STATUS_LINE = 7


@dataclass(frozen=True)
class Postmaster:
    """The content of postmaster.pid: a process id, and whether it takes connections."""

    pid: int
    ready: bool


def read_postmaster(layout: Layout) -> Postmaster | None:
    """The postmaster that the cluster's pid file names, alive or not; None where there is no readable file."""
    try:
        lines = (layout.pgdata / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None
    return Postmaster(pid, len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready")


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists, whoever owns it, and is more than a corpse."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        # it went just now, unless this system has no /proc
        return not Path("/proc/self").exists()
    except (OSError, IndexError):
        return True


def accepts_connections(layout: Layout) -> bool:
    """Whether the server is up: a live postmaster that says so, and a socket that answers."""
    postmaster = read_postmaster(layout)
    if postmaster is None or not postmaster.ready or not is_alive(postmaster.pid):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(layout.socket))
        except OSError:
            return False
    return True


def cluster_name(layout: Layout) -> str:
    """What the cluster's processes carry in their titles: the one thing every user of a system may read of them."""
    return "mastery-" + hashlib.sha256(os.fsencode(layout.pgdata)).hexdigest()[:16]


def cluster_processes(layout: Layout) -> list[int]:
    """The ids of the cluster's living postmaster and backends, orphans too (Linux; elsewhere none are found)."""
    title = f"postgres: {cluster_name(layout)}: ".encode()
    started = b"\0-D\0" + os.fsencode(layout.pgdata) + b"\0"
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if command.startswith(title) or (command.partition(b"\0")[0].endswith(b"/postgres") and started in command):
            found.append(int(entry.name))
    return found


def clear_leftovers(layout: Layout, patience: float = 10.0) -> None:
    """End what a killed keeper or postmaster left behind, so that a new postmaster can start. Call as keeper only.

    A live postmaster is shut down fast; orphaned backends, which hold the shared memory, are killed; crash recovery
    makes that safe. Then the pid files are stale whatever process has the id today, and go.
    """
    postmaster = read_postmaster(layout)
    if postmaster is not None and _is_ours(postmaster.pid, layout):
        _signal(postmaster.pid, signal.SIGINT)
        _wait_for_none(lambda: [postmaster.pid] if is_alive(postmaster.pid) else [], patience)
    for pid in cluster_processes(layout):
        _signal(pid, signal.SIGKILL)
    _wait_for_none(lambda: cluster_processes(layout), patience)
    (layout.pgdata / "postmaster.pid").unlink(missing_ok=True)
    layout.socket.unlink(missing_ok=True)
    layout.socket.with_name(layout.socket.name + ".lock").unlink(missing_ok=True)


def _is_ours(pid: int, layout: Layout) -> bool:
    if not is_alive(pid):
        return False
    if Path("/proc/self/cmdline").exists():
        return pid in cluster_processes(layout)
    return accepts_connections(layout)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _wait_for_none(list_processes: Callable[[], list[int]], patience: float) -> None:
    deadline = time.monotonic() + patience
    while list_processes() and time.monotonic() < deadline:
        time.sleep(0.05)
