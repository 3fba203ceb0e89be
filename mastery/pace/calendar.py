"""A school's calendar: which days count, how much, and how far it is from one to another (domain 3.1).

A day counts because a calendar says so, never because it is a weekday. After the last day that was entered nothing is
known: a distance into it is refused, and a date that lies in it is None. Days made up there would be a promise that
nobody made, and the end of August would count as school.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np

from mastery.pace.exact import Dates, Numbers, exact
from mastery.policy import Policy

NO_DATE = 0  # as an ordinal, in an array of dates


class DayKind(StrEnum):
    """What a day is."""

    INSTRUCTIONAL = "instructional"
    HALF = "half"
    FLEX = "flex"
    REMOTE = "remote"
    BREAK = "break"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    # counts for those alone who attend it
    SUMMER_PROGRAM = "summer_program"


OFF = frozenset({DayKind.BREAK, DayKind.HOLIDAY, DayKind.CLOSURE})


class OutsideCalendar(ValueError):
    """A date about which the calendar says nothing."""


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """One date of a calendar; `weight` (0..1) is how much of a day of instruction it is, kept to a millionth."""

    day: date
    kind: DayKind = DayKind.INSTRUCTIONAL
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", float(exact(self.weight)))
        if not 0 <= self.weight <= 1:
            raise ValueError(f"a day weighs from 0 to 1, not {self.weight}")
        if self.kind in OFF and self.weight:
            raise ValueError(f"a {self.kind} weighs nothing")


def school_day(day: date, kind: DayKind, policy: Policy) -> SchoolDay:
    """A day with the weight that its kind has where no other is said."""
    return SchoolDay(day, kind, 0.0 if kind in OFF else policy.half_day_weight if kind is DayKind.HALF else 1.0)


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """Days in order, each once; a date between them that is not among them weighs nothing.

    `summer`: whether the days of a summer program count, as for a student who attends it. Raises ValueError for a
    calendar without a day, out of order or with a day twice.
    """

    days: tuple[SchoolDay, ...]
    summer: bool = False
    _dates: Dates = field(init=False, repr=False, compare=False)
    _through: Numbers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        dates = np.array([one.day.toordinal() for one in self.days], np.int64)
        if not len(dates) or (np.diff(dates) <= 0).any():
            raise ValueError("a calendar is a list of days in order, each once")
        counts = [one.weight if self.summer or one.kind is not DayKind.SUMMER_PROGRAM else 0.0 for one in self.days]
        object.__setattr__(self, "_dates", dates)
        object.__setattr__(self, "_through", exact(np.cumsum(counts)))

    @property
    def first(self) -> date:
        """The first day about which it says something."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """The last one."""
        return self.days[-1].day

    @property
    def total(self) -> float:
        """All its instruction, in days."""
        return float(self._through[-1])

    def distances(self, dates: Dates) -> Numbers:
        """D of many dates, as ordinals: the instruction up to and including each, 0 before the first day.

        Raises OutsideCalendar where one of them comes after the last day.
        """
        if len(dates) and dates.max() > self._dates[-1]:
            late = date.fromordinal(int(dates.max()))
            raise OutsideCalendar(f"the calendar ends on {self.last}, before {late}")
        passed = np.searchsorted(self._dates, dates, side="right")
        return np.concatenate((np.zeros(1), self._through))[passed]

    def dates_at(self, distances: Numbers) -> Dates:
        """The first date, as an ordinal, by which each distance is reached; `NO_DATE` where that is after the last."""
        found = np.searchsorted(self._through, exact(distances), side="left")
        return np.concatenate((self._dates, [NO_DATE]))[found]

    def through(self, day: date) -> float:
        """D of a date."""
        return float(self.distances(np.array([day.toordinal()]))[0])

    def reached(self, distance: float) -> date | None:
        """The first date by which a distance is reached, the inverse of `through`; None where none of its days does."""
        found = int(self.dates_at(np.array([distance]))[0])
        return None if found == NO_DATE else date.fromordinal(found)

    def between(self, earlier: date, later: date) -> float:
        """Days of instruction after one date up to and including another, negative when reversed."""
        self._knows(min(earlier, later))
        return float(exact(self.through(later) - self.through(earlier)))

    def after(self, day: date, days: float) -> date | None:
        """The date by which so many days of instruction have passed since the end of `day`: `day` itself for none.

        Two half days are a day. None where the calendar ends before.
        """
        self._knows(day)
        return day if days <= 0 else self.reached(self.through(day) + days)

    def _knows(self, day: date) -> None:
        if day.toordinal() < self._dates[0] - 1:
            raise OutsideCalendar(f"the calendar begins on {self.first}, after {day}")


def with_weights(calendar: SchoolCalendar, weights: Mapping[date, tuple[DayKind, float]]) -> SchoolCalendar:
    """The calendar with some of its days made something else. Raises OutsideCalendar for a date that it lacks."""
    missing = set(weights) - {one.day for one in calendar.days}
    if missing:
        raise OutsideCalendar(f"not in the calendar: {min(missing)}")
    return replace(
        calendar, days=tuple(SchoolDay(one.day, *weights.get(one.day, (one.kind, one.weight))) for one in calendar.days)
    )


def closed(calendar: SchoolCalendar, days: Iterable[date]) -> SchoolCalendar:
    """The calendar when school is closed on some of its days, as for snow."""
    return with_weights(calendar, dict.fromkeys(days, (DayKind.CLOSURE, 0.0)))


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a target is due; one that is `fixed_by_law`, such as a state's window, stays whatever a calendar does."""

    target: int
    day: date
    fixed_by_law: bool = False


@dataclass(frozen=True, slots=True)
class MovedDate:
    """Where a date came from, and where it is: None where the calendar has no day left for it."""

    due: DueDate
    day: date | None

    @property
    def moved(self) -> bool:
        """Whether it is another date than before."""
        return self.day != self.due.day


def moved(dates: Iterable[DueDate], before: SchoolCalendar, after: SchoolCalendar) -> tuple[MovedDate, ...]:
    """Dates when a calendar changes: each as far into the instruction as it was, those of the law where they were."""
    return tuple(MovedDate(one, _placed(one, before, after)) for one in dates)


def _placed(due: DueDate, before: SchoolCalendar, after: SchoolCalendar) -> date | None:
    if due.fixed_by_law:
        return due.day
    distance = before.through(due.day)
    # also a Sunday stays what it was, as long as nothing before it changes
    same = due.day <= after.last and after.through(due.day) == distance
    return due.day if same else after.reached(distance)
