"""A district of thirty students who answered enough to be calibrated, posted as an LMS posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from conftest_api import Machine, result
from factories import Factory, new_district
from scipy.special import expit
from sqlalchemy import Engine

from models.unit_of_work import district_transaction

CODES = ("4.NF.A.1", "4.NF.A.2")
SUBJECT = "Mathematics"
STUDENTS, ITEMS = 30, 8
SIMULATED = 600
EASINESS = np.linspace(-1.5, 2.0, ITEMS)


@dataclass
class Class:
    """The district, its LMS, and its students by SIS id and by key."""

    district_id: int
    lms: Machine
    names: list[str]
    keys: list[int]

    def answer(
        self, day: int, seed: int, mean: float = 0.0, fixed: Mapping[int, float] = MappingProxyType({}), **changes: Any
    ) -> None:
        """Everyone answers five of the eight questions on each target, a quiz each, on this day of October.

        `fixed` says of questions, by their place, what everyone gets for them.
        """
        random = np.random.default_rng(seed)
        posted = []
        for place, name in enumerate(self.names):
            ability = mean + 2.0 * (place / STUDENTS - 0.5)
            for code in CODES:
                asked = np.sort(random.permutation(ITEMS)[:5]).tolist()
                drawn = (random.random(5) < expit(ability + EASINESS[asked])).tolist()
                right = [fixed.get(item, float(y)) for item, y in zip(asked, drawn, strict=True)]
                items = [
                    {"item": f"{code}-q{item}", "score": y, "max": 1} for item, y in zip(asked, right, strict=True)
                ]
                at = f"2026-10-{day:02}T09:12:00-04:00"
                one = {"target": code, "score": sum(right), "max": 5, "items": items}
                fields = {"source_id": f"{name}/{code}/{day}", "performed_at": at, "scored_at": at, "targets": [one]}
                posted.append(result(name, code, **(fields | changes)))
        assert all(one["status"] == "accepted" for one in self.lms.post(*posted))


@pytest.fixture
def taught(engine: Engine, machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch) -> Class:
    """The class after two quizzes on each target, the second without feedback; thresholds are tried on few students."""
    for module in ("calibrations", "thresholds"):
        monkeypatch.setattr(f"api.actions.{module}.STUDENTS", SIMULATED)
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        section = make.section(make.school())
        students = [make.student(section, "Ada", f"Number{place:02}") for place in range(STUDENTS)]
        for code in CODES:
            make.target(code)
        session.commit()
        names, keys = [str(one.identifier) for one in students], [one.id for one in students]
    lms = machine(district_id)
    lms.put_assessment("quiz-17")
    made = Class(district_id, lms, names, keys)
    made.answer(5, seed=1)
    made.answer(6, seed=2, feedback="none", independence="assisted")
    return made
