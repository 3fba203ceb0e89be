"""From targets to a competency, and from competencies to a course: counted, never averaged (domain 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from mastery.body.words import Key, State
from mastery.numbers import exact, nearest_half
from mastery.policy import Policy

# mastery that stands; NEEDS_REVIEW is mastery with a question open
_MASTERED = frozenset({State.MASTERED, State.NEEDS_REVIEW})
# a person has said that the student does not owe it
_LIFTED = frozenset({State.WAIVED, State.EXEMPT})
_CLOSE = _MASTERED | {State.MASTERED_PROVISIONAL}


class Standing(StrEnum):
    """Where a student stands on a competency or a course.

    `PROVISIONAL` lacks nothing but somebody's confirmation: it counts for pace and the next step, not for credit.
    `LIFTED`: nothing of it is owed, and nothing of it was shown either.
    """

    MASTERED = "mastered"
    PROVISIONAL = "provisional"
    OPEN = "open"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Part:
    """A target of a competency. Priority targets are all needed, of the others, the supporting ones, a share."""

    target: Key
    priority: bool = True


@dataclass(frozen=True, slots=True)
class OnTarget:
    """A student's decision on a target, as far as a roll-up reads it; `on`: the day of mastery, where there is one."""

    state: State
    level: float | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Rolled:
    """A competency or a course, and what it lacks.

    `missing` are the priority targets (of a course the competencies) to be mastered yet. Of `supporting`, those not
    mastered yet, any `supporting_needed` are enough. `unconfirmed` are met but for a confirmation. `lifted` are waived
    or exempt, and left out of every count. `level` is the summary of what the whole needs, None until it is mastered:
    of a competency its priority targets and the best of the supporting ones, as many as it needs.
    """

    standing: Standing
    level: float | None = None
    missing: tuple[Key, ...] = ()
    supporting: tuple[Key, ...] = ()
    supporting_needed: int = 0
    unconfirmed: tuple[Key, ...] = ()
    lifted: tuple[Key, ...] = ()


_NOT_BEGUN = OnTarget(State.NOT_STARTED)


def competency(parts: Sequence[Part], known: Mapping[Key, OnTarget], policy: Policy) -> Rolled:
    """Where a student stands on a competency; a target that is not `known` is not started.

    ValueError where a target stands twice or there is none.
    """
    _checked([part.target for part in parts])
    found = {part.target: known.get(part.target, _NOT_BEGUN) for part in parts}
    lifted = tuple(target for target, one in found.items() if one.state in _LIFTED)
    priority = [part.target for part in parts if part.priority and part.target not in lifted]
    supporting = [part.target for part in parts if not part.priority and part.target not in lifted]
    if not priority and not supporting:
        return Rolled(Standing.LIFTED, lifted=lifted)
    mastered = {target for target, one in found.items() if one.state in _MASTERED}
    unconfirmed = tuple(t for t, one in found.items() if one.state is State.MASTERED_PROVISIONAL)
    missing = tuple(target for target in priority if target not in mastered)
    open_supporting = tuple(target for target in supporting if target not in mastered)
    needed = _needed(len(supporting), len(supporting) - len(open_supporting), policy)
    short = _needed(len(supporting), sum(t in mastered or t in unconfirmed for t in supporting), policy)
    if not missing and not needed:
        standing = Standing.MASTERED
    elif set(missing) <= set(unconfirmed) and not short:
        standing = Standing.PROVISIONAL
    else:
        standing = Standing.OPEN
    level = None
    if standing is Standing.MASTERED:
        best = _best([found[t].level for t in supporting if t in mastered], _needed(len(supporting), 0, policy))
        level = summary_level([*(found[t].level for t in priority), *best])
    return Rolled(standing, level, missing, open_supporting, needed, unconfirmed, lifted)


