"""A random life of links, consents, orders and offices never leaves access open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from factories import NOW, Factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from links_oracle import LEVELS, RESPONSES, Deed, Granted, Order, Parent, Signed, Wish, consented, granted, midnight
from links_world import DAY, ZONE, Office, office
from sqlalchemy import text

from api.actions.consents import give_consent, withdraw_consent
from api.actions.custody import Filed, end_beyond_age, file_order, keep_beyond_age, lift_order
from api.actions.desk import Desk
from api.actions.emergency import break_glass, let_support_in, review_break_glass, send_support_away
from api.actions.guardians import attest_guardian, end_attested
from api.actions.links import Asked, NotYoursError, grant_link, revoke_link
from api.actions.partners import add_partner
from mastery.access import Basis, Right, Scope, decide
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What
from mastery.links import CAPACITIES, AgeBasis, LinkError, Restriction
from models.queries_access import subject_of, viewer_of
from models.queries_people import visible_students
from models.roster import Person
from models.unit_of_work import district_transaction

__all__ = ["office"]

_SOON = st.sampled_from([0, 1, 3, 4, 5, 23, 24, 25])  # hours
_AGREED = 9  # days until the agreement with the partner ends
_PARENTS = ("guardian", "parent", "grandmother")
_PEOPLE = ("mentor", "of a partner", *_PARENTS, "colleague", "helper", "student")


@dataclass(frozen=True)
class Choice:
    """What an act is about, where it has a choice; days from today."""

    adult: str
    role: Role
    scope: Scope
    basis: Basis | None
    by: str
    first: int
    last: int | None
    share: frozenset[DataClass] | None
    parent: str
    signs: str | None
    classes: frozenset[DataClass]
    restricts: Restriction
    leaves: frozenset[DataClass]

    @property
    def signer(self) -> str:
        """Who signs: the parent whom it is about, or another."""
        return self.signs or self.parent


_SHARES = [frozenset({LEVELS}), frozenset({LEVELS, RESPONSES}), frozenset({DataClass.COMMENTS})]
_MENTOR = (Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT)
_BASES = [Basis.EMPLOYEE, Basis.AGREEMENT, Basis.CONSENT]
_CHOICES = st.builds(
    lambda capacity, **more: Choice(**more, role=capacity[0], scope=capacity[1], basis=capacity[2], by=capacity[3]),
    # what may be, and anything
    st.tuples(*map(st.just, _MENTOR), st.sampled_from([Basis.CONSENT, Basis.AGREEMENT]), st.just("principal"))
    | st.tuples(st.sampled_from(CAPACITIES), st.just(Scope.STUDENT), st.sampled_from(_BASES), st.just("principal"))
    | st.tuples(
        st.sampled_from(CAPACITIES), st.sampled_from(Scope), st.just(Basis.EMPLOYEE),
        st.sampled_from(["principal", "leader"]),
    )
    | st.tuples(
        st.sampled_from(CAPACITIES), st.sampled_from(Scope), st.none() | st.sampled_from(Basis),
        st.sampled_from(["principal", "leader"]),
    ),
    adult=st.sampled_from(["mentor", "of a partner"]),
    first=st.sampled_from([0, 0, 0, 1, 1, 3]),
    last=st.sampled_from([None, None, 0, 2, 40, 400]),
    share=st.none() | st.sampled_from(_SHARES),
    parent=st.sampled_from(["guardian", "parent", "parent"]),
    signs=st.sampled_from([None, None, *_PARENTS, "student"]),
    classes=st.sampled_from(_SHARES),
    restricts=st.sampled_from([*[Restriction.ACCESS] * 4, Restriction.CONTACT]),
    leaves=st.sampled_from([frozenset(), frozenset({LEVELS})]),
)  # fmt: skip


@dataclass
class Life:
    """What was done about one student, as the oracle knows it; each step is a method."""

    office: Office
    people: dict[str, Person]
    grown: datetime
    at: datetime = NOW
    consents: dict[str, list[Signed]] = field(default_factory=lambda: {"mentor": [], "of a partner": []})
    links: dict[str, list[Granted]] = field(default_factory=lambda: {"mentor": [], "of a partner": []})
    parents: dict[str, Parent] = field(
        default_factory=lambda: {name: Parent([Deed(None, NOW)] * (name != "grandmother")) for name in _PARENTS}
    )
    glass: dict[str, list[Deed]] = field(default_factory=lambda: {"colleague": [], "parent": []})
    support: list[Deed] = field(default_factory=list)

    @property
    def student(self) -> int:
        return self.office.world.student.id

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def act(self, act, *arguments, **more):
        return self.office.act(act, *arguments, at=self.at, **more)

    def attempt(self, may: bool, act, *arguments, **more):
        """What an act gives that may be; what may not is refused."""
        if may:
            return self.act(act, *arguments, **more)
        with pytest.raises((LinkError, NotYoursError)):
            self.act(act, *arguments, **more)
        return None

    def signs(self, who: str) -> bool:
        if who == "student":
            return self.at >= self.grown
        return self.parents[who].signs(self.at, self.grown)

    # --- what an office does, and a family ----------------------------------------------------------------------------
    def consent(self, one: Choice) -> None:
        first = self.today + one.first * DAY
        last = first + (20 if one.last is None else one.last) * DAY
        signed = self.office.signed(
            recipient=self.people[one.adult].id, classes=one.classes, signed_by=self.people[one.signer].id,
            signed_on=self.today, begins_on=first, ends_on=last,
        )  # fmt: skip
        known = consented(0, one.classes, first, last, ZONE, None if one.signer == "student" else self.grown)
        key = self.attempt(self.signs(one.signer) and known is not None, give_consent, signed)
        if key is not None:
            known.key = key
            self.consents[one.adult].append(known)

    def link(self, one: Choice) -> None:
        world, partner = self.office.world, one.adult == "of a partner"
        key = {Scope.STUDENT: self.student, Scope.SECTION: world.section.id, Scope.SCHOOL: world.school.id}
        first = self.today + one.first * DAY
        last = None if one.last is None else first + one.last * DAY
        consent = self.consents[one.adult][-1:] if one.role is Role.EXTERNAL_PROFESSIONAL else []
        wish = Wish(
            one.role, one.scope, one.basis, one.by, first, last, one.share, consent[0] if consent else None,
            partner, NOW.date() + _AGREED * DAY if partner else None,
        )  # fmt: skip
        asked = Asked(
            self.people[one.adult].id, one.role, one.scope, key.get(one.scope), one.basis, "robotics club", first, last,
            consent[0].key if consent else None, share=one.share,
        )  # fmt: skip
        known = granted(wish, self.at, ZONE)
        made = self.attempt(known is not None, grant_link, asked, who=one.by)
        if made is not None:
            known.key = made
            self.links[one.adult].append(known)

    def take_on(self, one: Choice) -> None:
        """What is needed for somebody from outside, one after the other, from today on, by whose right it is."""
        signers = [name for name in (one.signer, "guardian", "parent", "student") if self.signs(name)]
        if signers:
            basis = Basis.AGREEMENT if one.parent == "parent" else Basis.CONSENT
            role, scope = _MENTOR
            one = replace(one, signs=signers[0], first=0, role=role, scope=scope, basis=basis, by="principal")
            self.consent(replace(one, last=min(one.last or 20, 40)))
            self.link(one)

    def revoke(self, one: Choice) -> None:
        if self.links[one.adult]:
            link = self.links[one.adult][-1]
            self.act(revoke_link, link.key, who=link.by)
            link.end(self.at)

    def withdraw(self, one: Choice) -> None:
        """By the family, as far as it is theirs that day, else by the office."""
        if self.consents[one.adult]:
            consent = self.consents[one.adult][-1]
            self.attempt(self.signs(one.signer), withdraw_consent, consent.key, who=one.signer)
            if not self.signs(one.signer):
                self.act(withdraw_consent, consent.key)
            consent.end(self.at)

    def order(self, one: Choice) -> None:
        first = self.today + one.first * DAY
        last = None if one.last is None else first + one.last * DAY
        parent = self.parents[one.parent]
        filed = Filed(
            self.student, self.people[one.parent].id, "order", frozenset({one.restricts}), "file", first, last,
            one.leaves,
        )  # fmt: skip
        key = self.act(file_order, filed)
        ends = None if last is None else midnight(last + DAY, ZONE)
        if one.restricts is Restriction.ACCESS:
            parent.orders.append(Order(key, max(self.at, midnight(first, ZONE)), ends, one.leaves))
            for glass in self.glass.get(one.parent, ()):
                glass.end(self.at)

    def lift(self, one: Choice) -> None:
        for order in self.parents[one.parent].orders[-1:]:
            self.act(lift_order, order.key)
            order.end(self.at)

    def keep(self, one: Choice) -> None:
        guardian = self.people[one.parent].id
        key = self.act(keep_beyond_age, self.student, guardian, AgeBasis.DEPENDENT, self.today, None)
        self.parents[one.parent].kept.append(Deed(key, self.at))

    def let_go(self, one: Choice) -> None:
        for kept in self.parents[one.parent].kept[-1:]:
            self.act(end_beyond_age, kept.key)
            kept.end(self.at)

    def break_glass(self, one: Choice) -> None:
        """A parent who teaches in the district is kept by a court from the record in an emergency too."""
        who = "parent" if one.parent == "parent" else "colleague"
        may = who == "colleague" or not self.parents[who].ordered(self.at)
        key = self.attempt(may, break_glass, self.student, "found crying at the gate", who=who)
        if key is not None:
            self.glass[who].append(Deed(key, self.at, self.at + DAY))

    def review(self, one: Choice) -> None:
        for glass in self.glass["parent" if one.parent == "parent" else "colleague"][-1:]:
            self.act(review_break_glass, glass.key, end=True)
            glass.end(self.at)

    def let_support_in(self, _: Choice) -> None:
        key = self.act(let_support_in, self.people["helper"].id, Role.REGISTRAR, "The roster is empty.", who="leader")
        self.support.append(Deed(key, self.at, self.at + timedelta(hours=4)))

    def send_away(self, _: Choice) -> None:
        for support in self.support[-1:]:
            self.act(send_support_away, support.key, who="leader")
            support.end(self.at)

    def attest(self, _: Choice) -> None:
        ties = self.parents["grandmother"].ties
        if not any(one.holds(self.at) for one in ties):
            self._attest(attest_guardian, "grandmother", self.today, None)
            ties.append(Deed(None, self.at))

    def attest_no_more(self, _: Choice) -> None:
        for tie in self.parents["grandmother"].ties[-1:]:
            self._attest(end_attested)
            tie.end(self.at)

    def _attest(self, act, *how: Any) -> None:
        """An act of the desk, which takes a desk in the place of a viewer."""
        key = self.people["grandmother"].id
        self.act(lambda session, viewer, now: act(session, Desk.of(viewer), self.student, key, *how, now))

    # --- what the oracle says of it, and the law ----------------------------------------------------------------------
    def reads(self, who: str, data: DataClass) -> bool:
        """Whether somebody reads a class of the student's data, by what was done."""
        if who == "student":
            return True
        family = who in self.parents and self.parents[who].reads(data, self.at, self.grown)
        # not at all, where a court has a say: an order stands above what one opened oneself
        kept_away = who in self.parents and bool(self.parents[who].ordered(self.at))
        opened = not kept_away and any(one.holds(self.at) for one in self.glass.get(who, ()))
        helps = who == "helper" and data is LEVELS and any(one.holds(self.at) for one in self.support)
        return family or opened or helps or any(one.reads(data, self.at) for one in self.links.get(who, ()))

    def check(self) -> None:
        """The law says the same of the student."""
        world = self.office.world
        with district_transaction(world.engine, world.district_id) as session:
            subject = subject_of(session, world.district_id, self.student, self.at)
            for name in _PEOPLE:
                viewer = viewer_of(session, world.district_id, self.people[name].id, self.at)
                for data in (LEVELS, RESPONSES):
                    allowed = decide(viewer, Right.READ, data, subject, self.at).allowed
                    assert allowed == self.reads(name, data), (name, data, self.at)

    def check_lists(self) -> None:
        """Of everyone a list says what the law says."""
        world = self.office.world
        keys = [self.student, world.people["classmate"].id, self.people["elsewhere"].id]
        with district_transaction(world.engine, world.district_id) as session:
            subjects = [subject_of(session, world.district_id, key, self.at) for key in keys]
            for name in _PEOPLE:
                viewer = viewer_of(session, world.district_id, self.people[name].id, self.at)
                listed = set(session.scalars(visible_students(viewer, What.STANDING)))
                seen = [one for one in subjects if decide(viewer, Right.READ, LEVELS, one, self.at).allowed]
                assert listed == {one.student for one in seen}, (name, self.at)


