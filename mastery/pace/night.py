"""The pace of all students of a calendar in a night: columns in, columns out, the laws of one student row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from mastery.pace import knots
from mastery.pace.calendar import NO_DATE, SchoolCalendar
from mastery.pace.exact import Dates, Flags, Numbers, exact
from mastery.pace.own_calendar import Pauses, own_distances
from mastery.pace.projection import arrival_weeks, enough, finish_days, mondays
from mastery.pace.status import Judged, judge, overdue
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class Students:
    """Students of one calendar, a row each, and the targets they are asked for, (students, targets).

    A row with fewer targets has others due at infinity that weigh nothing. `due` is the teacher's date and `own_due`
    the plan's, as days since the own start; `mastered_on` an ordinal, 0 where not mastered. `start`, `behind_since` are
    ordinals, the latter with `close` what the night before left. `decisions` counts those in the plan so far.
    """

    start: Dates
    pauses: Pauses
    due: Numbers
    own_due: Numbers
    weight: Numbers
    priority: Flags
    mastered_on: Dates
    decisions: Dates
    behind_since: Dates
    close: Dates


class Night(NamedTuple):
    """What is known in the morning, a row a student: see `Pace`, `FinishRange` and `Arrival`.

    `finish` is (students, 5) in days and `weeks` (students, 3) Mondays as ordinals, both meant where `projected`.
    """

    elapsed: Numbers
    done: Numbers
    gap: Numbers
    plan_gap: Numbers
    late: Flags
    judged: Judged
    projected: Flags
    finish: Numbers
    weeks: Dates


def nightly(students: Students, school: SchoolCalendar, today: int, policy: Policy, widening: float = 1.0) -> Night:
    """Evaluate and project all students at the end of a day, an ordinal. Any split into batches gives the same."""
    weight = students.weight
    mastered = (students.mastered_on > 0) & (students.mastered_on <= today)
    dates = np.where(mastered, students.mastered_on, today)
    passed = own_distances(
        school, students.start, students.pauses, np.concatenate((np.full((len(dates), 1), today), dates), axis=1)
    )
    elapsed, at = passed[:, 0], passed[:, 1:]
    teacher = knots.knots_of(students.due, weight)
    done = _sums(np.where(mastered, weight, 0.0))
    gap = knots.gap(teacher, elapsed, done)
    late = overdue(students.due, weight, students.priority, mastered, elapsed, policy)
    complete = np.asarray((mastered | (weight == 0)).all(axis=1))
    judged = judge(
        gap,
        elapsed,
        teacher.length,
        complete=complete,
        paused=students.pauses.at(today, len(weight)),
        late=np.asarray(late.any(axis=1)),
        behind_since=students.behind_since,
        close=students.close,
        today=today,
        policy=policy,
    )
    days = np.minimum(elapsed, policy.projection_window_days)
    recent = _sums(np.where(mastered & (at > (elapsed - days)[:, None]), weight, 0.0))
    projected = ~complete & enough(elapsed, students.decisions, policy)
    unit = _units(weight[projected])
    finish, weeks = np.zeros((len(gap), 5)), np.zeros((len(gap), 3), np.int64)
    finish[projected] = finish_days(
        recent[projected] / unit,
        days[projected],
        (teacher.total / np.maximum(teacher.length, 1.0))[projected] / unit,
        (teacher.total - done)[projected] / unit,
        policy,
        widening,
    )
    weeks[projected] = _weeks(finish, elapsed, students, school, today)[projected]
    return Night(
        elapsed=elapsed,
        done=done,
        gap=gap,
        plan_gap=knots.gap(knots.knots_of(students.own_due, weight), elapsed, done),
        late=late,
        judged=judged,
        projected=projected,
        finish=finish,
        weeks=weeks,
    )


def _weeks(finish: Numbers, elapsed: Numbers, students: Students, school: SchoolCalendar, today: int) -> Dates:
    """The weeks of the range by each student's own calendar, of which a pause that is not over makes another one."""
    found = arrival_weeks(finish, school.through(date.fromordinal(today)), school)
    pauses = students.pauses
    for student in np.unique(pauses.student[pauses.last > today]).tolist():
        mine = pauses.student == student
        alone = Pauses(np.zeros(np.count_nonzero(mine), np.int64), pauses.first[mine], pauses.last[mine])
        coming = np.arange(today + 1, school.last.toordinal() + 1)
        ahead = own_distances(school, students.start[[student]], alone, coming[None, :])[0] - elapsed[student]
        place = np.searchsorted(exact(ahead), exact(finish[student, 1:4]), side="left")
        found[student] = mondays(np.concatenate((coming, [NO_DATE]))[place])
    return found


def _sums(weights: Numbers) -> Numbers:
    """Of each row, one after the other, so that what a shorter row is filled with changes no bit."""
    return exact(np.cumsum(weights, axis=1)[:, -1])


def _units(weights: Numbers) -> Numbers:
    """See `unit_of`."""
    return np.cumsum(weights**2, axis=1)[:, -1] / np.cumsum(weights, axis=1)[:, -1]
