"""What the offices of the demonstration have on file: done by its own people, by the acts that real offices do it by.

It comes in as a whole or not at all. Where it is, nothing is done again: what a visitor changed stays changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.amend import ask
from api.actions.consents import Signed, give_consent
from api.actions.custody import Filed, file_order
from api.actions.desk import Desk
from api.actions.guardians import attest_guardian
from api.actions.households import Joining, join_household, make_household
from api.actions.letters import make_letters
from api.actions.links import Asked, appoint, grant_link
from api.actions.partners import add_partner
from api.actions.pathways import add
from api.actions.people import Draft, add_person
from api.actions.safety import opt_out, protect
from api.demonstration.pathways import ways
from api.demonstration.people import REGISTRAR, STEWARD, Student, guardian_of, guardians_of, seats
from api.demonstration.world import CONNECTED_AT, MIDDLE, OPENS_AT, YEAR_ENDS, ZONE, at
from mastery.access import Basis, Scope, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.amendment import Contested
from mastery.households import Notice
from mastery.letters import Group
from mastery.links import Restriction
from mastery.offices import Remit
from models.audit import by_person
from models.graph import Node
from models.links import Organization
from models.queries_access import viewer_of
from models.queries_letters import Scope as Recipients
from models.queries_letters import one_recipient
from models.roster import Person, School

PARTNER = "Riverbend Makers"
_PURPOSE = "to build on what the student can do in mathematics, in the robotics workshop on Thursdays"


class Cast(NamedTuple):
    """The students of whom an office has something on file; none has a part in a story of learning."""

    mentored: Student  # a mentor sees levels and hints
    mentored_for_now: Student  # levels only, until the consent ends
    of_two_homes: Student
    with_an_order: Student  # a court restricts the second guardian
    protected: Student
    with_a_grandparent: Student
    off_the_directory: Student
    to_be_corrected: Student
    invited: Student  # a letter is on its way to the family


@cache
def cast() -> Cast:
    """Who is who."""
    (invited,) = seats("middle-6-2", (8,))
    for_now, off_the_directory, to_be_corrected, of_two_homes, mentored, with_an_order = seats(
        "middle-7-4", (2, 9, 12, 17, 23, 24)
    )
    with_a_grandparent, protected = seats("middle-8-6", (13, 16))
    return Cast(
        mentored, for_now, of_two_homes, with_an_order, protected, with_a_grandparent, off_the_directory,
        to_be_corrected, invited,
    )  # fmt: skip


def mentor_of(session: Session, district_id: int) -> Person:
    """The partner's mentor, once the offices are filled."""
    return session.scalars(
        select(Person)
        .join(
            Organization,
            (Organization.district_id == Person.district_id) & (Organization.id == Person.organization_id),
        )
        .where(Person.district_id == district_id, Organization.name == PARTNER)
        .order_by(Person.id)
        .limit(1)
    ).one()


def fill_offices(session: Session, district_id: int, secret_key: str, real_now: datetime) -> None:
    """Put on file what offices have; the caller commits. Letters keep to the machine's time, `real_now`."""
    filled = select(Organization.id).where(Organization.district_id == district_id, Organization.name == PARTNER)
    if session.scalars(filled).first() is not None:
        return
    people = session.execute(select(Person.sourced_id, Person.id).where(Person.district_id == district_id))
    office = _Offices(session, district_id, {row.sourced_id: row.id for row in people})
    office.appoint()
    office.bring_a_mentor()
    office.keep_ways()
    office.keep_homes()
    office.file_orders()
    office.ask_for_a_correction()
    office.send_a_letter(secret_key, real_now)


def _before(days: int, moment: time = time(10, 0)) -> datetime:
    """An instant of so many days before the clock begins."""
    return at(OPENS_AT.date() - timedelta(days=days), moment)


