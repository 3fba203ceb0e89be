"""If the next two answers are right, or wrong: what the API tells of it is what posting them stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_rows import confirm, counted, derived, sitting, stored
from conftest_api import NOW, Machine, School
from sqlalchemy import Engine

from api.actions.graph import add_prerequisite
from api.actions.graph_change import change_graph
from api.actions.ingest import Intake
from api.actions.methods import choose_methods, methods_from
from mastery.graph import Strength
from mastery.policy import DEFAULT_POLICY
from models.standing import SubjectState
from models.unit_of_work import district_transaction

CODE, OTHER = "4.NF.A.1", "4.NF.A.2"


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    for name in ("quiz-17", "another"):
        made.put_assessment(name)
    made.put_assessment("final", purpose="summative")
    return made


def explained(lms: Machine, school: School, code: str = CODE) -> dict[str, Any]:
    why: dict[str, Any] = lms.get(f"/students/{school.students[0]}/targets/{code}/explanation")
    return why


def two(school: School, preview: dict[str, Any], share: float, code: str = CODE) -> dict[str, Any]:
    """The two answers that the preview speaks of, as an LMS posts them."""
    items = [{"item": f"new-{place}", "score": share, "max": 1} for place in range(preview["answers"])]
    at = preview["performed_at"]
    targets = [{"target": code, "score": 2 * share, "max": 2, "items": items}]
    return sitting(
        school.students[0], code, 30, assessment="another", performed_at=at, scored_at=at, targets=targets,
        source_id="the next two",
    )  # fmt: skip


def past_none(lms: Machine, school: School) -> None:
    """Nobody has answered anything."""


def past_little(lms: Machine, school: School) -> None:
    """One record, so that the next is the second."""
    lms.post(sitting(school.students[0], CODE, 3))


def past_enough(lms: Machine, school: School) -> None:
    """Enough, and something on another target since."""
    student = school.students[0]
    lms.post(*(sitting(student, CODE, day, day % 2) for day in range(1, 6)), sitting(student, OTHER, 8, 0))


def past_today(lms: Machine, school: School) -> None:
    """The newest evidence is of this morning, after the day began."""
    past_enough(lms, school)
    at = "2026-11-23T09:12:00-05:00"
    lms.post(sitting(school.students[0], CODE, 9, performed_at=at, scored_at=at))


def past_good(lms: Machine, school: School) -> None:
    """So much that mastery lacks one task of its own only."""
    student = school.students[0]
    test = {"purpose": "summative", "assessment": "final", "evidence_type": "test"}
    lms.post(*(sitting(student, CODE, day, **test) for day in range(1, 25)))


PASTS = [past_none, past_little, past_enough, past_today, past_good]


@pytest.mark.parametrize("share", [1.0, 0.0])
@pytest.mark.parametrize("past", PASTS)
def test_a_preview_is_what_posting_the_same_answers_stores_to_the_last_bit(
    lms: Machine, school: School, engine: Engine, past: Callable[[Machine, School], None], share: float
) -> None:
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    past(lms, school)
    preview = explained(lms, school)["preview"]
    told = preview["right" if share else "wrong"]
    (entry,) = lms.post(two(school, preview, share))
    assert entry["status"] == "accepted", entry
    row = stored(engine, school, 0, CODE)
    assert told["estimate"] == {
        "probability": row.probability, "expected": row.expected, "low": row.low, "high": row.high,
    }  # fmt: skip
    assert told["records"] == row.records
    (moved,) = entry["targets"]
    if moved["before"] is not None:
        assert preview["before"] == moved["before"]
    after = explained(lms, school)
    for name in ("enough_evidence", "missing", "state"):
        assert told[name] == after["decision"][name]


def test_what_is_met_was_missing_and_is_not_any_more(lms: Machine, school: School, engine: Engine) -> None:
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    past_good(lms, school)
    why = explained(lms, school)
    right, wrong = why["preview"]["right"], why["preview"]["wrong"]
    assert [line["code"] for line in why["decision"]["missing"]] == ["assessments"]
    assert (right["met"], right["missing"], right["state"]) == (why["decision"]["missing"], [], "mastered")
    assert [line["code"] for line in wrong["met"]] == ["assessments"]
    assert wrong["estimate"]["probability"] < why["preview"]["before"]["probability"] < right["estimate"]["probability"]


def test_what_is_mastered_has_its_checks_to_come(lms: Machine, school: School, engine: Engine) -> None:
    """Twenty and sixty days after the newest evidence, never better than now."""
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    past_good(lms, school)
    before = explained(lms, school)
    assert before["retention"] == []
    lms.post(two(school, before["preview"], 1.0))
    why = explained(lms, school)
    assert why["decision"]["state"] == "mastered"
    newest = datetime.fromisoformat(why["as_of"]).astimezone(ZoneInfo("America/New_York")).date()
    assert [(one["days"], one["on"]) for one in why["retention"]] == [
        (days, str(newest + timedelta(days=days))) for days in DEFAULT_POLICY.retention_check_days
    ]
    rates = [one["estimate"]["expected"] for one in (why, *why["retention"])]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < rates[0]


def test_two_right_answers_do_not_open_what_comes_first(lms: Machine, school: School) -> None:
    intake = lms.http.application.extensions["mastery"].intake
    change_graph(intake, school.district_id, NOW, lambda session: add_prerequisite(
        session, school.district_id, CODE, OTHER, Strength.HARD))  # fmt: skip
    preview = explained(lms, school, OTHER)["preview"]
    first = [line for line in preview["right"]["missing"] if line["code"] == "prerequisites"]
    assert [line["targets"] for line in first] == [[school.targets[0]]]
    assert preview["right"]["enough_evidence"] is False


@pytest.mark.parametrize("method", ["KOLIBRI_IN_A_ROW", "OATUTOR_BKT"])
def test_a_subject_that_goes_by_a_score_rule_is_foreseen_by_it(
    lms: Machine, school: School, engine: Engine, method: str
) -> None:
    change_graph(Intake.of(engine), school.district_id, NOW, lambda session: choose_methods(
        session, school.district_id, "Mathematics", methods_from(method, [], []), NOW))  # fmt: skip
    past_enough(lms, school)
    preview = explained(lms, school)["preview"]
    lms.post(two(school, preview, 0.0))
    after = explained(lms, school)["decision"]
    assert preview["wrong"]["missing"] == after["missing"]
    assert any(line.get("method") == method and line["found"] is not None for line in after["missing"])


def test_looking_ahead_stores_nothing(lms: Machine, school: School, engine: Engine) -> None:
    past_enough(lms, school)
    before = counted(engine, school.district_id), derived(engine, school.district_id, school.student_keys[0])
    first = explained(lms, school)
    assert explained(lms, school) == first
    assert (counted(engine, school.district_id), derived(engine, school.district_id, school.student_keys[0])) == before


def test_a_state_of_another_model_is_not_looked_ahead_from(lms: Machine, school: School, engine: Engine) -> None:
    past_little(lms, school)
    with district_transaction(engine, school.district_id) as session:
        session.query(SubjectState).update({"model_version": "an older one"})
        session.commit()
    assert explained(lms, school)["preview"] is None
    assert explained(lms, school, OTHER)["preview"] is None
