"""The stretches of time that a measurement is told of: all of it, and the terms of the roster or the school years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_FIRST_MONTH = 7
_LAST = date.max - _DAY  # a roster may say that something never ends


@dataclass(frozen=True, slots=True)
class Term:
    """From the first to the last day, both of them in it, where the district is; without days it is all time.

    `title` is the roster's, None for a school year that no roster names.
    """

    title: str | None = None
    begins: date | None = None
    ends: date | None = None

    @property
    def key(self) -> str:
        """Its name in addresses: `all`, or its days."""
        return "all" if self.begins is None else f"{self.begins}--{self.ends}"

    def overlaps(self, other: Term) -> bool:
        """Whether both have a day in common."""
        begins = max(self.begins or date.min, other.begins or date.min)
        ends = min(self.ends or date.max, other.ends or date.max)
        return begins <= ends

    def rows(self, day: Floats, zone: ZoneInfo) -> Flags:
        """Which answers were given in it, by their days since 1970 in UTC; bool[R]."""
        if self.begins is None or self.ends is None:
            return np.ones(len(day), np.bool_)
        begins, ends = _midnight(self.begins, zone), _midnight(min(self.ends, _LAST) + _DAY, zone)
        return np.asarray((day >= begins) & (day < ends), np.bool_)


ALL_TIME = Term()


def terms_of(sessions: Iterable[Term], day: Floats, zone: ZoneInfo) -> list[Term]:
    """All time, then every term in which there are answers, the newest first; `day` as in `Term.rows`, at least one.

    The sessions are the roster's, with days; of several with the same days the first stands for all. Years of which the
    roster has no session are school years, July to June.
    """
    by_days: dict[tuple[date | None, date | None], Term] = {}
    for one in sessions:
        by_days.setdefault((one.begins, one.ends), one)
    told = list(by_days.values())
    told += [year for year in _school_years(day, zone) if not any(year.overlaps(one) for one in by_days.values())]
    there = [one for one in told if one.rows(day, zone).any()]
    return [ALL_TIME, *sorted(there, key=lambda one: (one.ends or date.min, one.begins or date.min), reverse=True)]


def _school_years(day: Floats, zone: ZoneInfo) -> list[Term]:
    """The school years that answers may be in: a day of UTC begins on one date of the district and ends on the next."""
    dates = {_date(one, zone) for begins in np.unique(np.floor(day)).tolist() for one in (begins, begins + 1.0)}
    return [
        Term(None, date(year, _FIRST_MONTH, 1), date(year + 1, _FIRST_MONTH, 1) - _DAY)
        for year in sorted({_year_of(one) for one in dates})
    ]


def _year_of(day: date) -> int:
    return day.year if day.month >= _FIRST_MONTH else day.year - 1


def _midnight(day: date, zone: ZoneInfo) -> float:
    return (datetime.combine(day, time(), zone) - _EPOCH) / _DAY


def _date(day: float, zone: ZoneInfo) -> date:
    return (_EPOCH + timedelta(days=float(day))).astimezone(zone).date()
