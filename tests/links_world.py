"""A school with a mentor from outside, and what its people do about links, consents and orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import factories
import pytest
from factories import NOW, Factory
from page_world import PageWorld, enrol, let_sign_in

from api.actions.consents import Signed, give_consent
from api.actions.links import Asked, grant_link
from mastery.access import Basis, Right, Scope, decide
from mastery.access_matrix import DataClass, Role
from models.queries_access import subject_of, viewer_of
from models.roster import Person
from models.unit_of_work import district_transaction

ZONE = ZoneInfo(factories.ZONE)
DAY = timedelta(days=1)


@dataclass
class Office:
    """The world with a mentor from outside, and what the principal does in it."""

    world: PageWorld
    mentor: Person

    def act(self, act, *arguments, who: str = "principal", at: datetime = NOW, **more):
        """Let somebody do an act, and commit it."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            viewer = viewer_of(session, self.world.district_id, self.world.people[who].id, at)
            done = act(session, viewer, *arguments, now=at, **more)
            session.commit()
        return done

    def sees(self, person: Person, data: DataClass, at: datetime) -> bool:
        """Whether somebody may read a class of the student's data."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            viewer = viewer_of(session, self.world.district_id, person.id, at)
            subject = subject_of(session, self.world.district_id, self.world.student.id, at)
            assert subject is not None
            return decide(viewer, Right.READ, data, subject, at).allowed

    def signed(self, **more) -> Signed:
        """A consent to the mentor that the guardian signed today."""
        today = NOW.astimezone(ZONE).date()
        return replace(
            Signed(
                self.world.student.id, self.mentor.id, frozenset({DataClass.LEVELS}), "robotics club",
                self.world.people["guardian"].id, today, today, today + 30 * DAY,
            ),
            **more,
        )  # fmt: skip

    def asked(self, **more) -> Asked:
        """The mentor's link that the principal asks for."""
        return replace(
            Asked(
                self.mentor.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, self.world.student.id, Basis.CONSENT,
                "robotics club", NOW.astimezone(ZONE).date(),
            ),
            **more,
        )  # fmt: skip

    def link(self) -> int:
        """Link the mentor, with the consent for it."""
        return self.act(grant_link, self.asked(consent=self.act(give_consent, self.signed())))


@pytest.fixture
def office(page_world: PageWorld) -> Office:
    """The world with the mentor."""
    made: list[Person] = []

    def rows(make: Factory) -> None:
        made.append(make.person("Grace", "Mentor"))
        page_world.people["mentor"] = made[0]
        accounts = let_sign_in(make.session, make.district_id, {"mentor": made[0]})
        page_world.codes["mentor"] = enrol(make.session, make.district_id, accounts["mentor"])
        make.standing(page_world.student, page_world.target)

    page_world.add(rows)
    return Office(page_world, made[0])
