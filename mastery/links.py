"""Links of adults to students (domain 7.4): what one needs before it can be, and when it ends by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mastery.access import Basis, Consent, Reason, Right, Scope, Span, Viewer, weigh
from mastery.access_matrix import DataClass, Role

# what somebody can be made or linked as; the others follow from the roster
CAPACITIES = (
    Role.CO_TEACHER,
    Role.CASE_MANAGER,
    Role.COUNSELOR,
    Role.PROFESSIONAL,
    Role.EXTERNAL_PROFESSIONAL,
    Role.EXPERIENCE_COORDINATOR,
    Role.OVERSEEING_EDUCATOR,
    Role.SCHOOL_ADMINISTRATOR,
    Role.REGISTRAR,
    Role.DATA_STEWARD,
    Role.DISTRICT_LEADER,
    Role.MONITOR,
    Role.RESEARCHER,
)
# whoever holds one of these works for a school or the district as a whole, not with students one knows
OFFICES = frozenset(
    {
        Role.SCHOOL_ADMINISTRATOR,
        Role.REGISTRAR,
        Role.DATA_STEWARD,
        Role.DISTRICT_LEADER,
        Role.MONITOR,
        Role.RESEARCHER,
    }
)
# who comes from outside on whatever paper: to one student by the family's consent, or for figures alone
OUTSIDERS = frozenset({Role.EXTERNAL_PROFESSIONAL, Role.MONITOR, Role.RESEARCHER})
OF_OUTSIDERS = frozenset({Basis.AGREEMENT, Basis.CONSENT})
# on what a link rests that an office gives; an emergency and support are acts of their own, a family has its own right
GIVEN = frozenset({Basis.EMPLOYEE, *OF_OUTSIDERS})
EMERGENCY_HOURS = 24
SUPPORT_HOURS = 4


class AgeBasis(StrEnum):
    """Why a guardian's access goes on after the student's 18th birthday (99.5, 99.31(a)(8))."""

    STUDENT_CONSENT = "student_consent"
    DEPENDENT = "dependent"


class Restriction(StrEnum):
    """What a court order can restrict (domain 7.5)."""

    ACCESS = "access"
    CONTACT = "contact"
    PICKUP = "pickup"


class Programme(StrEnum):
    """Programmes whose law sets rules of its own for the record."""

    IDEA = "idea"
    SECTION_504 = "section_504"
    ENGLISH_LEARNER = "english_learner"


class LinkError(ValueError):
    """A link that may not be; `field` is what is wrong, the text what would be right."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def not_oneself(acts: int | None, gains: int) -> None:
    """Nobody gives rights to themselves: whoever `acts` is another than who `gains`. Raises LinkError."""
    if acts == gains:
        raise LinkError("oneself", "nobody gives this to themselves: somebody else of the office does")


@dataclass(frozen=True, slots=True)
class Draft:
    """A link as somebody asks for it. Instants; `ends` does not belong to it; `consent` is the family's, on file.

    `partner`: the person is a partner organisation's.
    """

    role: Role
    scope: Scope
    basis: Basis | None
    purpose: str
    begins: datetime
    ends: datetime | None = None
    consent: Consent | None = None
    share: frozenset[DataClass] | None = None
    targets: frozenset[int] | None = None
    partner: bool = False


def span_of(begins_on: date | None, ends_on: date | None, zone: ZoneInfo) -> Span:
    """Two days, both of which belong to it, as instants of a school's zone: local midnight to local midnight."""
    begins = None if begins_on is None else midnight(begins_on, zone)
    ends = None if ends_on is None or ends_on == date.max else midnight(ends_on + timedelta(days=1), zone)
    return Span(begins, ends)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(day, time(), zone)


def of_age(birth: date, zone: ZoneInfo) -> datetime:
    """The instant at which rights move to the student: the 18th birthday's local midnight (99.5).

    Who was born on 29 February is of age on 1 March where there is no such day.
    """
    try:
        day = birth.replace(year=birth.year + 18)
    except ValueError:
        day = date(birth.year + 18, 3, 1)
    return midnight(day, zone)


def signed_for(span: Span, grown: datetime | None) -> Span:
    """How long a consent holds that a parent signed: until the student is of age, `grown`, and decides alone (99.5)."""
    if grown is None or (span.ends is not None and span.ends <= grown):
        return span
    return Span(span.begins, grown)


def default_end(begins: datetime, zone: ZoneInfo, programme_ends: date | None = None) -> datetime:
    """When an external link ends by itself: after the programme's last day, at the latest after the next 30 June."""
    year_end = year_end_after(begins.astimezone(zone).date())
    last = year_end if programme_ends is None else min(programme_ends, year_end)
    return midnight(last + timedelta(days=1), zone)


def year_end_after(day: date) -> date:
    """The last day of the school year that a day belongs to: 30 June."""
    return date(day.year + (day > date(day.year, 6, 30)), 6, 30)


