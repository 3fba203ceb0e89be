"""Results that go on arriving: `python -m api.demonstration.trickle`, beside a demonstration that is served.

It is the LMS of the demonstration in the days after what was loaded. What the district's clock has reached is posted
over HTTP, in order; where the service does not answer it is tried again, and where it was killed it goes on behind the
last that was taken (what was posted twice does no harm).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from api.demonstration.credentials import client_secret
from api.demonstration.plugin import Http, Plugin, PluginError
from api.demonstration.story import Posting, postings
from api.demonstration.world import OPENS_AT
from models.clock import Clock, DemonstrationClock
from models.installation import load

_LOOK_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_PATIENCE_SECONDS = 30.0
_MOST_TOGETHER = 200


class Trickle:
    """Posts what falls due; `cursor` is the file that tells how far it has come."""

    def __init__(self, plugin: Plugin, clock: Clock, cursor: Path, schedule: Sequence[Posting]) -> None:
        self._plugin = plugin
        self._clock = clock
        self._cursor = cursor
        behind = self._posted_until()
        self._ahead = [one for one in schedule if one.at > behind]

    def _posted_until(self) -> datetime:
        try:
            return datetime.fromisoformat(self._cursor.read_text())
        except (FileNotFoundError, ValueError):
            return OPENS_AT

    @property
    def is_done(self) -> bool:
        """Whether the term is over."""
        return not self._ahead

    def post_due(self) -> int:
        """Post the oldest of what is due, a bounded part of it; how many results. Raises PluginError or OSError."""
        due = self._due()
        if not due:
            return 0
        results = [document for one in due for document in one.results]
        self._plugin.post(results)
        self._note(due[-1].at)
        del self._ahead[: len(due)]
        return len(results)

    def _due(self) -> list[Posting]:
        now, count = self._clock(), 0
        found: list[Posting] = []
        for one in self._ahead:
            count += len(one.results)
            if one.at > now or (found and count > _MOST_TOGETHER):
                break
            found.append(one)
        return found

    def _note(self, until: datetime) -> None:
        scratch = self._cursor.with_suffix(".new")
        scratch.write_text(until.isoformat())
        os.replace(scratch, self._cursor)


def over_network(url: str) -> Http:
    """Requests to a service by its address; raises OSError where it can not be reached."""
    opener = build_opener(ProxyHandler({}))

    def http(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        request = Request(url + path, body, dict(headers), method=method)
        try:
            with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
                return answer.status, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read()
        except URLError as error:
            raise OSError(str(error.reason)) from error

    return http


def pauses() -> Iterator[float]:
    """Growing waits between tries, in seconds."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(_LONGEST_PAUSE, 2 * pause)


def run(trickle: Trickle, log: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> None:
    """Post until the term is over; trouble is said once, and tried again."""
    waits, silent = pauses(), True
    while not trickle.is_done:
        try:
            posted = trickle.post_due()
        except (PluginError, OSError) as trouble:
            if silent:
                log(f"results wait: {trouble}")
            silent = False
            sleep(next(waits))
            continue
        waits, silent = pauses(), True
        if not posted:
            sleep(_LOOK_SECONDS)


def main(arguments: list[str]) -> int:
    """Run until ended from outside, or until the term is over."""
    parser = argparse.ArgumentParser(prog="python -m api.demonstration.trickle", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--client-id", required=True)
    chosen = parser.parse_args(arguments)
    installation = load()
    if installation.data_dir is None:
        parser.error("there is no data directory")
    plugin = Plugin(over_network(chosen.url), chosen.client_id, client_secret(installation.secret_key))
    clock = DemonstrationClock(installation.data_dir)
    trickle = Trickle(plugin, clock, clock.posted_until, postings())
    run(trickle, lambda line: print(f"trickle: {line}", file=sys.stderr, flush=True))
    # whoever supervises would start an ended one again
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
