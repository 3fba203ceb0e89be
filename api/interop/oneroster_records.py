"""What the rows of a OneRoster export mean, file by file, before references between files are looked at.

Dates must be ISO 8601 (a time after the date is ignored): 1/05/2023 may be January or May, and is never guessed.
`endDate` is taken as the last day. The standard calls it exclusive while most systems write the last day; a day too
long shows a class once more, a day too short hides it from its teacher.
The password column is not read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from api.interop.oneroster import KEPT, NOT_USED, Export, Mode, Problem, Row
from mastery.roster import LOCAL, Enrollment, Person, School, Section, Term, is_local

T = TypeVar("T")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.,]+(Z|[+-]\d{2}:?\d{2})?)?")
_WITHDRAWN = ("tobedeleted", "inactive")
_EXPECTED_DATE = "a date as 2026-08-31"


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user, with the parts that become roles (OneRoster 1.1) and guardianships."""

    person: Person
    schools: tuple[str, ...]
    role: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of OneRoster 1.2."""

    sourced_id: str
    person: str
    school: str
    role: str
    primary: bool
    begins_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """An enrolment, with the school that the row repeats."""

    enrollment: Enrollment
    school: str


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A usable row and where it stands."""

    line: int
    value: T


@dataclass(slots=True)
class Sheet(Generic[T]):
    """One file: its usable rows by sourcedId, and the sourcedIds it withdraws or mentions in spoilt rows."""

    name: str
    mode: Mode
    rows: dict[str, Entry[T]] = field(default_factory=dict)
    withdrawn: dict[str, Entry[T]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The whole export. `courses`: the sourcedIds of courses.csv; `birth_dates`: by sourcedId of the user."""

    schools: Sheet[School]
    terms: Sheet[Term]
    users: Sheet[UserRow]
    roles: Sheet[RoleRow]
    sections: Sheet[Section]
    enrollments: Sheet[EnrollmentRow]
    courses: frozenset[str]
    birth_dates: Mapping[str, date]
    users_tell_roles: bool
    users_tell_agents: bool


class _Spoilt(Exception):
    """A row that can not be used; carries what was wrong."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(column)
        self.column, self.found, self.expected = column, found, expected


def read_sheets(export: Export, progress: Callable[[str], None] = lambda name: None) -> Sheets:
    """Read all files of an export; what is wrong with a row goes to `export.problems`. `progress` hears each file."""
    progress("orgs")
    schools = _sheet(export, "orgs", _school)
    progress("academicSessions")
    terms = _sheet(export, "academicSessions", _term)
    progress("users")
    users = _sheet(export, "users", _user)
    birth_dates = {key: entry.value for key, entry in _sheet(export, "demographics", _birth_date).rows.items()}
    progress("roles")
    roles = _sheet(export, "roles", _role)
    progress("classes")
    sections = _sheet(export, "classes", _section)
    courses = _sheet(export, "courses", lambda fields: fields.required("sourcedId"))
    progress("enrollments")
    enrollments = _sheet(export, "enrollments", _enrollment)
    return Sheets(
        schools,
        terms,
        users,
        roles,
        sections,
        enrollments,
        frozenset({*courses.rows, *courses.withdrawn, *courses.unread}),
        birth_dates,
        users_tell_roles=roles.mode is Mode.ABSENT and export.has_column("users", "role"),
        users_tell_agents=export.has_column("users", "agentSourcedIds"),
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one row, typed; remarks on fields that cost only themselves go to `problems`."""

    file: str
    row: Row
    problems: list[Problem]

    def text(self, column: str) -> str | None:
        return self.row[column] or None

    def required(self, column: str) -> str:
        value = self.row[column]
        if not value:
            raise _Spoilt(column, "nothing", "a value")
        return value

    def items(self, column: str) -> tuple[str, ...]:
        """A list in one field, separated by commas; each item once, in order."""
        parts = (part.strip() for part in self.row[column].split(","))
        return tuple(dict.fromkeys(part for part in parts if part))

    def day(self, column: str) -> date | None:
        value = self.row[column]
        if not value:
            return None
        try:
            return _day(value)
        except ValueError:
            raise _Spoilt(column, value, _EXPECTED_DATE) from None

    def interval(self, first: str, last: str) -> tuple[date | None, date | None]:
        begins_on, ends_on = self.day(first), self.day(last)
        if begins_on is not None and ends_on is not None and ends_on < begins_on:
            raise _Spoilt(last, f"{ends_on}, before {first} {begins_on}", f"{first} or later")
        return begins_on, ends_on

    def flag(self, column: str, otherwise: bool) -> bool:
        word = self.row[column].lower()
        if word in ("true", "false"):
            return word == "true"
        if word:
            self.remark(column, self.row[column], "true or false", f"taken as {str(otherwise).lower()}")
        return otherwise

    def remark(self, column: str, found: str, expected: str, effect: str = KEPT) -> None:
        self.problems.append(Problem(f"{self.file}.csv", self.row.line, column, found, expected, effect))


@lru_cache(maxsize=4096)
def _day(value: str) -> date:
    if _ISO_DATE.fullmatch(value) is None:
        raise ValueError(value)
    return date.fromisoformat(value[:10])


def _sheet(export: Export, name: str, read: Callable[[_Fields], T]) -> Sheet[T]:
    sheet: Sheet[T] = Sheet(name, export.modes[name])
    for row in export.rows(name, sheet.unread):
        fields = _Fields(name, row, export.problems)
        try:
            key = fields.required("sourcedId")
            if key in sheet.rows or key in sheet.withdrawn:
                raise _Spoilt("sourcedId", f"{key} a second time", "each sourcedId once in a file")
            withdrawn = _withdrawn(fields)
            value = read(fields)
        except _Spoilt as spoilt:
            fields.remark(spoilt.column, spoilt.found, spoilt.expected, NOT_USED)
            sheet.unread.add(row["sourcedId"])
            continue
        (sheet.withdrawn if withdrawn else sheet.rows)[key] = Entry(row.line, value)
    return sheet


def _withdrawn(fields: _Fields) -> bool:
    """Whether the row says that the thing is no more; `inactive` is the word of an older version for it."""
    try:
        fields.day("dateLastModified")
    except _Spoilt as spoilt:
        fields.remark(spoilt.column, spoilt.found, spoilt.expected)
    status = fields.row["status"].lower()
    if status not in ("", "active", *_WITHDRAWN):
        fields.remark("status", fields.row["status"], "active, tobedeleted or nothing", "taken as active")
    return status in _WITHDRAWN


def _school(fields: _Fields) -> School:
    return School(
        sourced_id=fields.required("sourcedId"),
        name=fields.required("name"),
        kind=fields.required("type"),
        identifier=fields.text("identifier"),
        parent_sourced_id=fields.text("parentSourcedId"),
    )


def _term(fields: _Fields) -> Term:
    begins_on, ends_on = fields.interval("startDate", "endDate")
    return Term(
        sourced_id=fields.required("sourcedId"),
        title=fields.required("title"),
        kind=fields.required("type"),
        begins_on=begins_on,
        ends_on=ends_on,
        parent_sourced_id=fields.text("parentSourcedId"),
        school_year=fields.text("schoolYear"),
    )


def _user(fields: _Fields) -> UserRow:
    sourced_id = fields.required("sourcedId")
    if is_local(sourced_id):
        raise _Spoilt("sourcedId", sourced_id, f"one that does not begin with {LOCAL}: those are of people added here")
    person = Person(
        sourced_id=sourced_id,
        given_name=fields.required("givenName"),
        family_name=fields.required("familyName"),
        identifier=fields.text("identifier"),
        username=fields.text("username"),
        email=fields.text("email"),
        middle_name=fields.text("middleName"),
        preferred_given_name=fields.text("preferredGivenName"),
        preferred_family_name=fields.text("preferredFamilyName"),
        pronouns=fields.text("pronouns"),
        grades=fields.items("grades"),
        phone=fields.text("phone"),
        sms=fields.text("sms"),
        # nobody may sign in because of a word that can not be read
        enabled=fields.flag("enabledUser", otherwise=not fields.row["enabledUser"]),
    )
    return UserRow(person, fields.items("orgSourcedIds"), fields.row["role"], fields.items("agentSourcedIds"))


def _birth_date(fields: _Fields) -> date:
    born = fields.day("birthDate")
    if born is None:
        raise _Spoilt("birthDate", "nothing", _EXPECTED_DATE)
    return born


def _role(fields: _Fields) -> RoleRow:
    begins_on, ends_on = fields.interval("beginDate", "endDate")
    kind = fields.row["roleType"].lower()
    if kind not in ("", "primary", "secondary"):
        fields.remark("roleType", fields.row["roleType"], "primary or secondary", "taken as primary")
    return RoleRow(
        sourced_id=fields.required("sourcedId"),
        person=fields.required("userSourcedId"),
        school=fields.row["orgSourcedId"],
        role=fields.required("role"),
        primary=kind != "secondary",
        begins_on=begins_on,
        ends_on=ends_on,
    )


def _section(fields: _Fields) -> Section:
    return Section(
        sourced_id=fields.required("sourcedId"),
        title=fields.required("title"),
        class_code=fields.text("classCode"),
        kind=fields.text("classType"),
        school=fields.text("schoolSourcedId"),
        course_sourced_id=fields.text("courseSourcedId"),
        location=fields.text("location"),
        periods=fields.items("periods"),
        grades=fields.items("grades"),
        subjects=fields.items("subjects"),
        term_sourced_ids=fields.items("termSourcedIds"),
    )


def _enrollment(fields: _Fields) -> EnrollmentRow:
    begins_on, ends_on = fields.interval("beginDate", "endDate")
    enrollment = Enrollment(
        sourced_id=fields.required("sourcedId"),
        # the same few names come in hundreds of thousands of rows
        section=sys.intern(fields.required("classSourcedId")),
        person=sys.intern(fields.required("userSourcedId")),
        role=sys.intern(fields.required("role")),
        primary=fields.flag("primary", otherwise=False),
        begins_on=begins_on,
        ends_on=ends_on,
    )
    return EnrollmentRow(enrollment, sys.intern(fields.row["schoolSourcedId"]))
