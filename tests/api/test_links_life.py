"""A random life of links, consents, orders and offices never leaves access open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from factories import NOW, Factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from links_world import DAY, ZONE, Office, office
from sqlalchemy import text

from api.actions.consents import give_consent, withdraw_consent
from api.actions.custody import Filed, end_beyond_age, file_order, keep_beyond_age, lift_order
from api.actions.desk import Desk
from api.actions.emergency import break_glass, let_support_in, review_break_glass, send_support_away
from api.actions.guardians import attest_guardian, end_attested
from api.actions.links import Asked, grant_link, revoke_link
from mastery.access import Basis, Right, Scope, decide
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What
from mastery.links import AgeBasis, Restriction
from models.queries_access import subject_of, viewer_of
from models.queries_people import visible_students
from models.roster import Person
from models.unit_of_work import district_transaction

__all__ = ["office"]

_HOURS = st.sampled_from([0, 1, 3, 4, 5, 23, 24, 25]) | st.integers(0, 40).map(lambda number: number * 6)


@dataclass
class Life:
    """What was done about one student, kept by hand, and what of it holds at `at`; each step is a method."""

    office: Office
    people: dict[str, Person]
    grown: datetime
    at: datetime = NOW
    consents: list[list[Any]] = field(default_factory=list)  # [key, ends, stands]
    links: list[list[Any]] = field(default_factory=list)  # [key, ends, stands, consent]
    orders: list[list[Any]] = field(default_factory=list)  # [key, None, stands], as all that follow
    kept: list[list[Any]] = field(default_factory=list)
    glass: list[list[Any]] = field(default_factory=list)
    support: list[list[Any]] = field(default_factory=list)
    attested: list[list[Any]] = field(default_factory=list)
    offices: list[list[Any]] = field(default_factory=list)

    @property
    def student(self) -> int:
        return self.office.world.student.id

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def stands(self, done: list[list[Any]]) -> bool:
        return any(one[2] and (one[1] is None or self.at < one[1]) for one in done)

    def act(self, act, *arguments, **more):
        return self.office.act(act, *arguments, at=self.at, **more)

    def end(self, done: list[list[Any]], act, who: str = "principal", **more: Any) -> None:
        """End the newest of something, if there is any, by an act about its key; it may have ended before."""
        if done:
            self.act(act, done[-1][0], who=who, **more)
            done[-1][2] = False

    def consent(self) -> None:
        if self.at < self.grown and not self.stands(self.orders):  # else the guardian does not sign
            last = min(self.today + 20 * DAY, date(2027, 6, 30))
            signed = self.office.signed(signed_on=self.today, begins_on=self.today, ends_on=last)
            ends = datetime.combine(last + DAY, datetime.min.time(), ZONE)
            self.consents.append([self.act(give_consent, signed), ends, True])

    def link(self) -> None:
        if self.stands(self.consents[-1:]):
            key, ends, _ = consent = self.consents[-1]
            link = self.act(grant_link, self.office.asked(begins_on=self.today, consent=key))
            self.links.append([link, ends, True, consent])

    def order(self) -> None:
        access = frozenset({Restriction.ACCESS})
        filed = Filed(self.student, self.people["guardian"].id, "order", access, "file", self.today)
        self.orders.append([self.act(file_order, filed), None, True])

    def keep(self) -> None:
        guardian = self.people["guardian"].id
        key = self.act(keep_beyond_age, self.student, guardian, AgeBasis.DEPENDENT, self.today, None)
        self.kept.append([key, None, True])

    def break_glass(self) -> None:
        key = self.act(break_glass, self.student, "found crying at the gate", who="colleague")
        self.glass.append([key, self.at + DAY, True])

    def let_support_in(self) -> None:
        key = self.act(let_support_in, self.people["helper"].id, Role.REGISTRAR, "The roster is empty.", who="leader")
        self.support.append([key, self.at + timedelta(hours=4), True])

    def attest(self) -> None:
        if not self.stands(self.attested):
            self._attest(attest_guardian, "grandmother", self.today, None)
            self.attested.append([None, None, True])

    def attest_no_more(self) -> None:
        if self.attested:
            self._attest(end_attested)
            self.attested[-1][2] = False

    def _attest(self, act, *how: Any) -> None:
        """An act of the desk, which takes a desk in the place of a viewer."""
        key = self.people["grandmother"].id
        self.act(lambda session, viewer, now: act(session, Desk.of(viewer), self.student, key, *how, now))

    def appoint(self) -> None:
        school, clerk = self.office.world.school.id, self.people["clerk"].id
        asked = Asked(clerk, Role.REGISTRAR, Scope.SCHOOL, school, Basis.EMPLOYEE, "registrar", self.today)
        self.offices.append([self.act(grant_link, asked, who="leader"), None, True])

    def sees(self) -> dict[str, bool]:
        """Who sees the student's levels, by what was done."""
        young = self.at < self.grown
        return {
            "mentor": any(self.stands([one]) and self.stands([one[3]]) for one in self.links),
            "guardian": not self.stands(self.orders) and (young or self.stands(self.kept)),
            "colleague": self.stands(self.glass),
            "helper": self.stands(self.support),
            "grandmother": young and self.stands(self.attested),
            "clerk": self.stands(self.offices),
        }

    def check(self) -> None:
        """The law, and a list, say the same of the student; and of everyone a list says what the law says."""
        world = self.office.world
        with district_transaction(world.engine, world.district_id) as session:
            keys = [self.student, world.people["classmate"].id, self.people["elsewhere"].id]
            subjects = [subject_of(session, world.district_id, key, self.at) for key in keys]
            for name, expected in self.sees().items():
                viewer = viewer_of(session, world.district_id, self.people[name].id, self.at)
                allowed = {
                    one.student for one in subjects
                    if one and decide(viewer, Right.READ, DataClass.LEVELS, one, self.at).allowed
                }  # fmt: skip
                assert (self.student in allowed) == expected, (name, self.at)
                assert set(session.scalars(visible_students(viewer, What.STANDING))) == allowed, (name, self.at)


