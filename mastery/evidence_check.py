"""What is wrong with a posted result: each problem with its field's path, what was found and what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter

from mastery.evidence import TOP_LEVEL, ItemResponse, Problem, Result, ScoreStatus, TargetScore, judged

MAX_CLOCK_AHEAD = timedelta(minutes=5)
MAX_NAME = 200
MAX_WHOLE = 2**31 - 1
EARLIEST_YEAR = 1900

# characters that no store and no page can carry: controls and lone surrogates
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# what `_name` would find nothing wrong with
_fits = re.compile(rf"(?=.*\S)[^\x00-\x1f\x7f\ud800-\udfff]{{1,{MAX_NAME}}}\Z").match
_NAMED = attrgetter("source_id", "student", "assessment", "form", "scorer", "setting")


def check(result: Result, now: datetime, born: date | None) -> tuple[Problem, ...]:
    """Everything wrong with the result; empty when it may be taken. `born` is the student's birth date where known.

    `now` is zone-aware. Types are the caller's business; values that fit no rule of the school are found here.
    """
    return tuple(_problems(result, now, born))


def _problems(result: Result, now: datetime, born: date | None) -> Iterator[Problem]:
    if not all(map(_fits, _NAMED(result))):
        for field in ("source_id", "student", "assessment", "form", "scorer", "setting"):
            yield from _name(field, getattr(result, field))
    for number, accommodation in enumerate(result.accommodations):
        yield from _name(f"accommodations[{number}]", accommodation)
    yield from _whole("revision", result.revision, 1)
    yield from _amount("duration_seconds", result.duration_seconds)
    yield from _times(result, now, born)
    if not result.targets:
        yield Problem("targets", "is empty; give at least one target")
    seen: set[str] = set()
    for number, score in enumerate(result.targets):
        path = f"targets[{number}]"
        if score.target in seen:
            yield Problem(f"{path}.target", f"names {score.target!r} again; give each target once per result")
        seen.add(score.target)
        yield from _target(path, score, result)


def _times(result: Result, now: datetime, born: date | None) -> Iterator[Problem]:
    usable = True
    for field in ("performed_at", "scored_at"):
        moment: datetime = getattr(result, field)
        if moment.tzinfo is None or moment.utcoffset() is None:
            usable = False
            yield Problem(field, f"is {moment.isoformat()} without a zone; add one, such as Z or -04:00")
        elif not EARLIEST_YEAR <= moment.year <= 9998:
            usable = False
            yield Problem(field, f"is in the year {moment.year}; give a year from {EARLIEST_YEAR} on")
        elif moment > now + MAX_CLOCK_AHEAD:
            yield Problem(
                field,
                f"is {moment.isoformat()}, more than 5 minutes ahead of {now.isoformat()}; check the sender's clock",
            )
    if not usable:
        return
    if born is not None and result.performed_at.date() < born:
        yield Problem(
            "performed_at", f"is {result.performed_at.isoformat()}, before the student was born; check the date"
        )
    if result.scored_at < result.performed_at - MAX_CLOCK_AHEAD:
        yield Problem(
            "scored_at", f"is {result.scored_at.isoformat()}, before performed_at; give a time at or after it"
        )


def _target(path: str, score: TargetScore, result: Result) -> Iterator[Problem]:
    if not _fits(score.target):
        yield from _name(f"{path}.target", score.target)
    status = result.status
    if status is ScoreStatus.SCORED:
        if not _is_level_alone(score, result):
            yield from _scored(path, score.score, score.max)
    else:
        for field in ("score", "level"):
            if getattr(score, field) is not None:
                yield Problem(f"{path}.{field}", f"is given although the status is {status.value}; leave it out")
        if score.items:
            yield Problem(f"{path}.items", f"is given although the status is {status.value}; leave it out")
        if score.max is not None:
            yield from _maximum(f"{path}.max", score.max)
    if score.level is not None:
        yield from _level(f"{path}.level", score.level)
    tries: set[tuple[str, int]] = set()
    for number, item in enumerate(score.items):
        place = f"{path}.items[{number}]"
        if (item.item, item.attempt) in tries:
            yield Problem(f"{place}.try", f"repeats try {item.attempt} of {item.item!r}; give each try of an item once")
        tries.add((item.item, item.attempt))
        yield from _item(place, item)


def _is_level_alone(score: TargetScore, result: Result) -> bool:
    """A person judged by a rubric, and gave a level and no points."""
    nothing_else = score.score is None and score.max is None and not score.items
    return nothing_else and score.level is not None and judged(result.evidence_type, result.scorer)


def _item(path: str, item: ItemResponse) -> Iterator[Problem]:
    if not _fits(item.item):
        yield from _name(f"{path}.item", item.item)
    yield from _scored(path, item.score, item.max)
    yield from _whole(f"{path}.try", item.attempt, 1)
    yield from _whole(f"{path}.hints", item.hints, 0)
    yield from _amount(f"{path}.seconds", item.seconds)


def _scored(path: str, score: float | None, maximum: float | None) -> Iterator[Problem]:
    if score is None:
        yield Problem(f"{path}.score", "is missing although the status is scored; give a number, 0 or more")
    else:
        yield from _amount(f"{path}.score", score)
    if maximum is None:
        yield Problem(f"{path}.max", "is missing although the status is scored; give a number above 0")
    else:
        yield from _maximum(f"{path}.max", maximum)


def _maximum(path: str, value: float) -> Iterator[Problem]:
    if not _finite(value) or value <= 0:
        yield Problem(path, f"is {_shown(value)}; give a finite number above 0")


def _amount(path: str, value: float | None) -> Iterator[Problem]:
    if value is not None and (not _finite(value) or value < 0):
        yield Problem(path, f"is {_shown(value)}; give a finite number, 0 or more")


def _level(path: str, value: float) -> Iterator[Problem]:
    if not _finite(value) or not 0 <= value <= TOP_LEVEL or value * 2 != int(value * 2):
        yield Problem(path, f"is {_shown(value)}; give a level from 0 to 4 in halves, such as 2.5")


def _whole(path: str, value: int, least: int) -> Iterator[Problem]:
    if not least <= value <= MAX_WHOLE:
        yield Problem(path, f"is {_shown(value)}; give a whole number from {least} to {MAX_WHOLE}")


def _name(path: str, value: str) -> Iterator[Problem]:
    if not value.strip():
        yield Problem(path, f"is empty; give a name of 1 to {MAX_NAME} characters")
    elif len(value) > MAX_NAME:
        yield Problem(path, f"has {len(value)} characters; give at most {MAX_NAME}")
    elif _UNFIT.search(value):
        yield Problem(path, "contains a control character or half of a character; leave it out")


def _finite(value: float) -> bool:
    """Finite as a double; a whole number too large for one is not."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: float) -> str:
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    return repr(value)
