"""The live process: `python -m api.live`. Relays the outbox, and holds the stream of every open page.

It keeps no state that matters: killed at any moment it loses nothing, and pages find a new one by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import resource
import signal
import sys
from collections.abc import Awaitable, Callable

import psycopg
from psycopg import AsyncConnection

from api.relay import CHANNEL, relay_all, set_district
from api.security import redaction
from api.streams import Hub, Stream
from models.backup import conninfo
from models.clock import clock_of, system_clock
from models.installation import Installation, load

PARTS = 3
_ASKED_AGAIN_SECONDS = 0.5
BEAT_SECONDS = 15.0
PING_SECONDS = 3.0
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 5.0
CONNECT_SECONDS = 5

log = logging.getLogger("mastery.live")

_VERSIONS = """
SELECT section_id, version FROM section_version WHERE district_id = %(district)s AND section_id = ANY(%(sections)s)
"""


class Live:
    """The parts of the process: one connection that relays, one that listens, one that reads versions."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._wanted: asyncio.Queue[Stream] = asyncio.Queue()
        self._working: set[str] = set()
        self._clock = clock_of(installation)
        self.hub = Hub(installation.secret_keys, system_clock, self._wanted.put_nowait)

    async def run(self, host: str, port: int) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Stream(self.hub), host, port, backlog=1024)
        async with server, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep("relay", lambda connection: relay_all(connection, self._clock)))
            tasks.create_task(self._keep("listen", self._listen))
            tasks.create_task(self._keep("read", self._read))
            tasks.create_task(self._beat())
            log.info("streams on %s:%s", host, port)
            await server.serve_forever()

    async def _keep(self, name: str, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Do some work on a connection, and again on a new one whenever that fails."""
        wait = SHORTEST_WAIT
        while True:
            try:
                connection = await self._connect()
                async with connection:
                    wait = SHORTEST_WAIT
                    self._works(name, True)
                    await work(connection)
            except (psycopg.Error, OSError) as error:
                self._works(name, False)
                log.warning("%s: %s", name, str(error).strip().splitlines()[0] if str(error) else type(error).__name__)
            await asyncio.sleep(wait * (0.5 + random.random()))
            wait = min(LONGEST_WAIT, 2 * wait)

    def _works(self, part: str, works: bool) -> None:
        """Pages may look live only while every part works."""
        (self._working.add if works else self._working.discard)(part)
        self.hub.set_healthy(len(self._working) == PARTS)

    async def _connect(self) -> AsyncConnection:
        return await AsyncConnection.connect(
            conninfo(self._installation.app_dsn),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="mastery-live",
            options="-c timezone=UTC -c statement_timeout=30s",
        )

    async def _listen(self, connection: AsyncConnection) -> None:
        """Learn of new versions; ask now and then whether the connection still lives."""
        await connection.execute(f"LISTEN {CHANNEL}")
        self.hub.versions.clear()  # anything may have happened while nobody listened
        for stream in list(self.hub.streams):
            self._wanted.put_nowait(stream)
        while True:
            async for notification in connection.notifies(timeout=PING_SECONDS):
                district_id, versions = json.loads(notification.payload)
                self.hub.learn(district_id, {int(section): version for section, version in versions.items()})
            await connection.execute("SELECT 1")

    async def _read(self, connection: AsyncConnection) -> None:
        """Tell each page that joins, and after a silence every page, the versions of all that it follows."""
        while True:
            try:
                # not wait_for, which on Python 3.11 can swallow the cancellation that ends the process
                async with asyncio.timeout(PING_SECONDS):
                    stream = await self._wanted.get()
            except TimeoutError:
                await connection.execute("SELECT 1")
                continue
            if stream not in self.hub.streams:
                continue
            known = self.hub.known(stream)
            if known is None:
                try:
                    sections = [section for _, section in stream.sections]
                    known = await read_versions(connection, stream.district_id, sections)
                except (psycopg.Error, OSError):
                    self._wanted.put_nowait(stream)
                    raise
                self.hub.learn(stream.district_id, known)
            stream.greet(self.hub.known(stream) or known)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.hub.beat()


async def read_versions(connection: AsyncConnection, district_id: int, sections: list[int]) -> dict[int, int]:
    """The version of each section; one that was never announced has version 0."""
    async with connection.transaction():
        await set_district(connection, district_id)
        wanted = {"district": district_id, "sections": sections}
        rows = await (await connection.execute(_VERSIONS, wanted)).fetchall()
    return dict.fromkeys(sections, 0) | {row[0]: row[1] for row in rows}


async def _until_signal(live: Live, host: str, port: int) -> None:
    work = asyncio.create_task(live.run(host, port))
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    ending = asyncio.create_task(told.wait())
    await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
    while not work.done():
        # asked again until it has ended: a library that waits for two things at once may lose a cancellation
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait({work}, timeout=_ASKED_AGAIN_SECONDS)
    ending.cancel()
    try:
        await work
    except asyncio.CancelledError:
        log.info("ended")


def main(arguments: list[str]) -> int:
    """Run the process until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m api.live", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("MASTERY_LIVE_PORT", "8001")))
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s live %(levelname)s %(message)s", stream=sys.stderr)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:  # a stream is an open file
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    installation = load()
    redaction.install(installation)
    asyncio.run(_until_signal(Live(installation), chosen.host, chosen.port))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
