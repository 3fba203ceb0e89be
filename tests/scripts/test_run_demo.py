"""The demonstration starts, serves, ends cleanly, and never touches a directory that is not its own."""

import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_server import ROOT

from api.serve import free_port
from models.embedded import remove, running

pytestmark = pytest.mark.faults
_started: "list[subprocess.Popen[str]]" = []


@pytest.fixture
def demo_dir() -> Iterator[Path]:
    """A place for a demonstration's data that does not exist yet; what a failed test left running there is ended."""
    with tempfile.TemporaryDirectory(prefix="mastery demo ") as made:
        Path(made).chmod(0o711)
        data_dir = Path(made) / "data"
        yield data_dir
        for demo in _started:
            demo.terminate()
            demo.communicate(timeout=60)
        _started.clear()
        remove(data_dir)


def _demo(data_dir: Path, port: int, keep: bool = False) -> "subprocess.Popen[str]":
    arguments = [str(port), str(data_dir), "keep" if keep else "fresh"]
    demo = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "lib" / "run_demo.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    _started.append(demo)
    return demo


def _until_ready(demo: "subprocess.Popen[str]") -> str:
    """What the demonstration printed until it said how to end it."""
    assert demo.stdout is not None
    printed = ""
    for line in demo.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return printed
    pytest.fail(f"it ended early: {printed}{demo.stderr.read() if demo.stderr else ''}")


def _end(demo: "subprocess.Popen[str]", number: signal.Signals) -> None:
    demo.send_signal(number)
    demo.communicate(timeout=60)
    assert demo.returncode == 0


def test_it_serves_names_its_accounts_and_leaves_nothing(demo_dir: Path) -> None:
    port = free_port("127.0.0.1")
    demo = _demo(demo_dir, port)
    printed = _until_ready(demo)
    assert f"http://localhost:{port}/" in printed
    assert "teacher" in printed.lower()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
        assert page.status == 200
    _end(demo, signal.SIGINT)
    assert not demo_dir.exists()


def test_kept_data_are_there_again_and_gone_without_keep(demo_dir: Path) -> None:
    port = free_port("127.0.0.1")
    demo = _demo(demo_dir, port, keep=True)
    first = _until_ready(demo)
    _end(demo, signal.SIGTERM)
    secrets = (demo_dir / "installation.json").read_text()
    demo = _demo(demo_dir, port, keep=True)
    assert _until_ready(demo).split("Open", 1)[1] == first.split("Open", 1)[1]
    assert (demo_dir / "installation.json").read_text() == secrets
    other = _demo(demo_dir, free_port("127.0.0.1"))
    assert "Another demonstration runs in" in other.communicate(timeout=60)[1]
    _end(demo, signal.SIGHUP)
    assert not running(demo_dir)
    demo = _demo(demo_dir, port)
    _until_ready(demo)
    assert (demo_dir / "installation.json").read_text() != secrets
    _end(demo, signal.SIGINT)


def test_a_directory_that_is_not_its_own_is_left_alone(demo_dir: Path) -> None:
    demo_dir.mkdir()
    (demo_dir / "thesis.txt").write_text("four years of work")
    demo = _demo(demo_dir, free_port("127.0.0.1"))
    assert "is not empty and no demonstration's" in demo.communicate(timeout=60)[1]
    assert demo.returncode == 1
    assert [path.name for path in demo_dir.iterdir()] == ["thesis.txt"]


def test_an_interrupt_while_it_prepares_leaves_nothing(demo_dir: Path) -> None:
    demo = _demo(demo_dir, free_port("127.0.0.1"))
    assert demo.stdout is not None
    assert demo.stdout.readline() == "Starting the database ...\n"
    _end(demo, signal.SIGINT)
    assert not demo_dir.exists()
    assert not running(demo_dir)
