"""When a student will have finished (domain 3.5): a range of days, never a day.

The rate is that of the last days, drawn towards the teacher's pace: Gamma(n + k·r0, d + k). How many targets come in t
days then is negative-binomial, and the student has finished by day t when as many came as remain:
P(T <= t) = I_{t/(t+d+k)}(remaining, n + k·r0), an incomplete beta function, whose inverse gives the days. Amounts are
counted in targets of usual weight (`unit_of`).

Progress comes in bunches, since tests do. `widening` says how many targets come together: the same rate, fewer and
larger steps, and so a wider range around the same middle. What a back-test finds too narrow is widened by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from scipy.special import betaincinv

from mastery.pace.calendar import NO_DATE, SchoolCalendar
from mastery.pace.exact import Dates, Flags, Numbers
from mastery.pace.lines import Line, PlannedTarget
from mastery.policy import Policy

QUANTILES = (0.1, 0.2, 0.5, 0.8, 0.9)
# three thousand years of school: no calendar has so many days, and every sum of them is a whole number still
_LONGEST = 600_000.0


class NotProjected(StrEnum):
    """Why there is no range."""

    NOT_ENOUGH_WORK = "not_enough_work"
    DONE = "done"


def unit_of(targets: Iterable[PlannedTarget]) -> float:
    """The weight that counts as one target: of unequal ones the mean weighed by weight, which keeps the range as wide
    as their inequality makes it. Twice all weights is twice the unit, so that no scale makes a range narrower.
    """
    weights = np.array([one.weight for one in targets])
    return float(np.cumsum(weights**2)[-1] / np.cumsum(weights)[-1])


def usual_rate(teacher: Line) -> float:
    """r0: the teacher's pace, in weight a day; no plan takes less than a day."""
    return teacher.total / max(teacher.length, 1.0)


def rate(n: Numbers, days: Numbers, usual: Numbers, policy: Policy) -> Numbers:
    """r, in targets a day: what was mastered in the last `days`, drawn towards the usual rate."""
    k = policy.projection_prior_days
    return (n + k * usual) / (days + k)


def enough(days: Numbers, decisions: Dates, policy: Policy) -> Flags:
    """Whether there is work enough to say anything: days of the own calendar so far, decisions in this plan so far."""
    return (days >= policy.projection_least_days) & (decisions >= policy.projection_least_decisions)


def finish_days(
    n: Numbers, days: Numbers, usual: Numbers, remaining: Numbers, policy: Policy, widening: float = 1.0
) -> Numbers:
    """P10, P20, P50, P80, P90 of the days until `remaining` targets are done, (students, 5), in whole days from now.

    `n` targets were mastered in the last `days`; `usual` targets a day is the teacher's pace, above 0. Nothing
    remaining takes no days.
    """
    k = policy.projection_prior_days
    shape, scale = (n + k * usual) / widening, days + k
    at_most = np.maximum(remaining, np.finfo(np.float64).tiny) / widening
    # by the complement, since it is the far end that must not lose its digits
    left = betaincinv(shape[:, None], at_most[:, None], 1.0 - np.array(QUANTILES))
    with np.errstate(divide="ignore", over="ignore"):
        found = np.minimum(scale[:, None] * ((1.0 - left) / left), _LONGEST)
    # what a rounded inverse puts just after a day is that day; what remains takes one at least
    return np.where(remaining[:, None] > 0, np.maximum(np.ceil(found - 1e-9), 1.0), 0.0)


@dataclass(frozen=True, slots=True)
class FinishRange:
    """In how many days of the own calendar a student will have finished: five quantiles, none without the others."""

    p10: float
    p20: float
    p50: float
    p80: float
    p90: float

    def __post_init__(self) -> None:
        if not 0 <= self.p10 <= self.p20 <= self.p50 <= self.p80 <= self.p90:
            raise ValueError("a range runs from early to late")


def project(
    n: float, elapsed: float, decisions: int, usual: float, remaining: float, policy: Policy, widening: float = 1.0
) -> FinishRange | NotProjected:
    """The range for one student, or why there is none. `n` is what was mastered in the last days that count.

    `elapsed`, of which at most the last 40 count, are days of the own calendar; see `finish_days` and `enough`.
    """
    if remaining <= 0:
        return NotProjected.DONE
    if not enough(np.array([elapsed]), np.array([decisions]), policy)[0]:
        return NotProjected.NOT_ENOUGH_WORK
    days = min(elapsed, policy.projection_window_days)
    found = finish_days(np.array([n]), np.array([days]), np.array([usual]), np.array([remaining]), policy, widening)
    return FinishRange(*found[0].tolist())


@dataclass(frozen=True, slots=True)
class Arrival:
    """The range as weeks, each by its Monday: likely within `earliest` (P20) to `latest` (P80), most likely `middle`.

    A day by itself can not be said with it, nor a middle without its range. None: not before the calendar ends, which
    the weeks after it then are, too.
    """

    earliest: date | None
    middle: date | None
    latest: date | None

    def __post_init__(self) -> None:
        weeks = (self.earliest, self.middle, self.latest)
        if any(week is not None and week.weekday() for week in weeks):
            raise ValueError("weeks are told by their Monday")
        ends = [date.max if week is None else week for week in weeks]
        if ends != sorted(ends):
            raise ValueError("a range runs from early to late")


def arrival(found: FinishRange, today: date, own: SchoolCalendar) -> Arrival:
    """The range as weeks of the own calendar, counted from the end of `today`: breaks are its, not the rate's."""
    return Arrival(*(_week(own.after(today, days)) for days in (found.p20, found.p50, found.p80)))


def _week(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=day.weekday())


def arrival_weeks(days: Numbers, passed: float, calendar: SchoolCalendar) -> Dates:
    """Of many students of one calendar what `arrival` says of each: Mondays as ordinals, `NO_DATE` for after its end.

    `days` as `finish_days` tells them; `passed` is the calendar's distance until now.
    """
    return mondays(calendar.dates_at(passed + days[:, 1:4]))


def mondays(dates: Dates) -> Dates:
    """The Monday of each date's week, all as ordinals."""
    # the first of all days was a Monday
    return np.where(dates == NO_DATE, NO_DATE, dates - (dates - 1) % 7)
