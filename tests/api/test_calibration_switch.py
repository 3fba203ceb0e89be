"""Switching a subject to another calibration: what would change, the replay, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from acts_on_record import recorded
from api_rows import confirm, counted, derived, sitting, stored
from calibration_world import CODES, SUBJECT, Class
from conftest_api import NOW, Machine, School
from factories import Factory
from sqlalchemy import Engine, select, text

from api.actions import calibration_switch
from api.actions.calibration_switch import activate, preview, rollback
from api.actions.calibrations import CalibrationsError, run
from api.actions.replay import verify
from mastery.audit import Act
from mastery.estimate import DEFAULTS, MODEL_VERSION, Model, TargetParameters
from models.standing import Standing
from models.unit_of_work import district_transaction


class Interrupted(Exception):
    """What ends a command midway."""


@pytest.fixture
def version(taught: Class, engine: Engine) -> str:
    """A calibration of the class, in force nowhere yet."""
    return run(engine, taught.district_id, SUBJECT, NOW).version


def everything(engine: Engine, taught: Class) -> list[dict[str, Any]]:
    return [derived(engine, taught.district_id, key) for key in taught.keys]


def standings(engine: Engine, taught: Class) -> dict[tuple[int, int], tuple[str, float | None, float]]:
    with district_transaction(engine, taught.district_id) as session:
        rows = session.scalars(select(Standing)).all()
        return {(row.student_id, row.target_id): (row.state, row.level, row.expected or 0.0) for row in rows}


def versions(engine: Engine, taught: Class) -> set[str]:
    with district_transaction(engine, taught.district_id) as session:
        return {row.model_version for row in session.scalars(select(Standing))}


def test_a_preview_stores_nothing_and_says_what_activating_then_does(
    taught: Class, engine: Engine, version: str
) -> None:
    before, rows = standings(engine, taught), counted(engine, taught.district_id)
    told = preview(engine, taught.district_id, SUBJECT, version)
    assert (standings(engine, taught), counted(engine, taught.district_id)) == (before, rows)
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    after = standings(engine, taught)
    moved = [abs(after[key][2] - before[key][2]) for key in before]
    assert told.standings == len(before) == len(after)
    assert told.states == dict(
        Counter(f"{before[key][0]} to {after[key][0]}" for key in before if before[key][0] != after[key][0])
    )
    assert told.levels == sum(before[key][1] != after[key][1] for key in before)
    assert told.moved == {name: sum(one >= float(name) for one in moved) for name in ("0.05", "0.10", "0.20")}
    assert told.mean_move == pytest.approx(sum(moved) / len(moved))
    assert [one.moved for one in told.largest] == sorted(moved, reverse=True)[:10]
    assert told.mean_move > 0.01


def test_activating_replays_everyone_names_the_version_and_is_announced(
    taught: Class, engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_switch, "_STUDENTS_AT_ONCE", 12)
    assert versions(engine, taught) == {MODEL_VERSION}
    announced = counted(engine, taught.district_id)["outbox"]
    steps: list[tuple[int, int]] = []
    done = activate(engine, taught.district_id, SUBJECT, version, NOW, lambda done, of: steps.append((done, of)))
    assert (done.in_force, done.before, done.changed, done.students) == (version, "defaults", True, 30)
    assert steps == [(12, 30), (24, 30), (30, 30)]
    (named,) = versions(engine, taught)
    assert named.endswith(version)
    assert verify(engine, taught.district_id).differing == 0
    with district_transaction(engine, taught.district_id) as session:
        told = session.execute(text("SELECT topic, student_ids FROM outbox ORDER BY id")).all()[announced:]
    assert [row.topic for row in told] == ["progress"] * 3
    assert sorted(one for row in told for one in row.student_ids) == sorted(taught.keys)


def test_rolling_back_gives_the_bits_of_before(taught: Class, engine: Engine, version: str) -> None:
    plain = everything(engine, taught)
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    calibrated = everything(engine, taught)
    assert calibrated != plain
    back = rollback(engine, taught.district_id, SUBJECT, NOW)
    assert (back.in_force, back.changed, back.students) == ("defaults", True, 30)
    assert everything(engine, taught) == plain
    again = rollback(engine, taught.district_id, SUBJECT, NOW)
    assert (again.in_force, again.changed, again.students) == ("defaults", False, 0)
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    assert everything(engine, taught) == calibrated
    activate(engine, taught.district_id, SUBJECT, "defaults", NOW)
    assert everything(engine, taught) == plain
    assert rollback(engine, taught.district_id, SUBJECT, NOW).in_force == version
    assert everything(engine, taught) == calibrated
    switched = [one[3] for one in recorded(engine, taught.district_id, Act.POLICY_CHANGED)]
    assert [one["after"]["version"] for one in switched if one["what"] == "calibration"] == [
        version, "defaults", version, "defaults", version,
    ]  # fmt: skip


def test_between_two_calibrations_the_way_back_leads_to_the_first(taught: Class, engine: Engine, version: str) -> None:
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    taught.answer(7, seed=4)
    first = everything(engine, taught)
    second = run(engine, taught.district_id, SUBJECT, NOW).version
    done = activate(engine, taught.district_id, SUBJECT, second, NOW)
    assert (done.in_force, done.before) == (second, version)
    assert activate(engine, taught.district_id, SUBJECT, second, NOW).before == version
    rollback(engine, taught.district_id, SUBJECT, NOW)
    assert everything(engine, taught) == first


def test_an_interrupted_switch_goes_on_and_ends_as_if_nothing_had_been(
    taught: Class, engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    whole = everything(engine, taught)
    rollback(engine, taught.district_id, SUBJECT, NOW)
    monkeypatch.setattr(calibration_switch, "_STUDENTS_AT_ONCE", 7)

    def stop(done: int, of: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        activate(engine, taught.district_id, SUBJECT, version, NOW, stop)
    assert len(versions(engine, taught)) == 2
    done = activate(engine, taught.district_id, SUBJECT, version, NOW)
    assert (done.changed, done.students) == (False, 23)
    assert everything(engine, taught) == whole


def test_a_result_posted_while_others_still_wait_replays_its_student(
    taught: Class, engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_switch, "_STUDENTS_AT_ONCE", 7)

    def stop(done: int, of: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        activate(engine, taught.district_id, SUBJECT, version, NOW, stop)
    taught.answer(7, seed=5)
    assert len(versions(engine, taught)) == 1
    assert verify(engine, taught.district_id).differing == 0
    assert activate(engine, taught.district_id, SUBJECT, version, NOW).students == 0


def test_what_can_not_be_switched_is_refused_by_field(taught: Class, engine: Engine, version: str) -> None:
    district = taught.district_id
    with pytest.raises(CalibrationsError, match=f"has no calibration 'newest'; it has {version}, defaults") as refused:
        activate(engine, district, SUBJECT, "newest", NOW)
    assert refused.value.field == "version"
    with pytest.raises(CalibrationsError, match="was never switched"):
        rollback(engine, district, SUBJECT, NOW)
    with pytest.raises(CalibrationsError, match="no target has the subject"):
        preview(engine, district, CODES[0], version)


def test_what_the_rule_confirmed_meanwhile_stays_and_asks_a_teacher_to_look(
    machine: Callable[..., Machine], school: School, engine: Engine
) -> None:
    """As with every other rule that changes: estimates go back to the last bit, a confirmed mastery is not taken."""
    lms, district = machine(school.district_id), school.district_id
    for name, purpose in (("quiz-17", "formative"), ("other", "formative"), ("final", "summative")):
        lms.put_assessment(name, purpose=purpose)
        confirm(engine, district, name, school.teacher, NOW)
    whole = [{"target": CODES[0], "score": 1, "max": 1}]
    for day, name, purpose in ((1, "quiz-17", "formative"), (2, "other", "formative"), (3, "final", "summative")):
        one = sitting(school.students[0], CODES[0], day, assessment=name, purpose=purpose, targets=whole)
        lms.post(one)
    before = stored(engine, school, 0, CODES[0])
    with district_transaction(engine, district) as session:
        wide = replace(DEFAULTS, general_variance=9.0, target_variance=9.0, item_easiness=-3.0, forgetting_variance=0.0)
        typical = {before.target_id: TargetParameters(1.0, 0.1)}
        Factory(session, district).calibration(SUBJECT, Model(wide, {}, typical))
        version = Model(wide, {}, typical).digest
        session.commit()
    assert activate(engine, district, SUBJECT, version, NOW).students == 1
    assert (before.state, stored(engine, school, 0, CODES[0]).state) == ("in_progress", "mastered")
    rollback(engine, district, SUBJECT, NOW)
    after = stored(engine, school, 0, CODES[0])
    assert (after.state, after.level) == ("needs_review", 4.0)
    estimate = ("mean", "variance", "expected", "low", "high", "probability", "model_version")
    assert [getattr(after, name) for name in estimate] == [getattr(before, name) for name in estimate]
    assert verify(engine, district).differing == 0
