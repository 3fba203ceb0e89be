"""After 13 months no time, no count of hints and no later try of an answer is left; every estimate is what it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest_api import Machine, School, result
from factories import Factory
from ingest_world import ASSESSMENTS, NOW, World, furnish
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.actions.complete_record import complete_record
from api.actions.deletions import keep_deletions, read_deletions, redo
from api.actions.export_district import export_district
from api.actions.outcome import Status
from api.actions.quarantine import release
from api.actions.replay import replay
from api.actions.retention import Retained, retain
from api.actions.subject_answers import read_answers
from mastery.evidence import EvidenceType, Feedback, ItemResponse, Result, TargetScore
from mastery.retention_schedule import Kind
from models import reduced_answers
from models.audit import SYSTEM
from models.district import District
from models.evidence import Evidence
from models.evidence_store import items_of, load_sittings
from models.graph_store import load_graph
from models.holds import lift_hold, place_hold, sign_rule
from models.primary import load_scored
from models.registry import bump, context
from models.retention import AnswersReduced, Tombstone
from models.roster import Person
from models.unit_of_work import district_transaction, shared_transaction

DAY = timedelta(days=1)
# what came in on 23 November 2026 is over from this day on
OVER = datetime(2027, 12, 23, 12, tzinfo=UTC)


def sitting(student: str, number: int, target: str = "M.1", revision: int = 1) -> Result:
    """Eight questions, with several tries, hints and times; of one only a second try was sent."""
    name = ("quiz", "unit-1", "check", "unit-2", "state")[number % 5]
    at = datetime(2026, 9, 1, 13, 7, tzinfo=UTC) + timedelta(days=number)
    items = [
        ItemResponse(f"{target}-{number}-{n}", score, 1.0, hints=n % 4 * (n % 2), seconds=3.1 * n)
        for n in range(8)
        for score in (float((n + number + revision) % 3 > 0),)
    ]
    again = [ItemResponse(one.item, 1.0, 1.0, 2, 2, 17.25) for one in items if one.score == 0]
    late = ItemResponse(f"{target}-{number}-late", 1.0, 2.0, 2, 0, 4.5)
    right = sum(one.score for one in items)
    return Result(
        source_id=f"{student}-{target}-{number}", revision=revision, student=student, assessment=name, form="A",
        purpose=ASSESSMENTS[name], evidence_type=EvidenceType.TEST, scorer="system", performed_at=at, scored_at=at,
        feedback=Feedback.NONE if number % 2 else Feedback.IMMEDIATE, duration_seconds=160.0,
        targets=(TargetScore(target, right, 8.0, None, (*items, *again, late)),),
    )  # fmt: skip


@dataclass
class Old:
    """A district whose results are 13 months old on OVER: 40 of them with single answers and two of them corrected."""

    world: World
    owner: Engine
    district: District
    results: list[Result]

    def retain(self, now: datetime, what_if: bool = False) -> Retained:
        return retain(self.world.engine, self.owner, self.district, now, what_if=what_if)

    def reduced(self, now: datetime, what_if: bool = False) -> int:
        return self.retain(now, what_if).rows.get(Kind.ITEM_RESPONSE, 0)

    def items(self) -> dict[tuple[int, int], list[Any]]:
        """The answers of each row of evidence."""
        with district_transaction(self.world.engine, self.district.id) as session:
            rows = session.execute(select(Evidence.result_id, Evidence.target_id, Evidence.items)).all()
        return {(row.result_id, row.target_id): row.items for row in rows}

    def read(self) -> list[Any]:
        """All that estimates, flags, score rules, calibrations and measurements are worked out from."""
        with district_transaction(self.world.engine, self.district.id) as session:
            graph = load_graph(session, self.district.id)
            people = session.scalars(select(Person.id).order_by(Person.id)).all()
            zone = context(session, self.district.id).zone
            maths = [key for key, subject in graph.subjects.items() if subject == "Mathematics"]
            answers = read_answers(session, self.district.id, graph, "Mathematics", maths, lambda *_: None).answers
            columns = {name: value.tolist() for name, value in _columns(answers)}
            assert len(columns["item"]) > 100
            return [
                load_sittings(session, self.district.id, people, graph.subjects, zone),
                load_scored(session, self.district.id, people),
                columns,
            ]


def _columns(answers: Any) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for name in answers.__dataclass_fields__:
        value = getattr(answers, name)
        if isinstance(value, np.ndarray):
            yield name, value


@pytest.fixture
def old(engine: Engine, owner_engine: Engine) -> Old:
    world = furnish(engine, "Old answers")
    results = [
        sitting(student, number, target)
        for student in world.students
        for number in range(10)
        for target in ("M.1", "E.1")
    ]
    corrected = [sitting(student, 3, revision=2) for student in world.students]
    world.post([results, corrected])
    with shared_transaction(engine) as session:
        return Old(world, owner_engine, session.get_one(District, world.district_id), results)


def test_every_estimate_is_what_it_was(old: Old) -> None:
    before, read = old.world.verify(), old.read()
    assert before.differing == 0
    assert old.reduced(OVER - DAY) == 0
    assert old.reduced(OVER, what_if=True) == 42
    assert any(one[6] is not None for items in old.items().values() for one in items)
    assert old.reduced(OVER) == 42
    for items in old.items().values():
        names = [one[0] for one in items]
        assert len(names) == len(set(names)) == 9
        assert {one[5] for one in items} == {0, 1}
        assert {one[6] for one in items} == {None}
    after = old.world.verify()
    assert (after.differing, after.digest, after.rows) == (0, before.digest, before.rows)
    assert old.read() == read
    replay(old.world.engine, old.district.id, OVER)
    assert old.world.verify() == after
    assert old.reduced(OVER) == old.reduced(OVER + 400 * DAY) == 0


def test_it_is_proved_by_a_tombstone_and_named_in_the_schedule(old: Old) -> None:
    old.retain(OVER)
    with district_transaction(old.world.engine, old.district.id) as session:
        (stone,) = session.scalars(select(Tombstone)).all()
        done = session.scalars(select(AnswersReduced)).one()
    assert (stone.kind, stone.removed, stone.key_digest) == (Kind.ITEM_RESPONSE, {"evidence": 42}, None)
    assert stone.rule.startswith("item_response: 13 months after the day it came in")
    assert stone.through == done.through == datetime(2026, 11, 24, 5, tzinfo=UTC)
    old.retain(OVER + DAY)
    with district_transaction(old.world.engine, old.district.id) as session:
        assert len(session.scalars(select(Tombstone)).all()) == 1
        assert session.scalars(select(AnswersReduced)).one().through == done.through + DAY


def test_the_same_result_is_still_a_duplicate_and_another_still_a_conflict(old: Old) -> None:
    old.retain(OVER)
    again = old.world.post([old.results[:4]])
    assert [one.status for one in again] == [Status.DUPLICATE] * 4
    other = sitting(old.world.students[0], 2, revision=1)
    (changed,) = old.world.post([[replace(other, duration_seconds=161.0)]])
    assert changed.status is Status.REJECTED
    (newer,) = old.world.post([[sitting(old.world.students[0], 2, revision=7)]])
    assert newer.status is Status.ACCEPTED
    assert old.world.verify().differing == 0


@pytest.mark.parametrize("kind", [None, Kind.ITEM_RESPONSE, Kind.STUDENT_RECORD])
def test_a_hold_keeps_a_students_answers_until_it_is_lifted(old: Old, kind: Kind | None) -> None:
    with district_transaction(old.world.engine, old.district.id) as session:
        key = place_hold(session, old.district.id, old.world.students[0], kind, "case", "counsel", None, OVER)
        session.commit()
    assert old.reduced(OVER, what_if=True) == old.reduced(OVER) == 21
    assert old.reduced(OVER + DAY) == 0
    with district_transaction(old.world.engine, old.district.id) as session:
        lift_hold(session, old.district.id, key, "counsel", OVER + 5 * DAY)
        session.commit()
    assert old.reduced(OVER + 6 * DAY, what_if=True) == 21
    assert old.reduced(OVER + 6 * DAY) == 21
    assert old.reduced(OVER + 7 * DAY) == 0


def test_a_hold_with_a_last_day_and_one_of_all(old: Old) -> None:
    until = (OVER + 3 * DAY).date()
    with district_transaction(old.world.engine, old.district.id) as session:
        for whose, kind, last in (
            (None, Kind.ITEM_RESPONSE, OVER.date()),
            (None, Kind.STUDENT_RECORD, (OVER + DAY).date()),
            (old.world.students[1], Kind.STUDENT_RECORD, until),
        ):
            place_hold(session, old.district.id, whose, kind, "case", "counsel", last, OVER)
        session.commit()
    assert [old.reduced(OVER + n * DAY) for n in range(6)] == [0, 0, 21, 0, 21, 0]


def test_a_hold_placed_while_it_runs_holds(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced_answers, "_AT_ONCE", 7)
    write, first = reduced_answers.write_part, []

    def place(session: Session, district_id: int, *rest: Any) -> None:
        write(session, district_id, *rest)
        if not first:
            first.append(place_hold(session, district_id, old.world.students[1], None, "case", "counsel", None, OVER))

    monkeypatch.setattr("api.actions.reduce_answers.write_part", place)
    assert old.reduced(OVER) == 21


@pytest.mark.parametrize("kind", [None, Kind.ITEM_RESPONSE, Kind.STUDENT_RECORD])
def test_a_hold_of_all_that_is_placed_while_it_runs_stops_it(
    old: Old, monkeypatch: pytest.MonkeyPatch, kind: Kind | None
) -> None:
    monkeypatch.setattr(reduced_answers, "_AT_ONCE", 7)
    write, placed = reduced_answers.write_part, []

    def place(session: Session, district_id: int, *rest: Any) -> None:
        write(session, district_id, *rest)
        if not placed:
            placed.append(place_hold(session, district_id, None, kind, "case", "counsel", None, OVER))

    monkeypatch.setattr("api.actions.reduce_answers.write_part", place)
    assert old.reduced(OVER) == 7
    assert old.reduced(OVER + DAY, what_if=True) == old.reduced(OVER + DAY) == 0
    assert old.world.verify().differing == 0
    with district_transaction(old.world.engine, old.district.id) as session:
        lift_hold(session, old.district.id, placed[0], "counsel", OVER + 2 * DAY)
        session.commit()
    assert old.reduced(OVER + 2 * DAY) == 42 - 7
    with district_transaction(old.world.engine, old.district.id) as session:
        stones = session.scalars(select(Tombstone).order_by(Tombstone.id)).all()
    # how far the first came nobody can say by a day
    assert [(one.removed["evidence"], one.through is None) for one in stones] == [(7, True), (35, False)]


def test_who_was_freed_before_a_run_that_was_stopped_is_looked_at_by_the_next(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    with district_transaction(old.world.engine, old.district.id) as session:
        student = old.world.students[0]
        key = place_hold(session, old.district.id, student, Kind.STUDENT_RECORD, "case", "counsel", None, OVER)
        session.commit()
    assert old.reduced(OVER) == 21
    write, placed = reduced_answers.write_part, []

    def place(session: Session, district_id: int, *rest: Any) -> None:
        write(session, district_id, *rest)
        placed.append(place_hold(session, district_id, None, None, "case", "counsel", None, OVER + DAY))

    with district_transaction(old.world.engine, old.district.id) as session:
        lift_hold(session, old.district.id, key, "counsel", OVER + DAY)
        session.commit()
    with monkeypatch.context() as patched:
        patched.setattr("api.actions.reduce_answers.write_part", place)
        assert old.reduced(OVER + DAY) == 0
    with district_transaction(old.world.engine, old.district.id) as session:
        lift_hold(session, old.district.id, placed[0], "counsel", OVER + 4 * DAY)
        session.commit()
    assert old.reduced(OVER + 4 * DAY) == 21


def test_two_runs_at_once_reduce_each_row_once(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced_answers, "_AT_ONCE", 7)
    runs = [threading.Thread(target=lambda: old.retain(OVER)) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    with district_transaction(old.world.engine, old.district.id) as session:
        assert sum(one.removed["evidence"] for one in session.scalars(select(Tombstone))) == 42
    assert old.reduced(OVER) == 0


def test_an_interrupted_run_goes_on_and_is_told_whole(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced_answers, "_AT_ONCE", 7)
    write = reduced_answers.write_part

    def interrupt(session: Session, *rest: Any) -> None:
        write(session, *rest)
        session.commit()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("api.actions.reduce_answers.write_part", interrupt)
        with pytest.raises(KeyboardInterrupt):
            old.retain(OVER)
    assert sum(one[6] is None for items in old.items().values() for one in items) == 7 * 9
    assert old.world.verify().differing == 0
    assert old.reduced(OVER, what_if=True) == 42 - 7
    assert old.reduced(OVER) == 42
    assert old.reduced(OVER) == 0
    with district_transaction(old.world.engine, old.district.id) as session:
        assert [one.removed for one in session.scalars(select(Tombstone))] == [{"evidence": 42}]


def test_a_district_signs_another_time(old: Old) -> None:
    with district_transaction(old.world.engine, old.district.id) as session:
        day = NOW.date()
        sign_rule(session, old.district.id, Kind.ITEM_RESPONSE, "30 days", "Board policy 7", "board", day, NOW)
        sign_rule(session, old.district.id, Kind.ITEM_RESPONSE, "permanent", "x", "board", day + 40 * DAY, NOW)
        session.commit()
    assert old.reduced(NOW + 29 * DAY) == 0
    assert old.reduced(OVER) == 0
    assert old.reduced(NOW + 30 * DAY) == 42


def test_what_came_out_of_quarantine_later_is_reduced_by_the_day_it_was_posted(old: Old) -> None:
    waiting = sitting("S-NEW", 1)
    (outcome,) = old.world.post([[waiting]])
    assert outcome.status is Status.QUARANTINED
    with district_transaction(old.world.engine, old.district.id) as session:
        for kind, keep in ((Kind.WAITING_RESULT, "permanent"), (Kind.ITEM_RESPONSE, "30 days")):
            sign_rule(session, old.district.id, kind, keep, "x", "board", NOW.date(), NOW)
        session.commit()
    assert old.reduced(NOW + 30 * DAY) == 42
    later = NOW + 60 * DAY
    with district_transaction(old.world.engine, old.district.id) as session:
        make = Factory(session, old.district.id)
        student = make.person("New", "Student")
        student.identifier = student.sourced_id = "S-NEW"
        make.role(student, "student")
        session.flush()
        bump(session, old.district.id, "roster")
        session.commit()
    with district_transaction(old.world.engine, old.district.id) as session:
        assert release(session, old.world.intake(), old.district.id, later).accepted == 1
        session.commit()
    assert old.reduced(later + DAY) == 1
    assert old.reduced(later + 2 * DAY) == 0


def test_a_redo_heeds_a_hold_of_all(old: Old, tmp_path: Path) -> None:
    file = tmp_path / "deletions.jsonl"
    deletion = {
        "district": old.district.slug, "kind": Kind.ITEM_RESPONSE, "key_digest": None, "through": OVER.isoformat(),
        "rule": "test", "at": OVER.isoformat(), "removed": {"evidence": 42},
    }  # fmt: skip
    with district_transaction(old.owner, old.district.id) as session:
        key = place_hold(session, old.district.id, None, Kind.STUDENT_RECORD, "case", "counsel", None, NOW)
        session.commit()
    stopped = deletion | {"through": None, "at": (OVER - DAY).isoformat(), "removed": {"evidence": 7}}
    assert redo(old.owner, [stopped, deletion], OVER).rows == 0
    keep_deletions(old.world.engine, file)
    assert read_deletions(file) == [stopped, deletion]
    with district_transaction(old.owner, old.district.id) as session:
        lift_hold(session, old.district.id, key, "counsel", OVER + DAY)
        session.commit()
    assert redo(old.owner, read_deletions(file), OVER + 2 * DAY).rows == 0
    assert old.reduced(OVER + 2 * DAY) == 42


def test_answers_are_reduced_again_after_an_older_backup_came_back(old: Old, tmp_path: Path) -> None:
    file = tmp_path / "deletions.jsonl"
    before = old.items()
    old.retain(OVER)
    after = old.items()
    keep_deletions(old.world.engine, file)
    with district_transaction(old.owner, old.district.id) as session:
        for (one, target), items in before.items():
            session.execute(
                text("UPDATE evidence SET items = CAST(:items AS json) WHERE result_id = :one AND target_id = :target"),
                {"items": json.dumps(items), "one": one, "target": target},
            )
        session.execute(text("DELETE FROM tombstone"))
        session.execute(text("DELETE FROM answers_reduced"))
        key = place_hold(session, old.district.id, old.world.students[0], None, "case", "counsel", None, NOW)
        session.commit()
    assert old.items() == before
    assert redo(old.owner, read_deletions(file), OVER).rows == 21
    assert redo(old.owner, read_deletions(file), OVER).rows == 0
    with district_transaction(old.owner, old.district.id) as session:
        lift_hold(session, old.district.id, key, "counsel", OVER + DAY)
        session.commit()
    assert old.reduced(OVER + 2 * DAY) == 21
    assert old.items() == after


# --- what people and programs read -----------------------------------------------------------------------------------


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def test_the_explanation_the_export_and_the_record_stay_whole(
    lms: Machine, school: School, engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    items = [
        {"item": "q1", "score": 0, "max": 1, "try": 1, "hints": 3, "seconds": 31.5},
        {"item": "q1", "score": 1, "max": 1, "try": 2, "hints": 0, "seconds": 8.25},
        {"item": "q2", "score": 1, "max": 1, "try": 1, "hints": 0, "seconds": 12.0},
    ]
    targets = [{"target": "4.NF.A.1", "score": 1, "max": 2, "items": items}]
    lms.post(result(school.students[0], "4.NF.A.1", targets=targets))
    path = f"/students/{school.students[0]}/targets/4.NF.A.1/explanation"
    before = lms.get(path)
    with shared_transaction(engine) as session:
        district = session.get_one(District, school.district_id)
    assert retain(engine, owner_engine, district, OVER).rows[Kind.ITEM_RESPONSE] == 1
    after = lms.get(path)
    kept = [
        {"item": "q1", "score": 0, "max": 1, "try": 1, "hints": 1, "seconds": None, "share": 0.0},
        {"item": "q2", "score": 1, "max": 1, "try": 1, "hints": 0, "seconds": None, "share": 1.0},
    ]
    assert after["evidence"][0]["items"] == kept
    before["evidence"][0]["items"] = kept
    assert after == before
    folder = tmp_path / "export"
    export_district(engine, district, folder, OVER)
    assert '[""q1"",' in (folder / "evidence.csv").read_text()
    with district_transaction(engine, school.district_id) as session:
        told = complete_record(session, school.district_id, school.student_keys[0], SYSTEM, OVER)
    (row,) = told["sections"]["evidence"]
    responses, _ = items_of(json.dumps(row["items"]))
    assert [(one.item, one.seconds) for one in responses] == [("q1", None), ("q2", None)]
