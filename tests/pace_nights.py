"""Students in columns for the nightly run, and each of them alone, once by the laws and once by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from mastery.pace import own_calendar as own_calendars
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.lines import PlannedTarget, actual, line_of
from mastery.pace.night import Students
from mastery.pace.own_calendar import Pause, Pauses, own_calendar
from mastery.pace.projection import (
    Arrival,
    FinishRange,
    NotProjected,
    arrival,
    project,
    unit_of,
    usual_rate,
)
from mastery.pace.status import Carried, Look, Pace, evaluate
from mastery.policy import DEFAULT_POLICY as POLICY


@dataclass(frozen=True)
class One:
    """A student: targets with the teacher's dates, the plan's, and when each was mastered."""

    start: date
    pauses: tuple[Pause, ...]
    targets: tuple[PlannedTarget, ...]
    own: tuple[PlannedTarget, ...]
    mastered_on: dict[int, date]
    decisions: int
    carried: Carried


def in_columns(students: Sequence[One], school: SchoolCalendar) -> Students:
    """All of them, the shorter ones filled up."""
    widest = max(len(one.targets) for one in students)

    def filled(values: Sequence[Sequence[float]], empty: float, kind: type) -> np.ndarray:
        return np.array([[*row, *[empty] * (widest - len(row))] for row in values], kind)

    return Students(
        start=np.array([one.start.toordinal() for one in students]),
        pauses=own_calendars.in_columns([one.pauses for one in students], school),
        due=filled([[t.due for t in one.targets] for one in students], np.inf, float),
        own_due=filled([[t.due for t in one.own] for one in students], np.inf, float),
        weight=filled([[t.weight for t in one.targets] for one in students], 0.0, float),
        priority=filled([[t.priority for t in one.targets] for one in students], False, bool),
        mastered_on=filled(
            [[one.mastered_on[t.target].toordinal() if t.target in one.mastered_on else 0 for t in one.targets]
             for one in students], 0, np.int64,
        ),
        decisions=np.array([one.decisions for one in students]),
        behind_since=np.array(
            [one.carried.behind_since.toordinal() if one.carried.behind_since else 0 for one in students]
        ),
        close=np.array([one.carried.close for one in students]),
    )  # fmt: skip


def some_rows(students: Students, rows: Sequence[int]) -> Students:
    """Some of the students, in an order of their own."""
    columns = {one.name: getattr(students, one.name) for one in fields(students) if one.name != "pauses"}
    pauses, kept = students.pauses, []
    for place, row in enumerate(rows):
        kept += [(place, n) for n in np.flatnonzero(pauses.student == row).tolist()]
    places, where = np.array(kept, np.int64).reshape(-1, 2).T
    return Students(
        pauses=Pauses(places, pauses.first[where], pauses.last[where]),
        **{name: column[list(rows)] for name, column in columns.items()},
    )


def alone(
    one: One, school: SchoolCalendar, today: date, widening: float
) -> tuple[Pace, Arrival | None, FinishRange | None]:
    """The same by the functions for one student."""
    own = own_calendar(school, one.start, one.pauses)
    elapsed = own.through(today)
    done = frozenset(target for target, day in one.mastered_on.items() if day <= today)
    paused = any(pause.holds(today) for pause in one.pauses)
    before = None
    if one.carried != Carried():
        before = Pace(date.fromordinal(today.toordinal() - 1), "", 0, 0, 0, 0, (), Carried(), one.carried)  # type: ignore[arg-type]
    pace = evaluate(before, Look(today, elapsed, one.targets, done, line_of(one.own), paused), POLICY)
    days = min(elapsed, 40)
    recent = {target for target in done if own.through(one.mastered_on[target]) > elapsed - days}
    unit, line = unit_of(one.targets), line_of(one.targets)
    found = project(
        actual(one.targets, recent) / unit,
        elapsed,
        one.decisions,
        usual_rate(line) / unit,
        (line.total - pace.done) / unit,
        POLICY,
        widening,
    )
    if isinstance(found, NotProjected):
        return pace, None, None
    return pace, arrival(found, today, own), found
