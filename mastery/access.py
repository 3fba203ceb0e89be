"""Who may see or do what about a student, and why: one pure function, default deny.

`RIGHTS` is the matrix: for each way of being related to a student, what that opens. A missing cell is a refusal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Relation(StrEnum):
    """The ways of being related to a student today."""

    SELF = "self"
    GUARDIAN = "guardian"
    TEACHER = "teacher"
    TEACHER_OF_RECORD = "teacher_of_record"
    SCHOOL_ADMINISTRATOR = "school_administrator"
    DISTRICT_ADMINISTRATOR = "district_administrator"


class What(StrEnum):
    """What can be seen or done."""

    STANDING = "standing"  # levels, decisions, estimates and what is missing
    EVIDENCE = "evidence"  # the records behind them
    GOOD_NEWS = "good_news"  # flags of severity INFO
    FLAGS = "flags"  # staff triage
    ACT_ON_FLAG = "act_on_flag"
    CONFIRM = "confirm"  # sign that a decision stands
    JUDGE = "judge"  # sign a level from the body of evidence


_STAFF = frozenset(What) - {What.CONFIRM, What.JUDGE}
_FAMILY = frozenset({What.STANDING, What.EVIDENCE, What.GOOD_NEWS})

RIGHTS: dict[Relation, frozenset[What]] = {
    Relation.SELF: _FAMILY,
    Relation.GUARDIAN: _FAMILY - {What.GOOD_NEWS},  # good news goes to the student first (domain 7.6)
    Relation.TEACHER: _STAFF,
    Relation.TEACHER_OF_RECORD: frozenset({What.CONFIRM, What.JUDGE}),  # nobody signs in their place (domain 2.4)
    Relation.SCHOOL_ADMINISTRATOR: _STAFF,
    Relation.DISTRICT_ADMINISTRATOR: _STAFF,
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person as of today: only what has begun and has not ended counts.

    `sections` they teach, `of_record` those of them that they answer for, `schools` they administer, `wards` they are
    a guardian of; ids of one district.
    """

    district: int
    person: int
    sections: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()
    wards: frozenset[int] = frozenset()
    administers_district: bool = False
    of_record: frozenset[int] = frozenset()

    @property
    def is_staff(self) -> bool:
        """Whether the person works for a school or the district."""
        return bool(self.sections or self.schools or self.administers_district)


@dataclass(frozen=True, slots=True)
class Subject:
    """A student as of today: the sections they are enrolled in, the schools they belong to."""

    district: int
    student: int
    sections: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """The answer: allowed, by which relations."""

    allowed: bool
    relations: frozenset[Relation] = field(default_factory=frozenset)


DENIED = Access(False)


def relations(viewer: Viewer, subject: Subject) -> frozenset[Relation]:
    """How a viewer is related to a student; empty for a stranger and for every other district."""
    if viewer.district != subject.district:
        return frozenset()
    found = {
        Relation.SELF: viewer.person == subject.student,
        Relation.GUARDIAN: subject.student in viewer.wards,
        Relation.TEACHER: not viewer.sections.isdisjoint(subject.sections),
        Relation.TEACHER_OF_RECORD: not viewer.of_record.isdisjoint(subject.sections),
        Relation.SCHOOL_ADMINISTRATOR: not viewer.schools.isdisjoint(subject.schools),
        Relation.DISTRICT_ADMINISTRATOR: viewer.administers_district,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def decide(viewer: Viewer, what: What, subject: Subject) -> Access:
    """Whether a viewer may see or do `what` about a student, and by which of their relations to the student."""
    by = frozenset(relation for relation in relations(viewer, subject) if what in RIGHTS.get(relation, frozenset()))
    return Access(True, by) if by else DENIED


@dataclass(frozen=True, slots=True)
class Section:
    """A class as of today: its key and the school it belongs to, if any; ids of one district."""

    district: int
    section: int
    school: int | None = None


def sees_class(viewer: Viewer, section: Section) -> bool:
    """Whether a viewer may open the page of a class: who teaches it, and administrators of its school or district.

    Whom of its students they find there is decided student by student.
    """
    return viewer.district == section.district and (
        section.section in viewer.sections or section.school in viewer.schools or viewer.administers_district
    )


def about_subject(subject: str, classes: Iterable[Collection[str]]) -> bool:
    """Whether one of some classes, each given by the subjects that the roster names, is about a subject.

    A class for which it names none may be about any. Capitals make no difference.
    """
    wanted = subject.casefold()
    return any(not named or wanted in {one.casefold() for one in named} for named in classes)


def sees_measurement(viewer: Viewer, district: int) -> bool:
    """Whether a viewer may see how well a district measures its subjects: whoever administers it, its assessment lead.

    The figures are of all schools together and of nobody by name; questions that mislead are the district's to mend.
    """
    return viewer.district == district and viewer.administers_district
