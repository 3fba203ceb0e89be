"""What an export says of a roster, with the references between its files resolved against each other and what is known.

Who is `student` on our API: a person is named by `users.identifier` (the number the district itself uses) as well as by
`users.sourcedId`; both are stored. An identifier is stored only where it names one person: of several who carry it the
one student keeps it, and if several students do, or it is also somebody's sourcedId, nobody keeps it and they go by
sourcedId alone. So looking a student up by either never finds two, and a result for a doubtful number is quarantined.
Where a whole file brings a known person's identifier under a new sourcedId, the person keeps all that is theirs.
A delta never gives an identifier to a known person who had none: who else carries it can only be told by a whole file.

Guardianships: `agentSourcedIds` is read in both directions, and links a student with a person who holds a guardian's
role (guardian, parent, relative). An agent without such a role, a teacher say, is reported and gets no access by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from api.interop.oneroster import KEPT, NOT_USED, Mode, Problem
from api.interop.oneroster_records import Entry, RoleRow, Sheet, Sheets
from mastery.roster import (
    Enrollment,
    Guardianship,
    HeldRole,
    Key,
    Kind,
    Person,
    Record,
    Role,
    Roster,
    Said,
    role_of,
)


def says(sheets: Sheets, known: Roster, problems: list[Problem]) -> dict[Kind, Said]:
    """What the export says of each kind; references that lead nowhere go to `problems`."""
    linker = _Linker(sheets, known, problems)
    said = {Kind.SCHOOLS: linker.schools(), Kind.TERMS: linker.terms()}
    said[Kind.ROLES] = linker.roles()
    said[Kind.PEOPLE] = linker.people(said[Kind.ROLES])
    said[Kind.SECTIONS] = linker.sections()
    said[Kind.ENROLLMENTS] = linker.enrollments()
    said[Kind.GUARDIANSHIPS] = linker.guardianships(said[Kind.ROLES])
    return said


def renamed_people(sheets: Sheets, known: Roster) -> dict[str, str]:
    """People who come under a new sourcedId, old to new: a change of the school's system gives all of them one.

    Told by a whole file that knows the old sourcedId no more and has its identifier, once, under an unknown one with
    the same given or family name. Their evidence, accounts and roles stay theirs.
    """
    users = sheets.users
    if users.mode is not Mode.BULK:
        return {}
    before = known.get(Kind.PEOPLE, {})
    told = {*users.rows, *users.withdrawn, *users.unread}
    lost = {
        each.identifier: each
        for key, each in before.items()
        if isinstance(each, Person) and each.identifier and key not in told
    }
    carriers = Counter(entry.value.person.identifier for entry in users.rows.values())
    names = {}
    for key, entry in users.rows.items():
        new = entry.value.person
        alone = key not in before and carriers[new.identifier] == 1
        old = lost.get(new.identifier) if alone and new.identifier is not None else None
        if old is not None and (new.family_name == old.family_name or new.given_name == old.given_name):
            names[old.sourced_id] = key
    return names


@dataclass(frozen=True, slots=True)
class _Reach:
    """What may be referred to in one kind: `there` (said or known), of which `gone` is withdrawn by the file."""

    there: frozenset[Key]
    gone: frozenset[Key]

    @classmethod
    def of(cls, sheet: Sheet[Any], known: Mapping[Key, Record]) -> _Reach:
        return cls(frozenset({*sheet.rows, *known}), frozenset(sheet.withdrawn))

    def fault(self, key: str) -> str | None:
        """Why a reference leads nowhere; None if it leads somewhere."""
        if key in self.gone:
            return f"{key}, which is tobedeleted"
        return None if key in self.there else f"{key}, which is unknown"


@dataclass(slots=True)
class _Linker:
    sheets: Sheets
    known: Roster
    problems: list[Problem]
    reach: dict[Kind, _Reach] = field(init=False)

    def __post_init__(self) -> None:
        sheets = self.sheets
        by_kind: dict[Kind, Sheet[Any]] = {
            Kind.SCHOOLS: sheets.schools,
            Kind.TERMS: sheets.terms,
            Kind.PEOPLE: sheets.users,
            Kind.SECTIONS: sheets.sections,
        }
        self.reach = {kind: _Reach.of(sheet, self.known.get(kind, {})) for kind, sheet in by_kind.items()}

    def schools(self) -> Said:
        sheet = self.sheets.schools
        rows: dict[Key, Record] = {}
        for key, entry in sheet.rows.items():
            parent = self._kept(Kind.SCHOOLS, entry.value.parent_sourced_id, sheet, entry, "parentSourcedId")
            rows[key] = replace(entry.value, parent_sourced_id=parent)
        return _said(sheet, rows)

    def terms(self) -> Said:
        sheet = self.sheets.terms
        rows: dict[Key, Record] = {}
        for key, entry in sheet.rows.items():
            parent = self._kept(Kind.TERMS, entry.value.parent_sourced_id, sheet, entry, "parentSourcedId")
            rows[key] = replace(entry.value, parent_sourced_id=parent)
        return _said(sheet, rows)

    def sections(self) -> Said:
        sheet = self.sheets.sections
        rows: dict[Key, Record] = {}
        for key, entry in sheet.rows.items():
            section = entry.value
            terms = [self._kept(Kind.TERMS, term, sheet, entry, "termSourcedIds") for term in section.term_sourced_ids]
            rows[key] = replace(
                section,
                school=self._kept(Kind.SCHOOLS, section.school, sheet, entry, "schoolSourcedId"),
                term_sourced_ids=tuple(term for term in terms if term is not None),
            )
            if section.course_sourced_id is not None and section.course_sourced_id not in self.sheets.courses:
                found = f"{section.course_sourced_id}, which is unknown"
                self._remark(sheet, entry, "courseSourcedId", found, "one of courses.csv", "kept as reported")
        return _said(sheet, rows)

    def roles(self) -> Said:
        if self.sheets.users_tell_roles:
            return self._roles_of_users()
        sheet = self.sheets.roles
        if sheet.mode is Mode.ABSENT:
            return Said(withdrawn=self._of_gone_people(Kind.ROLES))
        rows: dict[Key, Record] = {}
        for entry in sheet.rows.values():
            told = entry.value
            person = self._used(Kind.PEOPLE, told.person, sheet, entry, "userSourcedId")
            if person is None:
                continue
            places = (told.school,) if told.school else ()
            for place in self._places(places, told.role, sheet, entry, "orgSourcedId"):
                held = self._held(told, place, sheet, entry)
                rows[held.key] = _merged(rows.get(held.key), held)
        withdrawn = {self._held(entry.value, entry.value.school or None).key for entry in sheet.withdrawn.values()}
        unread = self._roles_known_as(sheet.unread)
        gone = self._of_gone_people(Kind.ROLES)
        return Said(rows, (frozenset(withdrawn) - rows.keys()) | gone, unread, _speaker(sheet.mode))

    def _roles_of_users(self) -> Said:
        sheet = self.sheets.users
        rows: dict[Key, Record] = {}
        unread: set[Key] = set(sheet.unread)
        for key, entry in sheet.rows.items():
            user = entry.value
            if not user.role:
                self._remark(sheet, entry, "role", "nothing", "student, teacher, guardian, ...", KEPT)
                unread.add(key)
                continue
            for place in self._places(user.schools, user.role, sheet, entry, "orgSourcedIds"):
                held = self._held(RoleRow("", key, "", user.role, True, None, None), place, sheet, entry)
                rows[held.key] = held
        spoilt = frozenset(key for key in self.known.get(Kind.ROLES, {}) if key[0] in unread)
        bulk = sheet.mode is Mode.BULK

        def speaks_for(key: Key) -> bool:
            # a user's row names all schools of that user, so in a delta too it ends the role at a school left
            return bulk or key[0] in sheet.rows

        return Said(rows, self._of_gone_people(Kind.ROLES), spoilt, speaks_for)

    def _held(
        self,
        told: RoleRow,
        school: str | None,
        sheet: Sheet[Any] | None = None,
        entry: Entry[Any] | None = None,
    ) -> HeldRole:
        ours = role_of(told.role)
        if ours is None and sheet is not None and entry is not None:
            self._remark(sheet, entry, "role", told.role, "a role that rules know", "kept as reported")
        role = told.role if ours is None else str(ours)
        source = told.sourced_id or None
        return HeldRole(told.person, school, role, told.role, source, told.primary, told.begins_on, told.ends_on)

    def _places(
        self, schools: Iterable[str], role: str, sheet: Sheet[Any], entry: Entry[Any], column: str
    ) -> list[str | None]:
        """Where a role is held; None for at no named school."""
        reached = [self._kept(Kind.SCHOOLS, school, sheet, entry, column) for school in schools]
        places: list[str | None] = [school for school in dict.fromkeys(reached) if school is not None]
        if places:
            return places
        if role_of(role) in (Role.STUDENT, Role.GUARDIAN):
            return [None]
        # no school must never read as every school: staff without a known one hold no role
        if not reached:
            self._remark(sheet, entry, column, "nothing", "a school or district", "kept without the role")
        return []

    def _roles_known_as(self, sourced_ids: set[str]) -> frozenset[Key]:
        known = self.known.get(Kind.ROLES, {})
        return frozenset(
            key for key, held in known.items() if isinstance(held, HeldRole) and held.sourced_id in sourced_ids
        )

    def people(self, roles: Said) -> Said:
        sheet = self.sheets.users
        known = self.known.get(Kind.PEOPLE, {})
        people: dict[str, Person] = {}
        for key, entry in sheet.rows.items():
            before = known.get(key)
            remembered = before.birth_date if isinstance(before, Person) else None
            people[key] = replace(entry.value.person, birth_date=self.sheets.birth_dates.get(key, remembered))
        students = self._holders(Role.STUDENT, roles)
        rows: dict[Key, Record] = dict(self._with_identifiers(people, students))
        rows.update(self._born(rows))
        return _said(sheet, rows)

    def _born(self, told: Mapping[Key, Record]) -> Iterator[tuple[Key, Person]]:
        """Known people of whom the files tell the birth date alone, as a delta may."""
        sheet = self.sheets.users
        if sheet.mode is Mode.BULK:
            return
        said = {*told, *sheet.withdrawn, *sheet.unread}
        for key, born in self.sheets.birth_dates.items():
            before = self.known.get(Kind.PEOPLE, {}).get(key)
            if isinstance(before, Person) and key not in said:
                yield key, replace(before, birth_date=born)

    def _with_identifiers(self, people: Mapping[str, Person], students: set[Key]) -> Iterator[tuple[Key, Person]]:
        """The people, each with its identifier only where that names no other person."""
        known = self.known.get(Kind.PEOPLE, {})
        others = [each for key, each in known.items() if isinstance(each, Person) and key not in people]
        everyone = [*people.values(), *others]
        carriers = Counter(each.identifier for each in everyone if each.identifier)
        student_carriers = Counter(each.identifier for each in everyone if each.sourced_id in students)
        sourced_ids = {each.sourced_id for each in everyone}
        whole = self.sheets.users.mode is Mode.BULK
        for key, person in people.items():
            number, before = person.identifier, known.get(key)
            doubt = None
            if number is None or number == key:
                pass
            elif number in sourced_ids:
                doubt = "that is the sourcedId of another person"
            elif carriers[number] > 1 and not (student_carriers[number] == 1 and key in students):
                doubt = f"that {carriers[number]} people carry"
            elif not whole and isinstance(before, Person) and before.identifier is None:
                doubt = "that only a bulk file can settle"
            if doubt is None:
                yield key, person
                continue
            entry = self.sheets.users.rows[key]
            expected = "a number of this person alone"
            self._remark(
                self.sheets.users, entry, "identifier", f"{number}, {doubt}", expected, "known by sourcedId only"
            )
            yield key, replace(person, identifier=None)

    def enrollments(self) -> Said:
        sheet = self.sheets.enrollments
        gone = self._of_gone_people(Kind.ENROLLMENTS) | self._of_gone_sections()
        if sheet.mode is Mode.ABSENT:
            return Said(withdrawn=gone)
        rows: dict[Key, Record] = {}
        spoilt: set[Key] = set(sheet.unread)
        for key, entry in sheet.rows.items():
            told = entry.value.enrollment
            section = self._used(Kind.SECTIONS, told.section, sheet, entry, "classSourcedId")
            person = self._used(Kind.PEOPLE, told.person, sheet, entry, "userSourcedId")
            if section is None or person is None:
                spoilt.add(key)
                continue
            self._kept(Kind.SCHOOLS, entry.value.school or None, sheet, entry, "schoolSourcedId")
            ours = role_of(told.role)
            if ours is None:
                self._remark(sheet, entry, "role", told.role, "student, teacher, ...", "kept as reported")
            rows[key] = told if ours is None or ours == told.role else replace(told, role=str(ours))
        withdrawn = frozenset(sheet.withdrawn) | gone
        return Said(rows, withdrawn, frozenset(spoilt), _speaker(sheet.mode))

    def guardianships(self, roles: Said) -> Said:
        sheet = self.sheets.users
        known = self.known.get(Kind.GUARDIANSHIPS, {})
        gone = self._of_gone_people(Kind.GUARDIANSHIPS)
        if sheet.mode is Mode.ABSENT or not self.sheets.users_tell_agents:
            return Said(withdrawn=gone)
        students, guardians = self._holders(Role.STUDENT, roles), self._holders(Role.GUARDIAN, roles)
        rows: dict[Key, Record] = {}
        for key, entry in sheet.rows.items():
            for agent in entry.value.agents:
                if self._kept(Kind.PEOPLE, agent, sheet, entry, "agentSourcedIds") is None:
                    continue
                if key in students and agent in guardians:
                    rows[(agent, key)] = Guardianship(agent, key)
                elif agent in students and key in guardians:
                    rows[(key, agent)] = Guardianship(key, agent)
                else:
                    found = f"{agent}, and not one of the two is a guardian and the other a student"
                    self._remark(sheet, entry, "agentSourcedIds", found, "a student and a guardian", KEPT)
        told = sheet.rows
        spoilt = frozenset(key for key in known if not sheet.unread.isdisjoint(key))
        bulk = sheet.mode is Mode.BULK

        def speaks_for(key: Key) -> bool:
            # either of the two rows may tell of the link, so only both together are silent about it
            return bulk or all(person in told for person in key)

        return Said(rows, gone, spoilt, speaks_for)

    def _holders(self, role: Role, roles: Said) -> set[Key]:
        """Who holds a role by this file, or is known to hold it where the file does not say otherwise."""
        said = {held.person for held in roles.rows.values() if isinstance(held, HeldRole) and held.role == role}
        known = {
            held.person
            for key, held in self.known.get(Kind.ROLES, {}).items()
            if isinstance(held, HeldRole)
            and held.role == role
            and key not in roles.withdrawn
            and (key in roles.unread or not roles.speaks_for(key))
        }
        return {*said, *known}

    def _of_gone_people(self, kind: Kind) -> frozenset[Key]:
        gone = self.reach[Kind.PEOPLE].gone
        return frozenset(key for key, record in self.known.get(kind, {}).items() if gone & _people_of(record))

    def _of_gone_sections(self) -> frozenset[Key]:
        gone = self.reach[Kind.SECTIONS].gone
        known = self.known.get(Kind.ENROLLMENTS, {})
        return frozenset(key for key, each in known.items() if isinstance(each, Enrollment) and each.section in gone)

    def _kept(self, kind: Kind, key: str | None, sheet: Sheet[Any], entry: Entry[Any], column: str) -> str | None:
        """The reference, or None with a remark where it leads nowhere: the row is used without it."""
        return self._reference(kind, key, sheet, entry, column, KEPT)

    def _used(self, kind: Kind, key: str | None, sheet: Sheet[Any], entry: Entry[Any], column: str) -> str | None:
        """The reference, or None with a remark where it leads nowhere: the row makes no sense without it."""
        return self._reference(kind, key, sheet, entry, column, NOT_USED)

    def _reference(
        self, kind: Kind, key: str | None, sheet: Sheet[Any], entry: Entry[Any], column: str, effect: str
    ) -> str | None:
        if key is None:
            return None
        fault = self.reach[kind].fault(key)
        if fault is None:
            return key
        self._remark(sheet, entry, column, fault, f"one of the {kind}", effect)
        return None

    def _remark(
        self, sheet: Sheet[Any], entry: Entry[Any], column: str, found: str, expected: str, effect: str
    ) -> None:
        self.problems.append(Problem(f"{sheet.name}.csv", entry.line, column, found, expected, effect))


def _speaker(mode: Mode) -> Callable[[Key], bool]:
    return lambda key: mode is Mode.BULK


def _said(sheet: Sheet[Any], rows: Mapping[Key, Record]) -> Said:
    return Said(rows, frozenset(sheet.withdrawn), frozenset(sheet.unread), _speaker(sheet.mode))


def _people_of(record: Record) -> set[Key]:
    if isinstance(record, Guardianship):
        return {record.guardian, record.student}
    return {record.person} if isinstance(record, HeldRole | Enrollment) else set()


def _merged(first: Record | None, second: HeldRole) -> HeldRole:
    """Two rows that tell the same role of a person at a school, such as parent and guardian, are one role."""
    if not isinstance(first, HeldRole):
        return second
    leading = second if second.primary and not first.primary else first
    begins = [each.begins_on for each in (first, second) if each.begins_on is not None]
    ends = [each.ends_on for each in (first, second) if each.ends_on is not None]
    return replace(
        leading,
        primary=first.primary or second.primary,
        begins_on=min(begins) if len(begins) == 2 else None,
        ends_on=max(ends) if len(ends) == 2 else None,
    )