def may_sign(viewer: Viewer, student: int, grown: datetime | None, at: datetime) -> bool:
    """Whether a person may sign for the record of a student, who is of age from `grown` on (99.5), or withdraw it.

    Until then a parent whose rights no court restricts; from then on the student alone, also where a parent still sees
    the record. A consent is given, and taken back for the time to come, by whose right it is that day, whoever signed
    it: whom an order leaves a part of the record may read that part, and decides on nobody else's reading.
    """
    if grown is not None and grown <= at:
        return viewer.person == student
    return any(
        tie.role is Role.PARENT
        and tie.key == student
        and weigh(tie, Right.READ, DataClass.LEVELS, at) is Reason.ALLOWED
        and not any(order.span.holds(at) for order in tie.orders)
        for tie in viewer.ties
    )


def is_family(viewer: Viewer, student: int) -> bool:
    """Whether a person is the student or has a guardian's tie to them: nobody else ever signs for the record."""
    return viewer.person == student or any(tie.role is Role.PARENT and tie.key == student for tie in viewer.ties)


def kept_away(viewer: Viewer, student: int, at: datetime) -> bool:
    """Whether a court keeps a person, as a guardian, from the record of a student, or from a part of it."""
    return kept_away_from(viewer, student, at) == at


def kept_away_from(viewer: Viewer, student: int, at: datetime) -> datetime | None:
    """The instant, at the earliest now, from which an order on file keeps a person from a student's record; or None."""
    begins = [
        max(at, order.span.begins or at)
        for tie in viewer.ties
        if tie.role is Role.PARENT and tie.key == student
        for order in tie.orders
        if order.span.ends is None or at < order.span.ends
    ]
    return min(begins, default=None)


def checked(draft: Draft, zone: ZoneInfo, programme_ends: date | None = None) -> Draft:
    """A link as it may be, with its end set where it needs one. Raises LinkError with what would be right."""
    if draft.basis is None:
        raise LinkError("basis", "say on what the link rests: employee, agreement or consent")
    if draft.role not in CAPACITIES:
        raise LinkError("role", f"is not one of {', '.join(CAPACITIES)}")
    if not draft.purpose.strip():
        raise LinkError("purpose", "say what the access is for")
    _check_outside(draft)
    _check_scope(draft)
    ends = _end(draft, zone, programme_ends)
    if ends is not None and ends <= draft.begins:
        raise LinkError("ends", "is not after the beginning")
    return Draft(
        draft.role, draft.scope, draft.basis, draft.purpose.strip(), draft.begins, ends, draft.consent, draft.share,
        draft.targets, draft.partner,
    )  # fmt: skip


def _check_outside(draft: Draft) -> None:
    """Nobody from outside holds what staff hold: neither by an agreement or a consent nor as a partner's person."""
    if draft.basis in OF_OUTSIDERS and draft.role not in OUTSIDERS:
        raise LinkError("outside", f"an agreement or a consent makes one of {', '.join(sorted(OUTSIDERS))}")
    if draft.basis is Basis.EMPLOYEE and draft.partner:
        raise LinkError("basis", "is an agreement or a consent for a partner's person: they work for the partner")


def _check_scope(draft: Draft) -> None:
    if draft.role in OFFICES and draft.scope not in (Scope.SCHOOL, Scope.DISTRICT) and draft.basis is Basis.EMPLOYEE:
        raise LinkError("scope", "is a school or the district for who works in an office")
    if draft.role not in OFFICES and draft.scope is Scope.DISTRICT:
        raise LinkError("scope", "is a student, a section or a school for who works with students")
    if draft.role is Role.EXTERNAL_PROFESSIONAL:
        if draft.scope is not Scope.STUDENT:
            raise LinkError("scope", "is one student for who does not work for the district")
        if draft.basis not in OF_OUTSIDERS:
            raise LinkError("basis", "is an agreement or a consent for who does not work for the district")
        if draft.consent is None:
            raise LinkError("consent", "is needed first: record the family's signed consent for this person")


def _end(draft: Draft, zone: ZoneInfo, programme_ends: date | None) -> datetime | None:
    limits = [draft.ends]
    if draft.role is Role.EXTERNAL_PROFESSIONAL:
        limits.append(default_end(draft.begins, zone, programme_ends))
        limits.append(draft.consent.span.ends if draft.consent else None)
    if draft.basis is Basis.EMERGENCY:
        limits.append(draft.begins + timedelta(hours=EMERGENCY_HOURS))
    if draft.basis is Basis.SUPPORT:
        limits.append(draft.begins + timedelta(hours=SUPPORT_HOURS))
    known = [one for one in limits if one is not None]
    return min(known) if known else None


class Rule(StrEnum):
    """Which federal rule asks for an entry in the disclosure log."""

    FERPA = "99.32"
    IDEA = "300.614"


def required_by(role: Role, basis: Basis, programmes: Collection[Programme]) -> frozenset[Rule]:
    """Which rules ask for a record of access by somebody with a role on a basis to a student in some programmes.

    99.32(d) leaves out families, school officials (also by agreement) and whom a consent names; 300.614 leaves out
    families and authorised employees only.
    """
    if basis is Basis.OWN_RIGHT:
        return frozenset()
    outside = role in OUTSIDERS or basis is Basis.SUPPORT
    found = set()
    if outside and basis not in (Basis.AGREEMENT, Basis.CONSENT, Basis.SUPPORT):
        found.add(Rule.FERPA)
    if outside and Programme.IDEA in programmes:
        found.add(Rule.IDEA)
    return frozenset(found)
