"""What benchmarks share: the rows of a report, its place in docs/benchmarks.md, a fresh installation, serving it."""

from __future__ import annotations

import base64
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.security.clients import NewClient
from api.serve import free_port
from models.embedded import remove
from models.installation import Installation, create
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect

CHECKOUT = Path(__file__).resolve().parents[3]
_DOCS = CHECKOUT / "docs"


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    what: str
    figure: str
    reference: str
    ratio: str
    wanted: str


@contextmanager
def fresh_installation() -> Iterator[Installation]:
    """An installation of its own with a running, migrated database; nothing of it stays."""
    data_dir = Path(tempfile.mkdtemp(prefix="mastery-bench-"))
    data_dir.chmod(0o711)
    try:
        installation = create(data_dir)
        server = installation.server()
        assert server is not None
        with server:
            ensure_database(installation)
            owner = connect(installation.owner_dsn, pool_size=1)
            upgrade(owner)
            owner.dispose()
            yield installation
    finally:
        remove(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


@contextmanager
def served(installation: Installation) -> Iterator[int]:
    """The installation served as it is in production, in processes of its own; yields the port."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-c", _SERVE, str(installation.data_dir), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ready":
                break
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


_SERVE = """
import sys
from pathlib import Path
from api.serve import serve
from models.installation import load
serve(load(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]), on_ready=lambda: print("ready", flush=True))
"""


def token_of(port: int, client: NewClient) -> str:
    """An access token over HTTP."""
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/oauth/token", b"grant_type=client_credentials", {"Authorization": f"Basic {basic}"}
    )
    with urllib.request.urlopen(request) as answer:
        token: str = json.load(answer)["access_token"]
    return token


def table(rows: list[Row], sharing: str = "server, database, clients and reference share them") -> str:
    """The report as Markdown; `sharing` says what the machine's cores were busy with."""
    cells = [(row.what, row.figure, row.reference, row.ratio, row.wanted) for row in rows]
    return f"{machine(sharing)}\n\n{columns(('what', 'figure', 'reference of the same run', 'ratio', 'wanted'), cells)}"


def machine(sharing: str) -> str:
    """When and on what it was measured."""
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}, Python"
        f" {platform.python_version()}); {sharing}."
    )


def columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in (names, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(names)}", *lines[1:]])


def write(part: str, report: str, document: str = "benchmarks.md") -> None:
    """Replace one part of a document."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    path = _DOCS / document
    text = path.read_text()
    before, after = text.split(begin)[0], text.split(end)[1]
    path.write_text(f"{before}{begin}\n{report}\n{end}{after}")


def quantile(seen: list[float], share: float) -> float:
    """The value that this share of the sorted values stays within."""
    return seen[min(int(len(seen) * share), len(seen) - 1)]
