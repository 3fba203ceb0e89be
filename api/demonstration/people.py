"""The people of the demonstration district: 300 students with their families, their teachers and who leads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from api.demonstration.characters import CHARACTERS, Character
from api.demonstration.names import HERITAGES, Heritage
from api.demonstration.world import (
    ALDER,
    CEDAR,
    DISTRICT,
    MIDDLE,
    SCHOOLS,
    SECTION,
    SECTIONS,
    SEED,
    STUDENTS_PER_SECTION,
    TEACHER,
    Section,
)

ADMINISTRATOR = "staff-adeyemi"
REGISTRAR, STEWARD = "staff-marsh", "staff-amadi"
# by legal name: the given name that a student goes by, and pronouns
_GOES_BY = {("Eleanor", "Osgood"): ("Nell", "she/her")}
_SIBLING_SHARE, _SECOND_GUARDIAN_SHARE = 0.16, 0.55
_ELEMENTARY = 6  # the first sections are those of the elementary schools


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for a school or the district; `role` as OneRoster says it, None where it knows none."""

    sourced_id: str
    given: str
    family: str
    role: str | None
    org: str


STAFF = (
    Staff(TEACHER, "Marian", "Ellis", "teacher", MIDDLE.sourced_id),
    Staff("staff-berg", "Tomas", "Berg", "teacher", MIDDLE.sourced_id),
    Staff("staff-rahimi", "Noor", "Rahimi", "teacher", MIDDLE.sourced_id),
    Staff("staff-osei", "Akosua", "Osei", "teacher", ALDER.sourced_id),
    Staff("staff-lindgren", "Per", "Lindgren", "teacher", ALDER.sourced_id),
    Staff("staff-castillo", "Ana", "Castillo", "teacher", ALDER.sourced_id),
    Staff("staff-brandt", "Judith", "Brandt", "teacher", CEDAR.sourced_id),
    Staff("staff-tran", "Kim", "Tran", "teacher", CEDAR.sourced_id),
    Staff("staff-gaines", "Walter", "Gaines", "teacher", CEDAR.sourced_id),
    Staff(ALDER.principal, "Dolores", "Whitman", "principal", ALDER.sourced_id),
    Staff(CEDAR.principal, "Isaac", "Feld", "principal", CEDAR.sourced_id),
    Staff(MIDDLE.principal, "Joan", "Okonkwo", "principal", MIDDLE.sourced_id),
    Staff(ADMINISTRATOR, "Ruth", "Adeyemi", "districtAdministrator", DISTRICT),
    Staff(REGISTRAR, "Leonie", "Marsh", None, MIDDLE.sourced_id),
    Staff(STEWARD, "Victor", "Amadi", None, DISTRICT),
)


@dataclass(frozen=True, slots=True)
class Student:
    """A student: `place` counts over the district, `section` is where they learn, `also` a second one they attend.

    `sibling` is the place of a younger brother or sister.
    """

    place: int
    given: str
    family: str
    section: Section
    heritage: Heritage
    character: Character | None = None
    also: Section | None = None
    sibling: int | None = None

    @property
    def sourced_id(self) -> str:
        """The SIS id, by which results name the student."""
        return f"D-{self.place + 1:04d}"

    @property
    def goes_by(self) -> tuple[str, str] | None:
        """The given name that the student goes by, with pronouns; None where it is the legal one."""
        return _GOES_BY.get((self.given, self.family))

    @property
    def joins(self) -> date | None:
        """The first day here of who came in mid-term."""
        return self.character.joins if self.character else None


@dataclass(frozen=True, slots=True)
class Guardian:
    """An adult of a family, with the children's SIS ids."""

    sourced_id: str
    given: str
    family: str
    children: tuple[str, ...]


@cache
def students() -> tuple[Student, ...]:
    """All students, section by section; no two have one name."""
    told = {(one.section, one.seat): one for one in CHARACTERS}
    used = {(one.given, one.family) for one in CHARACTERS}
    made: list[Student] = []
    for place in range(len(SECTIONS) * STUDENTS_PER_SECTION):
        section, seat = SECTIONS[place // STUDENTS_PER_SECTION], place % STUDENTS_PER_SECTION
        character = told.get((section.sourced_id, seat))
        draws = random.Random(f"{SEED}/name/{place}")
        if character:
            heritage = next(one for one in HERITAGES if character.family in one.families)
            # who is far ahead goes to the class of the next grade, too
            also = SECTION["middle-7-3"] if character is _FAST else None
            made.append(Student(place, character.given, character.family, section, heritage, character, also))
            continue
        sibling = _sibling(made, section, draws)
        heritage = sibling.heritage if sibling else draws.choice(HERITAGES)
        given, family = _new_name(heritage, sibling.family if sibling else None, used, draws)
        used.add((given, family))
        made.append(Student(place, given, family, section, heritage, sibling=sibling.place if sibling else None))
    return tuple(made)


def _new_name(
    heritage: Heritage, family: str | None, used: set[tuple[str, str]], draws: random.Random
) -> tuple[str, str]:
    while True:
        name = draws.choice(heritage.children), family or draws.choice(heritage.families)
        if name not in used:
            return name


def _sibling(made: list[Student], section: Section, draws: random.Random) -> Student | None:
    """An elementary student whose family this one of the middle school belongs to, for some."""
    if section.place < _ELEMENTARY or draws.random() >= 2 * _SIBLING_SHARE:
        return None
    families = {one.family for one in made[_ELEMENTARY * STUDENTS_PER_SECTION :]}
    alone = [one for one in made[: _ELEMENTARY * STUDENTS_PER_SECTION] if one.family not in families]
    return draws.choice(alone) if alone else None


_FAST = next(one for one in CHARACTERS if one.given == "Mateo")


@cache
def guardians() -> tuple[Guardian, ...]:
    """The adults of all families: one or two, who share children of one family name that are siblings."""
    made = []
    for number, children in enumerate(_families(), start=1):
        first = children[0]
        draws = random.Random(f"{SEED}/guardians/{first.sourced_id}")
        ids = tuple(one.sourced_id for one in children)
        adults = draws.sample(first.heritage.adults, 2 if draws.random() < _SECOND_GUARDIAN_SHARE else 1)
        if first.character is _FAST:
            adults = ["Elena", "Luis"]
        for place, given in enumerate(adults):
            made.append(Guardian(f"guardian-{number}{'ab'[place]}", given, first.family, ids))
    return tuple(made)


def _families() -> Iterator[tuple[Student, ...]]:
    """The children of each family; others may share a family name by chance."""
    older = {one.sibling: one for one in students() if one.sibling is not None}
    for one in students():
        if one.place in older:
            yield (one, older[one.place])
        elif one.sibling is None:
            yield (one,)


def character(one: Character) -> Student:
    """The student who has a story."""
    return next(student for student in students() if student.character is one)


def guardians_of(one: Student) -> tuple[Guardian, ...]:
    """A student's guardians."""
    return tuple(adult for adult in guardians() if one.sourced_id in adult.children)


def guardian_of(one: Student) -> Guardian:
    """The first of a student's guardians."""
    return guardians_of(one)[0]


def seats(section: str, numbers: tuple[int, ...]) -> tuple[Student, ...]:
    """The students on some seats of a section."""
    first = SECTION[section].place * STUDENTS_PER_SECTION
    return tuple(students()[first + number] for number in numbers)


__all__ = ["ADMINISTRATOR", "SCHOOLS", "STAFF", "TEACHER", "Guardian", "Staff", "Student"]
