"""Days until a rule is due, by the calendar of a student's school where one is on file (domain 2.5, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor

import numpy as np

from mastery.calendar import day_after, days_between
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.exact import exact

_JULY = 7
_DAY = timedelta(days=1)


def school_year(day: date) -> int:
    """The school year of a day, by the year that it ends in: it begins in July, as states count it."""
    return day.year + (day.month >= _JULY)


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """How the days of a rule are counted: as the calendar says, or each where none is on file.

    Of the days before a calendar begins none is on file, so that each counts; after its end nothing is known, and no
    day is counted.
    """

    calendar: SchoolCalendar | None = None
    _through: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        if self.calendar is not None:
            days = np.arange(self._eve.toordinal(), self.calendar.last.toordinal() + 1)
            object.__setattr__(self, "_through", tuple(self.calendar.distances(days).tolist()))

    def count(self, earlier: date, later: date) -> int:
        """Whole days after one date up to and including another, negative when reversed; two half days are one."""
        if self.calendar is None:
            return days_between(earlier, later)
        if later < earlier:
            return -self.count(later, earlier)
        before = max(days_between(earlier, min(later, self._eve)), 0)
        return before + floor(exact(self._distance(later) - self._distance(earlier)))

    def says(self, today: date) -> bool:
        """Whether a count that begins today is one of school days."""
        return self.calendar is not None and today >= self._eve

    def opens(self, today: date, days: int) -> date | None:
        """The day that comes so many days after today; None where the calendar ends before."""
        if self.calendar is None or not self.says(today):
            return day_after(today, days)
        return None if today > self.calendar.last else self.calendar.after(today, days)

    @property
    def end(self) -> date | None:
        """The last day of which something is known; None where each day counts."""
        return None if self.calendar is None else self.calendar.last

    @property
    def _eve(self) -> date:
        assert self.calendar is not None
        return self.calendar.first - _DAY

    def _distance(self, day: date) -> float:
        place = min(max(days_between(self._eve, day), 0), len(self._through) - 1)
        return self._through[place]


EVERY_DAY = SchoolDays()
