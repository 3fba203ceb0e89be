"""Which value of a parameter is in force, written a second time: by asking the day before, and one record at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mastery.policy_records import Level, Places, Signed

NEAREST_FIRST = [Level.TARGET, Level.COURSE, Level.SCHOOL, Level.DISTRICT, Level.STATE]


def said_at(signed: Iterable[Signed], parameter: str, level: Level, place: str | None, day: date) -> Signed | None:
    """What a place says on a day: records are laid over each other as their days come."""
    said = None
    for one in sorted(signed, key=lambda each: each.number):
        is_this = (one.parameter, one.level, one.place) == (parameter, level, place)
        if is_this and one.effective_from <= day and (said is None or one.effective_from >= said.effective_from):
            said = one
    return None if said is None or said.value is None else said


def decider(signed: Iterable[Signed], parameter: str, where: Places, day: date) -> Signed | None:
    """The record in force; None: the default."""
    records = list(signed)
    of_level = {Level.SCHOOL: where.schools, Level.COURSE: where.courses, Level.TARGET: where.targets}
    said = {
        level: [
            one
            for place in of_level.get(level, [None])
            if (one := said_at(records, parameter, level, place, day)) is not None
        ]
        for level in NEAREST_FIRST
    }
    for level in reversed(NEAREST_FIRST):
        bound = [one for one in said[level] if one.binding]
        if bound:
            return newest(bound)
    for level in NEAREST_FIRST:
        if said[level]:
            return newest(said[level])
    return None


def newest(some: list[Signed]) -> Signed:
    best = some[0]
    for one in some[1:]:
        is_later = one.effective_from > best.effective_from
        if is_later or (one.effective_from == best.effective_from and one.number > best.number):
            best = one
    return best
