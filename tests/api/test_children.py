"""A child process is started, started again, and ended with all that it started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from embedded_server import until

from api import children
from api.children import Child
from models.embedded.process import is_alive

pytestmark = pytest.mark.faults
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_a_killed_child_is_started_again_after_a_pause() -> None:
    said: list[str] = []
    child = Child("sleeper", SLEEPER, os.environ, said.append)
    child.start()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        child.look()
        return child.pid not in (None, first)

    assert until(is_back)
    assert said == ["sleeper ended with -9; starting it again in 0.5 s"]
    child.stop(5)
    assert child.pid is None


def test_a_child_that_dies_at_once_is_tried_less_and_less_often() -> None:
    said: list[str] = []
    child = Child("stillborn", [sys.executable, "-c", "raise SystemExit(3)"], os.environ, said.append)
    child.start()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        child.look()
        time.sleep(0.05)
    child.stop(5)
    assert 2 <= len(said) <= 4
    assert said[1] == "stillborn ended with 3; starting it again in 1 s"


def test_a_child_that_does_not_heed_is_killed_with_its_own_children(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "note = pathlib.Path(sys.argv[1]); note.with_suffix('.new').write_text(str(inner.pid))\n"
        "note.with_suffix('.new').rename(note)\n"
        "time.sleep(600)\n"
    )
    said: list[str] = []
    child = Child("deaf", [sys.executable, "-c", code, str(tmp_path / "inner")], os.environ, said.append)
    child.start()
    assert until((tmp_path / "inner").exists)
    inner = int((tmp_path / "inner").read_text())
    child.stop(0.2)
    assert said == ["deaf did not end in 0.2 s and is killed"]
    assert child.pid is None
    assert until(lambda: not is_alive(inner))


_PARENT = """
import os, sys, time
from api import children
from api.children import Child
if sys.argv[1] == "watched":
    children.sys = type("System", (), {"platform": "other"})
child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], os.environ, print)
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    "how",
    [
        "watched",
        pytest.param(
            "signalled", marks=pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
        ),
    ],
)
def test_a_child_ends_with_its_killed_parent(how: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(children.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, how], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert until(lambda: not is_alive(pid))
