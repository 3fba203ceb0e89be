"""The serving process against deaths: of a worker, the web, the live process, the database, and its own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from embedded_server import ROOT, parent_of, postmaster_pid, until

from api.serve import free_port
from models.embedded import remove, running
from models.embedded.process import is_alive
from models.installation import create
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc"),
]
_SERVE = """
import sys
from pathlib import Path
from api.serve import serve
from models.installation import load
serve(load(Path(sys.argv[1])), port=int(sys.argv[2]), live_port=int(sys.argv[3]), workers=1,
      on_ready=lambda: print("ready", flush=True))
"""


@pytest.fixture(scope="module")
def served_dir() -> Iterator[Path]:
    """The data directory of a migrated installation that nobody serves yet."""
    with tempfile.TemporaryDirectory(prefix="mastery-serve-") as made:
        data_dir = Path(made)
        data_dir.chmod(0o711)
        own = create(data_dir)
        server = own.server({"fsync": "off"})
        assert server is not None
        with server:
            ensure_database(own)
            owner = connect(own.owner_dsn)
            upgrade(owner)
            owner.dispose()
        yield data_dir
        assert until(lambda: not running(data_dir))
        remove(data_dir)


class Service:
    """A serving process and how it is doing."""

    def __init__(self, data_dir: Path) -> None:
        self.port, self.live_port = free_port("127.0.0.1"), free_port("127.0.0.1")
        arguments = [str(data_dir), str(self.port), str(self.live_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def answers(self) -> bool:
        """Whether the web says that it is well, its database included."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def pids(self, word: str) -> list[int]:
        """The processes of this service whose command has `word`."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            mine = str(self.live_port) in command or f"127.0.0.1:{self.port}" in command
            if mine and word in command and "-c" not in command:
                found.append(int(entry.name))
        return found

    def everyone(self) -> list[int]:
        """All child processes but the database's."""
        return self.pids("gunicorn") + self.pids("api.live")


@contextmanager
def _service(data_dir: Path) -> Iterator[Service]:
    service = Service(data_dir)
    try:
        yield service
    finally:
        service.process.send_signal(signal.SIGTERM)
        service.process.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(served_dir: Path, number: signal.Signals) -> None:
    service = Service(served_dir)
    assert service.answers()
    assert len(service.everyone()) >= 3
    service.process.send_signal(number)
    service.process.communicate(timeout=60)
    assert service.process.returncode == 0
    assert service.everyone() == []
    assert not running(served_dir)


def test_what_is_killed_comes_back(served_dir: Path) -> None:
    with _service(served_dir) as service:
        for word in ("gunicorn", "api.live"):
            killed = service.pids(word)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            assert until(lambda word=word, killed=killed: set(service.pids(word)) - set(killed))  # type: ignore[misc]
            assert until(service.answers)


def test_a_killed_database_comes_back(served_dir: Path) -> None:
    with _service(served_dir) as service:
        before = postmaster_pid(served_dir)
        os.kill(before, signal.SIGKILL)
        assert until(lambda: running(served_dir) and postmaster_pid(served_dir) != before)
        assert until(service.answers)
        before = postmaster_pid(served_dir)
        os.kill(parent_of(before), signal.SIGKILL)
        assert until(lambda: not is_alive(before))
        assert until(lambda: running(served_dir))
        assert until(service.answers)


def test_a_killed_service_leaves_nothing_and_the_next_takes_over(served_dir: Path) -> None:
    service = Service(served_dir)
    left = service.everyone()
    service.process.kill()
    service.process.communicate()
    with _service(served_dir) as following:
        assert following.answers()
        assert until(lambda: not any(map(is_alive, left)), 30)


def test_a_second_service_of_the_same_data_and_a_taken_port_are_refused(served_dir: Path) -> None:
    with _service(served_dir) as service:
        for data_dir, port, said in (
            (served_dir, free_port("127.0.0.1"), "is being served already"),
            (served_dir.with_name(served_dir.name + "-other"), service.port, "name another with --port"),
        ):
            create(data_dir)
            tried = subprocess.run(
                [sys.executable, "-c", _SERVE, str(data_dir), str(port), "1"],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            assert said in tried.stderr
            if data_dir != served_dir:
                remove(data_dir)
                for path in data_dir.iterdir():
                    path.unlink()
                data_dir.rmdir()
        time.sleep(0.5)
        assert service.answers()