@dataclass(frozen=True, slots=True)
class _Offices:
    """The acts, in the order in which they happened; `keys` has everybody of the roster by sourcedId."""

    session: Session
    district_id: int
    keys: Mapping[str, int]

    def _viewer(self, who: str, now: datetime) -> Viewer:
        return viewer_of(self.session, self.district_id, self.keys[who], now)

    def _desk(self, who: str, now: datetime) -> Desk:
        return Desk.of(self._viewer(who, now))

    @property
    def _school(self) -> int:
        return self.session.scalars(
            select(School.id).where(School.district_id == self.district_id, School.sourced_id == MIDDLE.sourced_id)
        ).one()

    def appoint(self) -> None:
        """The first steward is made where the service is installed; who then makes the registrar."""
        now = CONNECTED_AT
        steward = Asked(
            self.keys[STEWARD], Role.DATA_STEWARD, Scope.DISTRICT, None, Basis.EMPLOYEE, "data steward", now.date()
        )
        appoint(self.session, self.district_id, steward, now)
        registrar = Asked(
            self.keys[REGISTRAR], Role.REGISTRAR, Scope.SCHOOL, self._school, Basis.EMPLOYEE, "registrar", now.date()
        )
        grant_link(self.session, self._viewer(STEWARD, now), registrar, now)

    def keep_ways(self) -> None:
        """Ways to learn each target, which the steward keeps with the targets."""
        now = CONNECTED_AT
        steward = self._viewer(STEWARD, now)
        nodes = select(Node.code, Node.id).where(Node.district_id == self.district_id, Node.code.is_not(None))
        keys = dict(self.session.execute(nodes).all())
        for code, way in ways():
            add(self.session, steward, None, keys[code], way, keys.values(), "en", now)

    def bring_a_mentor(self) -> None:
        """A partner's mentor for two students, each with the consent that the family signed."""
        now = _before(62)
        desk = self._desk(MIDDLE.principal, now)
        partner = add_partner(self.session, desk, PARTNER, "PA-2026-07, folder of partners", YEAR_ENDS, now)
        mentor = add_person(self.session, desk, Draft("Tobias", "Greene", organization=partner), now).id
        in_december = OPENS_AT.date() + timedelta(days=24)
        self._link(mentor, partner, cast().mentored, frozenset({DataClass.LEVELS, DataClass.ACADEMIC_FLAGS}), YEAR_ENDS)
        self._link(mentor, partner, cast().mentored_for_now, frozenset({DataClass.LEVELS}), in_december)

    def _link(self, mentor: int, partner: int, one: Student, classes: frozenset[DataClass], until: date) -> None:
        now, student = _before(61), self.keys[one.sourced_id]
        signer, today = self.keys[guardian_of(one).sourced_id], now.date()
        signed = Signed(student, mentor, classes, _PURPOSE, signer, today, today, until)
        consent = give_consent(self.session, self._viewer(REGISTRAR, now), signed, now)
        asked = Asked(
            mentor, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, student, Basis.CONSENT, _PURPOSE, today, until, consent,
            partner,
        )  # fmt: skip
        grant_link(self.session, self._viewer(MIDDLE.principal, now), asked, now)

    def keep_homes(self) -> None:
        """Two homes of one student, a protected student's, a grandparent as a parent, a no to the directory."""
        now = _before(47)
        desk = self._desk(REGISTRAR, now)
        addresses = ("14 Millrace Lane, Maple Hollow", "208 Depot Street, Apartment 3, Maple Hollow")
        for parent, address in zip(guardians_of(cast().of_two_homes), addresses, strict=True):
            self._home(desk, parent.sourced_id, cast().of_two_homes, address, now)
        protected = cast().protected
        self._home(desk, guardian_of(protected).sourced_id, protected, None, now)
        substitute = "P.O. Box 4100, Maple Hollow"
        protect(self.session, desk, self.keys[protected.sourced_id], substitute, now, forget=True)
        opt_out(self.session, desk, self.keys[cast().off_the_directory.sourced_id], True, now)
        grandchild = cast().with_a_grandparent
        grandmother = add_person(self.session, desk, Draft("Ying", grandchild.family), now).id
        attest_guardian(
            self.session, desk, self.keys[grandchild.sourced_id], grandmother,
            "grandmother, with whom the child lives while the mother works abroad", now.date(), None, now,
        )  # fmt: skip

    def _home(self, desk: Desk, parent: str, child: Student, address: str | None, now: datetime) -> None:
        home = make_household(self.session, desk, address, "en", self.keys[parent], now)
        join_household(self.session, desk, Joining(home, self.keys[child.sourced_id], Notice.LETTER), now)

    def file_orders(self) -> None:
        """A court keeps a parent from contact and from picking the child up; the record stays open to both."""
        now, one = _before(33), cast().with_an_order
        student, guardian = (self.keys[who.sourced_id] for who in (one, guardians_of(one)[1]))
        restricts = frozenset({Restriction.CONTACT, Restriction.PICKUP})
        filed = Filed(
            student, guardian, "Protective order of the family court", restricts,
            "FC-2026-0417, locked cabinet of the office", now.date(), YEAR_ENDS,
        )  # fmt: skip
        file_order(self.session, self._viewer(REGISTRAR, now), filed, now)

    def ask_for_a_correction(self) -> None:
        """A family says what of the record is wrong; the school has yet to decide."""
        now, one = _before(5, time(19, 20)), cast().to_be_corrected
        ask(
            self.session, self._viewer(guardian_of(one).sourced_id, now), self.keys[one.sourced_id], Contested.PERSON,
            f"{one.given} is in your files with half of the family name only.",
            f"{one.family}-Rinaldi, as on the birth certificate that we brought in August.", now,
        )  # fmt: skip

    def send_a_letter(self, secret_key: str, real_now: datetime) -> None:
        """A letter that lets a family in, and has not been used."""
        registrar = self._viewer(REGISTRAR, OPENS_AT)
        family = Recipients(self._school, None, Group.GUARDIANS)
        guardian = self.keys[guardian_of(cast().invited).sourced_id]
        recipient = one_recipient(self.session, registrar, family, OPENS_AT.date(), real_now, guardian)
        if recipient is not None:
            by = by_person(registrar.person)
            families = Remit(schools=frozenset({self._school}))
            make_letters(self.session, self.district_id, [recipient], by, secret_key, real_now, ZONE, families=families)
