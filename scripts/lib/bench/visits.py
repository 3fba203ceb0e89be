"""A person who reads pages over one kept connection, and times each answer."""

from __future__ import annotations

import http.client
import re
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_LINK = re.compile(r'href="(/[^"#]*)')
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_OK, _SEE_OTHER = 200, 303


@dataclass(frozen=True)
class Answer:
    """A page: how long it took to have it whole, in seconds, its size in bytes and its text."""

    seconds: float
    size: int
    html: str


class Reader:
    """Someone who is signed in."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._cookie = ""
        found = _TOKEN.search(self._fetch("GET", "/sign-in")[2])
        if found is None:
            raise RuntimeError("no form to sign in with")
        form = urlencode({"csrf_token": found.group(1), "name": name, "password": password})
        status, _, text = self._fetch("POST", "/sign-in", form)
        if status != _SEE_OTHER:
            raise RuntimeError(f"{name} can not sign in: {status} {text[:500]}")

    def read(self, path: str) -> Answer:
        """A page, timed. RuntimeError where the answer is no page."""
        began = time.perf_counter()
        status, size, text = self._fetch("GET", path)
        seconds = time.perf_counter() - began
        if status == _SEE_OTHER:
            return Answer(seconds, 0, "")
        if status != _OK:
            raise RuntimeError(f"{path}: {status}")
        return Answer(seconds, size, text)

    def weight(self, path: str) -> int:
        """What a first visit to a page loads in all, in bytes as sent: the page, its style, its script, its icon."""
        page = self.read(path)
        return page.size + sum(self._fetch("GET", asset)[1] for asset in set(_ASSET.findall(page.html)))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _fetch(self, method: str, path: str, body: str | None = None) -> tuple[int, int, str]:
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip"}  # as browsers ask; pages come plain, files packed
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self._cookie = cookie.split(";")[0]
        return answer.status, len(content), content.decode(errors="replace")


def kind_of(path: str) -> str:
    """The page that an address belongs to: numbers and questions left out."""
    return re.sub(r"\d+", "N", urlsplit(path).path)


def crawl(reader: Reader, start: str, most: int, note: Callable[[str, Answer], None]) -> Collection[str]:
    """Follow the links of pages, up to `most` pages of a kind, and note each answer; the kinds that were found."""
    waiting, seen, of_kind = deque([start]), {start}, dict[str, int]()
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        if of_kind.get(kind, 0) >= most:
            continue
        of_kind[kind] = of_kind.get(kind, 0) + 1
        answer = reader.read(path)
        note(kind, answer)
        for link in _LINK.findall(answer.html):
            plain = link.replace("&amp;", "&")
            if plain not in seen and not plain.startswith("/static/"):
                seen.add(plain)
                waiting.append(plain)
    return of_kind
