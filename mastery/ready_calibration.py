"""Whether those who are called ready for a test pass it (domain 2.6): 75 to 90% are wanted.

Below, students are sent too early; above, they are kept waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.measure.shares import wilson

WANTED = (0.75, 0.90)
"""Of those called ready who then sat the test, the share that is to pass it."""


class Verdict(StrEnum):
    """What the pass rate says of the bar of readiness."""

    NOBODY = "nobody"
    UNSURE = "unsure"  # the interval holds a rate that is wanted and one that is not
    TOO_LOW = "too_low"
    AS_WANTED = "as_wanted"
    TOO_HIGH = "too_high"


@dataclass(frozen=True, slots=True)
class Called:
    """A student was called ready for a test, from an instant on."""

    student: int
    assessment: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Sat:
    """A student sat a test; `passed` None: no level yet."""

    student: int
    assessment: int
    at: datetime
    passed: bool | None


@dataclass(frozen=True, slots=True)
class PassRate:
    """How many of those called ready sat a test, and passed it; `low` and `high`: 95% by Wilson, 0..1.

    `unscored` sat it and have no level yet; they are in no other figure. Without anybody there is no rate.
    """

    assessment: int
    called: int
    sat: int
    passed: int
    unscored: int
    rate: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def pass_rates(called: Iterable[Called], sat: Iterable[Sat]) -> tuple[PassRate, ...]:
    """The rate of each test for which anybody was called ready, by its key.

    A student counts once for a test: by the first sitting at or after being first called ready.
    """
    first: dict[tuple[int, int], datetime] = {}
    for one in called:
        key = (one.assessment, one.student)
        first[key] = min(first.get(key, one.at), one.at)
    then: dict[tuple[int, int], Sat] = {}
    for sitting in sorted(sat, key=lambda one: one.at):
        key = (sitting.assessment, sitting.student)
        if key in first and sitting.at >= first[key]:
            then.setdefault(key, sitting)
    return tuple(
        _rate(test, [key for key in first if key[0] == test], then) for test in sorted({key[0] for key in first})
    )


def _rate(test: int, keys: Sequence[tuple[int, int]], then: dict[tuple[int, int], Sat]) -> PassRate:
    results = [then[key].passed for key in keys if key in then]
    scored = [one for one in results if one is not None]
    unscored = len(results) - len(scored)
    if not scored:
        return PassRate(test, len(keys), 0, 0, unscored, None, None, None, Verdict.NOBODY)
    passed = sum(scored)
    rate = passed / len(scored)
    low, high = wilson(rate, len(scored))
    return PassRate(test, len(keys), len(scored), passed, unscored, rate, low, high, _verdict(low, high))


def _verdict(low: float, high: float) -> Verdict:
    least, most = WANTED
    if high < least:
        return Verdict.TOO_LOW
    if low > most:
        return Verdict.TOO_HIGH
    return Verdict.AS_WANTED if least <= low and high <= most else Verdict.UNSURE
