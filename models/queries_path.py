"""What a student's path reads: every standing, who teaches the student, and which tests ask for a target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from mastery.decide import Standing
from mastery.evidence import Purpose
from mastery.roster import Role
from models.assessment import Assessment, Blueprint
from models.carried import unpack
from models.queries_people import enrolled
from models.roster import Enrollment, Person, Section
from models.standing import Standing as Row

_MOST_TESTS = 2


@dataclass(frozen=True, slots=True)
class PathStanding:
    """A stored standing as the path needs it; `missing` are the unmet lines, `fold` what the law carries on."""

    records: int
    as_of: datetime | None
    expected: float | None
    low: float | None
    high: float | None
    probability: float | None
    level: float | None
    mastered_at: datetime | None
    missing: Sequence[Mapping[str, Any]]
    fold: Standing


@dataclass(frozen=True, slots=True)
class TeacherRow:
    """A teacher of one of the student's sections, which has no subjects where the roster names none."""

    name: str
    section: str
    periods: tuple[str, ...]
    subjects: tuple[str, ...]


def path_standings(session: Session, district_id: int, student_id: int) -> dict[int, PathStanding]:
    """Every standing of a student, by target."""
    rows = session.execute(
        select(
            Row.target_id, Row.records, Row.as_of, Row.expected, Row.low, Row.high, Row.probability, Row.level,
            Row.mastered_at, Row.missing, cast(Row.carried, Text), Row.conditions, Row.ever,
        ).where(Row.district_id == district_id, Row.student_id == student_id)
    )  # fmt: skip
    found = {}
    for target, *columns, carried, conditions, ever in rows:
        records, as_of, expected, low, high, probability, level, mastered_at, missing = columns
        fold = unpack(carried, tuple(conditions), tuple(ever))
        found[target] = PathStanding(
            records, as_of, expected, low, high, probability, level, mastered_at, missing, fold
        )
    return found


def teachers_of(session: Session, district_id: int, student_id: int, at: datetime) -> list[TeacherRow]:
    """The teachers of the student's sections at an instant, by section and family name."""
    mine = enrolled(district_id, Role.STUDENT, at).where(Enrollment.person_id == student_id)
    taught = (
        enrolled(district_id, Role.TEACHER, at)
        .where(Enrollment.section_id.in_(mine.with_only_columns(Enrollment.section_id)))
        .distinct()
        .subquery("taught")
    )
    rows = session.execute(
        select(Person, Section.title, Section.periods, Section.subjects)
        .join(taught, taught.c.person_id == Person.id)
        .join(Section, (Section.district_id == Person.district_id) & (Section.id == taught.c.section_id))
        .where(Person.district_id == district_id)
        .order_by(Section.title, Section.id, Person.family_name, Person.id)
    )
    return [
        TeacherRow(person.display_name, title, tuple(periods), tuple(subjects))
        for person, title, periods, subjects in rows
    ]


def titles_of_tests(session: Session, district_id: int, targets: Collection[int]) -> dict[int, dict[int, str]]:
    """Titles of the summative tests whose blueprint names a target, by target and key of the assessment.

    At most two for each target: enough to tell whether it is one.
    """
    number = func.row_number().over(partition_by=Blueprint.target_id, order_by=Assessment.id).label("number")
    tests = (
        select(Blueprint.target_id, Assessment.id, Assessment.title, number)
        .join(
            Assessment,
            (Assessment.district_id == Blueprint.district_id) & (Assessment.id == Blueprint.assessment_id),
        )
        .where(
            Blueprint.district_id == district_id,
            Blueprint.target_id.in_(targets),
            Assessment.purpose == Purpose.SUMMATIVE,
        )
        .subquery("tests")
    )
    rows = session.execute(
        select(tests.c.target_id, tests.c.id, tests.c.title).where(tests.c.number <= _MOST_TESTS).order_by(tests.c.id)
    )
    found: dict[int, dict[int, str]] = {}
    for target, key, title in rows:
        found.setdefault(target, {})[key] = title
    return found
