"""Students for whom Today has moves, and how a test does them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from factories import WHEEL_SPIN, Factory
from page_client import Page
from page_world import PageWorld
from sqlalchemy import select

from models.flag import Flag
from models.graph import Node
from models.move import Move
from models.roster import Person
from models.unit_of_work import district_transaction

GAP = {"rule": "F10", "family": "prereq_gap", "severity": "WATCH", "sentence": "prereq_gap.low",
       "closes_when": "prereq_gap.closes", "next_step": "prereq_gap.next"}  # fmt: skip


def gap_flag(make: Factory, student: Person, target: Node, below: Node, **columns: Any) -> Flag:
    facts = {"target": target.id, "prerequisite": below.id, "prerequisite_estimate": 0.4, "failed": 2, "records": 4}
    finding = {**WHEEL_SPIN, **GAP, "facts": facts}
    return make.flag(student, target, rule="F10", severity="WATCH", finding=finding, **columns)


def ready_flag(make: Factory, student: Person, assessment: Any, result: Any) -> Flag:
    facts = {"assessment": assessment.id, "share": 0.9, "ready_targets": 2, "targets": 2}
    finding = {
        **WHEEL_SPIN, "rule": "P1", "family": "ready_test", "severity": "INFO", "scope": "assessment",
        "sentence": "ready_test", "closes_when": "ready_test.closes", "next_step": "ready_test.next", "facts": facts,
        "evidence": [result.id],
    }  # fmt: skip
    return make.flag(
        student, None, rule="P1", severity="INFO", finding=finding, scope=f"assessment:{assessment.id}",
        assessment_id=assessment.id,
    )  # fmt: skip


class Group:
    """Four students of the section with one gap: two stuck on the target, two working above it."""

    def __init__(self, world: PageWorld) -> None:
        self.world = world
        self.students: list[Person] = []
        self.flags: list[int] = []
        world.add(self._rows)
        self.client = world.client("teacher")

    def _rows(self, make: Factory) -> None:
        world = self.world
        above = make.target("4.NF.B.3", "I can add fractions.")
        for number, given in enumerate(("Iris", "Leo", "Mina", "Noor")):
            student = make.student(world.section, given, "Lee")
            make.standing(student, world.target, probability=0.2)
            if number < 2:
                flag = make.wheel_spin(student, world.target)
            else:
                flag = gap_flag(make, student, above, world.target)
            self.students.append(student)
            self.flags.append(flag.id)

    def form(self, page: Page) -> dict[str, str]:
        (form,) = [one for one in page.forms if one["action"] == "/moves"]
        return {name: form[name] for name in ("kind", "section", "about")}

    def do(self, *, versions: dict[int, int] | None = None, students: tuple[int, ...] = (0, 1, 2, 3)) -> Page:
        """Do the move for some of the students, and see Today."""
        flags = [f"{self.flags[n]}.{(versions or {}).get(n, 1)}" for n in students]
        self.client.post("/moves", **self.form(self.client.get("/today")), flags=flags)
        return self.client.get("/today")

    def states(self) -> list[str]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            found = session.execute(select(Flag.id, Flag.state)).all()
        return [state for _, state in sorted((self.flags.index(key), state) for key, state in found)]

    def move(self) -> int:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            return session.scalars(select(Move.id)).one()


@pytest.fixture
def group(page_world: PageWorld) -> Group:
    return Group(page_world)


def change(world: PageWorld, act: Callable[[Any], None]) -> None:
    with district_transaction(world.engine, world.district_id) as session:
        act(session)
        session.commit()


def undo_forms(page: Page) -> list[str]:
    return [one["action"] for one in page.forms if one["action"].endswith("/undo")]


def big_class(make: Factory, world: PageWorld, section: Any, students: int, rng: int = 7) -> None:
    """A section where everybody has something of their own."""
    for number in range(students):
        student = make.student(section, f"Given{number:02}", f"Of{section.id}")
        target = make.target(None, f"I can do thing {section.id} {number}.")
        make.wheel_spin(student, target, severity=("ACT", "WATCH", "INFO")[number % 3] if number % rng else "URGENT")
