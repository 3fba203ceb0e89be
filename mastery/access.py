"""Who may see or do what about a student, when and for what: one pure function, `decide`, default deny.

A person is near a student by ties: what they teach, whose guardian they are, what they were made or linked to, each
with its span, its basis and its purpose. What a tie opens is the row of its role in the table of
`mastery.access_matrix`. A list asks the same question tie by tie (`opens`) and then only who a tie reaches (`reaches`),
so that it can not show what an item would not (`mastery.access_questions`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.access_matrix import MATRIX, Cell, DataClass, Reach, Role


class Right(StrEnum):
    """To see, or to add to and change."""

    READ = "read"
    WRITE = "write"


class Scope(StrEnum):
    """What a tie is to: one student, the students of a section or of a school, or all of the district."""

    STUDENT = "student"
    SECTION = "section"
    SCHOOL = "school"
    DISTRICT = "district"


class Basis(StrEnum):
    """On what a tie rests: a family's own right, or one that domain 7.4 and 7.8 name."""

    OWN_RIGHT = "own_right"
    EMPLOYEE = "employee"
    AGREEMENT = "school_official_agreement"
    CONSENT = "consent"
    EMERGENCY = "emergency"  # break-glass
    SUPPORT = "support"  # of our own staff, approved by the district


class Reason(StrEnum):
    """Why the answer is what it is; of several refusals, the one nearest to being allowed (the last of these)."""

    OTHER_DISTRICT = "other_district"
    NO_TIE = "no_tie"
    NO_BASIS = "no_basis"
    NO_PURPOSE = "no_purpose"
    ENDED = "ended"
    NOT_YET = "not_yet"
    NOT_THIS_CLASS = "not_this_class"
    AGGREGATE_ONLY = "aggregate_only"
    ONLY_LINKED = "only_linked"
    NOT_SHARED = "not_shared"
    NO_CONSENT = "no_consent"
    OF_AGE = "of_age"
    COURT_ORDER = "court_order"
    ALLOWED = "allowed"


