"""How long records are kept, as data; and on which day the time is over (domain 7.8)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

GRACE = timedelta(days=30)
"""A student's record that is due is out of sight for so long before it is deleted."""
PERMANENT = "permanent"


class Kind(StrEnum):
    """The kinds of record that a schedule speaks of."""

    STUDENT_RECORD = "student_record"
    SPECIAL_EDUCATION = "special_education"
    MASTERED_COMPETENCY = "mastered_competency"
    ACCESS_GROUND = "access_ground"
    ITEM_RESPONSE = "item_response"
    WAITING_RESULT = "waiting_result"
    DISCLOSURE = "disclosure"
    AUDIT = "audit"
    SIGN_IN = "sign_in"


class Begin(StrEnum):
    """When the time begins."""

    ENROLLMENT_END = "the end of the last enrolment"
    RECORD_END = "the end of the student's record"
    RECEIVED = "the day it came in"
    DONE = "the day it was done"
    OVER = "the day it was over"


@dataclass(frozen=True, slots=True)
class Span:
    """A time by the calendar; five years from 29 February end on 28 February."""

    years: int = 0
    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day on which the time is over that began on `day`."""
        month = day.year * 12 + day.month - 1 + self.years * 12 + self.months
        year, place = divmod(month, 12)
        last = calendar.monthrange(year, place + 1)[1]
        return date(year, place + 1, min(day.day, last)) + timedelta(days=self.days)

    def __str__(self) -> str:
        """As `span` reads it."""
        for count, unit in ((self.years, "year"), (self.months, "month"), (self.days, "day")):
            if count:
                return f"{count} {unit}{'s' if count > 1 else ''}"
        return "0 days"


_LONGEST = {"year": 200, "month": 2400, "day": 73_000}


def span(text: str) -> Span | None:
    """A time such as `5 years`, `13 months` or `90 days`; None for `permanent`. ValueError for anything else."""
    if text.strip().lower() == PERMANENT:
        return None
    found = re.fullmatch(r"([0-9]{1,5}) (year|month|day)s?", text.strip().lower())
    if found is None or not 1 <= int(found[1]) <= _LONGEST[found[2]]:
        raise ValueError(f"{text!r} is no time: give one such as 5 years, 13 months, 90 days, or {PERMANENT}")
    return Span(**{f"{found[2]}s": int(found[1])})


@dataclass(frozen=True, slots=True)
class Rule:
    """For how long a kind of record is kept from when; `keep` None is for good. `basis` is why: a law, a schedule.

    `since` is the first day on which what a district signed counts; None for a default.
    """

    kind: Kind
    begins: Begin
    keep: Span | None
    basis: str
    since: date | None = None

    @property
    def name(self) -> str:
        """The rule as a tombstone and the record of an act say it."""
        return f"{self.kind}: {self.keep or PERMANENT} after {self.begins} ({self.basis})"


SCHEDULE: tuple[Rule, ...] = (
    Rule(Kind.STUDENT_RECORD, Begin.ENROLLMENT_END, Span(years=5), "default: evidence, decisions and flags, 5 years"),
    Rule(Kind.SPECIAL_EDUCATION, Begin.ENROLLMENT_END, Span(years=7), "default: special education, 7 years"),
    Rule(Kind.MASTERED_COMPETENCY, Begin.ENROLLMENT_END, None, "default: what was mastered is a transcript"),
    Rule(Kind.ACCESS_GROUND, Begin.RECORD_END, Span(years=5), "default: links and consents, 5 years"),
    Rule(Kind.ITEM_RESPONSE, Begin.RECEIVED, Span(months=13), "default: what no estimate reads of answers, 13 months"),
    Rule(Kind.WAITING_RESULT, Begin.RECEIVED, Span(days=90), "default: what programs sent, 90 days"),
    Rule(Kind.DISCLOSURE, Begin.DONE, None, "FERPA 99.32: as long as the record"),
    Rule(Kind.AUDIT, Begin.DONE, Span(years=7), "default: 7 years"),
    Rule(
        Kind.SIGN_IN, Begin.OVER, Span(days=30), "default: sessions, letters, mail and secrets that are over, 30 days"
    ),
)
# what a kind holds, whoever said for how long
WHAT: Mapping[Kind, str] = {
    Kind.STUDENT_RECORD: "a student's evidence, decisions, flags, moves and requests",
    Kind.SPECIAL_EDUCATION: "the same of a student who ever was in special education (IDEA): the longer time counts",
    Kind.MASTERED_COMPETENCY: "what a student mastered, and the person",
    Kind.ACCESS_GROUND: "links and consents, and the person whom they are about, if they were a student alone",
    Kind.ITEM_RESPONSE: "of single answers how long each took, how many hints there were, and later tries; the first"
    " tries, and whether there was a hint, stay with the student's record, because estimates are worked out from them",
    Kind.WAITING_RESULT: "results that name somebody or something unknown, as they were posted",
    Kind.DISCLOSURE: "what was given of a student to somebody outside",
    Kind.AUDIT: "who did what, and who saw whom",
    Kind.SIGN_IN: "ended sessions, used letters, mail, old tokens and secrets of programs",
}
# the kinds for which a district may say another time; what the others stand on is said in their basis
OWN_TIMES = frozenset(
    {
        Kind.STUDENT_RECORD, Kind.SPECIAL_EDUCATION, Kind.MASTERED_COMPETENCY, Kind.ACCESS_GROUND, Kind.ITEM_RESPONSE,
        Kind.WAITING_RESULT, Kind.AUDIT, Kind.SIGN_IN,
    }
)  # fmt: skip
_RECORDS = frozenset({Kind.STUDENT_RECORD, Kind.SPECIAL_EDUCATION})
KEPT_BY: Mapping[Kind, frozenset[Kind]] = {
    # these go with a record, so a hold of them is one of the record in its turn
    Kind.STUDENT_RECORD: frozenset({Kind.STUDENT_RECORD, Kind.ITEM_RESPONSE, Kind.WAITING_RESULT}),
    Kind.SPECIAL_EDUCATION: _RECORDS | {Kind.ITEM_RESPONSE, Kind.WAITING_RESULT},
    # of what these are about it is not known here who was in special education, so that both holds keep them
    Kind.MASTERED_COMPETENCY: _RECORDS | {Kind.MASTERED_COMPETENCY},
    Kind.ACCESS_GROUND: _RECORDS | {Kind.ACCESS_GROUND},
    Kind.ITEM_RESPONSE: _RECORDS | {Kind.ITEM_RESPONSE},
    Kind.WAITING_RESULT: _RECORDS | {Kind.WAITING_RESULT},
    Kind.DISCLOSURE: _RECORDS | {Kind.DISCLOSURE},
    Kind.AUDIT: frozenset({Kind.AUDIT}),
    Kind.SIGN_IN: frozenset({Kind.SIGN_IN}),
}
"""Of which kinds a hold keeps records of a kind: of its own, and of what it is part of; a hold of no kind keeps all."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A time that a district signed for a kind of record, from a day on; later ones take the place of earlier ones."""

    kind: Kind
    keep: Span | None
    basis: str
    effective_from: date
    signed_at: datetime


