"""Posting results: what is accepted, what waits, what is refused, and what each answer says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest_api import Machine, School, result

pytestmark = pytest.mark.usefixtures("school")


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def test_a_result_becomes_an_estimate_and_a_decision(lms: Machine, school: School) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1"))
    assert answer["status"] == "accepted"
    (target,) = answer["targets"]
    assert target["target"] == school.targets[0]
    assert target["after"]["probability"] > target["before"]["probability"]
    assert target["decision"]["state"] == "in_progress"
    assert {line["code"] for line in target["decision"]["missing"]} >= {"records", "assessments", "certifying"}
    assert answer["notes"][0]["code"] == "formative_only"