_STEPS: dict[str, Callable[[Life, Choice], None]] = {
    "take on": Life.take_on, "consent": Life.consent, "link": Life.link, "revoke": Life.revoke,
    "withdraw": Life.withdraw, "order": Life.order, "lift": Life.lift, "keep": Life.keep, "let go": Life.let_go,
    "glass": Life.break_glass, "review": Life.review, "support": Life.let_support_in, "away": Life.send_away,
    "attest": Life.attest, "attest no more": Life.attest_no_more, "wait": lambda life, choice: None,
}  # fmt: skip
# acts that meet each other, one soon after the other, with one choice; and any
_SCENES = st.sampled_from(
    [
        ("take on",), ("take on", "revoke"), ("take on", "withdraw"), ("take on", "order", "withdraw"),
        ("link", "link"), ("consent", "link"), ("order", "consent", "link"), ("glass", "order"),
        ("order", "glass", "wait"), ("keep", "order", "lift"),
    ]
)  # fmt: skip
_SCENE = st.tuples(
    _SCENES | _SCENES | st.sampled_from(sorted(_STEPS)).map(lambda name: (name,)),
    st.tuples(_SOON | st.integers(0, 40).map(lambda number: number * 6), _SOON, _SOON),
    _CHOICES,
)
Scene = tuple[tuple[str, ...], tuple[int, ...], Choice]


