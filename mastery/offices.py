"""Who may do what the office of a school or district does: people, links, consents, orders, accounts, the record.

The table of `mastery.access_matrix` says who sees which class of data; this says who answers for the acts around it.
Whoever may do an act may do it for the schools, or the whole district, that their ties are to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.access import Basis, Scope, Subject, Viewer
from mastery.access_matrix import Role
from mastery.links import OFFICES


class Affair(StrEnum):
    """What an office does."""

    PEOPLE = "people"  # who is here, names and contact, households
    ACCOUNTS = "accounts"  # letters, recovery, ending sessions, second factors
    LINKS = "links"  # people from outside to students, and who oversees them
    COLLEAGUES = "colleagues"  # staff to students, beyond what the roster says
    APPOINTMENTS = "appointments"  # who holds an office
    CONSENTS = "consents"
    ORDERS = "orders"  # court orders, guardians, what goes on after the 18th birthday
    RECORD = "record"  # audit, disclosure log
    DISCLOSURES = "disclosures"  # entering by hand what was given to somebody outside
    REQUESTS = "requests"  # amendments
    INSPECTIONS = "inspections"  # complete records, which hold every class: of who sees every class
    REVIEWS = "reviews"  # of break-glass
    SUPPORT = "support"  # letting our own support in
    CLIENTS = "clients"  # machines, identity providers
    RETENTION = "retention"  # schedule, legal holds
    CALENDARS = "calendars"  # which days of a school count
    PATHWAYS = "pathways"  # ways to learn the targets of the district
    MODERATION = "moderation"  # work that several score: who is asked, what is not settled, how well they agree
    POLICY = "policy"  # what of the rules a district may set
    CURRICULUM = "curriculum"  # which targets are priority, what a course needs
    GRADES = "grades"  # by which rule mastery is printed as a grade
    GRAPH = "graph"  # drafts of the targets and what comes before what, and publishing them
    TESTS = "tests"  # rules of trying again, windows, what is void: the assessment lead


_PRINCIPAL, _REGISTRAR, _STEWARD, _LEADER = (
    Role.SCHOOL_ADMINISTRATOR,
    Role.REGISTRAR,
    Role.DATA_STEWARD,
    Role.DISTRICT_LEADER,
)

ANSWERS: dict[Affair, frozenset[Role]] = {
    Affair.PEOPLE: frozenset({_PRINCIPAL, _REGISTRAR, _STEWARD}),
    Affair.ACCOUNTS: frozenset({_PRINCIPAL, _REGISTRAR, _STEWARD}),
    Affair.LINKS: frozenset({_PRINCIPAL, Role.EXPERIENCE_COORDINATOR}),
    Affair.COLLEAGUES: frozenset({_PRINCIPAL}),
    Affair.APPOINTMENTS: frozenset({_STEWARD, _LEADER}),
    Affair.CONSENTS: frozenset({_PRINCIPAL, _REGISTRAR, Role.EXPERIENCE_COORDINATOR}),
    Affair.ORDERS: frozenset({_PRINCIPAL, _REGISTRAR}),
    Affair.RECORD: frozenset({_PRINCIPAL, _STEWARD}),
    # a registrar enters what they gave, and reads no more of the log than that
    Affair.DISCLOSURES: frozenset({_PRINCIPAL, _REGISTRAR, _STEWARD}),
    Affair.REQUESTS: frozenset({_PRINCIPAL, _REGISTRAR}),
    Affair.INSPECTIONS: frozenset({_PRINCIPAL}),
    Affair.REVIEWS: frozenset({_PRINCIPAL, _LEADER}),
    Affair.SUPPORT: frozenset({_LEADER}),
    Affair.CLIENTS: frozenset({_STEWARD}),
    Affair.RETENTION: frozenset({_STEWARD, _LEADER}),
    Affair.CALENDARS: frozenset({_PRINCIPAL}),
    # the steward keeps the targets, and what they can be learnt by with them
    Affair.PATHWAYS: frozenset({_STEWARD, _LEADER}),
    # not the principals: a drift is told privately, and never to whom the rater answers (domain 2.7)
    Affair.MODERATION: frozenset({_LEADER}),
    Affair.POLICY: frozenset({_STEWARD, _LEADER}),
    Affair.CURRICULUM: frozenset({_LEADER}),
    Affair.GRADES: frozenset({_PRINCIPAL, _LEADER}),
    # others propose targets, or only read them (table of access, D1)
    Affair.GRAPH: frozenset({_STEWARD}),
    # of the district its leaders, of a school who administers it
    Affair.TESTS: frozenset({_PRINCIPAL, _LEADER}),
}


@dataclass(frozen=True, slots=True)
class Remit:
    """Where somebody answers for an affair: all of the district, or some schools."""

    district: bool = False
    schools: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.district or bool(self.schools)

    def covers_school(self, school: int | None) -> bool:
        """Whether a school is in it; what belongs to no school is the district's."""
        return self.district or school in self.schools

    def covers(self, subject: Subject) -> bool:
        """Whether a student of one of its schools, or any of the district's, is meant."""
        return self.district or not self.schools.isdisjoint(subject.schools)


def remit(viewer: Viewer, affair: Affair, at: datetime) -> Remit:
    """Where a person answers for an affair at an instant, by their offices; support never answers for anything."""
    held = [
        tie
        for tie in viewer.ties
        if tie.role in ANSWERS[affair]
        and tie.span.holds(at)
        and tie.basis is Basis.EMPLOYEE
        and tie.scope in (Scope.SCHOOL, Scope.DISTRICT)
    ]
    return Remit(
        any(tie.scope is Scope.DISTRICT and tie.key == viewer.district for tie in held),
        frozenset(tie.key for tie in held if tie.scope is Scope.SCHOOL),
    )


def joint(viewer: Viewer, affairs: Iterable[Affair], at: datetime) -> Remit:
    """Where a person answers for at least one of some affairs."""
    found = [remit(viewer, one, at) for one in affairs]
    return Remit(any(one.district for one in found), frozenset().union(*(one.schools for one in found)))


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an office finds by name: students of some places and who is near them, adults of some places."""

    students: Remit
    adults: Remit

    def __bool__(self) -> bool:
        return bool(self.students or self.adults)


_ABOUT_STUDENTS = (Affair.PEOPLE, Affair.LINKS, Affair.CONSENTS, Affair.ORDERS)


def reach(viewer: Viewer, at: datetime) -> Reach:
    """Whom a person finds by name at an instant: who only appoints finds adults, and no student."""
    students = joint(viewer, _ABOUT_STUDENTS, at)
    return Reach(students, joint(viewer, (*_ABOUT_STUDENTS, Affair.APPOINTMENTS), at))


# who teaches outside of the school, and who oversees it from within
_OF_EXPERIENCES = frozenset({Role.EXTERNAL_PROFESSIONAL, Role.OVERSEEING_EDUCATOR})


def may_appoint(viewer: Viewer, role: Role, at: datetime) -> bool:
    """Whether a person may make others `role`: offices by who answers for appointments, the rest by who links.

    Nobody appoints a leader of the district from within: that is done where the service is installed.
    """
    if role is Role.DISTRICT_LEADER:
        return False
    return bool(remit(viewer, affair_of(role), at))


def affair_of(role: Role) -> Affair:
    """Which affair it is to make somebody `role`: nobody hands out what is closed to themselves."""
    if role in OFFICES:
        return Affair.APPOINTMENTS
    return Affair.LINKS if role in _OF_EXPERIENCES else Affair.COLLEAGUES
