"""Going on sooner (domain 3.7): the next course, showing it all in one test, skipping a course and taking that back.

The next target is the graph's (`mastery.graph.unlocked`): any day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mastery.body.words import Missing
from mastery.pace.calendar import SchoolCalendar
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class Course:
    """A course: the competencies it asks for, and the courses that come before it."""

    course: str
    required: frozenset[str]
    after: frozenset[str] = frozenset()


def completed_courses(courses: Iterable[Course], mastered: Collection[str]) -> frozenset[str]:
    """The courses all of whose required competencies are mastered; one that requires none is never done by itself."""
    held = frozenset(mastered)
    return frozenset(one.course for one in courses if one.required and one.required <= held)


def next_courses(
    courses: Iterable[Course], mastered: Collection[str], taken: Collection[str] = (), skipped: Collection[str] = ()
) -> tuple[str, ...]:
    """The courses that a student may begin today, by name: all that come before are done, or skipped by a committee.

    A course waits for no end of a term. One that comes after nothing is no news, and neither is one in `taken`.
    """
    known = list(courses)
    done = completed_courses(known, mastered) | frozenset(skipped)
    return tuple(
        sorted(one.course for one in known if one.after and one.after <= done and one.course not in {*done, *taken})
    )


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A test that is to show a whole competency at once, and what came of it.

    `targets` are those it asked about, `items` how many questions it had and `share` (0..1) how much was right;
    `raters` how many rated it independently, and `level` (0..4) what they agreed on, None where nobody rated.
    """

    targets: frozenset[int]
    items: int
    share: float
    secure: bool
    summative: bool
    raters: int = 0
    level: float | None = None


class DiagnosticGap(StrEnum):
    """What a diagnostic lacks."""

    SECURE = "secure"
    SUMMATIVE = "summative"
    WHOLE = "whole"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What stands between a student and a competency shown at once: of the test, and of each target's BOE-1."""

    test: tuple[DiagnosticGap, ...]
    targets: Mapping[int, tuple[Missing, ...]]

    @property
    def passed(self) -> bool:
        """Nothing does."""
        return not self.test and not any(self.targets.values())


# lines of BOE-1: several records and several dates, which one test can not be, and the one that is raised
_WAIVED_LINES = frozenset({2, 3, 4})


def shown_at_once(
    diagnostic: Diagnostic,
    competency: Collection[int],
    missing: Mapping[int, Iterable[Missing]],
    policy: Policy,
) -> AtOnce:
    """Whether a diagnostic shows a whole competency, a set of targets, at once.

    `missing` is what BOE-1 asks of each target after the test, of which lines 2 and 3 are waived and line 4 is raised.
    Raises KeyError for a target of the competency that is not in it.
    """
    left = {
        target: tuple(one for one in missing[target] if one.line not in _WAIVED_LINES) for target in sorted(competency)
    }
    return AtOnce(tuple(_test_gaps(diagnostic, competency, policy)), left)


def _test_gaps(diagnostic: Diagnostic, competency: Collection[int], policy: Policy) -> Iterator[DiagnosticGap]:
    if not diagnostic.secure:
        yield DiagnosticGap.SECURE
    if not diagnostic.summative:
        yield DiagnosticGap.SUMMATIVE
    if not competency or not diagnostic.targets.issuperset(competency):
        yield DiagnosticGap.WHOLE
    by_items = diagnostic.items >= policy.test_out_items and diagnostic.share >= policy.test_out_share
    level = diagnostic.level
    by_raters = (
        diagnostic.raters >= policy.test_out_raters and level is not None and level >= policy.scale_mastery_level
    )
    if not (by_items or by_raters):
        yield DiagnosticGap.RESULT


class Seat(StrEnum):
    """Who decides together about a skip."""

    TEACHER_OF_RECORD = "teacher_of_record"
    COUNSELLOR = "counsellor"
    PARENT = "parent"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Skip:
    """A course skipped on a day: who sat on the committee (a person for each seat), and what it wrote down."""

    course: str
    decided_on: date
    committee: Mapping[Seat, int]
    reason: str

    def __post_init__(self) -> None:
        if set(self.committee) != set(Seat):
            raise ValueError("a committee of four decides about a skip")
        if not self.reason.strip():
            raise ValueError("a skip needs a reason")


def reversible_until(skip: Skip, own: SchoolCalendar, policy: Policy) -> date | None:
    """The last day on which a skip can be taken back without a trace in the transcript; None: to the calendar's end."""
    return own.after(skip.decided_on, policy.skip_reversible_days)


def is_reversible(skip: Skip, today: date, own: SchoolCalendar, policy: Policy) -> bool:
    """Whether a skip can still be taken back so: within 20 days of instruction, the last included."""
    until = reversible_until(skip, own, policy)
    return skip.decided_on <= today and (until is None or today <= until)
