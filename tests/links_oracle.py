"""Who reads what of a student, by the rules of domain 7.3 to 7.5 said once more: a second opinion on access.

It knows what was done, as a list of deeds with their spans, and nothing of the code that it is held against: neither of
its tables nor of its laws. Words are those of the enumerations that both share; instants are aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role

DAY = timedelta(days=1)
LEVELS, RESPONSES = DataClass.LEVELS, DataClass.RESPONSES
_FROM_OUTSIDE = (Role.EXTERNAL_PROFESSIONAL, Role.MONITOR, Role.RESEARCHER)
_OFFICES = (Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD)
_WITH_STUDENTS = (
    Role.CO_TEACHER, Role.CASE_MANAGER, Role.COUNSELOR, Role.PROFESSIONAL, Role.EXPERIENCE_COORDINATOR,
    Role.OVERSEEING_EDUCATOR,
)  # fmt: skip
# table 7.3, columns D2 and D3: who reads them of a student whom their work is with; a mentor the first by consent
READS = {
    LEVELS: {*_OFFICES, *_WITH_STUDENTS, Role.EXTERNAL_PROFESSIONAL},
    RESPONSES: {
        Role.CO_TEACHER, Role.CASE_MANAGER, Role.OVERSEEING_EDUCATOR, Role.SCHOOL_ADMINISTRATOR, Role.DATA_STEWARD
    },
}  # fmt: skip


@dataclass
class Deed:
    """Something that holds from an instant until another that does not belong to it; None: until it is ended."""

    key: int | None
    begins: datetime
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)

    def end(self, at: datetime) -> None:
        self.ends = at if self.ends is None else min(self.ends, at)


@dataclass
class Signed(Deed):
    """A consent; `grown` ends it where a parent signed."""

    classes: frozenset[DataClass] = frozenset()


@dataclass
class Granted(Deed):
    """A link or an office; `consent` is what somebody from outside also needs."""

    role: Role = Role.MONITOR
    share: frozenset[DataClass] | None = None
    consent: Signed | None = None
    by: str = ""

    def reads(self, data: DataClass, at: datetime) -> bool:
        if not self.holds(at) or self.role not in READS[data] or (self.share is not None and data not in self.share):
            return False
        if self.role is not Role.EXTERNAL_PROFESSIONAL:
            return True
        return self.consent is not None and self.consent.holds(at) and data in self.consent.classes


@dataclass
class Order(Deed):
    """A court order on file about a guardian's access, and what it leaves."""

    leaves: frozenset[DataClass] = frozenset()


@dataclass
class Wish:
    """A link as somebody asks for it; days of the school. `agreement`: the last one of the partner's, if any."""

    role: Role
    scope: Scope
    basis: Basis | None
    by: str
    begins_on: date
    ends_on: date | None
    share: frozenset[DataClass] | None
    consent: Signed | None
    partner: bool = False
    agreement: date | None = None


@dataclass
class Parent:
    """A guardian of the student: from when, the orders about them, and what lets them see on after the birthday."""

    ties: list[Deed] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    kept: list[Deed] = field(default_factory=list)

    def ordered(self, at: datetime) -> list[Order]:
        return [one for one in self.orders if one.holds(at)]

    def reads(self, data: DataClass, at: datetime, grown: datetime) -> bool:
        """99.5: until the student is of age, or what the office keeps; 99.4: but what a court takes away."""
        if not any(one.holds(at) for one in self.ties):
            return False
        if at >= grown and not any(one.holds(at) for one in self.kept):
            return False
        return all(data is LEVELS and data in order.leaves for order in self.ordered(at))

    def signs(self, at: datetime, grown: datetime) -> bool:
        """Whom a court leaves a part decides on nobody else's reading; nor does a parent of who is of age."""
        return at < grown and any(one.holds(at) for one in self.ties) and not self.ordered(at)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def school_year_ends(day: date) -> date:
    return date(day.year if (day.month, day.day) <= (6, 30) else day.year + 1, 6, 30)


def consented(
    key: int, classes: frozenset[DataClass], first: date, last: date, zone: ZoneInfo, grown: datetime | None
) -> Signed | None:  # fmt: skip
    """A consent that may be: within the school year, and of a parent (`grown`) until the student is of age."""
    begins, ends = midnight(first, zone), midnight(last + DAY, zone)
    if grown is not None:
        ends = min(ends, grown)
    return None if last > school_year_ends(first) or ends <= begins else Signed(key, begins, ends, classes)


def granted(wish: Wish, now: datetime, zone: ZoneInfo) -> Granted | None:
    """The link that a wish may become at an instant (7.4); None where it may not be."""
    if not _is_theirs_to_give(wish) or not _may_rest_on(wish) or not _may_be_to(wish):
        return None
    last = min((day for day in (wish.ends_on, wish.agreement) if day is not None), default=None)
    begins, ends = max(now, midnight(wish.begins_on, zone)), []
    if last is not None:
        ends.append(midnight(last + DAY, zone))
    if wish.role is Role.EXTERNAL_PROFESSIONAL:
        if wish.consent is None or wish.consent.ends is None:
            return None
        ends += [wish.consent.ends, midnight(school_year_ends(begins.astimezone(zone).date()) + DAY, zone)]
    end = min(ends, default=None)
    if (last is not None and last < wish.begins_on) or (end is not None and end <= begins):
        return None
    return Granted(None, begins, end, wish.role, wish.share, wish.consent, wish.by)


def _is_theirs_to_give(wish: Wish) -> bool:
    """The school gives what is with its students, the district offices; nobody from within makes a leader."""
    if wish.role in (*_OFFICES, Role.MONITOR, Role.RESEARCHER):
        return wish.by == "leader"
    return wish.by == "principal" and wish.role is not Role.DISTRICT_LEADER and wish.scope is not Scope.DISTRICT


def _may_rest_on(wish: Wish) -> bool:
    """Staff are employed, and by nobody else; who comes from outside is by agreement or consent, a mentor always."""
    if wish.basis in (Basis.AGREEMENT, Basis.CONSENT):
        return wish.role in _FROM_OUTSIDE
    return wish.basis is Basis.EMPLOYEE and not wish.partner and wish.role is not Role.EXTERNAL_PROFESSIONAL


def _may_be_to(wish: Wish) -> bool:
    """A mentor is with one student, an office with a school or the district, the others with anybody but all."""
    if wish.role is Role.EXTERNAL_PROFESSIONAL:
        return wish.scope is Scope.STUDENT
    if wish.role in _WITH_STUDENTS:
        return wish.scope is not Scope.DISTRICT
    return wish.scope in (Scope.SCHOOL, Scope.DISTRICT) or wish.basis is not Basis.EMPLOYEE
