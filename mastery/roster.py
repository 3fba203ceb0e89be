"""What a roster file changes: given what is known and what the file says, what to add, to change and to end.

A roster maps each kind to its records by key. Records name each other by the identifiers of the student information
system (`sourced_id`), never by surrogate keys. Nothing is ever deleted: what a file withdraws, or no longer mentions
where it speaks of everything, is ended (dated kinds: the last day is today; others: `active` becomes false), and what
it mentions again is taken up again. Planning again after applying a plan yields an empty plan. What an office keeps is
not the files' to end: people whom it added, and guardians whom it attests for as long as it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of record, in the order in which they refer to one another."""

    SCHOOLS = "schools"
    TERMS = "terms"
    PEOPLE = "people"
    SECTIONS = "sections"
    ROLES = "roles"
    ENROLLMENTS = "enrollments"
    GUARDIANSHIPS = "guardianships"


class Role(StrEnum):
    """The roles that rules know. A role reported in another word is kept in that word."""

    STUDENT = "student"
    TEACHER = "teacher"
    AIDE = "aide"
    GUARDIAN = "guardian"
    ADMINISTRATOR = "administrator"
    COUNSELOR = "counselor"
    PROCTOR = "proctor"


_ROLE_WORDS = {
    **{str(role): role for role in Role},
    "parent": Role.GUARDIAN,
    "relative": Role.GUARDIAN,
    "districtadministrator": Role.ADMINISTRATOR,
    "siteadministrator": Role.ADMINISTRATOR,
    "systemadministrator": Role.ADMINISTRATOR,
    "principal": Role.ADMINISTRATOR,
    "counsellor": Role.COUNSELOR,
    "invigilator": Role.PROCTOR,
}

# what the sourced id of a person begins with whom an office added: no file names one
LOCAL = "local:"


class Origin(StrEnum):
    """Who says that somebody is a student's guardian: the roster, or an office for who acts as a parent."""

    ROSTER = "roster"
    ATTESTED = "attested"


# the kinds whose mass disappearance means a broken export rather than a school's day; terms and classes turn over whole
GUARDED = (Kind.PEOPLE, Kind.ROLES, Kind.ENROLLMENTS, Kind.GUARDIANSHIPS)


def role_of(word: str) -> Role | None:
    """Our role for a reported word, upper or lower case; None for a word that no rule knows."""
    return _ROLE_WORDS.get(word.strip().lower())


@dataclass(frozen=True, slots=True)
class School:
    """An organisation; `kind` as reported (school, district, department, ...)."""

    sourced_id: str
    name: str
    kind: str
    identifier: str | None = None
    parent_sourced_id: str | None = None
    active: bool = True

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return self.sourced_id


@dataclass(frozen=True, slots=True)
class Term:
    """An academic session."""

    sourced_id: str
    title: str
    kind: str
    begins_on: date | None = None
    ends_on: date | None = None
    parent_sourced_id: str | None = None
    school_year: str | None = None
    active: bool = True

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return self.sourced_id


@dataclass(frozen=True, slots=True)
class Person:
    """A student, guardian or member of staff. `enabled`: may sign in, as the source has it."""

    sourced_id: str
    given_name: str
    family_name: str
    identifier: str | None = None
    username: str | None = None
    email: str | None = None
    middle_name: str | None = None
    preferred_given_name: str | None = None
    preferred_family_name: str | None = None
    pronouns: str | None = None
    birth_date: date | None = None
    grades: tuple[str, ...] = ()
    phone: str | None = None
    sms: str | None = None
    enabled: bool = True
    active: bool = True

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return self.sourced_id


@dataclass(frozen=True, slots=True)
class Section:
    """A class: one group of students with their teachers."""

    sourced_id: str
    title: str
    class_code: str | None = None
    kind: str | None = None
    school: str | None = None
    course_sourced_id: str | None = None
    location: str | None = None
    periods: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    term_sourced_ids: tuple[str, ...] = ()
    active: bool = True

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return self.sourced_id


@dataclass(frozen=True, slots=True)
class HeldRole:
    """What a person is at a school. `role` is ours where a rule knows it; `source_role` as reported."""

    person: str
    school: str | None
    role: str
    source_role: str
    sourced_id: str | None = None
    primary: bool = True
    begins_on: date | None = None
    ends_on: date | None = None

    @property
    def key(self) -> Key:
        """What identifies the record in its kind: the same person holds a role once at a school."""
        return (self.person, self.school, self.role)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A person in a section; `ends_on` is the last day."""

    sourced_id: str
    section: str
    person: str
    role: str
    primary: bool = False
    begins_on: date | None = None
    ends_on: date | None = None

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return self.sourced_id


@dataclass(frozen=True, slots=True)
class Guardianship:
    """A guardian of a student."""

    guardian: str
    student: str
    begins_on: date | None = None
    ends_on: date | None = None
    origin: str = Origin.ROSTER

    @property
    def key(self) -> Key:
        """What identifies the record in its kind."""
        return (self.guardian, self.student)


Key = str | tuple[str | None, ...]
Dated = HeldRole | Enrollment | Guardianship
Undated = School | Term | Person | Section
Record = Dated | Undated
Table = Mapping[Key, Record]
Roster = Mapping[Kind, Table]
# the date at a school now (by its sourced_id), or in the district (None): schools of one district may lie in two zones
Today = Callable[[str | None], date]


def _of_nothing(_: Key) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of one kind.

    `rows`: what is so. `withdrawn`: what the file says is no more, whatever else it says of it. `unread`: mentioned in
    a row that could not be used, so nothing is concluded. `speaks_for(key)`: whether silence about the key means that
    it is no more.
    """

    rows: Table = field(default_factory=dict)
    withdrawn: frozenset[Key] = frozenset()
    unread: frozenset[Key] = frozenset()
    speaks_for: Callable[[Key], bool] = _of_nothing


