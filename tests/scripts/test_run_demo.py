"""The demonstration starts, serves, ends cleanly, and never touches a directory that is not its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from embedded_server import ROOT, parent_of
from embedded_server import until as eventually

from api.serve import free_port
from models.clock import DemonstrationClock
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


# the whole term takes half a minute to load: here a few students have sat a little
_BRIEFLY = """
import runpy, sys
from api.demonstration import plan, story
from api.demonstration.world import OPENS_AT
everything, registry = story.postings(), plan.registrations()
few = tuple(story.Posting(one.at, one.results[:10]) for one in everything[:4])
few += tuple(one for one in everything if one.at > OPENS_AT)
named = {{entry["assessment"] for one in few[:40] for entry in one.results}}
story.postings = lambda: few
plan.registrations = lambda: [(at, tuple(one for one in some if one.name in named)) for at, some in registry]
sys.argv[0] = {script!r}
runpy.run_path({script!r}, run_name="__main__")
"""


def _demo(data_dir: Path, port: int, keep: bool = False, trickles: bool = False) -> "subprocess.Popen[str]":
    arguments = [str(port), str(data_dir), "keep" if keep else "fresh", "trickle" if trickles else "still"]
    script = str(ROOT / "scripts" / "lib" / "run_demo.py")
    demo = subprocess.Popen(
        [sys.executable, "-c", _BRIEFLY.format(script=script), *arguments],
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


def test_kept_data_are_there_again_and_gone_without_keep(demo_dir: Path) -> None:
    port = free_port("127.0.0.1")
    demo = _demo(demo_dir, port, keep=True)
    first = _until_ready(demo)
    clock = DemonstrationClock(demo_dir)
    clock.advance(timedelta(days=2))
    _end(demo, signal.SIGTERM)
    assert clock.stands
    stood = clock()
    secrets = (demo_dir / "installation.json").read_text()
    demo = _demo(demo_dir, port, keep=True)
    assert _until_ready(demo).split("Open", 1)[1] == first.split("Open", 1)[1]
    assert (demo_dir / "installation.json").read_text() == secrets
    assert timedelta(0) < clock() - stood < timedelta(minutes=2)
    other = _demo(demo_dir, free_port("127.0.0.1"))
    assert "Another demonstration runs in" in other.communicate(timeout=60)[1]
    _end(demo, signal.SIGHUP)
    assert not running(demo_dir)
    demo = _demo(demo_dir, port)
    assert demo.stdout is not None
    assert demo.stdout.readline() == "Starting the database ...\n"
    assert (demo_dir / "installation.json").read_text() != secrets
    _end(demo, signal.SIGINT)


def test_it_serves_names_its_accounts_goes_on_and_leaves_nothing(demo_dir: Path) -> None:
    """The trickle posts what falls due, also after it and the web were killed, and ends with the demonstration."""
    port = free_port("127.0.0.1")
    demo = _demo(demo_dir, port, trickles=True)
    printed = _until_ready(demo)
    assert f"http://localhost:{port}/" in printed
    assert "In the district it is Tuesday, November 17, 2026, 07:4" in printed
    roles = ("teacher", "student", "guardian", "principal", "administrator", "registrar", "steward", "mentor")
    for role in roles:
        assert f"  {role} " in printed
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
        assert page.status == 200
    until = demo_dir / "demonstration-posted-until"
    clock = DemonstrationClock(demo_dir)
    clock.advance(timedelta(minutes=1))
    assert eventually(until.exists, 60)
    trickle = _of(demo, "api.demonstration.trickle")
    os.kill(trickle, signal.SIGKILL)
    os.kill(_of(demo, "gunicorn"), signal.SIGKILL)
    before = until.read_text()
    clock.advance(timedelta(minutes=20))
    assert eventually(lambda: until.read_text() > before, 90)
    _end(demo, signal.SIGINT)
    assert not demo_dir.exists()
    assert not Path(f"/proc/{trickle}").exists()


def _of(demo: "subprocess.Popen[str]", word: str) -> int:
    """The child of the demonstration that runs this."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it may end while we look
            if entry.name.isdigit() and parent_of(int(entry.name)) == demo.pid:
                command = (entry / "cmdline").read_text()
                if word in command:
                    return int(entry.name)
    pytest.fail(f"no {word}")


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
