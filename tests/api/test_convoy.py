"""Posts that share a transaction: who goes with whom, and that nobody pays for another's trouble."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from api.actions.convoy import MOST_TOGETHER, Convoy

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PATIENCE = 20.0


class Road:
    """Trips that can be held up, and what each of them took along."""

    def __init__(self) -> None:
        self.convoy: Convoy[int, str] = Convoy()
        self.trips: list[tuple[list[int], datetime]] = []
        self.under_way = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def trip(self, loads: Sequence[int], now: datetime) -> list[str]:
        self.trips.append((list(loads), now))
        self.under_way.set()
        assert self.free.wait(PATIENCE)
        if any(load < 0 for load in loads):
            raise ValueError(f"cannot take {loads}")
        return [f"took {load}" for load in loads]

    def go(self, sender: str, *loads: int, now: datetime = NOW) -> Sequence[str]:
        return self.convoy.go(sender, loads, now, self.trip)

    def waiting(self, sender: str, count: int) -> None:
        deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE)
        while len(self.convoy._waiting.get(sender, ())) < count:
            assert datetime.now(UTC) < deadline


@pytest.fixture
def road() -> Road:
    return Road()


def held_up(road: Road, pool: ThreadPoolExecutor) -> Future[Sequence[str]]:
    """One post of sender a that is on its way and does not arrive yet."""
    road.free.clear()
    road.under_way.clear()
    first = pool.submit(road.go, "a", 1)
    assert road.under_way.wait(PATIENCE)
    return first


def test_who_comes_alone_goes_at_once_and_alone(road: Road) -> None:
    assert road.go("a", 1, 2) == ["took 1", "took 2"]
    assert road.go("a", 3) == ["took 3"]
    assert road.trips == [([1, 2], NOW), ([3], NOW)]


def test_who_comes_meanwhile_goes_together_next_and_gets_the_own_answers(road: Road) -> None:
    later = NOW + timedelta(seconds=2)
    with ThreadPoolExecutor(4) as pool:
        first = held_up(road, pool)
        followers = []
        for place, loads in enumerate([(2, 3), (4,), (5, 6)]):
            followers.append(pool.submit(road.go, "a", *loads, now=later if place == 1 else NOW))
            road.waiting("a", place + 1)
        road.free.set()
        assert first.result(PATIENCE) == ["took 1"]
        assert [one.result(PATIENCE) for one in followers] == [["took 2", "took 3"], ["took 4"], ["took 5", "took 6"]]
    # the instant of a shared trip is the latest of those who share it
    assert road.trips == [([1], NOW), ([2, 3, 4, 5, 6], later)]
    assert road.go("a", 7) == ["took 7"]


def test_senders_do_not_wait_for_each_other(road: Road) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = held_up(road, pool)
        second = pool.submit(road.go, "b", 2)
        while len(road.trips) < 2:
            assert not second.done()
        road.free.set()
        assert (first.result(PATIENCE), second.result(PATIENCE)) == (["took 1"], ["took 2"])


def test_one_who_cannot_be_taken_stops_nobody_else(road: Road) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = held_up(road, pool)
        others = []
        for place, load in enumerate((2, -3, 4)):
            others.append(pool.submit(road.go, "a", load))
            road.waiting("a", place + 1)
        road.free.set()
        assert first.result(PATIENCE) == ["took 1"]
        assert others[0].result(PATIENCE) == ["took 2"]
        with pytest.raises(ValueError, match="cannot take"):
            others[1].result(PATIENCE)
        assert others[2].result(PATIENCE) == ["took 4"]
    assert sorted(loads for loads, _ in road.trips[2:]) == [[-3], [2], [4]]
    assert road.go("a", 5) == ["took 5"]


def test_one_who_fails_alone_leaves_the_way_free(road: Road) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        road.go("a", -1)
    assert road.go("a", 2) == ["took 2"]


def test_a_trip_takes_no_more_along_than_it_may(road: Road) -> None:
    half = range(2, 2 + MOST_TOGETHER // 2)
    with ThreadPoolExecutor(4) as pool:
        first = held_up(road, pool)
        others = []
        for place in range(3):
            others.append(pool.submit(road.go, "a", *half))
            road.waiting("a", place + 1)
        road.free.set()
        assert first.result(PATIENCE) == ["took 1"]
        assert all(len(one.result(PATIENCE)) == len(half) for one in others)
    assert [len(loads) for loads, _ in road.trips] == [1, MOST_TOGETHER, len(half)]
