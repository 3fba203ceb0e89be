"""A class with a plan of ten targets over a term, whose students are where a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calendar_days import FIRST, LAST, put_on_file
from factories import NOW, Factory
from page_world import PageWorld

from api.actions.course_plans import plan_course
from mastery.access import Viewer
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.course import Dated, spread
from models.graph import Node
from models.queries_access import subject_of, viewer_of
from models.queries_calendars import calendar_of
from models.unit_of_work import district_transaction


@dataclass
class CourseWorld:
    """The world of the pages, with the calendar of its school, targets in order, and the plan that a teacher made."""

    world: PageWorld
    targets: list[Node] = field(default_factory=list)

    @property
    def section(self) -> int:
        return self.world.section.id

    @property
    def district(self) -> int:
        return self.world.district_id

    def viewer(self, who: str, at: datetime = NOW) -> Viewer:
        with district_transaction(self.world.engine, self.district) as session:
            return viewer_of(session, self.district, self.world.people[who].id, at)

    def subject(self, at: datetime = NOW) -> object:
        with district_transaction(self.world.engine, self.district) as session:
            found = subject_of(session, self.district, self.world.student.id, at)
            assert found is not None
            return found

    @property
    def calendar(self) -> SchoolCalendar:
        with district_transaction(self.world.engine, self.district) as session:
            found = calendar_of(session, self.district, self.world.school.id)
            assert found is not None
            return found

    def even(self) -> list[Dated]:
        """The targets, evenly over the term."""
        found = spread([one.id for one in self.targets], self.calendar, FIRST, LAST)
        return [Dated(target, day) for target, day in found.items()]

    def plan(
        self, dated: Sequence[Dated] | None = None, *, who: str = "teacher", seen: int = 0, reason: str = ""
    ) -> int:  # fmt: skip
        """Let somebody make the plan; its version."""
        with district_transaction(self.world.engine, self.district) as session:
            version = plan_course(
                session, self.viewer(who), self.section, seen, (FIRST, LAST), dated or self.even(),
                frozenset(one.id for one in self.targets), reason, NOW,
            )  # fmt: skip
            session.commit()
            return version

    def mastered(self, who: str, many: int, first: datetime = NOW - timedelta(days=28)) -> None:
        """Let somebody have mastered the first so many targets, one a day."""

        def rows(make: Factory) -> None:
            for place, target in enumerate(self.targets[:many]):
                at = first + timedelta(days=place)
                make.standing(self.world.people[who], target, state="mastered", level=3.0, mastered_at=at, as_of=at)

        self.world.add(rows)


def course_world(world: PageWorld, targets: int = 10) -> CourseWorld:
    """The world with a calendar and targets, and no plan yet."""
    found = CourseWorld(world)
    put_on_file(world.engine, world.district_id, world.school.id)
    world.add(lambda make: found.targets.extend(make.target(f"C.{number:02}") for number in range(targets)))
    return found