@dataclass(frozen=True, slots=True)
class Change:
    """A record before and after."""

    before: Record
    after: Record


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done to one kind: records to add, to change, and to end, by key."""

    add: Table
    change: Mapping[Key, Change]
    end: Mapping[Key, Change]

    def __bool__(self) -> bool:
        return bool(self.add or self.change or self.end)


Plan = Mapping[Kind, Step]


def plan(known: Roster, says: Mapping[Kind, Said], today: Today) -> Plan:
    """What brings `known` to what the file says; kinds that the file does not speak of stay as they are."""
    sections = {**known.get(Kind.SECTIONS, {}), **says.get(Kind.SECTIONS, Said()).rows}

    def day(record: Record) -> date:
        return today(_school_of(record, sections))

    return {kind: _step(known.get(kind, {}), says.get(kind, Said()), day) for kind in Kind}


def apply(known: Roster, agreed: Plan) -> dict[Kind, dict[Key, Record]]:
    """The roster after a plan has been carried out."""
    after: dict[Kind, dict[Key, Record]] = {}
    for kind in Kind:
        step = agreed[kind]
        changed = {key: change.after for part in (step.change, step.end) for key, change in part.items()}
        after[kind] = {**known.get(kind, {}), **step.add, **changed}
    return after


def renamed(known: Roster, names: Mapping[str, str]) -> dict[Kind, dict[Key, Record]]:
    """The roster with the sourced ids of some people, old to new, changed wherever they stand."""

    def new(record: Record) -> Record:
        if isinstance(record, Person):
            return replace(record, sourced_id=names.get(record.sourced_id, record.sourced_id))
        if isinstance(record, HeldRole | Enrollment):
            return replace(record, person=names.get(record.person, record.person))
        if isinstance(record, Guardianship):
            guardian, student = (names.get(each, each) for each in (record.guardian, record.student))
            return replace(record, guardian=guardian, student=student)
        return record

    return {kind: {each.key: each for each in map(new, records.values())} for kind, records in known.items()}


def is_empty(agreed: Plan) -> bool:
    """Whether a plan changes nothing."""
    return not any(agreed.values())


@dataclass(frozen=True, slots=True)
class Removal:
    """How much of one kind a plan would end: `ending` of `active` records."""

    kind: Kind
    ending: int
    active: int


def excessive_removals(known: Roster, agreed: Plan, today: Today, share: float) -> list[Removal]:
    """The guarded kinds of which a plan would end more than `share` (0..1) of the records active today.

    An enrolment in a section whose terms are all over is not active: the turn of the year ends nothing that still ran.
    """
    found = []
    for kind in GUARDED:
        running = {key for key, record in known.get(kind, {}).items() if _runs(record, known, today)}
        ending = sum(1 for key in agreed[kind].end if key in running)
        if ending > share * len(running):
            found.append(Removal(kind, ending, len(running)))
    return found


def _step(known: Table, said: Said, day: Callable[[Record], date]) -> Step:
    add: dict[Key, Record] = {}
    change: dict[Key, Change] = {}
    for key, record in said.rows.items():
        before = known.get(key)
        if key in said.withdrawn or before == record:
            continue
        if before is None:
            add[key] = record
        elif not _of_office(before, day):
            change[key] = Change(before, record)
    end: dict[Key, Change] = {}
    for key, before in known.items():
        silent = key not in said.rows and key not in said.unread and said.speaks_for(key)
        if (key in said.withdrawn or silent) and not _of_office(before, day):
            after = _ended(before, day(before))
            if after != before:
                end[key] = Change(before, after)
    return Step(add, change, end)


def is_local(sourced_id: str) -> bool:
    """Whether a person is one whom an office added."""
    return sourced_id.startswith(LOCAL)


def _of_office(record: Record, day: Callable[[Record], date]) -> bool:
    """Whether a record is an office's: one of a person whom it added, or a guardian whom it attests today or later."""
    if isinstance(record, Guardianship) and record.origin == Origin.ATTESTED:
        return record.ends_on is None or record.ends_on >= day(record)
    if isinstance(record, Person):
        return is_local(record.sourced_id)
    return isinstance(record, HeldRole | Enrollment) and is_local(record.person)


def _ended(record: Record, day: date) -> Record:
    if isinstance(record, Undated):
        return replace(record, active=False)
    if record.ends_on is not None and record.ends_on <= day:
        return record
    # what has not begun yet ends on the day it would have begun: an interval never runs backwards
    return replace(record, ends_on=max(day, record.begins_on or day))


def _school_of(record: Record, sections: Table) -> str | None:
    if isinstance(record, HeldRole):
        return record.school
    if isinstance(record, Enrollment):
        section = sections.get(record.section)
        return section.school if isinstance(section, Section) else None
    return None


def _runs(record: Record, known: Roster, today: Today) -> bool:
    if isinstance(record, Undated):
        return record.active
    sections = known.get(Kind.SECTIONS, {})
    day = today(_school_of(record, sections))
    if record.ends_on is not None and record.ends_on <= day:
        return False
    if not isinstance(record, Enrollment):
        return True
    section = sections.get(record.section)
    if not isinstance(section, Section):
        return True
    ends = [_term_end(known, sourced_id) for sourced_id in section.term_sourced_ids]
    return not ends or any(last is None or last >= day for last in ends)


def _term_end(known: Roster, sourced_id: str) -> date | None:
    term = known.get(Kind.TERMS, {}).get(sourced_id)
    return term.ends_on if isinstance(term, Term) else None
