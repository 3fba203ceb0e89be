"""How questions are answered, as an assessment was registered: it reaches every estimate that a result moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from api_rows import derived, sitting, stored
from conftest_api import NOW, Machine, School
from sqlalchemy import Engine

from api.actions.replay import replay, verify
from mastery.estimate import DEFAULTS, Observations, SubjectState, advance
from models.primary import load_scored
from models.unit_of_work import district_transaction

CODE = "4.NF.A.1"
SCORES = [(1, 1.0), (2, 1.0), (3, 0.0), (4, 1.0)]
# 2026-09-30 at 13:12 UTC, in days since the epoch
DAY_BEFORE = 20726 + (13 * 3600 + 12 * 60) / 86400


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    return machine(school.district_id)


def register(lms: Machine, **formats: dict[str, int]) -> dict[str, Any]:
    items = [{"item": name, "target": CODE, **spec} for name, spec in formats.items()]
    return lms.put_assessment("quiz-17", forms=[{"form": "A", "items": items}])


def post_all(lms: Machine, school: School, student: int = 0) -> None:
    for day, score in SCORES:
        lms.post(sitting(school.students[student], CODE, day, score))


def mean_by_the_filter(guessing: Sequence[float], points: Sequence[int] = (1,) * 4) -> tuple[float, float]:
    """Mean and variance of the target after the answers, by the filter alone."""
    batch = Observations.build(
        DEFAULTS, offsets=[0, 4], sitting=[0, 1, 2, 3], target=[1] * 4, item=[1, 2, 3, 4],
        y=[score for _, score in SCORES], day=[DAY_BEFORE + day for day, _ in SCORES], guessing=guessing,
        points=points,
    )  # fmt: skip
    after = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS).after
    return float(after.mean[-1]), float(after.variance[-1])


def told(engine: Engine, school: School, student: int = 0) -> tuple[float | None, float | None]:
    row = stored(engine, school, student, CODE)
    return row.mean, row.variance


def test_a_posted_answer_is_read_as_one_that_can_be_guessed(lms: Machine, school: School, engine: Engine) -> None:
    register(lms, q1={"choices": 4}, q2={"choices": 2}, q3={"choices": 4}, q4={})
    post_all(lms, school)
    assert told(engine, school) == mean_by_the_filter([0.25, 0.5, 0.25, 0.0])
    assert told(engine, school)[0] < mean_by_the_filter([0.0] * 4)[0]


def test_steps_late_results_and_a_rebuild_end_in_the_same_rows(lms: Machine, school: School, engine: Engine) -> None:
    register(lms, q1={"choices": 4}, q2={"choices": 2}, q3={"choices": 4}, q4={})
    post_all(lms, school)
    for day, score in reversed(SCORES):
        lms.post(sitting(school.students[1], CODE, day, score))
    one, other = (derived(engine, school.district_id, key)["states"][0][2] for key in school.student_keys)
    assert one == other
    before = verify(engine, school.district_id)
    assert before.differing == 0
    replay(engine, school.district_id, NOW)
    assert verify(engine, school.district_id) == before


def test_choices_that_are_registered_later_count_for_past_answers_too(
    lms: Machine, school: School, engine: Engine
) -> None:
    register(lms, q1={}, q2={}, q3={}, q4={})
    post_all(lms, school)
    assert told(engine, school) == mean_by_the_filter([0.0] * 4)
    register(lms, q1={"choices": 5}, q2={}, q3={}, q4={})
    assert told(engine, school) == mean_by_the_filter([0.2, 0.0, 0.0, 0.0])
    register(lms, q1={}, q2={}, q3={}, q4={})
    assert told(engine, school) == mean_by_the_filter([0.0] * 4)
    assert verify(engine, school.district_id).differing == 0


def test_an_answer_is_read_in_the_points_that_were_registered(lms: Machine, school: School, engine: Engine) -> None:
    register(lms, q1={"points": 4}, q2={"points": 1}, q3={"points": 20}, q4={})
    post_all(lms, school)
    assert told(engine, school) == mean_by_the_filter([0.0] * 4, [4, 1, 20, 1])
    register(lms, q1={"points": 2}, q2={}, q3={}, q4={})
    assert told(engine, school) == mean_by_the_filter([0.0] * 4, [2, 1, 1, 1])
    assert verify(engine, school.district_id).differing == 0


def judge(lms: Machine, school: School, student: int, levels: Sequence[float]) -> None:
    """Performances whose level a person judged; every other has a score, which says something else."""
    for place, level in enumerate(levels):
        fields = {"evidence_type": "performance", "scorer": "teacher-1"}
        targets = [{"target": CODE, "level": level} | ({"score": 1, "max": 10} if place % 2 else {})]
        (entry,) = lms.post(sitting(school.students[student], CODE, place + 1, targets=targets, **fields))
        assert entry["status"] == "accepted", entry


def test_a_judged_level_moves_the_estimate_as_four_points(lms: Machine, school: School, engine: Engine) -> None:
    register(lms)
    judge(lms, school, 0, [3.0, 2.5])
    batch = Observations.build(
        DEFAULTS, offsets=[0, 2], sitting=[0, 1], target=[1] * 2, item=[1] * 2, y=[0.75, 0.625],
        day=[DAY_BEFORE + 1, DAY_BEFORE + 2], points=[4] * 2,
    )  # fmt: skip
    after = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS).after
    assert told(engine, school) == (after.mean[-1], after.variance[-1])
    judge(lms, school, 1, [3.0, 3.0])
    assert told(engine, school, 1)[0] > told(engine, school)[0]
    shown = lms.get(f"/students/{school.students[0]}/targets/{CODE}/explanation")["evidence"]
    assert [(one["score"], one["max"], one["level"]) for one in shown] == [(1.0, 10.0, 2.5), (None, None, 3.0)]
    with district_transaction(engine, school.district_id) as session:
        ((records),) = load_scored(session, school.district_id, school.student_keys[:1]).values()
    assert [(one.share, one.level) for one in records] == [(Fraction(3, 4), 3), (Fraction(1, 10), Fraction(5, 2))]
    before = verify(engine, school.district_id)
    replay(engine, school.district_id, NOW)
    assert verify(engine, school.district_id) == before
    assert before.differing == 0


def test_an_answer_that_counts_for_two_targets_is_half_an_answer_for_each(
    lms: Machine, school: School, engine: Engine
) -> None:
    register(lms, q1={"choices": 4})
    tries = [{"item": "q1", "score": 1, "max": 1}, {"item": "q2", "score": 0, "max": 1}]
    targets = [
        {"target": CODE, "score": 1, "max": 2, "items": tries},
        {"target": "4.NF.A.2", "score": 1, "max": 1, "items": tries[:1]},
    ]
    lms.post(sitting(school.students[0], CODE, 1, targets=targets))
    first, second = sorted(zip(school.targets, (CODE, "4.NF.A.2"), strict=True))
    rows = [("q1", 1.0, 0.25, 0.5, first[1]), ("q1", 1.0, 0.25, 0.5, second[1]), ("q2", 0.0, 0.0, 1.0, CODE)]
    batch = Observations.build(
        DEFAULTS, offsets=[0, 3], sitting=[0] * 3, target=[{CODE: 1}.get(row[4], 2) for row in rows],
        item=[{"q1": 1}.get(row[0], 2) for row in rows], y=[row[1] for row in rows], day=[DAY_BEFORE + 1] * 3,
        guessing=[row[2] for row in rows], weight=[row[3] for row in rows],
    )  # fmt: skip
    done = advance([SubjectState.initial(DEFAULTS)], batch, DEFAULTS)
    for number, code in ((1, CODE), (2, "4.NF.A.2")):
        run = int(max(n for n, row in enumerate(done.first_row) if batch.target[row] == number))
        row = stored(engine, school, 0, code)
        assert (row.mean, row.variance) == (done.after.mean[run], done.after.variance[run])
    before = verify(engine, school.district_id)
    replay(engine, school.district_id, NOW)
    assert verify(engine, school.district_id) == before
    assert before.differing == 0


def test_the_points_of_the_history_end_in_the_number_that_is_stored(
    lms: Machine, school: School, engine: Engine
) -> None:
    register(lms, q1={"choices": 3}, q2={"choices": 3}, q3={}, q4={"choices": 3})
    post_all(lms, school)
    shown = lms.get(f"/students/{school.students[0]}/targets/{CODE}/explanation")
    assert shown["history"]["points"][-1]["estimate"] == shown["estimate"]


def test_an_explanation_says_what_the_estimate_saw_of_each_answer(lms: Machine, school: School, engine: Engine) -> None:
    register(lms, q1={"choices": 4}, q2={"points": 3})
    tries = [{"item": f"q{n}", "score": 1, "max": 3, "try": 1 + (n > 3)} for n in range(1, 5)]
    targets = [
        {"target": CODE, "score": 3, "max": 9, "items": tries},
        {"target": "4.NF.A.2", "score": 1, "max": 3, "items": tries[:1]},
    ]
    lms.post(sitting(school.students[0], CODE, 1, targets=targets, independence="assisted"))
    lms.post(sitting(school.students[0], CODE, 2, targets=[{"target": CODE, "score": 3, "max": 4}]))
    lms.post(sitting(school.students[0], CODE, 3, purpose="state_summative"))
    lms.post(sitting(school.students[0], CODE, 4, status="not_submitted", targets=[{"target": CODE}]))
    shown = lms.get(f"/students/{school.students[0]}/targets/{CODE}/explanation")["evidence"]
    third = pytest.approx(1 / 3)
    assert [one["seen"] for one in shown] == [
        [],
        [],
        [{"item": None, "share": 0.75, "weight": 1.0, "guessing": 0.0, "points": 1}],
        [
            {"item": "q1", "share": third, "weight": 0.25, "guessing": 0.25, "points": 1},
            {"item": "q2", "share": third, "weight": 0.5, "guessing": 0.0, "points": 3},
            {"item": "q3", "share": third, "weight": 0.5, "guessing": 0.0, "points": 1},
        ],
    ]


def test_what_was_registered_is_read_back(lms: Machine) -> None:
    said = register(lms, q1={"choices": 4}, q2={}, q3={"points": 3})
    assert said["items"] == [{"item": "q1", "choices": 4, "points": None}, {"item": "q3", "choices": None, "points": 3}]
    assert lms.get("/assessments/quiz-17")["items"] == said["items"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        *(({"choices": choices}, "choices") for choices in (0, 1, 21, 2.5, "4")),
        *(({"points": points}, "points") for points in (0, 21, 1.5, "4")),
        ({"choices": 4, "points": 2}, "points"),
    ],
)
def test_what_an_item_can_not_be_is_refused_by_name(lms: Machine, said: dict[str, Any], field: str) -> None:
    forms = [{"form": "A", "items": [{"item": "q1", "target": CODE, **said}]}]
    answer = lms.http.put(
        "/api/v1/assessments/quiz-17", json={"title": "t", "purpose": "formative", "forms": forms}, headers=lms.headers
    )
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [f"forms[0].items[0].{field}"]


def test_an_item_is_the_same_on_every_form(lms: Machine) -> None:
    forms = [
        {"form": name, "items": [{"item": "q1", "target": CODE, "choices": choices}]}
        for name, choices in (("A", 4), ("B", 5))
    ]
    answer = lms.http.put(
        "/api/v1/assessments/quiz-17", json={"title": "t", "purpose": "formative", "forms": forms}, headers=lms.headers
    )
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"field": "forms", "message": "gives item 'q1' other choices or points on form 'B'; give it the same on each"}
    ]
