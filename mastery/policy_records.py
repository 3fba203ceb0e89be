"""A parameter of `Policy` as a record: who says which value, from which day on, on what basis, and which is in force.

Of what is said at one place (the state, the district, a school) the latest first day counts, and of two of the same
day the one that was signed later. Of places, the nearest to the student wins: a target before a course, a course
before a school, a school before the district, the district before the state, anything before the default; unless a
record that is in force farther up is binding, and then the farthest of those wins. Nothing is signed for a day that is
over, so what was in force on a day stays so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mastery.policy import DEFAULT_POLICY, Policy
from mastery.policy_parameters import NAMES, SETTABLE, PolicyError, Value, fits, range_of, settable, written

LONGEST_BASIS = 300


class Level(StrEnum):
    """Who says it, the farthest from a student first."""

    STATE = "state"
    DISTRICT = "district"
    SCHOOL = "school"
    COURSE = "course"
    TARGET = "target"


_DISTANCE = {level: place for place, level in enumerate(reversed(Level))}
# of which there is one alone, so that a record needs no place
_WHOLE = frozenset({Level.STATE, Level.DISTRICT})


@dataclass(frozen=True, slots=True)
class Signed:
    """A value that somebody signed for a place, from a day on. Records are numbered as they are signed.

    `place` is the school, course or target, None for the state and the district. `value` None: from then on the place
    says nothing of its own. `binding`: nothing nearer to the student counts while this is in force.
    """

    number: int
    parameter: str
    value: Value | None
    level: Level
    place: str | None
    basis: str
    effective_from: date
    signed_at: datetime
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where a student is on a day, beside state and district."""

    schools: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()

    def has(self, one: Signed) -> bool:
        """Whether a record is about the student."""
        of_level = {Level.SCHOOL: self.schools, Level.COURSE: self.courses, Level.TARGET: self.targets}
        return one.level in _WHOLE or one.place in of_level[one.level]


class Why(StrEnum):
    """Why a value is in force."""

    DEFAULT = "default"  # nobody said another one
    NEAREST = "nearest"
    BINDING = "binding"


class Lost(StrEnum):
    """Why a value that counts at its own place is not in force for the student."""

    FARTHER = "farther"  # a nearer place says otherwise
    BOUND = "bound"  # a farther place is binding
    EARLIER = "earlier"  # of the student's several places of one level, another said it later


@dataclass(frozen=True, slots=True)
class Overridden:
    """A value that is not in force; `by` None is the default of the service."""

    value: Value
    by: Signed | None
    why: Lost


@dataclass(frozen=True, slots=True)
class InForce:
    """The value of a parameter in force for a student on a day, who said it (None: the default), and why it is that."""

    parameter: str
    value: Value
    by: Signed | None
    why: Why
    overrode: tuple[Overridden, ...] = ()


def counting(signed: Iterable[Signed], day: date) -> list[Signed]:
    """What counts at its own place on a day, by parameter and the farthest place first."""
    latest: dict[tuple[str, Level, str | None], Signed] = {}
    for one in signed:
        if one.effective_from <= day:
            place = one.parameter, one.level, one.place
            before = latest.get(place)
            if before is None or _later(one) > _later(before):
                latest[place] = one
    return sorted(latest.values(), key=_in_order)


def coming_later(signed: Iterable[Signed], day: date) -> list[Signed]:
    """What will count at its own place from a later day on, the next first."""
    coming: dict[tuple[str, Level, str | None, date], Signed] = {}
    for one in signed:
        if one.effective_from > day:
            place = one.parameter, one.level, one.place, one.effective_from
            before = coming.get(place)
            if before is None or one.number > before.number:
                coming[place] = one
    return sorted(coming.values(), key=lambda one: (one.effective_from, _in_order(one)))


def in_force(signed: Iterable[Signed], places: Places, day: date) -> dict[str, InForce]:
    """Every parameter as it is in force for a student in some places on a day, whatever the order of the records."""
    said: dict[str, list[Signed]] = {}
    for one in counting((one for one in signed if places.has(one)), day):
        said.setdefault(one.parameter, []).append(one)
    return {name: _choose(name, said.get(name, ()) if name in SETTABLE else ()) for name in NAMES}


def policy_of(found: Mapping[str, InForce]) -> Policy:
    """The policy with the values in force. Its version is the default's where no value differs."""
    own = {name: one.value for name, one in found.items() if one.value != getattr(DEFAULT_POLICY, name)}
    if not own:
        return DEFAULT_POLICY
    said = "\n".join(f"{name}={written(own[name])}" for name in sorted(own))
    changed: dict[str, Any] = {**own, "version": f"{DEFAULT_POLICY.version}+{_digest(said)}"}
    return replace(DEFAULT_POLICY, **changed)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _choose(name: str, at_places: Iterable[Signed]) -> InForce:
    default: Value = getattr(DEFAULT_POLICY, name)
    said = [(one.value, one) for one in at_places if one.value is not None]
    if not said:
        return InForce(name, default, None, Why.DEFAULT)
    binding = [one for one in said if one[1].binding]
    distances = [_DISTANCE[one.level] for _, one in binding or said]
    distance = max(distances) if binding else min(distances)
    value, winner = max(
        (one for one in binding or said if _DISTANCE[one[1].level] == distance), key=lambda one: _later(one[1])
    )
    others = sorted(
        ((other, one) for other, one in said if one is not winner),
        key=lambda one: (-_DISTANCE[one[1].level], *_later(one[1])),
        reverse=True,
    )
    overrode = [Overridden(other, one, _lost(one, winner)) for other, one in others]
    return InForce(
        name,
        value,
        winner,
        Why.BINDING if winner.binding else Why.NEAREST,
        (*overrode, Overridden(default, None, Lost.FARTHER)),
    )


def _lost(one: Signed, winner: Signed) -> Lost:
    if _DISTANCE[one.level] > _DISTANCE[winner.level]:
        return Lost.FARTHER
    nearer = _DISTANCE[one.level] < _DISTANCE[winner.level]
    return Lost.BOUND if nearer or (winner.binding and not one.binding) else Lost.EARLIER


def _later(one: Signed) -> tuple[date, int]:
    return one.effective_from, one.number


def _in_order(one: Signed) -> tuple[str, int, str]:
    return one.parameter, -_DISTANCE[one.level], one.place or ""


# --- signing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody would sign; the fields are those of `Signed`."""

    parameter: str
    value: Value | None
    level: Level
    basis: str
    effective_from: date
    place: str | None = None
    binding: bool = False


def check(asked: Asked, today: date) -> None:
    """Raises PolicyError for what nobody can sign today."""
    _check_value(asked.parameter, asked.value)
    is_whole = asked.level in _WHOLE
    if is_whole != (asked.place is None):
        raise PolicyError("place", f"a rule of the {asked.level} names {'no' if is_whole else 'its'} place")
    if asked.binding and asked.value is None:
        raise PolicyError("binding", "what a place leaves to others binds nobody: give a value")
    if not 1 <= len(asked.basis.strip()) <= LONGEST_BASIS:
        raise PolicyError(
            "basis", f"name the law, waiver or board policy it rests on, in at most {LONGEST_BASIS} signs"
        )
    if asked.effective_from < today:
        raise PolicyError("from", f"{asked.effective_from} is over: give a day from today on")


def _check_value(name: str, value: Value | None) -> None:
    parameter = settable(name)
    if value is None:
        return
    is_typed = type(value) is type(getattr(DEFAULT_POLICY, name))
    if isinstance(value, tuple) or not is_typed or not fits(Decimal(str(value)), parameter):
        raise PolicyError("value", range_of(name, parameter))
