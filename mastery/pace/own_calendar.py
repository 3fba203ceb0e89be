"""A student's own calendar: from their own start on, without the days of a pause (domain 3.1, 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from mastery.pace.calendar import OutsideCalendar, SchoolCalendar
from mastery.pace.exact import Dates, Flags, Numbers, exact


@dataclass(frozen=True, slots=True)
class Pause:
    """An approved pause, such as an illness, both days belonging to it; `last` None while its end is not known."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError("a pause ends on its first day or later")

    def holds(self, day: date) -> bool:
        """Whether a day is one of it."""
        return self.first <= day and (self.last is None or day <= self.last)


def own_calendar(
    school: SchoolCalendar, start: date, pauses: Sequence[Pause] = (), *, summer: bool = False
) -> SchoolCalendar:
    """The calendar of a student who starts on a day: nothing before it, and paused days weigh nothing.

    Whoever comes part of the time has a `school` of their own. Raises OutsideCalendar for a start after its end.
    """
    days = tuple(
        replace(one, weight=0.0) if any(pause.holds(one.day) for pause in pauses) else one
        for one in school.days
        if one.day >= start
    )
    if not days:
        raise OutsideCalendar(f"the calendar ends on {school.last}, before the start on {start}")
    return SchoolCalendar(days, summer)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses of many students, as columns: whose (a row number), and both days as ordinals. None of one overlap."""

    student: Dates
    first: Dates
    last: Dates

    def at(self, day: int, students: int) -> Flags:
        """Which of so many students are paused on a day, an ordinal."""
        found = np.zeros(students, np.bool_)
        found[self.student[(self.first <= day) & (day <= self.last)]] = True
        return found


NO_PAUSES = Pauses(*(np.zeros(0, np.int64) for _ in range(3)))


def in_columns(pauses: Sequence[Sequence[Pause]], school: SchoolCalendar) -> Pauses:
    """The pauses of many students, a row each: those that overlap as one, and none without an end."""
    rows: list[tuple[int, int, int]] = []
    for student, mine in enumerate(pauses):
        for one in sorted(mine, key=lambda pause: pause.first):
            last = (one.last or max(one.first, school.last)).toordinal()
            if rows and rows[-1][0] == student and one.first.toordinal() <= rows[-1][2]:
                rows[-1] = (student, rows[-1][1], max(rows[-1][2], last))
            else:
                rows.append((student, one.first.toordinal(), last))
    return Pauses(*np.array(rows, np.int64).reshape(-1, 3).T)


def own_distances(school: SchoolCalendar, starts: Dates, pauses: Pauses, dates: Dates) -> Numbers:
    """What `own_calendar(...).through` says, of many students at once: (students, dates), all as ordinals.

    0 for a start that is yet to come, also where that is after the end of the calendar.
    """
    before = np.minimum(starts - 1, school.last.toordinal())
    passed = np.maximum(school.distances(dates) - school.distances(before)[:, None], 0.0)
    for student, first, last in zip(pauses.student.tolist(), pauses.first.tolist(), pauses.last.tolist(), strict=True):
        begin = min(max(first, int(starts[student])) - 1, school.last.toordinal())
        end = np.clip(dates[student], begin, max(last, begin))
        passed[student] -= school.distances(end) - school.distances(np.array([begin]))
    return exact(passed)
