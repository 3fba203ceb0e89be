"""Helpers of the tests that start, kill and look at embedded servers."""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from models.embedded import SUPERUSER, Server
from models.embedded.layout import Layout
from models.embedded.process import read_postmaster

PASSWORD = "correct horse"
FAST = {"fsync": "off"}
ROOT = Path(__file__).resolve().parents[1]
_USE = """
import sys, time
from pathlib import Path
from models.embedded import Server
server = Server(Path(sys.argv[1]), sys.argv[2], {"fsync": "off"})
server.start()
print("up", flush=True)
sys.stdin.readline()
server.close()
print("closed", flush=True)
"""


def ask(server: Server, question: str = "SELECT 1", password: str = PASSWORD) -> object:
    """The first column of the first row of an answer, over a new connection."""
    with psycopg.connect(
        host=str(server.socket_directory), user=SUPERUSER, password=password, dbname="postgres", autocommit=True
    ) as connection:
        answer = connection.execute(question.encode())
        row = answer.fetchone() if answer.description else None
    return row[0] if row else None


def postmaster_pid(data_dir: Path) -> int:
    """The running postmaster's process id."""
    postmaster = read_postmaster(Layout(data_dir))
    assert postmaster is not None
    return postmaster.pid


def parent_of(pid: int) -> int:
    """The process id of a process's parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether the condition became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def user_process(data_dir: Path, python: str = sys.executable, user: int | None = None) -> "subprocess.Popen[str]":
    """Another process, of another user if wanted, that uses the server of `data_dir` until it reads a line."""
    return subprocess.Popen(
        [python, "-c", _USE, str(data_dir), PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env=_environment(),
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def python_for(user: int) -> str | None:
    """An interpreter that `user` can run and that finds this code; None where there is none, as in a private home."""
    for python in (sys.executable, "/usr/bin/python3"):
        check = [python, "-c", "import sys, models; sys.exit(sys.version_info < (3, 11))"]
        try:
            tried = subprocess.run(
                check, user=user, extra_groups=[], cwd="/", env=_environment(), stderr=subprocess.DEVNULL
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])}
