"""Tests as they are given, for tests of them: a state's test with windows, and a student who is ready or is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from factories import NOW, Factory
from page_world import PageWorld
from sqlalchemy.orm import Session

from api.actions import seats, windows
from api.actions.desk import Desk
from api.actions.seats import Actor
from api.actions.situation import Situation
from api.actions.windows import Terms
from mastery.body.tally import Certified, Tally
from mastery.reassessment.fields import Chosen, Preset, kind_of
from mastery.reassessment.seats import Placed
from mastery.reassessment.steps import By
from models.carried import pack, unpack
from models.graph import Node
from models.graph_store import DistrictGraph, load_graph
from models.roster import Person
from models.unit_of_work import district_transaction

EASTERN = ZoneInfo("America/New_York")
MONDAY = date(2026, 10, 5)
STUDENT, TEACHER, OFFICE = (Actor(frozenset({one})) for one in (By.STUDENT, By.TEACHER, By.OFFICE))
Found = TypeVar("Found")


def terms(first: int = 5, last: int = 9, month: int = 10, **more: Any) -> Terms:
    """From 8:00 of a day to midnight after another one, in 2026, as written at the school."""
    opens = datetime.combine(date(2026, month, first), time(8))
    closes = datetime.combine(date(2026, month, last) + timedelta(days=1), time())
    return Terms(opens, closes, **more)


@dataclass
class WindowWorld:
    """A test of one target with a rule; acts as the world's people do them, each in a transaction of its own."""

    world: PageWorld
    assessment: int = 0
    target: Node | None = None

    def __post_init__(self) -> None:
        def rows(make: Factory) -> None:
            self.target = make.target("5.G.1", "I can graph points.")
            test = make.assessment("Geometry test", "summative", [self.target])
            make.cut_scores(test, confirmed_by=self.world.people["teacher"])
            self.assessment = test.id

        self.world.add(rows)

    def within(self, act: Callable[[Session, DistrictGraph], Found]) -> Found:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            done = act(session, load_graph(session, self.world.district_id))
            session.commit()
        return done

    def rule(self, preset: Preset = Preset.CLASSROOM_QUIZ, **fields: Any) -> None:
        chosen = Chosen(kind_of(preset), preset, fields)
        self.within(
            lambda session, _graph: windows.choose_rule(
                session, self._desk, self.assessment, chosen, MONDAY, NOW, MONDAY
            )
        )

    def window(self, wanted: Terms, administration: str = "fall", school: int | None = None) -> int:
        place = school or self.world.school.id
        return self.within(
            lambda session, _graph: windows.open_window(
                session, self._desk, self.assessment, place, administration, wanted, NOW
            )
        )

    @property
    def _desk(self) -> Desk:
        return Desk(self.world.district_id)

    def ask(
        self, student: Person | None = None, at: datetime = NOW, by: Actor = STUDENT, override: str | None = None
    ) -> Placed:  # fmt: skip
        key = (student or self.world.student).id
        return self.within(
            lambda session, graph: seats.request(
                session, self.world.district_id, graph, by, key, self.assessment, at, override=override
            )
        )

    def situation(self, student: Person | None = None, at: datetime = NOW) -> Situation:
        key = (student or self.world.student).id
        return self.within(
            lambda session, graph: seats.situation_of(session, self.world.district_id, graph, key, self.assessment, at)
        )

    def act(self, what: Any, *more: Any, at: datetime = NOW, by: Actor = TEACHER, student: Person | None = None) -> Any:
        key = (student or self.world.student).id
        return self.within(
            lambda session, graph: what(session, self.world.district_id, graph, by, key, self.assessment, at, *more)
        )

    def ready(self, student: Person | None = None) -> None:
        """Evidence that makes a student ready for the test."""
        assert self.target is not None
        target = self.target

        def rows(make: Factory) -> None:
            row = make.standing(student or self.world.student, target, records=3, probability=0.95)
            fold = unpack(json.dumps(row.carried), (), ())
            tally = Tally(
                records=3,
                estimate=0.95,
                last_at=NOW,
                last_date=MONDAY,
                certified=Certified(2.0, 1, 2.0, 1),
                recent=(1, 2, 3),
            )
            row.carried = json.loads(pack(replace(fold, tally=tally)))
            make.session.flush()

        self.world.add(rows)

    def result(self, level: float, at: datetime, student: Person | None = None) -> int:
        """A result of the test at an instant; its key."""
        score = {2.0: 2.0, 3.0: 3.2, 4.0: 4.0}[level]
        keys: list[int] = []

        def rows(make: Factory) -> None:
            from models.assessment import Assessment

            test = make.session.get_one(Assessment, (self.world.district_id, self.assessment))
            assert self.target is not None
            row = make.result(
                student or self.world.student, test, self.target, score=score, at=at, evidence_type="test"
            )
            keys.append(row.id)

        self.world.add(rows)
        return keys[0]
