"""Flags that close only because time passes, and prerequisites that cannot hold back across subjects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from conftest_api import Machine, School, SteppingClock, result
from factories import Factory
from flask import Flask
from sqlalchemy import Engine, select

from api.actions.flag_evaluation import Evaluated, evaluate_flags
from api.actions.graph import GraphError, add_prerequisite
from api.services import Services
from mastery.graph import Strength
from models.flag import Flag, FlagTransition
from models.unit_of_work import district_transaction


def wrong(number: int, at: datetime, school: School) -> dict[str, Any]:
    item = {"item": f"q{number}", "score": 0, "max": 1}
    target = {"target": "4.NF.A.1", "score": 0, "max": 1, "items": [item]}
    return result(
        school.students[0], "4.NF.A.1", source_id=f"wrong-{number}", targets=[target],
        performed_at=at.isoformat(), scored_at=at.isoformat(),
    )  # fmt: skip


def states(engine: Engine, district_id: int) -> list[tuple[str, str, str | None]]:
    with district_transaction(engine, district_id) as session:
        rows = session.execute(
            select(Flag.rule, Flag.state, Flag.resolution).where(Flag.district_id == district_id).order_by(Flag.id)
        )
        return [(row.rule, row.state, row.resolution) for row in rows]


def test_a_wheel_spin_closes_after_days_without_work_and_two_looks(
    app: Flask, engine: Engine, clock: SteppingClock, school: School, machine: Callable[..., Machine]
) -> None:
    lms = machine(school.district_id)
    lms.put_assessment("quiz-17")
    services: Services = app.extensions["mastery"]
    first = clock.now - timedelta(days=4)
    for number in range(15):
        (answer,) = lms.post(wrong(number, first + timedelta(days=number // 5, minutes=number), school))
        assert answer["status"] == "accepted"
    assert ("F04", "open", None) in states(engine, school.district_id)

    def look() -> Evaluated:
        return evaluate_flags(services.intake, school.district_id, clock.now)

    clock.now += timedelta(days=5)
    look()
    assert ("F04", "open", None) in states(engine, school.district_id), "five days are not ten"
    clock.now += timedelta(days=6)
    look()
    assert ("F04", "open", None) in states(engine, school.district_id), "one look is not two"
    look()
    assert ("F04", "open", None) in states(engine, school.district_id), "two looks on one day are one"
    clock.now += timedelta(days=1)
    look()
    assert ("F04", "resolved", "auto") in states(engine, school.district_id)
    with district_transaction(engine, school.district_id) as session:
        steps = session.scalars(select(FlagTransition.event).where(FlagTransition.district_id == school.district_id))
        assert {"opened", "closing", "resolved"} <= set(steps)
    assert look().closed == 0


def test_a_prerequisite_in_another_subject_can_only_advise(engine: Engine, school: School) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        reading = make.target("RL.4.1", subject="English")
        with pytest.raises(GraphError, match="subject by subject"):
            add_prerequisite(session, school.district_id, reading.guid, school.targets[0], Strength.HARD)
        add_prerequisite(session, school.district_id, reading.guid, school.targets[0], Strength.SOFT)


def test_the_answer_to_a_post_says_ready_when_the_reading_endpoint_does(
    clock: SteppingClock, school: School, machine: Callable[..., Machine]
) -> None:
    lms = machine(school.district_id)
    lms.put_assessment("quiz-17")
    states_answered = []
    for number in range(25):
        at = (clock.now - timedelta(days=2) + timedelta(minutes=number)).isoformat()
        item = {"item": f"q{number}", "score": 1, "max": 1}
        target = {"target": "4.NF.A.1", "score": 1, "max": 1, "items": [item]}
        (answer,) = lms.post(
            result(
                school.students[0],
                "4.NF.A.1",
                source_id=f"right-{number}",
                targets=[target],
                performed_at=at,
                scored_at=at,
            )
        )
        read = lms.get(f"/students/{school.students[0]}/targets")["targets"][0]
        assert answer["targets"][0]["decision"]["state"] == read["decision"]["state"]
        states_answered.append(read["decision"]["state"])
    assert states_answered[0] == "in_progress"
    assert states_answered[-1] == "ready"