@pytest.fixture
def living(office: Office) -> dict[str, Person]:
    """The people of a life; one more student is of a school at which nobody of them is anything."""
    world, found = office.world, dict(office.world.people)

    def rows(make: Factory) -> None:
        for name in ("helper", "grandmother", "of a partner"):
            found[name] = make.person(name.title(), "Person")
        section = make.section(make.school("Far High"), "Far")
        found["elsewhere"] = make.student(section, "Far", "Away")
        # a guardian who teaches, but not the student
        found["parent"] = make.teacher(make.section(make.school("Near High"), "Near"), given="Both")
        make.guardianship(found["parent"], world.student)
        last = NOW.date() + _AGREED * DAY
        club = add_partner(make.session, Desk(make.district_id), "Robotics Club", "contract", last, NOW)
        found["of a partner"].organization_id = club

    world.add(rows)
    world.people.update(found)
    return found


@given(scenes=st.lists(_SCENE, min_size=3, max_size=6), birthday=st.integers(-5, 9) | st.integers(-5, 90))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_nothing_is_open_that_no_act_opened(
    office: Office, living: dict[str, Person], scenes: list[Scene], birthday: int
) -> None:
    """What the law and a list open on what the database holds is what was done opens by rules that are said again."""
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        for table in ("link", "consent", "court_order", "beyond_age"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("DELETE FROM guardianship WHERE origin = 'attested'"))
        birth = (NOW.astimezone(ZONE) + birthday * DAY).date().replace(year=2008)
        session.get_one(Person, (world.district_id, world.student.id)).birth_date = birth
        session.commit()
    life = Life(office, living, datetime(birth.year + 18, birth.month, birth.day, tzinfo=ZONE))
    for scene, hours, choice in scenes:
        for step, passed in zip(scene, hours, strict=False):
            life.at += timedelta(hours=passed)
            _STEPS[step](life, choice)
            life.check()
    life.check_lists()
