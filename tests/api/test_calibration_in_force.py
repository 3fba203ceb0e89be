"""Answers of a calibrated subject: read with its items, hyperparameters and targets, and named by its version."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from api_rows import derived, sitting, stored
from conftest_api import NOW, Machine, School
from factories import Factory
from sqlalchemy import Engine, select
from statements import statements_said

from api.actions.replay import replay, verify
from mastery.estimate import (
    DEFAULTS,
    MODEL_VERSION,
    Head,
    ItemParameters,
    Model,
    Observations,
    SubjectState,
    TargetParameters,
    advance,
    readout,
)
from models.assessment import Item
from models.graph import Node
from models.unit_of_work import district_transaction

CODE, OTHER = "4.NF.A.1", "4.NF.A.2"
HYPER = dataclasses.replace(DEFAULTS, general_variance=0.9, attempt_offsets=(0.0, 0.2, 0.3), item_easiness=0.4)
TYPICAL = TargetParameters(-0.2, 0.25)
OF_ITEM = {"q1": ItemParameters(1.4, 0.7, 0.02), "q2": ItemParameters(0.6, -1.1, 0.05)}
SCORES = [(1, 1.0), (2, 0.0), (3, 1.0), (4, 0.5)]


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def calibrate(engine: Engine, school: School, head: Head | None = None) -> Model:
    """Puts a calibration of the questions q1 and q2 and of the first target in force."""
    with district_transaction(engine, school.district_id) as session:
        target = session.scalars(select(Node.id).where(Node.code == CODE)).one()
        items = {row.id: OF_ITEM[row.name] for row in session.scalars(select(Item)) if row.name in OF_ITEM}
        made = Model(HYPER, items, {target: TYPICAL}, head)
        Factory(session, school.district_id).calibration("Mathematics", made)
        session.commit()
    return made


def post_all(lms: Machine, school: School, student: int = 0) -> None:
    lms.post(*(sitting(school.students[student], CODE, day, score) for day, score in SCORES))


def told_by_the_filter() -> dict[str, Any]:
    """The estimate by the numbers above alone: q3 and q4 are the target's typical item."""
    typical = ItemParameters(1.0, TYPICAL.easiness, HYPER.item_easiness_variance)
    items = [OF_ITEM.get(f"q{day}", typical) for day, _ in SCORES]
    batch = Observations.build(
        HYPER, offsets=[0, 4], sitting=[0, 1, 2, 3], target=[1] * 4, item=[1, 2, 3, 4],
        y=[score for _, score in SCORES], day=[DAY_BEFORE + day for day, _ in SCORES],
        slope=[one.slope for one in items], easiness=[one.easiness for one in items],
        easiness_variance=[one.easiness_variance for one in items], practice_slope=[TYPICAL.practice_slope] * 4,
    )  # fmt: skip
    after = advance([SubjectState.initial(HYPER)], batch, HYPER).after
    last = readout(after.mean[-1:], after.variance[-1:], HYPER, 0.75, TYPICAL.easiness)
    return {
        "mean": last.mean[0], "variance": last.variance[0], "expected": last.rate[0], "low": last.low[0],
        "high": last.high[0], "probability": last.probability[0],
    }  # fmt: skip


# 2026-09-30 at 13:12 UTC, in days since the epoch
DAY_BEFORE = 20726 + (13 * 3600 + 12 * 60) / 86400


def test_a_standing_is_what_the_filter_says_with_the_parameters_in_force_to_the_last_bit(
    lms: Machine, school: School, engine: Engine
) -> None:
    post_all(lms, school, student=1)
    model = calibrate(engine, school)
    post_all(lms, school)
    row = stored(engine, school, 0, CODE)
    wanted = told_by_the_filter()
    assert {name: getattr(row, name) for name in wanted} == wanted
    assert row.model_version == model.version != MODEL_VERSION


def test_a_head_is_kept_to_the_last_bit_and_speaks_in_the_standing(
    lms: Machine, school: School, engine: Engine
) -> None:
    post_all(lms, school, student=1)
    model = calibrate(engine, school, Head(constant=-0.1, log_spread=0.7, chance_spread=1 / 3))
    for day, score in SCORES:
        lms.post(sitting(school.students[0], CODE, day, score))
    row, plain = stored(engine, school, 0, CODE), told_by_the_filter()
    assert (row.mean, row.variance) == (plain["mean"], plain["variance"])
    told = model.told([row.mean], [row.variance], [row.target_id], 0.75)
    assert (row.expected, row.low, row.high, row.probability) == (
        told.rate[0], told.low[0], told.high[0], told.probability[0],
    )  # fmt: skip
    assert row.probability != plain["probability"]
    replay(engine, school.district_id, NOW)
    assert stored(engine, school, 0, CODE).probability == row.probability
    assert row.model_version == model.version


def test_steps_late_results_and_a_rebuild_end_in_the_same_rows(lms: Machine, school: School, engine: Engine) -> None:
    lms.post(sitting(school.students[1], OTHER, 1), sitting(school.students[1], OTHER, 2))
    calibrate(engine, school)
    for day, score in SCORES:
        lms.post(sitting(school.students[0], CODE, day, score))
    for day, score in reversed(SCORES):
        lms.post(sitting(school.students[1], CODE, day, score))
    before = [derived(engine, school.district_id, key) for key in school.student_keys]
    assert verify(engine, school.district_id).differing == 0
    replay(engine, school.district_id, NOW)
    assert [derived(engine, school.district_id, key) for key in school.student_keys] == before


def test_who_was_not_replayed_yet_is_with_the_next_result(lms: Machine, school: School, engine: Engine) -> None:
    post_all(lms, school)
    model = calibrate(engine, school)
    assert verify(engine, school.district_id).differing > 0
    assert lms.get(f"/students/{school.students[0]}/targets/{CODE}/explanation")["history"] is None
    lms.post(sitting(school.students[0], OTHER, 5))
    assert stored(engine, school, 0, CODE).model_version == model.version
    assert verify(engine, school.district_id).differing == 0


def test_the_explanation_ends_in_the_stored_number_and_names_the_version(
    lms: Machine, school: School, engine: Engine
) -> None:
    post_all(lms, school, student=1)
    model = calibrate(engine, school)
    post_all(lms, school)
    why = lms.get(f"/students/{school.students[0]}/targets/{CODE}/explanation")
    assert why["history"]["points"][-1]["estimate"] == why["estimate"]
    assert why["model_version"] == model.version
    nothing = lms.get(f"/students/{school.students[0]}/targets/{OTHER}/explanation")
    assert (nothing["estimate"], nothing["model_version"]) == (None, model.version)


def test_a_post_takes_as_many_statements_as_without_calibration(lms: Machine, school: School, engine: Engine) -> None:
    def statements(day: int) -> int:
        with statements_said() as said:
            lms.post(sitting(school.students[0], CODE, day))
        return len(said)

    lms.post(sitting(school.students[0], CODE, 1))
    plain = statements(2)
    calibrate(engine, school)
    lms.post(sitting(school.students[0], CODE, 3))
    assert statements(4) == plain
