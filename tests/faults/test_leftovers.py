"""What a killed child leaves behind ends before the child is started again."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from serving import wait_until

from api.children import Child
from models.embedded.process import is_alive

pytestmark = pytest.mark.faults
_WITH_A_WORKER = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
note = pathlib.Path(sys.argv[1])
note.with_suffix(".new").write_text(str(worker.pid))
note.with_suffix(".new").rename(note)
time.sleep(600)
"""


def test_the_workers_of_a_killed_master_do_not_keep_its_port_from_the_next(tmp_path: Path) -> None:
    note = tmp_path / "worker"
    child = Child("web", [sys.executable, "-c", _WITH_A_WORKER, str(note)], os.environ, lambda message: None)
    child.start()
    try:
        wait_until(note.exists, "the worker runs")
        worker, master = int(note.read_text()), child.pid
        assert master is not None
        os.kill(master, signal.SIGKILL)

        def is_back() -> bool:
            child.look()
            return child.pid not in (None, master)

        wait_until(is_back, "the master is back")
        wait_until(lambda: not is_alive(worker), "the orphaned worker has ended")
    finally:
        child.stop(0)
