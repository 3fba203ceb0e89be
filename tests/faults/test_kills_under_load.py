"""Acknowledged means durable: kill -9 at random moments while eight plugins post, and nothing is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ingest_world import ASSESSMENTS, NOW, TARGETS, World, furnish, stored_results
from serving import Load, Served, get, installed, load, processes_of, served, token_of, wait_until
from sqlalchemy import text

from models.installation import Installation
from models.unit_of_work import connect, district_transaction

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc"),
]
PLUGINS, STUDENTS, KILLS = 8, 24, 2
ACCEPTED = {"accepted", "duplicate"}


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """A service for the kills of this module alone; nothing may be left of it at the end."""
    with installed() as installation, served(installation) as running:
        yield running


@contextmanager
def district(installation: Installation, name: str) -> Iterator[World]:
    """A district with students, made while the installation is served."""
    engine = connect(installation.app_dsn)
    try:
        yield furnish(engine, name, STUDENTS)
    finally:
        engine.dispose()


def bodies(world: World, plugin: int) -> Iterator[list[dict[str, Any]]]:
    """Single results and small batches without end, of any student, on one or two targets, now and then late."""
    choose = random.Random(plugin)
    codes = [code for code, _, _ in TARGETS]
    for number in count():
        size = choose.choice((1, 1, 1, 5, 20))
        yield [_result(choose, world, codes, f"p{plugin}-{number}-{part}", number) for part in range(size)]


def _result(choose: random.Random, world: World, codes: list[str], source_id: str, number: int) -> dict[str, Any]:
    at = (NOW - timedelta(days=30) + timedelta(minutes=number - choose.choice((0, 0, 0, 90)))).isoformat()
    assessment = choose.choice(list(ASSESSMENTS))
    right = choose.random() < 0.8
    return {
        "source_id": source_id, "student": choose.choice(world.students), "assessment": assessment, "form": "A",
        "purpose": ASSESSMENTS[assessment].value, "evidence_type": "quiz", "performed_at": at,
        "feedback": choose.choice(("immediate", "none")),
        "targets": [
            {"target": target, "score": 2 * int(right), "max": 2,
             "items": [{"item": f"q{choose.randrange(9)}", "score": int(right), "max": 1}]}
            for target in choose.sample(codes, choose.choice((1, 1, 2)))
        ],
    }  # fmt: skip


@contextmanager
def posting(service: Served, world: World) -> Iterator[Load]:
    """Eight plugins at work."""
    token = token_of(service.port, world.client)
    with load([service.port], token, [bodies(world, plugin) for plugin in range(PLUGINS)]) as running:
        running.wait_for_more(50)
        yield running


def kill_under_load(
    service: Served,
    world: World,
    candidates: Callable[[], list[int]],
    back: Callable[[list[int]], None],
    one: bool = False,
) -> Load:
    """Kill -9 the candidates, or one of them, several times, each after some answers, and see that posting goes on."""
    choose = random.Random(2024)
    with posting(service, world) as running:
        # one worker's connections may all be idle; the next one's will not be
        for kill in range(10 * KILLS):
            if kill >= KILLS and running.broken:
                break
            running.wait_for_more(choose.randrange(1, 60))
            wait_until(candidates, "there is somebody to kill")
            victims = candidates()
            if one:
                victims = [choose.choice(victims)]
            service.kill(victims)
            back(victims)
            wait_until(service.answers, "the service answers again")
            running.wait_for_more(1)
        running.finish()
    return running


def prove(service: Served, world: World, running: Load) -> None:
    """What was acknowledged is there once, with its evidence, and everything derived follows from it."""
    acknowledged, posted, stored = running.acknowledged, running.posted, stored_results(world)
    assert running.broken, "no kill met a request under way"
    for key, statuses in acknowledged.items():
        assert set(statuses) <= ACCEPTED, (key, statuses)
    # every plugin went on until its last body was acknowledged, so nothing is there that was not
    assert stored.keys() == acknowledged.keys() == posted.keys()
    for key, (student, lines) in stored.items():
        sent = posted[key]
        assert student == sent["student"]
        assert lines == sorted((one["target"], one["score"]) for one in sent["targets"])
    token = token_of(service.port, world.client)
    for source_id, revision in random.Random(1).sample(sorted(acknowledged), 25):
        own = get(service.port, token, f"/api/v1/results/{source_id}")
        assert [(one["revision"], one["status"]) for one in own["revisions"]] == [(revision, "accepted")]
        assert len(own["revisions"][0]["evidence"]) == len(posted[source_id, revision]["targets"])
    proved = world.verify()
    assert proved.differing == 0
    assert proved.rows > STUDENTS


def by_itself(candidates: Callable[[], list[int]]) -> Callable[[list[int]], None]:
    """Waits until others stand in the place of those who were killed; nobody helps."""

    def back(killed: list[int]) -> None:
        wait_until(lambda: not set(candidates()) & set(killed), "the killed have ended")
        wait_until(candidates, "others are in their place")

    return back


@pytest.mark.parametrize("who", ["worker", "every worker", "gunicorn master"])
def test_a_killed_web_loses_and_doubles_nothing(service: Served, who: str) -> None:
    with district(service.installation, f"Web {who}") as world:
        candidates = service.master if who == "gunicorn master" else service.workers
        running = kill_under_load(service, world, candidates, by_itself(candidates), one=who == "worker")
        prove(service, world, running)


@pytest.mark.parametrize("who", ["postmaster", "backend", "the database whole"])
def test_a_killed_database_loses_and_doubles_nothing(service: Served, who: str) -> None:
    with district(service.installation, f"Database {who}") as world:
        candidates = {
            "postmaster": service.postmaster,
            "backend": service.backends,
            "the database whole": lambda: service.postmaster() + service.backends(),
        }[who]
        running = kill_under_load(service, world, candidates, by_itself(service.postmaster), one=who == "backend")
        prove(service, world, running)


@pytest.mark.parametrize("who", ["everything", "the supervisor"])
def test_a_killed_service_loses_and_doubles_nothing_once_it_is_started_again(service: Served, who: str) -> None:
    with district(service.installation, f"Service {who}") as world:

        def candidates() -> list[int]:
            assert service.process is not None
            return list(processes_of(service.data_dir)) if who == "everything" else [service.process.pid]

        def back(killed: list[int]) -> None:
            wait_until(lambda: not processes_of(service.data_dir), "all that it started has ended with it")
            service.start()

        prove(service, world, kill_under_load(service, world, candidates, back))


def test_a_killed_live_process_tells_what_happened_meanwhile(service: Served) -> None:
    with district(service.installation, "Live") as world:

        def told() -> tuple[int, int]:
            """How much waits to be told, and the section's version."""
            with district_transaction(world.engine, world.district_id) as session:
                waiting = session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
                version = session.execute(text("SELECT coalesce(max(version), 0) FROM section_version")).scalar_one()
            return waiting, version

        with posting(service, world) as running:
            wait_until(lambda: told()[1] > 0, "the section's version moves")
            for _ in range(KILLS):
                wait_until(service.live, "there is a live process to kill")
                version = told()[1]
                service.kill(service.live())
                running.wait_for_more(20)
                wait_until(lambda before=version: told()[1] > before, "the version moves on")  # type: ignore[misc]
            running.finish()
        assert running.broken == 0, "a killed live process disturbed the posts"
        wait_until(lambda: told()[0] == 0, "everything is told")
        assert world.verify().differing == 0
        assert stored_results(world).keys() == running.acknowledged.keys()