_NEARNESS = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant on, until another that does not belong to it; None: without limit."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether an instant belongs to it."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Order:
    """A court order on file that restricts a guardian's access; `leaves`: what it leaves open (most leave nothing)."""

    span: Span = ALWAYS
    leaves: frozenset[DataClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Consent:
    """A family's signed consent to disclose some classes to one recipient (domain 7.1, 99.30)."""

    span: Span
    classes: frozenset[DataClass]


@dataclass(frozen=True, slots=True)
class Tie:
    """What puts a person near students: as what, whom, from and until when, on what basis and what for.

    `key` is of the student, section, school or district that `scope` says. `linked`: the person works with just these
    students, not with a school or a district as a whole. `targets`: only these; None: all. `share`: at most these
    classes; None: all of the role's row. A guardian's tie brings what limits it: orders, the instant from which the
    student is of age, and the spans in which the guardian has access beyond that.
    """

    role: Role
    scope: Scope
    key: int
    span: Span = ALWAYS
    linked: bool = True
    basis: Basis | None = Basis.EMPLOYEE
    purpose: str | None = None
    consent: Consent | None = None
    targets: frozenset[int] | None = None
    share: frozenset[DataClass] | None = None
    orders: tuple[Order, ...] = ()
    of_age: datetime | None = None
    beyond_age: tuple[Span, ...] = ()


# who works for a school or the district; an external professional is a guest, whoever else only sees figures
_STAFF = frozenset(
    {
        Role.TEACHER_OF_RECORD,
        Role.CO_TEACHER,
        Role.CASE_MANAGER,
        Role.COUNSELOR,
        Role.PROFESSIONAL,
        Role.EXPERIENCE_COORDINATOR,
        Role.OVERSEEING_EDUCATOR,
        Role.SCHOOL_ADMINISTRATOR,
        Role.REGISTRAR,
        Role.DATA_STEWARD,
        Role.DISTRICT_LEADER,
    }
)
_TEACHERS = frozenset({Role.TEACHER_OF_RECORD, Role.CO_TEACHER})
# who is told for what they see a student: whoever does not see them by their daily work or as family
_PURPOSE_BASES = frozenset({Basis.AGREEMENT, Basis.CONSENT, Basis.EMERGENCY, Basis.SUPPORT})


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: their district, who they are, and every tie that may count at `at`."""

    district: int
    person: int
    at: datetime
    ties: tuple[Tie, ...] = ()

    def keys(self, scope: Scope, roles: Collection[Role]) -> frozenset[int]:
        """What the person's ties in some roles, of those that hold, are to."""
        return frozenset(
            tie.key for tie in self.ties if tie.scope is scope and tie.role in roles and tie.span.holds(self.at)
        )

    @property
    def sections(self) -> frozenset[int]:
        """The sections the person teaches."""
        return self.keys(Scope.SECTION, _TEACHERS)

    @property
    def of_record(self) -> frozenset[int]:
        """Those of them that the person answers for."""
        return self.keys(Scope.SECTION, {Role.TEACHER_OF_RECORD})

    @property
    def schools(self) -> frozenset[int]:
        """The schools the person administers."""
        return self.keys(Scope.SCHOOL, {Role.SCHOOL_ADMINISTRATOR})

    @property
    def wards(self) -> frozenset[int]:
        """The students whose levels the person sees as a guardian."""
        return frozenset(
            tie.key
            for tie in self.ties
            if tie.role is Role.PARENT and weigh(tie, Right.READ, DataClass.LEVELS, self.at) is Reason.ALLOWED
        )

    @property
    def leads_district(self) -> bool:
        """Whether the person leads the district, and so sees its figures."""
        return bool(self.keys(Scope.DISTRICT, {Role.DISTRICT_LEADER}))

    @property
    def is_staff(self) -> bool:
        """Whether the person works for a school or the district."""
        return works_here(self.roles)

    @property
    def works(self) -> bool:
        """Whether the person is here for work, on the staff or as a guest from outside, not as or for a student."""
        return self.is_staff or Role.EXTERNAL_PROFESSIONAL in self.roles

    @property
    def lasting_roles(self) -> frozenset[Role]:
        """What the person is but for emergencies, in which nobody is asked for more than a reason."""
        return frozenset(tie.role for tie in self.ties if tie.span.holds(self.at) and tie.basis is not Basis.EMERGENCY)

    @property
    def works_here(self) -> bool:
        """Whether the person is staff as an employee: not as our support, and not by an emergency."""
        return any(tie.role in _STAFF and tie.basis is Basis.EMPLOYEE and tie.span.holds(self.at) for tie in self.ties)

    @property
    def roles(self) -> frozenset[Role]:
        """What the person is, by the ties that hold."""
        return frozenset(tie.role for tie in self.ties if tie.span.holds(self.at))


@dataclass(frozen=True, slots=True)
class Subject:
    """A student as of an instant: the sections they are enrolled in, the schools they belong to.

    `restricted`: a court order about the student is in force, whatever it restricts.
    """

    district: int
    student: int
    sections: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """The answer: allowed or not, why, and by which ties."""

    reason: Reason
    ties: tuple[Tie, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be."""
        return self.reason is Reason.ALLOWED

    @property
    def roles(self) -> frozenset[Role]:
        """By which roles."""
        return frozenset(tie.role for tie in self.ties)

    @property
    def targets(self) -> frozenset[int] | None:
        """On which targets only; None: on all."""
        limits = [tie.targets for tie in self.ties]
        return None if None in limits else frozenset().union(*(one for one in limits if one is not None))

    @property
    def whole(self) -> bool:
        """Whether it may be, and of all targets alike."""
        return self.allowed and self.targets is None

    def covers(self, named: Collection[int]) -> bool:
        """Whether it opens what names some targets.

        Where it is held to targets, all that are named must be among them: a gap below a target tells of both. What
        names none, such as how far a student is for an assessment, is about the student as a whole, and opens only
        where all targets do.
        """
        return self.whole or (self.allowed and bool(named) and (self.targets or frozenset()).issuperset(named))

    @property
    def purposes(self) -> tuple[str, ...]:
        """What for, as the ties say."""
        return tuple(sorted({tie.purpose for tie in self.ties if tie.purpose}))


def works_here(roles: Collection[Role]) -> bool:
    """Whether one of some roles is of who works for a school or the district."""
    return not _STAFF.isdisjoint(roles)


def reaches(tie: Tie, subject: Subject) -> bool:
    """Whether a tie of the subject's district is to the subject."""
    if tie.scope is Scope.STUDENT:
        return tie.key == subject.student
    if tie.scope is Scope.SECTION:
        return tie.key in subject.sections
    if tie.scope is Scope.SCHOOL:
        return tie.key in subject.schools
    return tie.key == subject.district


_ANY_ROLE = frozenset(Role)


def decide(
    viewer: Viewer,
    right: Right,
    data: DataClass,
    subject: Subject,
    at: datetime,
    roles: frozenset[Role] = _ANY_ROLE,
) -> Access:
    """Whether a viewer may read or write a class of data of a student at an instant, why, and by which ties.

    `roles`: only by ties in these.
    """
    if viewer.district != subject.district:
        return Access(Reason.OTHER_DISTRICT)
    by = []
    nearest = Reason.NO_TIE
    for tie in viewer.ties:
        if not reaches(tie, subject):
            continue
        reason = weigh(tie, right, data, at)
        if reason is Reason.ALLOWED and tie.role not in roles:
            reason = Reason.NOT_THIS_CLASS
        if reason is Reason.ALLOWED:
            by.append(tie)
        if _NEARNESS[reason] > _NEARNESS[nearest]:
            nearest = reason
    return Access(nearest, tuple(by))


def weigh(tie: Tie, right: Right, data: DataClass, at: datetime) -> Reason:
    """What a tie alone says of a right to a class of data of those it reaches."""
    reason = _stands(tie, at)
    if reason is not Reason.ALLOWED:
        return reason
    orders = [order for order in tie.orders if order.span.holds(at)]
    role = Role.PARENT_RESTRICTED if orders else tie.role
    cell = MATRIX[role][data]
    reason = _opened(cell, right, tie)
    if orders and (reason is not Reason.ALLOWED or not all(data in order.leaves for order in orders)):
        return Reason.COURT_ORDER
    if reason is not Reason.ALLOWED:
        return reason
    if tie.share is not None and data not in tie.share:
        return Reason.NOT_SHARED
    if cell.consent and (tie.consent is None or not tie.consent.span.holds(at) or data not in tie.consent.classes):
        return Reason.NO_CONSENT
    return Reason.ALLOWED


def _stands(tie: Tie, at: datetime) -> Reason:
    """Whether a tie counts at all at an instant."""
    if tie.basis is None:
        return Reason.NO_BASIS
    if tie.basis in _PURPOSE_BASES and not tie.purpose:
        return Reason.NO_PURPOSE
    if tie.span.begins is not None and at < tie.span.begins:
        return Reason.NOT_YET
    if not tie.span.holds(at):
        return Reason.ENDED
    if tie.role is Role.EXTERNAL_PROFESSIONAL and (tie.consent is None or not tie.consent.span.holds(at)):
        return Reason.NO_CONSENT
    if tie.of_age is not None and tie.of_age <= at and not any(span.holds(at) for span in tie.beyond_age):
        return Reason.OF_AGE
    return Reason.ALLOWED


def _opened(cell: Cell, right: Right, tie: Tie) -> Reason:
    reach = cell.reads if right is Right.READ else cell.writes
    if reach is None:
        return Reason.AGGREGATE_ONLY if cell.aggregate else Reason.NOT_THIS_CLASS
    if reach is Reach.LINKED and not tie.linked:
        return Reason.AGGREGATE_ONLY if cell.aggregate else Reason.ONLY_LINKED
    return Reason.ALLOWED


def roles_about(viewer: Viewer, subject: Subject, at: datetime) -> frozenset[Role]:
    """All that a viewer is to a student at an instant, whatever it opens."""
    if viewer.district != subject.district:
        return frozenset()
    return frozenset(tie.role for tie in viewer.ties if tie.span.holds(at) and reaches(tie, subject))