def course(required: Sequence[Key], known: Mapping[Key, Rolled]) -> Rolled:
    """Where a student stands on a course: all of its required competencies, whatever others there are.

    ValueError where a competency stands twice or there is none; KeyError for one that was not rolled up.
    """
    _checked(required)
    found = {one: known[one] for one in required}
    lifted = tuple(one for one, rolled in found.items() if rolled.standing is Standing.LIFTED)
    owed = {one: rolled for one, rolled in found.items() if one not in lifted}
    if not owed:
        return Rolled(Standing.LIFTED, lifted=lifted)
    missing = tuple(one for one, rolled in owed.items() if rolled.standing is not Standing.MASTERED)
    unconfirmed = tuple(one for one, rolled in owed.items() if rolled.standing is Standing.PROVISIONAL)
    if not missing:
        level = summary_level(rolled.level for rolled in owed.values())
        return Rolled(Standing.MASTERED, level, lifted=lifted)
    standing = Standing.PROVISIONAL if missing == unconfirmed else Standing.OPEN
    return Rolled(standing, None, missing, unconfirmed=unconfirmed, lifted=lifted)


def summary_level(levels: Iterable[float | None]) -> float | None:
    """The median of the levels that there are, to the nearest half point; None without any.

    It describes what is mastered, and decides nothing.
    """
    known = sorted(exact(level) for level in levels if level is not None)
    if not known:
        return None
    half = len(known) // 2
    return nearest_half(known[half] if len(known) % 2 else Fraction(known[half - 1] + known[half], 2))


# --- what was mastered stays so ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Era:
    """What made a competency and a course until `last`, that day included (None: it still does).

    `competencies` are the parts of each, `courses` the competencies that each requires, all of which are given.
    """

    last: date | None
    competencies: Mapping[Key, Sequence[Part]]
    courses: Mapping[str, Sequence[Key]]


@dataclass(frozen=True, slots=True)
class Whole:
    """Where a student stands on every competency and course of the newest era."""

    competencies: Mapping[Key, Rolled]
    courses: Mapping[str, Rolled]


def whole(eras: Sequence[Era], known: Mapping[Key, OnTarget], policy: Policy) -> Whole:
    """Roll up over all eras, the oldest first: what was whole by the rules of its day is not taken away by later ones.

    Of an era that is over, mastery counts as far as it is of a day within it or before, and stands to this day; what a
    person lifted counts whenever that was. ValueError without an era, or as `competency` and `course`.
    """
    if not eras:
        raise ValueError("there is no era")
    held_parts: dict[Key, Rolled] = {}
    held: dict[str, Rolled] = {}
    for era in eras:
        seen = known if era.last is None else seen_on(known, era.last)
        parts = {one: held_parts.get(one) or competency(some, seen, policy) for one, some in era.competencies.items()}
        courses = {name: held.get(name) or course(required, parts) for name, required in era.courses.items()}
        held_parts |= {one: rolled for one, rolled in parts.items() if rolled.standing is Standing.MASTERED}
        held |= {name: rolled for name, rolled in courses.items() if rolled.standing is Standing.MASTERED}
    return Whole(parts, courses)


def seen_on(known: Mapping[Key, OnTarget], day: date) -> Mapping[Key, OnTarget]:
    """What is mastered now, as far as it was by the end of a day; anything else is not begun, or lifted."""
    return {
        target: one
        for target, one in known.items()
        if one.state in _LIFTED or (one.state in _CLOSE and one.on is not None and one.on <= day)
    }


def _best(levels: Iterable[float | None], number: int) -> list[float]:
    return sorted((one for one in levels if one is not None), reverse=True)[:number]


def _needed(supporting: int, mastered: int, policy: Policy) -> int:
    """How many supporting targets more reach the share."""
    return max((exact(policy.rollup_supporting_share) * supporting).__ceil__() - mastered, 0)


def _checked(keys: Sequence[Key]) -> None:
    if not keys:
        raise ValueError("there is nothing to roll up")
    if len(set(keys)) < len(keys):
        raise ValueError("a target of a competency, or a competency of a course, stands twice")
