"""Posts at the same time, on two webs with one database, end as the same posts in any sequence do."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ingest_laws import FIRST, batches, body
from ingest_world import ASSESSMENTS, NOW, World, confirm, confirmations, furnish, standings, stored_results, wire
from roster_files import RosterFiles
from serving import Served, installed, load, second_web, served, token_of
from sqlalchemy import Engine, text

from api.actions.graph import PrerequisiteRule, set_strength, set_strength_in
from api.actions.graph_change import change_graph
from api.actions.roster import take_roster
from mastery.evidence import EvidenceType, Feedback, Independence, ItemResponse, Result, TargetScore
from mastery.graph import Strength
from models.unit_of_work import connect, district_transaction

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc"),
]
CLIENTS = 8


@pytest.fixture(scope="module")
def webs() -> Iterator[tuple[Served, list[int]]]:
    """A service with a second web beside its own: two gunicorn masters, four workers, one database."""
    with installed() as installation, served(installation) as service, second_web(service) as other:
        yield service, [service.port, other]


@pytest.fixture
def served_engine(webs: tuple[Served, list[int]]) -> Iterator[Engine]:
    """An engine beside the webs, as a command line has it."""
    made = connect(webs[0].installation.app_dsn)
    yield made
    made.dispose()


def one_students_results(student: str) -> list[Result]:
    """Work of one student with ties of time, late order, corrections; nothing in it that the system may confirm.

    Certifying evidence is on a target that earns credit, whose mastery stays provisional until a person confirms it;
    so the end depends on nothing but the evidence.
    """
    choose = random.Random(5)
    made = body("M.5", 0, student)
    for number in range(60):
        assessment = choose.choice(("quiz", "quiz", "state"))
        codes = choose.sample(("M.1", "M.2", "M.3", "E.1"), choose.choice((1, 2)))
        at = FIRST + timedelta(days=choose.randrange(8))
        made.append(
            Result(
                source_id=f"r{number}", revision=1, student=student, assessment=assessment, form="A",
                purpose=ASSESSMENTS[assessment], evidence_type=EvidenceType.QUIZ, scorer="system", performed_at=at,
                scored_at=at, independence=choose.choice(list(Independence)), feedback=choose.choice(list(Feedback)),
                targets=tuple(_score(choose, code) for code in codes),
            )
        )  # fmt: skip
    for older in choose.sample(made, 12):
        made.append(replace(older, revision=2, targets=tuple(_score(choose, s.target) for s in older.targets)))
    return made


def _score(choose: random.Random, code: str) -> TargetScore:
    items = tuple(ItemResponse(f"q{n}", float(choose.random() < 0.8), 1.0) for n in choose.sample(range(10), 4))
    return TargetScore(code, sum(one.score for one in items), 4.0, None, items)


def test_eight_clients_at_once_for_one_student_end_as_any_sequence_does(
    webs: tuple[Served, list[int]], served_engine: Engine
) -> None:
    service, ports = webs
    at_once, one_by_one = (
        furnish(served_engine, name, backwards=other) for name, other in (("At once", False), ("One by one", True))
    )
    results = one_students_results("S-0000")
    # every result is posted by two clients, so that the same key also meets itself
    streams = []
    for client in range(CLIENTS):
        mine = [one for n, one in enumerate(results) if client in (n % CLIENTS, (n + 3) % CLIENTS)]
        random.Random(client).shuffle(mine)
        streams.append(iter([[wire(one) for one in some] for some in batches(mine, random.Random(client))]))
    with load(ports, token_of(service.port, at_once.client), streams) as running:
        running.join()
    for key, statuses in running.acknowledged.items():
        assert len(statuses) == 2
        assert statuses.count("duplicate") == 1, (key, statuses)
    assert stored_results(at_once).keys() == running.acknowledged.keys() == {(r.source_id, r.revision) for r in results}

    sequence = list(results)
    random.Random(99).shuffle(sequence)
    one_by_one.post([[one] for one in sequence])
    assert standings(at_once, revisions=True) == standings(one_by_one, revisions=True)
    assert standings(at_once)["S-0000", "M.5"].state in ("mastered_provisional", "in_progress")
    assert confirmations(at_once) == confirmations(one_by_one) == set()
    together, apart = at_once.verify(), one_by_one.verify()
    assert together.differing == apart.differing == 0
    assert together == apart


def _posts(world: World, client: int, unknown: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Evidence that reaches mastery here and there, without end; some of students that no roster has named yet."""
    choose = random.Random(client)
    for number in count():
        code = choose.choice(("M.1", "M.1", "M.2", "M.3", "M.4", "E.1"))
        student = choose.choice((*world.students, *unknown))
        posted = body(code, choose.randrange(20), student)
        yield [wire(replace(one, source_id=f"c{client}-{number}-{one.source_id}")) for one in posted]


def test_rules_and_roster_that_change_during_posts_leave_nothing_behind(
    webs: tuple[Served, list[int]], served_engine: Engine, tmp_path: Path
) -> None:
    service, ports = webs
    world = furnish(served_engine, "Changing", students=6)
    unknown = [f"N-{number}" for number in range(4)]
    intake = world.intake()

    def strength(value: Strength) -> None:
        here = world.district_id
        change_graph(intake, here, NOW, lambda session: set_strength(session, here, "M.1", "M.3", value))

    def everything(value: Strength) -> None:
        here, rule = world.district_id, PrerequisiteRule(inside="Test standards")
        change_graph(intake, here, NOW, lambda session: set_strength_in(session, here, rule, value))

    def cut_scores() -> None:
        with district_transaction(world.engine, world.district_id) as session:
            confirm(world, session, "quiz")
            session.commit()

    def roster(known: int) -> None:
        files = RosterFiles(Path(tempfile.mkdtemp(dir=tmp_path)))
        rows = [
            f"{name},active,2026-11-01T00:00:00Z,true,{world.school},student,{name},,New,{name},,{name},,,,,07,"
            for name in unknown[:known]
        ]
        report = take_roster(intake, world.district_id, files.delta(users=rows).folder, NOW)
        assert report.applied

    streams = [_posts(world, client, unknown) for client in range(CLIENTS)]
    with load(ports, token_of(service.port, world.client), streams) as running:
        for change in (
            lambda: strength(Strength.HARD),
            lambda: roster(2),
            cut_scores,
            lambda: everything(Strength.SOFT),
            lambda: roster(4),
            lambda: everything(Strength.HARD),
        ):
            running.wait_for_more(30)
            change()
        running.wait_for_more(30)
        running.finish()

    assert {status for statuses in running.acknowledged.values() for status in statuses} <= {
        "accepted", "duplicate", "quarantined",
    }  # fmt: skip
    # somebody may have been posted for by a web that did not know the roster yet when it was imported
    roster(4)
    assert stored_results(world).keys() == running.acknowledged.keys()
    with district_transaction(world.engine, world.district_id) as session:
        states = dict(session.execute(text("SELECT state, count(*) FROM quarantine GROUP BY state")).all())
    assert states.keys() == {"released"}
    proved = world.verify()
    assert proved.differing == 0
    assert proved.students == len(world.students) + len(unknown)
    # decisions were reached, and not all alike; how many are still open depends on how much was posted meanwhile
    states = {seen.state for seen in standings(world).values()}
    assert "mastered" in states
    assert len(states) > 1
