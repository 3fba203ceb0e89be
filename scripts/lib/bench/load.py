"""A load generator that costs little itself: keep-alive sockets, requests made beforehand, one event loop."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from bench.district import ITEMS, BenchDistrict
from bench.report import quantile

_NOT_LATE = timedelta(0)


@dataclass(frozen=True)
class Load:
    """What was reached: requests and results a second, and latencies in seconds, sorted."""

    requests: int
    results: int
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        """Results acknowledged a second."""
        return self.results / self.seconds

    def quantile(self, share: float) -> float:
        """The latency that this share of requests stayed within."""
        return quantile(self.latencies, share)


def bodies(
    district: BenchDistrict, run: str, per_request: int, seed: int, students: Sequence[str], late: timedelta = _NOT_LATE
) -> Iterator[bytes]:
    """Requests without end: results of some of these students at random, one target and one item each.

    They were performed a moment before they are sent, as an LMS sends them; `late` sends them that long after.
    """
    choose = random.Random(seed)
    for number in count():
        entries = []
        latest = datetime.now(UTC) - late
        for part in range(per_request):
            at = (latest - timedelta(microseconds=per_request - part)).isoformat()
            right = choose.random() < 0.7
            entries.append(
                {
                    "source_id": f"{run}-{seed}-{number}-{part}", "student": choose.choice(students),
                    "assessment": "bench", "form": "A", "purpose": "formative", "evidence_type": "quiz",
                    "performed_at": at, "scored_at": at,
                    "targets": [{
                        "target": choose.choice(district.targets), "score": int(right), "max": 1,
                        "items": [{"item": f"q{choose.randrange(ITEMS)}", "score": int(right), "max": 1}],
                    }],
                }
            )  # fmt: skip
        yield json.dumps({"results": entries}).encode()


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode(errors="replace") + (await reader.read(2000)).decode(errors="replace"))
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return await reader.readexactly(length)


def _request(token: str, body: bytes) -> bytes:
    return (
        b"POST /api/v1/results HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer "
        + token.encode() + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )  # fmt: skip


async def _client(
    port: int,
    token: str,
    requests: Iterator[bytes],
    until: float,
    pause: float,
    head_start: float,
    per_request: int,
    seen: list[float],
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter() + head_start
    try:
        while time.perf_counter() < until:
            if pause:
                due += pause
                await asyncio.sleep(max(due - time.perf_counter(), 0))
            request = _request(token, next(requests))
            began = time.perf_counter()
            answer = await _talk(reader, writer, request)
            seen.append(time.perf_counter() - began)
            if answer.count(b'"accepted"') != per_request:
                raise RuntimeError(answer[:2000].decode())
    finally:
        writer.close()


def run(
    district: BenchDistrict, port: int, token: str, name: str, clients: int, seconds: float, per_request: int = 1,
    rate: float | None = None, apart: bool = False, late: timedelta = _NOT_LATE,
) -> Load:  # fmt: skip
    """Post for some seconds from some clients; `rate` requests a second in all, else as fast as they are answered.

    `apart` gives each client students of its own, as classes have; otherwise all post for the whole district. What is
    sent `late` comes before what is known of the student already.
    """
    seen: list[float] = []

    async def together() -> None:
        until = time.perf_counter() + seconds
        pause = clients / rate if rate else 0.0
        await asyncio.gather(
            *(
                _client(
                    port,
                    token,
                    bodies(
                        district,
                        name,
                        per_request,
                        seed,
                        district.students[seed::clients] if apart else district.students,
                        late,
                    ),
                    until,
                    pause,
                    pause * seed / clients,
                    per_request,
                    seen,
                )
                for seed in range(clients)
            )
        )

    began = time.perf_counter()
    asyncio.run(together())
    return Load(len(seen), len(seen) * per_request, time.perf_counter() - began, sorted(seen))
