"""Flags of a subject that goes by a score rule, as they come of posts and of a change of the rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rows import confirm
from conftest_api import NOW, Machine, School, SteppingClock, result
from sqlalchemy import Engine, select

from api.actions.flag_evaluation import evaluate_flags
from api.actions.graph_change import change_graph
from api.actions.ingest import Intake
from api.actions.methods import choose_methods, methods_from
from api.actions.replay import verify
from models.flag import Flag
from models.unit_of_work import district_transaction

CODE = "4.NF.A.1"


@pytest.fixture
def choose(engine: Engine, school: School) -> Callable[..., None]:
    """Lets mathematics go by a method, as the command does."""

    def change(primary: str, **parameters: str) -> None:
        wanted = methods_from(primary, (), list(parameters.items()))
        change_graph(
            Intake.of(engine),
            school.district_id,
            NOW,
            lambda session: choose_methods(session, school.district_id, "Mathematics", wanted, NOW),
        )

    return change


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School, engine: Engine) -> Machine:
    """An LMS with a practice and a final test, whose shares of points have confirmed levels."""
    made = machine(school.district_id)
    for name, purpose in (("quiz-17", "formative"), ("final", "summative")):
        made.put_assessment(name, purpose=purpose)
        confirm(engine, school.district_id, name, school.teacher, NOW)
    return made


def tried(number: int, share: float, school: School, **changes: Any) -> dict[str, Any]:
    """One new question, five a day, some days ago."""
    at = (NOW - timedelta(days=6) + timedelta(days=number // 5, minutes=number)).isoformat()
    item = {"item": f"q{number}", "score": share, "max": 1}
    target = {"target": CODE, "score": share, "max": 1, "items": [item]}
    return result(
        school.students[0], CODE, source_id=f"t-{number}", targets=[target], performed_at=at, scored_at=at, **changes
    )


def flags(engine: Engine, district_id: int) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    with district_transaction(engine, district_id) as session:
        rows = session.scalars(select(Flag).where(Flag.district_id == district_id).order_by(Flag.id))
        return [(row.rule, row.state, row.resolution, row.finding["facts"]) for row in rows]


def test_practice_without_mastery_is_judged_by_the_primary_and_told_in_its_words(
    lms: Machine, school: School, engine: Engine, choose: Callable[..., None]
) -> None:
    choose("DECAY")
    lms.post(*(tried(n, 0.5, school) for n in range(10)))
    ((rule, state, _, facts),) = [one for one in flags(engine, school.district_id) if one[0] == "F04"]
    assert (rule, state, facts["method"], facts["value"], facts["value_goal"]) == ("F04", "open", "DECAY", 2.0, 2.5)
    (told,) = [one for one in lms.get("/flags")["flags"] if one["rule"] == "F04"]
    assert "what DECAY says of it, now 2.00, is not rising." in told["sentence"]
    assert told["parameters"]["mastered_from"] == 3.0
    assert len(told["evidence"]) == 10
    assert verify(engine, school.district_id).differing == 0


def test_a_primary_without_a_value_raises_no_flag(
    lms: Machine, school: School, engine: Engine, choose: Callable[..., None]
) -> None:
    choose("PCT80")
    lms.post(*(tried(n, 0.0, school) for n in range(12)))
    assert flags(engine, school.district_id) == []


def test_a_flag_that_the_new_primary_never_had_a_reason_for_ends_as_corrected(
    lms: Machine, school: School, engine: Engine, choose: Callable[..., None]
) -> None:
    lms.post(*(tried(n, 0.8 if n % 3 else 0.0, school) for n in range(12)))
    assert ("F04", "open") in [one[:2] for one in flags(engine, school.district_id)]
    choose("HIGHEST")
    assert [one[:3] for one in flags(engine, school.district_id) if one[0] == "F04"] == [
        ("F04", "resolved", "data_corrected")
    ]
    assert verify(engine, school.district_id).differing == 0


def test_a_flag_that_the_new_primary_has_a_reason_for_too_stays_and_is_told_anew(
    lms: Machine, school: School, engine: Engine, clock: SteppingClock, choose: Callable[..., None]
) -> None:
    lms.post(*(tried(n, 0.5, school) for n in range(10)))
    ((_, state, _, facts),) = [one for one in flags(engine, school.district_id) if one[0] == "F04"]
    assert state == "open"
    assert "estimate" in facts
    choose("DECAY")
    evaluate_flags(Intake.of(engine), school.district_id, clock.now)
    ((_, state, _, facts),) = [one for one in flags(engine, school.district_id) if one[0] == "F04"]
    assert (state, facts["method"], "estimate" in facts) == ("open", "DECAY", False)


def test_a_low_final_test_contradicts_what_the_primary_says(
    lms: Machine, school: School, engine: Engine, choose: Callable[..., None]
) -> None:
    choose("HIGHEST")
    lms.post(*(tried(n, 1.0, school) for n in range(3)))
    lms.post(tried(5, 0.0, school, assessment="final", purpose="summative"))
    ((_, state, _, facts),) = [one for one in flags(engine, school.district_id) if one[0] == "F13"]
    assert (state, facts["method"], facts["value"]) == ("open", "HIGHEST", 4.0)
    assert verify(engine, school.district_id).differing == 0
