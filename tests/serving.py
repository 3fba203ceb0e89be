"""A real served installation in processes of its own, to be killed at will, and plugins that post to it meanwhile."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embedded_server import ROOT

from api.security.clients import NewClient
from api.serve import free_port
from models.embedded import remove
from models.embedded.layout import Layout
from models.embedded.process import cluster_processes, is_alive, read_postmaster
from models.installation import DESCRIBING, Installation, create
from models.migrate import upgrade
from models.roles import ensure_database
from models.row_security import APP_ROLE
from models.unit_of_work import connect

PATIENCE = 150.0
# so many bodies over one connection, so that plugins spread over the workers again and again
_KEPT_FOR = 15
_SERVE = """
import sys
from pathlib import Path
from api.serve import serve
from models.installation import load
serve(load(Path(sys.argv[1])), port=int(sys.argv[2]), live_port=int(sys.argv[3]), workers=2,
      on_ready=lambda: print("ready", flush=True))
"""


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until something holds; an AssertionError says what was waited for in vain."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


@contextmanager
def installed() -> Iterator[Installation]:
    """A migrated installation with a server of its own, durable as in production; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mastery-faults-", ignore_cleanup_errors=True) as made:
        data_dir = Path(made)
        data_dir.chmod(0o711)
        installation = create(data_dir)
        server = installation.server()
        assert server is not None
        with server:
            ensure_database(installation)
            owner = connect(installation.owner_dsn, pool_size=1)
            upgrade(owner)
            owner.dispose()
        yield installation
        wait_until(lambda: not processes_of(data_dir), "every process has ended")
        remove(data_dir)


def processes_of(data_dir: Path) -> dict[int, str]:
    """Living processes that have to do with an installation, with their commands: ours, its children, its database."""
    name = os.fsencode(data_dir)
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        try:
            command = (entry / "cmdline").read_bytes()
            concerned = name in command or name in (entry / "environ").read_bytes()
        except OSError:  # it ended meanwhile, or is another user's
            continue
        if concerned and is_alive(pid):
            found[pid] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    for pid in cluster_processes(Layout(data_dir)):
        found.setdefault(pid, "postgres")
    found.pop(os.getpid(), None)
    return found


def _environment() -> dict[str, str]:
    """Ours without an installation in it, and the checkout's code."""
    return {name: value for name, value in os.environ.items() if not name.startswith(DESCRIBING)} | {
        "PYTHONPATH": str(ROOT)
    }


class Served:
    """An installation served by the real supervisor; survives being killed by starting on the same ports."""

    def __init__(self, installation: Installation) -> None:
        assert installation.data_dir is not None
        self.installation = installation
        self.data_dir = installation.data_dir
        self.port, self.live_port = free_port("127.0.0.1"), free_port("127.0.0.1")
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve, and wait until it says that it is ready."""
        arguments = [str(self.data_dir), str(self.port), str(self.live_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=_environment(),
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def stop(self) -> None:
        """Ask it to end as an operator does, and hold it to leaving nothing behind."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill(list(processes_of(self.data_dir)))
            raise
        self.process = None

    def answers(self) -> bool:
        """Whether the web says that it is well, its database included."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError, http.client.HTTPException):
            return False

    def master(self) -> list[int]:
        """The gunicorn master while it runs."""
        mine = self._children_of([self.process.pid] if self.process else [])
        return [pid for pid in mine if "gunicorn" in _command(pid)]

    def workers(self) -> list[int]:
        """The web workers."""
        return self._children_of(self.master())

    def live(self) -> list[int]:
        """The live process while it runs."""
        mine = self._children_of([self.process.pid] if self.process else [])
        return [pid for pid in mine if "api.live" in _command(pid)]

    def postmaster(self) -> list[int]:
        """The database's postmaster while it runs."""
        found = read_postmaster(Layout(self.data_dir))
        return [found.pid] if found is not None and is_alive(found.pid) else []

    def backends(self) -> list[int]:
        """The database's processes that serve the application's connections."""
        named = [(pid, _command(pid)) for pid in cluster_processes(Layout(self.data_dir))]
        return [pid for pid, command in named if f" {APP_ROLE} " in command]

    def kill(self, pids: Sequence[int]) -> None:
        """Kill -9 them all at once."""
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # it ended with one killed before it
                continue
        if self.process is not None and self.process.pid in pids:
            self.process.communicate(timeout=PATIENCE)
            self.process = None

    def _children_of(self, parents: Sequence[int]) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if status[0] != "Z" and int(status[1]) in parents:
                found.append(int(entry.name))
        return sorted(found)


