"""A level-to-grade rule: how what is mastered of a course is printed as a grade, where a school still must print one.

A grade is told beside mastery and is an input to nothing. A rule bands one number: the share of the required
competencies that are mastered, or the summary level (domain 2.4), which there is only once all of them are mastered.
Bands are sorted by it, so that more mastery never is a lower grade. Rules are signed from a day on, never for a day
that is over; of what is said at one place the latest first day counts, and of places the nearest: a course before its
school, a school before the district.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mastery.links import LinkError
from mastery.numbers import exact
from mastery.rollup import Rolled, Standing

LONGEST_MARK = 12
LONGEST_BASIS = 300
MOST_BANDS = 20
_HIGHEST = {"share": Fraction(1), "level": Fraction(4)}
_TOP_SCORE = Decimal(100)
_FINEST = Decimal("0.0001")


class GradeLevel(StrEnum):
    """Who signs a rule, the farthest from a class first."""

    DISTRICT = "district"
    SCHOOL = "school"
    COURSE = "course"


class Measure(StrEnum):
    """What a rule bands."""

    SHARE = "share"  # of the required competencies, how many are mastered; 0 to 1
    LEVEL = "level"  # the summary level, 0 to 4, once all are mastered


@dataclass(frozen=True, slots=True)
class Band:
    """From `floor` on the grade is `mark`, such as A; `score` is its number out of 100, where it has one."""

    floor: Decimal
    mark: str
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Bands from the best grade down to the one from 0 on. `open_mark`: of a summary level that there is not yet."""

    measure: Measure
    bands: tuple[Band, ...]
    open_mark: str | None = None


class GradeStatus(StrEnum):
    """How far a grade goes."""

    GRADED = "graded"
    OPEN = "open"  # a summary level there is not yet
    LIFTED = "lifted"  # nothing of the course is owed


@dataclass(frozen=True, slots=True)
class Grade:
    """What is printed, and the parts it is made of. `mark` is empty where nothing is owed.

    `mastered` of `owed` competencies are mastered; `level` is the summary level; `band` is the place of its band from
    the worst on, for comparing.
    """

    status: GradeStatus
    mark: str
    score: Decimal | None
    mastered: int
    owed: int
    level: float | None
    band: int


def grade(rule: Rule, course: Rolled, required: int) -> Grade:
    """The grade of a course that needs `required` competencies, by where a student stands on it."""
    owed = required - len(course.lifted)
    mastered = owed - len(course.missing)
    if course.standing is Standing.LIFTED:
        return Grade(GradeStatus.LIFTED, "", None, 0, 0, None, len(rule.bands))
    if rule.measure is Measure.LEVEL and course.level is None:
        return Grade(GradeStatus.OPEN, rule.open_mark or "", None, mastered, owed, None, -1)
    value = Fraction(mastered, owed) if rule.measure is Measure.SHARE else exact(course.level or 0)
    place, band = next((n, one) for n, one in enumerate(rule.bands) if value >= exact(one.floor))
    best = len(rule.bands) - 1 - place
    return Grade(GradeStatus.GRADED, band.mark, band.score, mastered, owed, course.level, best)


def check_rule(rule: Rule) -> None:
    """Raises LinkError, naming the field, for what is no rule."""
    if not 1 <= len(rule.bands) <= MOST_BANDS:
        raise LinkError("bands", f"give 1 to {MOST_BANDS} grades, the best first")
    floors = [one.floor for one in rule.bands]
    if any(one <= other for one, other in pairwise(floors)):
        raise LinkError("bands", "each grade begins lower than the one before it: give the best first")
    if floors[-1] != 0:
        raise LinkError("bands", "the last grade begins at 0, so that everybody has one")
    if exact(floors[0]) > _HIGHEST[rule.measure]:
        raise LinkError("bands", f"nothing is above {_HIGHEST[rule.measure]}")
    marks = [one.mark for one in rule.bands] + ([rule.open_mark] if rule.open_mark else [])
    if any(not 1 <= len(mark.strip()) <= LONGEST_MARK or not mark.isprintable() for mark in marks):
        raise LinkError("bands", f"a grade has 1 to {LONGEST_MARK} signs")
    if len(set(marks)) < len(marks):
        raise LinkError("bands", "each grade stands once")
    scores = [one.score for one in rule.bands]
    if any(one is None for one in scores) and any(one is not None for one in scores):
        raise LinkError("bands", "give every grade a number, or none")
    numbers = [one for one in scores if one is not None]
    if any(not 0 <= one <= _TOP_SCORE for one in numbers) or numbers != sorted(numbers, reverse=True):
        raise LinkError("bands", f"numbers are from {_TOP_SCORE} down to 0, and never rise")
    if (rule.measure is Measure.LEVEL) != (rule.open_mark is not None):
        raise LinkError("open_mark", "say what is printed until all is mastered, with a summary level alone")


