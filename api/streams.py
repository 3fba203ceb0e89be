"""Streams of section versions to open pages: one object per connection, no task and no thread of its own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qs, urlsplit

from api.live_token import Following, read

MOST_STREAMS = 20_000
MOST_PER_TOKEN = 16
REQUEST_BYTES, REQUEST_SECONDS = 8192, 10.0
BUFFER_BYTES, SLOW_SECONDS = 16_384, 20.0
RENEW_BEFORE = timedelta(seconds=60)

Clock = Callable[[], datetime]
Section = tuple[int, int]  # district, section


class Hub:
    """Who follows what, and the newest versions of everything that is followed."""

    def __init__(self, secret_keys: Sequence[str], clock: Clock, joined: Callable[[Stream], None]) -> None:
        self.secret_keys = secret_keys
        self.clock = clock
        self.joined = joined
        self.versions: dict[Section, int] = {}
        self.followers: dict[Section, set[Stream]] = {}
        self.streams: set[Stream] = set()
        self.per_token: Counter[str] = Counter()
        self.healthy = False

    def join(self, stream: Stream) -> None:
        """A page begins to follow."""
        self.streams.add(stream)
        self.per_token[stream.token] += 1
        for section in stream.sections:
            self.followers.setdefault(section, set()).add(stream)
        self.joined(stream)

    def leave(self, stream: Stream) -> None:
        """A page is gone; what nobody follows is forgotten."""
        if stream not in self.streams:
            return
        self.streams.discard(stream)
        self.per_token[stream.token] -= 1
        if self.per_token[stream.token] <= 0:
            del self.per_token[stream.token]
        for section in stream.sections:
            followers = self.followers[section]
            followers.discard(stream)
            if not followers:
                del self.followers[section]
                self.versions.pop(section, None)

    def learn(self, district_id: int, versions: Mapping[int, int]) -> None:
        """Tell the followers of these sections what they do not know yet."""
        news: dict[Stream, dict[int, int]] = {}
        for section_id, version in versions.items():
            section = (district_id, section_id)
            if section not in self.followers or self.versions.get(section, -1) >= version:
                continue
            self.versions[section] = version
            for stream in self.followers[section]:
                news.setdefault(stream, {})[section_id] = version
        for stream, told in news.items():
            stream.tell(told)

    def known(self, stream: Stream) -> dict[int, int] | None:
        """The versions of all that a stream follows; None while some are not known."""
        found = {section[1]: self.versions.get(section) for section in stream.sections}
        return None if None in found.values() else cast(dict[int, int], found)

    def set_healthy(self, healthy: bool) -> None:
        """Whether changes reach us; while they do not, no page may look live."""
        if self.healthy and not healthy:
            for stream in list(self.streams):
                stream.event("stale", "{}")
        self.healthy = healthy

    def beat(self) -> None:
        """A sign of life to all, while we are alive; drop the slow, ask for a new token before the old one ends."""
        for stream in list(self.streams):
            if stream.too_slow():
                stream.abort()
            elif stream.until - RENEW_BEFORE <= self.clock():
                stream.event("renew", "{}")
                stream.close()
            elif self.healthy:
                stream.event("beat", "{}")


class Stream(asyncio.Protocol):
    """One connection: reads one request, then only writes."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.token = ""
        self.sections: frozenset[Section] = frozenset()
        self.district_id = 0
        self._received = b""
        self._pending: dict[int, int] = {}
        self._slow_since: float | None = None
        self._answered = False
        self._greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait a little for the request."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFER_BYTES)
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.call_later(REQUEST_SECONDS, self.abort)

    def data_received(self, data: bytes) -> None:
        """Gather the request's head; what comes after it is of no interest."""
        if self._answered:
            return
        self._received += data
        if b"\r\n\r\n" in self._received:
            self._deadline.cancel()
            self._answered = True
            self._answer(self._received.split(b"\r\n", 1)[0].decode("latin-1"))
            self._received = b""
        elif len(self._received) > REQUEST_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def connection_lost(self, error: Exception | None) -> None:
        """The page is gone."""
        self._deadline.cancel()
        self.hub.leave(self)

    def pause_writing(self) -> None:
        """The page reads slower than we write: from now on only the newest versions are kept for it."""
        self._slow_since = self._loop.time()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._slow_since = None
        if self._pending:
            pending, self._pending = self._pending, {}
            self.tell(pending)

    def too_slow(self) -> bool:
        """Whether the page has not caught up for long."""
        return self._slow_since is not None and self._loop.time() - self._slow_since > SLOW_SECONDS

    def greet(self, versions: Mapping[int, int]) -> None:
        """Send the versions of all that is followed; from now on changes alone are told."""
        self._greeted = True
        self.tell(versions)

    def tell(self, versions: Mapping[int, int]) -> None:
        """Send versions of sections, or keep the newest for a slow page."""
        if self._slow_since is not None:
            self._pending.update(versions)
        elif self._greeted:
            self.event("versions", json.dumps(versions, separators=(",", ":")))

    def event(self, name: str, data: str) -> None:
        """Send one event; a slow page misses it, but never a version."""
        if self._slow_since is None and not self._transport.is_closing():
            self._transport.write(f"event: {name}\ndata: {data}\n\n".encode())

    def close(self) -> None:
        """End after what is written has gone out."""
        self._transport.close()

    def abort(self) -> None:
        """End now."""
        self._transport.abort()

    def _answer(self, request_line: str) -> None:
        method, _space, rest = request_line.partition(" ")
        parts = urlsplit(rest.split(" ", 1)[0])
        if method != "GET":
            return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
        if parts.path == "/healthz":
            return self._refuse(HTTPStatus.OK if self.hub.healthy else HTTPStatus.SERVICE_UNAVAILABLE)
        if parts.path != "/stream":
            return self._refuse(HTTPStatus.NOT_FOUND)
        token = parse_qs(parts.query).get("token", [""])[0]
        following = read(self.hub.secret_keys, token, self.hub.clock())
        if following is None:
            return self._refuse(HTTPStatus.UNAUTHORIZED)
        if len(self.hub.streams) >= MOST_STREAMS:
            return self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        if self.hub.per_token[token] >= MOST_PER_TOKEN:
            return self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
        return self._follow(token, following)

    def _follow(self, token: str, following: Following) -> None:
        self.token, self.district_id, self.until = token, following.district_id, following.until
        self.sections = frozenset((following.district_id, section) for section in following.section_ids)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            b"Access-Control-Allow-Origin: *\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\nretry: 5000\n\n"
        )
        self.hub.join(self)

    def _refuse(self, status: HTTPStatus) -> None:
        body = f"{status.phrase}\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        self._transport.close()
