"""The students of a class on a day, from what is known of each to the columns of `mastery.pace.night` and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mastery.body.words import State
from mastery.pace import knots
from mastery.pace.calendar import NO_DATE, SchoolCalendar
from mastery.pace.course import CourseTarget
from mastery.pace.lines import COUNTED, EXCUSED
from mastery.pace.night import Students, nightly
from mastery.pace.own_calendar import Pause, in_columns, own_calendar
from mastery.pace.projection import Arrival, FinishRange
from mastery.pace.status import STATUSES, Carried, Pace
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class Learner:
    """A student in a class: own start, pauses, dates of the own plan as distances, and what the last look left.

    `states` are those of the plan's targets, `mastered_on` the dates in the school's zone.
    """

    student: int
    start: date
    pauses: tuple[Pause, ...]
    own_dues: Mapping[int, float]
    states: Mapping[int, State]
    mastered_on: Mapping[int, date]
    before: tuple[date, Carried, Carried] | None

    def given(self, day: date) -> Carried:
        """What a look at a day begins with: a day counts once, by its last look."""
        if self.before is None:
            return Carried()
        on, carried_in, carried = self.before
        return carried_in if on >= day else carried

    def asks(self, target: int) -> bool:
        """Whether a target is asked of the student: nobody has waived or exempted it."""
        return self.states.get(target) not in EXCUSED

    def done_on(self, target: int) -> date | None:
        """When a target came to count as done; the own start where that is not known. None: it does not count."""
        return self.mastered_on.get(target, self.start) if self.states.get(target) in COUNTED else None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The pace of a student on a day; `finish` and `weeks` are None where there is too little work, or all is done."""

    learner: Learner
    pace: Pace
    elapsed: float
    total: float
    finish: FinishRange | None
    weeks: Arrival | None


def evaluate_class(
    learners: Sequence[Learner], targets: Sequence[CourseTarget], school: SchoolCalendar, day: date, policy: Policy
) -> list[Evaluated]:
    """The pace of the students of a class at the end of a day that the calendar knows, in their order."""
    if not learners:
        return []
    columns = columns_of(learners, targets, school, day)
    night = nightly(columns, school, day.toordinal(), policy)
    found = []
    for row, learner in enumerate(learners):
        since = int(night.judged.behind_since[row])
        total = float(np.cumsum(columns.weight[row])[-1])
        done, gap, elapsed = float(night.done[row]), float(night.gap[row]), float(night.elapsed[row])
        pace = Pace(
            day=day,
            status=STATUSES[night.judged.status[row]],
            gap=gap,
            plan_gap=float(night.plan_gap[row]),
            expected=_expected(columns, row, elapsed),
            done=done,
            late=tuple(one.dated.target for one, late in zip(targets, night.late[row], strict=True) if late),
            carried_in=learner.given(day),
            carried=Carried(date.fromordinal(since) if since else None, int(night.judged.close[row])),
        )
        projected = bool(night.projected[row])
        found.append(
            Evaluated(
                learner,
                pace,
                elapsed,
                total,
                FinishRange(*night.finish[row].tolist()) if projected else None,
                Arrival(*(_monday(one) for one in night.weeks[row].tolist())) if projected else None,
            )
        )
    return found


def _monday(ordinal: int) -> date | None:
    return None if ordinal == NO_DATE else date.fromordinal(ordinal)


def _expected(columns: Students, row: int, elapsed: float) -> float:
    lines = knots.knots_of(columns.due[[row]], columns.weight[[row]])
    return float(knots.expected(lines, np.array([elapsed]))[0])


def columns_of(
    learners: Sequence[Learner], targets: Sequence[CourseTarget], school: SchoolCalendar, day: date
) -> Students:
    """What is known of students as columns, a row each and a column for each target, in their orders."""
    asked = np.array([[one.asks(t.dated.target) for t in targets] for one in learners])
    due = np.array([_dues(one, targets, school) for one in learners], np.float64)
    own = np.array(
        [[one.own_dues.get(t.dated.target, at) for t, at in zip(targets, row, strict=True)]
         for one, row in zip(learners, due.tolist(), strict=True)]
    )  # fmt: skip
    weight = np.broadcast_to(np.array([one.dated.weight for one in targets]), asked.shape)
    done = [[one.done_on(t.dated.target) for t in targets] for one in learners]
    mastered = np.array([[0 if on is None else on.toordinal() for on in row] for row in done], np.int64)
    given = [one.given(day) for one in learners]
    return Students(
        start=np.array([one.start.toordinal() for one in learners], np.int64),
        pauses=in_columns([one.pauses for one in learners], school),
        due=np.where(asked, due, np.inf),
        own_due=np.where(asked, own, np.inf),
        weight=np.where(asked, weight, 0.0),
        priority=np.broadcast_to(np.array([one.dated.priority for one in targets]), asked.shape) & asked,
        mastered_on=np.where(asked, mastered, 0),
        decisions=np.count_nonzero(np.where(asked, mastered, 0), axis=1),
        behind_since=np.array([one.behind_since.toordinal() if one.behind_since else 0 for one in given], np.int64),
        close=np.array([one.close for one in given], np.int64),
    )


def _dues(learner: Learner, targets: Sequence[CourseTarget], school: SchoolCalendar) -> list[float]:
    if not any(one.dated.fixed_by_law for one in targets):
        return [one.due for one in targets]
    own = own_calendar(school, min(learner.start, school.last), learner.pauses)
    return [one.due_in(own) for one in targets]
