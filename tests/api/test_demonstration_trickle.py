"""After what was loaded, results go on arriving over the API: in order, when they are due, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.demonstration import characters as told
from api.demonstration.people import character
from api.demonstration.plugin import Document, Plugin, PluginError
from api.demonstration.story import Posting, postings
from api.demonstration.trickle import Trickle, run
from api.demonstration.world import OPENS_AT


@dataclass
class Service:
    """A service that notes what it was sent, as long as it is up."""

    taken: list[Document] = field(default_factory=list)
    up: bool = True
    posts: int = 0

    def post(self, results: tuple[Document, ...]) -> None:
        if not self.up:
            raise OSError("connection refused")
        self.posts += 1
        self.taken += results


@dataclass
class Clock:
    now: datetime = OPENS_AT

    def __call__(self) -> datetime:
        return self.now


def at(seconds: int, *names: str) -> Posting:
    return Posting(OPENS_AT + timedelta(seconds=seconds), tuple({"source_id": name} for name in names))


SCHEDULE = (at(-60, "before"), at(20, "a"), at(40, "b", "c"), at(90, "d"))


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(service: Service, clock: Clock, tmp_path: Path) -> Callable[[], Trickle]:
    """Begins a trickle, again after it was killed."""
    return lambda: Trickle(service, clock, tmp_path / "until", SCHEDULE)  # type: ignore[arg-type]


def names(service: Service) -> str:
    return "".join(one["source_id"] for one in service.taken)


def test_it_posts_what_is_due_and_no_more(start: Callable[[], Trickle], service: Service, clock: Clock) -> None:
    trickle = start()
    assert trickle.post_due() == 0
    clock.now += timedelta(seconds=20)
    assert trickle.post_due() == 1
    assert names(service) == "a"
    clock.now += timedelta(days=1)
    assert (trickle.post_due(), trickle.post_due()) == (3, 0)
    assert names(service) == "abcd"
    assert service.posts == 2
    assert trickle.is_done


def test_it_goes_on_behind_what_was_taken(start: Callable[[], Trickle], service: Service, clock: Clock) -> None:
    clock.now += timedelta(seconds=40)
    assert start().post_due() == 3
    clock.now += timedelta(days=1)
    killed = start()
    service.up = False
    with pytest.raises(OSError, match="refused"):
        killed.post_due()
    service.up = True
    assert start().post_due() == 1
    assert names(service) == "abcd"


def test_it_waits_for_a_service_that_is_down_and_says_so_once(
    start: Callable[[], Trickle], service: Service, clock: Clock
) -> None:
    service.up, clock.now = False, clock.now + timedelta(minutes=5)
    said: list[str] = []
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        service.up = len(slept) >= 6

    run(start(), said.append, sleep)
    assert names(service) == "abcd"
    assert said == ["results wait: connection refused"]
    assert slept == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]


def test_a_token_that_has_run_out_is_renewed() -> None:
    sent: list[tuple[str, str]] = []

    def http(method: str, path: str, headers: object, body: bytes | None) -> tuple[int, bytes]:
        sent.append((method, path))
        if path == "/oauth/token":
            return 200, b'{"access_token": "1.new"}'
        return (401, b"{}") if len(sent) == 2 else (200, b'{"results": [{"source_id": "a", "status": "accepted"}]}')

    Plugin(http, "1.id", "secret").post([{"source_id": "a"}])
    assert [path for _, path in sent] == ["/oauth/token", "/api/v1/results"] * 2


@pytest.mark.parametrize(
    ("status", "body"), [(503, b"down"), (200, b'{"results": [{"source_id": "a", "status": "quarantined"}]}')]
)
def test_what_is_not_taken_is_said(status: int, body: bytes) -> None:
    def http(method: str, path: str, headers: object, sent: bytes | None) -> tuple[int, bytes]:
        return (200, b'{"access_token": "1.new"}') if path == "/oauth/token" else (status, body)

    with pytest.raises(PluginError, match=r"503: down|a was quarantined"):
        Plugin(http, "1.id", "secret").post([{"source_id": "a"}])


def test_the_first_morning_begins_within_half_a_minute() -> None:
    """A stranger who has just signed in sees something arrive, then the lessons of the day, and days after it."""
    ahead = [one for one in postings() if one.at > OPENS_AT]
    first, second = ahead[:2]
    assert [one["student"] for one in first.results] == [character(told.TURNING).sourced_id]
    assert [one["student"] for one in second.results] == [character(told.ARRIVING).sourced_id]
    assert first.at - OPENS_AT <= timedelta(seconds=30)
    assert second.at - OPENS_AT <= timedelta(seconds=120)
    in_five_minutes = [one for one in ahead if one.at - OPENS_AT <= timedelta(minutes=8)]
    assert len(in_five_minutes) >= 5
    assert len({one.at.date() for one in ahead}) >= 20
    assert all(entry["performed_at"] <= one.at.isoformat() for one in ahead for entry in one.results)