def _command(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def served(installation: Installation) -> Iterator[Served]:
    """Serve an installation for the length of a block; nothing is left of it afterwards."""
    service = Served(installation)
    service.start()
    try:
        yield service
    finally:
        service.stop()
    assert processes_of(service.data_dir) == {}


@contextmanager
def second_web(service: Served) -> Iterator[int]:
    """Another gunicorn master on the same database, as on a second machine; yields its port."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning", "--no-control-socket"]
    environment = _environment() | {"MASTERY_DATA_DIR": str(service.data_dir)}
    process = subprocess.Popen([*command, "api:create_app()"], env=environment, cwd="/")
    other = Served(service.installation)
    other.port = port
    try:
        wait_until(other.answers, "the second web answers")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def token_of(port: int, client: NewClient) -> str:
    """An access token over HTTP."""
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/oauth/token", b"grant_type=client_credentials", {"Authorization": f"Basic {basic}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        token: str = json.load(answer)["access_token"]
    return token


def get(port: int, token: str, path: str) -> Any:
    """The JSON that a GET answers with."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


class Plugin(threading.Thread):
    """Posts bodies one after another over a kept connection, each again and again until it is acknowledged.

    Ends after its last body, or once `enough` is set and the body at hand is acknowledged. `acknowledged` maps
    (source_id, revision) to the statuses it was answered with; `broken` counts requests that failed or that nobody
    answered.
    """

    def __init__(
        self, ports: Sequence[int], token: str, bodies: Iterator[list[dict[str, Any]]], enough: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.acknowledged: dict[tuple[str, int], list[str]] = {}
        self.posted: dict[tuple[str, int], dict[str, Any]] = {}
        self.broken = 0
        self.failure: BaseException | None = None
        self._ports = ports
        self._token = token
        self._bodies = bodies
        self._enough = enough
        self._connection: http.client.HTTPConnection | None = None
        self._tries = 0

    def run(self) -> None:
        try:
            for number, results in enumerate(self._bodies):
                if number % _KEPT_FOR == 0:
                    self._close()
                self._deliver(results)
                if self._enough.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it again
            self.failure = error
        finally:
            self._close()

    def _deliver(self, results: list[dict[str, Any]]) -> None:
        body = json.dumps({"results": results}).encode()
        self.posted.update({(one["source_id"], one.get("revision", 1)): one for one in results})
        deadline = time.monotonic() + PATIENCE
        while (entries := self._post(body)) is None:
            self.broken += 1
            assert time.monotonic() < deadline, "a post was not acknowledged in time"
            time.sleep(0.02)
        assert len(entries) == len(results), entries
        for one, entry in zip(results, entries, strict=True):
            assert entry["source_id"] == one["source_id"], entry
            key = (one["source_id"], one.get("revision", 1))
            self.acknowledged.setdefault(key, []).append(entry["status"])

    def _post(self, body: bytes) -> list[dict[str, Any]] | None:
        """The entries of the answer; None where there was none, or the server said that it could not."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            if self._connection is None:
                port = self._ports[self._tries % len(self._ports)]
                self._tries += 1
                self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE / 2)
            self._connection.request("POST", "/api/v1/results", body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self._close()
            return None
        if answer.status >= 500:
            self._close()
            return None
        assert answer.status == 200, (answer.status, said)
        entries: list[dict[str, Any]] = json.loads(said)["results"]
        return entries

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Load:
    """Some plugins that post at the same time."""

    def __init__(self, plugins: Sequence[Plugin], enough: threading.Event) -> None:
        self.plugins = plugins
        self._enough = enough

    @property
    def acknowledged(self) -> dict[tuple[str, int], list[str]]:
        """What was acknowledged, by (source_id, revision), with every status given."""
        found: dict[tuple[str, int], list[str]] = {}
        for plugin in self.plugins:
            for key, statuses in list(plugin.acknowledged.items()):
                found.setdefault(key, []).extend(statuses)
        return found

    @property
    def posted(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Every result that was sent at least once."""
        return {key: one for plugin in self.plugins for key, one in list(plugin.posted.items())}

    @property
    def broken(self) -> int:
        """How many requests failed or were left unanswered."""
        return sum(plugin.broken for plugin in self.plugins)

    def wait_for_more(self, results: int) -> None:
        """Wait until so many more are acknowledged."""
        until = len(self.acknowledged) + results
        wait_until(lambda: self._failed() or len(self.acknowledged) >= until, f"{results} more are acknowledged")
        self.raise_failure()

    def finish(self) -> None:
        """Let every plugin have its current body acknowledged, then end."""
        self._enough.set()
        self.join()

    def join(self) -> None:
        """Wait until every plugin has ended by itself."""
        for plugin in self.plugins:
            plugin.join(2 * PATIENCE)
            assert not plugin.is_alive()
        self.raise_failure()

    def raise_failure(self) -> None:
        """Raise what a plugin ran into."""
        failure = self._failed()
        if failure is not None:
            raise failure

    def _failed(self) -> BaseException | None:
        return next((plugin.failure for plugin in self.plugins if plugin.failure is not None), None)


@contextmanager
def load(ports: Sequence[int], token: str, streams: Sequence[Iterator[list[dict[str, Any]]]]) -> Iterator[Load]:
    """One plugin per stream of bodies, posting; those that are left are told to end when the block ends."""
    enough = threading.Event()
    running = Load([Plugin(ports, token, bodies, enough) for bodies in streams], enough)
    for plugin in running.plugins:
        plugin.start()
    try:
        yield running
    finally:
        enough.set()
        for plugin in running.plugins:
            plugin.join(2 * PATIENCE)
