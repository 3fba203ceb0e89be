"""The live process for tests, and a reader of its streams."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from models.installation import Installation

PATIENCE = 20.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveProcess:
    """`python -m api.live` for one installation; can be killed and started again on the same port."""

    installation: Installation
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that everything it needs is there."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.installation.app_dsn,
            "MASTERY_OWNER_DATABASE_URL": self.installation.owner_dsn,
            "MASTERY_SECRET_KEY": self.installation.secret_key,
        }
        command = [sys.executable, "-m", "api.live", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.status() == 200, "the live process is ready")

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End it with a signal; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def status(self) -> int:
        """What /healthz answers; 0 while nobody listens."""
        try:
            return request(self.port, "/healthz")[0]
        except OSError:
            return 0


@contextmanager
def live_process(installation: Installation) -> Iterator[LiveProcess]:
    """A running live process, ended afterwards."""
    live = LiveProcess(installation)
    live.start()
    try:
        yield live
    finally:
        if live.process is not None:
            live.kill(signal.SIGTERM)


def request(port: int, path: str, method: str = "GET", raw: bytes | None = None) -> tuple[int, bytes]:
    """One HTTP request on a connection of its own: (status, everything that came until the end)."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(raw or f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    return int(received.split(b" ", 2)[1]), received


class StreamReader:
    """Reads the events of one stream."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.connection.sendall(f"GET /stream?token={token} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.received = b""
        while b"\r\n\r\n" not in self.received:
            part = self.connection.recv(65536)
            assert part, self.received
            self.received += part
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        self.head = head.decode()

    def next(self, name: str, patience: float = PATIENCE) -> Any:
        """The data of the next event of a kind; others are passed over. TimeoutError when none comes."""
        deadline = time.monotonic() + patience
        while True:
            while b"\n\n" in self.received:
                block, self.received = self.received.split(b"\n\n", 1)
                fields = dict(line.split(": ", 1) for line in block.decode().splitlines())
                if fields.get("event") == name:
                    return json.loads(fields["data"])
            self.connection.settimeout(max(0.01, deadline - time.monotonic()))
            part = self.connection.recv(65536)
            if not part:
                raise ConnectionError("the stream ended")
            self.received += part

    def close(self) -> None:
        """Leave."""
        self.connection.close()


def wait_for(condition: Any, what: str, patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)