def in_force(signed: Iterable[Signed], today: date) -> dict[Kind, Rule]:
    """The rule of each kind today: what the district signed last and is in effect, else the default."""
    rules = {rule.kind: rule for rule in SCHEDULE}
    return rules | {rule.kind: rule for rule in _rules_of(signed) if rule.since is None or rule.since <= today}


def to_come(signed: Iterable[Signed], today: date) -> list[Rule]:
    """What the district signed for days to come, the next first."""
    coming = {(rule.kind, rule.since): rule for rule in _rules_of(signed) if rule.since is not None}
    return [rule for (_, since), rule in coming.items() if since > today]


def _rules_of(signed: Iterable[Signed]) -> list[Rule]:
    """What a district signed, as rules: what counts later, or was signed later, comes later."""
    begins = {rule.kind: rule.begins for rule in SCHEDULE}
    ordered = sorted(signed, key=lambda one: (one.effective_from, one.signed_at))
    return [
        Rule(one.kind, begins[one.kind], one.keep, one.basis, one.effective_from)
        for one in ordered
        if one.kind in OWN_TIMES
    ]


@dataclass(frozen=True, slots=True)
class Hold:
    """What may not be deleted: of a student or of all (None), of a kind or of all (None); `until` its last day."""

    student: int | None = None
    kind: Kind | None = None
    until: date | None = None

    def stands(self, today: date) -> bool:
        """Whether a hold that nobody lifted still counts."""
        return self.until is None or today <= self.until

    def holds(self, kind: Kind, student: int | None, today: date) -> bool:
        """Whether it holds a record of a student today, or (None) the records of all."""
        return (
            self.stands(today) and self.student in (None, student) and (self.kind is None or self.kind in KEPT_BY[kind])
        )


def held(holds: Iterable[Hold], kind: Kind, student: int | None, today: date) -> bool:
    """Whether any hold keeps a record."""
    return any(hold.holds(kind, student, today) for hold in holds)


def held_students(holds: Iterable[Hold], kind: Kind, today: date) -> frozenset[int]:
    """The students whose records of a kind are held one by one."""
    return frozenset(
        hold.student for hold in holds if hold.student is not None and hold.holds(kind, hold.student, today)
    )


def due_on(rule: Rule, begin: date | None) -> date | None:
    """The first day on which a record may go; None where it is kept for good, or its time has not begun."""
    return None if rule.keep is None or begin is None else rule.keep.after(begin)


def due(rule: Rule, begin: date | None, today: date, held: bool = False) -> bool:
    """Whether a record's time is over today and nothing holds it."""
    day = due_on(rule, begin)
    return day is not None and day <= today and not held