_STEPS: dict[str, Callable[[Life], None]] = {
    "consent": Life.consent, "link": Life.link, "order": Life.order, "keep": Life.keep, "glass": Life.break_glass,
    "support": Life.let_support_in, "attest": Life.attest, "attest no more": Life.attest_no_more,
    "appoint": Life.appoint,
    "revoke": lambda life: life.end(life.links, revoke_link),
    "withdraw": lambda life: life.end(life.consents, withdraw_consent),
    "lift": lambda life: life.end(life.orders, lift_order),
    "let go": lambda life: life.end(life.kept, end_beyond_age),
    "review": lambda life: life.end(life.glass, review_break_glass, end=True),
    "away": lambda life: life.end(life.support, send_support_away, who="leader"),
    "dismiss": lambda life: life.end(life.offices, revoke_link, who="leader"),
}  # fmt: skip


@pytest.fixture
def living(office: Office) -> dict[str, Person]:
    """The people of a life; one more student is of a school at which nobody of them is anything."""
    world, found = office.world, dict(office.world.people)

    def rows(make: Factory) -> None:
        for name in ("helper", "grandmother", "clerk"):
            found[name] = make.person(name.title(), "Person")
        found["elsewhere"] = make.student(make.section(make.school("Far High"), "Far"), "Far", "Away")

    world.add(rows)
    return found


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(_STEPS)), _HOURS), max_size=12), birthday=st.integers(-5, 90))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_nothing_is_open_that_no_act_opened(
    office: Office, living: dict[str, Person], steps: list[tuple[str, int]], birthday: int
) -> None:
    """The spans of what was done, kept by hand, say the same as the law, and as a list, on what the database holds."""
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        for table in ("link", "consent", "court_order", "beyond_age"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("DELETE FROM guardianship WHERE origin = 'attested'"))
        birth = (NOW.astimezone(ZONE) + birthday * DAY).date().replace(year=2008)
        session.get_one(Person, (world.district_id, world.student.id)).birth_date = birth
        session.commit()
    grown = datetime(birth.year + 18, birth.month, birth.day, tzinfo=ZONE)
    life = Life(office, living, grown)
    for step, hours in steps:
        life.at += timedelta(hours=hours)
        _STEPS[step](life)
        life.check()
