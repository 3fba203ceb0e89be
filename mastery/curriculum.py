"""What the curriculum lead says of targets and courses, from a day on: which targets are priority, what a course needs.

Of what is said of one thing the latest first day counts, and of two of the same day the one that was signed later.
Nothing is signed for a day that is over, so what made a competency or a course on a day stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from mastery.body.words import Key
from mastery.rollup import Era, Part

_DAY = timedelta(days=1)
_APART_WORDS = frozenset({"sel", "skill", "disposition", "social-emotional", "social and emotional learning"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A target said to be a priority, or a supporting one, from a day on. Said of none, every target is a priority."""

    number: int
    target: Key
    priority: bool
    since: date


@dataclass(frozen=True, slots=True)
class Required:
    """A competency that a course is said to need, or to need no more, from a day on; a course by its sourcedId."""

    number: int
    course: str
    competency: Key
    required: bool
    since: date


def is_apart(item_type: str | None) -> bool:
    """Whether a target is of social and emotional learning, a skill or a disposition: reported apart, never needed."""
    words = (item_type or "").casefold().replace("_", " ").strip()
    return words in _APART_WORDS or words.split(" ")[0] in _APART_WORDS


def eras(
    marked: Sequence[Marked],
    required: Sequence[Required],
    targets: Callable[[Key], Sequence[Key]],
    competencies: Collection[Key],
    day: date,
) -> list[Era]:
    """What made competencies and courses up to a day, era by era, the oldest first.

    `targets` are those of a competency, without what is told apart; `competencies` are told whether or not a course
    needs them. A competency without a target is in no course: nobody could master it.
    """
    said = [*(one.since for one in marked), *(one.since for one in required)]
    starts = sorted({since for since in said if since <= day})
    days = [*(start - _DAY for start in starts), None]
    return [_era(marked, required, targets, competencies, last, last or day) for last in days]


def priorities(marked: Iterable[Marked], day: date) -> Mapping[Key, bool]:
    """Whether a target is a priority on a day, of those of which somebody said it."""
    return {one.target: one.priority for one in _counting(marked, day, lambda one: one.target)}


def required_on(required: Iterable[Required], day: date) -> Mapping[str, Sequence[Key]]:
    """The competencies that each course needs on a day, in the order in which they were asked for."""
    found: dict[str, list[Key]] = {}
    for one in _counting(required, day, lambda one: (one.course, one.competency)):
        if one.required:
            found.setdefault(one.course, []).append(one.competency)
    return found


T = TypeVar("T", Marked, Required)


def _era(
    marked: Sequence[Marked],
    required: Sequence[Required],
    targets: Callable[[Key], Sequence[Key]],
    competencies: Collection[Key],
    last: date | None,
    day: date,
) -> Era:
    priority = priorities(marked, day)
    needed = required_on(required, day)
    named = dict.fromkeys([*competencies, *(one for some in needed.values() for one in some)])
    parts = {one: [Part(target, priority.get(target, True)) for target in targets(one)] for one in named}
    parts = {one: some for one, some in parts.items() if some}
    courses = {course: [one for one in some if one in parts] for course, some in needed.items()}
    return Era(last, parts, {course: some for course, some in courses.items() if some})


def _counting(said: Iterable[T], day: date, about: Callable[[T], object]) -> Sequence[T]:
    latest: dict[object, T] = {}
    for one in sorted(said, key=_later):
        if one.since <= day:
            latest[about(one)] = one
    return sorted(latest.values(), key=lambda one: one.number)


def _later(one: Marked | Required) -> tuple[date, int]:
    return one.since, one.number