def gone_by(rule: Rule, today: date) -> date | None:
    """The last day whose records are due today; None where they are kept for good."""
    if rule.keep is None:
        return None
    day = today - timedelta(days=rule.keep.days + 31 * (rule.keep.months + 12 * rule.keep.years) + 31)
    while rule.keep.after(day + timedelta(days=1)) <= today:
        day += timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of somebody who is or was a student.

    `enrolled_until` is the last day of the last enrolment, None while one goes on; `deleted_on` the day on which the
    record was deleted last, if it ever was. `has_record`: evidence, decisions or anything else that goes with it;
    `has_mastered`: what was mastered, in the record or as a transcript; `has_grounds`: links or consents;
    `is_student_alone`: nobody else rests on the person; `was_special`: was ever in special education (IDEA), by what
    the record says.
    """

    student: int
    enrolled_until: date | None
    deleted_on: date | None
    has_record: bool
    has_mastered: bool
    has_grounds: bool
    is_student_alone: bool
    was_special: bool = False

    @property
    def record_kind(self) -> Kind:
        """As which kind the record is held."""
        return Kind.SPECIAL_EDUCATION if self.was_special else Kind.STUDENT_RECORD

    def record_rule(self, rules: Mapping[Kind, Rule]) -> Rule:
        """By which rule the record goes: of who was in special education, the one that keeps it longer."""
        general, special = rules[Kind.STUDENT_RECORD], rules[Kind.SPECIAL_EDUCATION]
        if not self.was_special or self.enrolled_until is None:
            return general
        day, later = due_on(general, self.enrolled_until), due_on(special, self.enrolled_until)
        return special if day is not None and (later is None or day < later) else general

    def record_end(self, rules: Mapping[Kind, Rule]) -> date | None:
        """The day on which the record ended: deleted, or, where nothing was there to delete, free to be.

        None while anything of the record or of a transcript is left.
        """
        free = due_on(self.record_rule(rules), self.enrolled_until)
        if free is None or self.has_record or self.has_mastered:
            return None
        return free if self.deleted_on is None else max(free, self.deleted_on)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a student's record ends: under which rule, due since when, whether what was mastered stays.

    `erases_person`: the person goes too, with the grounds of access and all else that named them; `ends_grounds`: the
    time of these is over, also where the person stays.
    """

    rule: str
    due_on: date
    keeps_mastered: bool
    erases_person: bool
    ends_grounds: bool = False


def ending(left: Remains, rules: Mapping[Kind, Rule], holds: Collection[Hold], today: date) -> Ending | None:
    """What of a student ends today; None where nothing is due, or a hold keeps what is."""
    rule, grounds = left.record_rule(rules), rules[Kind.ACCESS_GROUND]
    day = due_on(rule, left.enrolled_until)
    if day is None or day > today or held(holds, left.record_kind, left.student, today):
        return None
    mastered_due = _is_due(Kind.MASTERED_COMPETENCY, left, left.enrolled_until, rules, holds, today)
    ended = left.record_end(rules)
    grounds_due = _is_due(Kind.ACCESS_GROUND, left, ended, rules, holds, today)
    erases = (
        left.is_student_alone
        and (mastered_due or not left.has_mastered)
        and (grounds_due or not left.has_grounds)
        and not is_person_held(left.student, holds, today)
    )
    # who is more than a student stays, and would keep them for good
    if left.has_grounds and grounds_due and (erases or not left.is_student_alone):
        return Ending(grounds.name, due_on(grounds, ended) or day, not mastered_due, erases, ends_grounds=True)
    if left.has_record or erases or (mastered_due and left.has_mastered):
        return Ending(rule.name, day, not mastered_due, erases)
    return None


def _is_due(
    kind: Kind, left: Remains, begin: date | None, rules: Mapping[Kind, Rule], holds: Iterable[Hold], today: date
) -> bool:
    return due(rules[kind], begin, today, held(holds, kind, left.student, today))


def is_person_held(student: int, holds: Iterable[Hold], today: date) -> bool:
    """Whether a hold keeps the person: it names the student, or keeps of all what would go with the person."""
    # the acts of a person who is gone stay, each by its own time
    return any(
        hold.holds(kind, student, today) and (hold.student is not None or kind is not Kind.AUDIT)
        for hold in holds
        for kind in Kind
    )


def is_end_held(end: Ending, student: int, was_special: bool, holds: Collection[Hold], today: date) -> bool:
    """Whether a hold keeps anything of what an ending ends."""
    return (
        held(holds, Kind.SPECIAL_EDUCATION if was_special else Kind.STUDENT_RECORD, student, today)
        or (end.ends_grounds and held(holds, Kind.ACCESS_GROUND, student, today))
        or (end.erases_person and is_person_held(student, holds, today))
    )


def over(since: date, today: date) -> bool:
    """Whether the time of grace of a record that went out of sight is over."""
    return since + GRACE <= today


def told_by(since: date) -> date:
    """The last day on which a family is told of the end of a record that went out of sight, before it is deleted.

    Parents are told when what a school has of special education is not needed any more (34 CFR 300.624).
    """
    return since + GRACE - timedelta(days=1)