# --- which rule is in force -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignedRule:
    """A rule that somebody signed for a place, from a day on. `rule` None: the place says nothing of its own."""

    number: int
    level: GradeLevel
    school: int | None
    course: str | None
    rule: Rule | None
    basis: str
    since: date


@dataclass(frozen=True, slots=True)
class AskedRule:
    """What somebody would sign; the fields are those of `SignedRule`."""

    level: GradeLevel
    school: int | None
    course: str | None
    rule: Rule | None
    basis: str
    since: date


def check_asked(asked: AskedRule, today: date) -> None:
    """Raises LinkError for what nobody can sign today."""
    if asked.rule is not None:
        check_rule(asked.rule)
    if (asked.level is GradeLevel.SCHOOL) != (asked.school is not None):
        raise LinkError("place", "a school's rule names its school, and no other rule does")
    if (asked.level is GradeLevel.COURSE) != (asked.course is not None):
        raise LinkError("place", "a course's rule names its course, and no other rule does")
    if not 1 <= len(asked.basis.strip()) <= LONGEST_BASIS:
        raise LinkError("basis", f"name the law or board policy it rests on, in at most {LONGEST_BASIS} signs")
    if asked.since < today:
        raise LinkError("since", f"{asked.since} is over: give a day from today on")


def rule_on(signed: Iterable[SignedRule], school: int | None, course: str | None, day: date) -> SignedRule | None:
    """The rule in force for a course at a school on a day, the nearest place first; None where nobody signed one."""
    latest: dict[GradeLevel, SignedRule] = {}
    for one in sorted(signed, key=lambda one: (one.since, one.number)):
        here = (one.school is None or one.school == school) and (one.course is None or one.course == course)
        if here and one.since <= day:
            latest[one.level] = one
    return next((latest[level] for level in reversed(GradeLevel) if level in latest and latest[level].rule), None)


# --- as it is kept, and as people write it ----------------------------------------------------------------------------


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """A rule as it is stored."""
    bands = [[str(one.floor), one.mark, None if one.score is None else str(one.score)] for one in rule.bands]
    return {"measure": str(rule.measure), "bands": bands, "open_mark": rule.open_mark}


def rule_from_json(said: Mapping[str, Any]) -> Rule:
    """The other way round."""
    bands = tuple(
        Band(Decimal(floor), mark, None if score is None else Decimal(score)) for floor, mark, score in said["bands"]
    )
    return Rule(Measure(said["measure"]), bands, said["open_mark"])


def read_bands(text: str) -> tuple[Band, ...]:
    """Bands as a person writes them, the best first, a line each: `0.9 A 95`, where the last number may be left out.

    A semicolon ends a line too. Raises LinkError, which names the line.
    """
    lines = [line.split() for line in text.replace(";", "\n").splitlines() if line.strip()]
    return tuple(_band(number, parts) for number, parts in enumerate(lines, start=1))


def written_bands(bands: Sequence[Band]) -> str:
    """The other way round."""
    return "\n".join(" ".join([f"{one.floor:f}", one.mark, *_score(one)]) for one in bands)


def _score(band: Band) -> list[str]:
    return [] if band.score is None else [f"{band.score:f}"]


def _band(number: int, parts: Sequence[str]) -> Band:
    if not 2 <= len(parts) <= 3:
        raise LinkError("bands", f"line {number}: write from where on, the grade and its number, as in 0.9 A 95")
    return Band(_number(number, parts[0]), parts[1], _number(number, parts[2]) if len(parts) == 3 else None)


def _number(line: int, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= _TOP_SCORE or found != found.quantize(_FINEST):
        raise LinkError("bands", f"line {line}: {text} is no number from 0 to {_TOP_SCORE}")
    return found
