"""How much is planned, done and likely by each of some days: what the picture of a class, or of a student, shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mastery.pace import knots
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.course import CourseTarget
from mastery.pace.exact import Dates, Numbers
from mastery.pace.learners import Evaluated, columns_of
from mastery.pace.night import Students
from mastery.pace.own_calendar import own_distances

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sample:
    """Shares 0..1 of the whole by the end of a day: by the teacher's dates, by the own ones, and done so far.

    `low` and `high` are where the work likely is by then (P80 and P20 of the finish, straight from today); None for
    days that are over, as `done` is for those to come.
    """

    day: date
    planned: float
    own: float
    done: float | None
    low: float | None
    high: float | None


def sample_days(starts: date, finishes: date, today: date) -> list[date]:
    """Week by week from the day before a plan to its end, with today and the end themselves."""
    eve = starts - timedelta(days=1)
    weeks = [eve + place * _WEEK for place in range((finishes - eve).days // 7 + 1)]
    return sorted({*weeks, finishes, *((today,) if eve <= today <= finishes else ())})


def burn_up(
    found: Sequence[Evaluated], targets: Sequence[CourseTarget], school: SchoolCalendar, days: Sequence[date]
) -> list[Sample]:
    """The mean over students, each from their own start, on days that the calendar knows; nothing without a student.

    Of whom too little is known to say when they will be done, what is done today counts for the days to come; where
    that is so of all, nothing is likely.
    """
    students = [one for one in found if one.total > 0]
    if not students:
        return []
    today = students[0].pace.day
    columns = columns_of([one.learner for one in students], targets, school, today)
    dates = np.broadcast_to(np.array([day.toordinal() for day in days], np.int64), (len(students), len(days)))
    at = own_distances(school, columns.start, columns.pauses, dates)
    total = np.array([[one.total] for one in students])
    planned, own = (_expected(due, columns, at) / total for due in (columns.due, columns.own_due))
    done = _done(columns, dates) / total
    low, high = (_likely(students, at, quantile) for quantile in ("p80", "p20"))
    ranged = any(one.finish is not None for one in students)
    return [
        Sample(
            day,
            float(planned[:, place].mean()),
            float(own[:, place].mean()),
            float(done[:, place].mean()) if day <= today else None,
            float(low[:, place].mean()) if ranged and day >= today else None,
            float(high[:, place].mean()) if ranged and day >= today else None,
        )
        for place, day in enumerate(days)
    ]


def _expected(due: Numbers, columns: Students, at: Numbers) -> Numbers:
    lines = knots.knots_of(due, columns.weight)
    return np.stack([knots.expected(lines, at[:, place]) for place in range(at.shape[1])], axis=1)


def _done(columns: Students, dates: Dates) -> Numbers:
    mastered = columns.mastered_on[:, None, :]
    counts = (mastered > 0) & (mastered <= dates[:, :, None])
    return np.asarray(np.sum(np.where(counts, columns.weight[:, None, :], 0.0), axis=2))


def _likely(students: Sequence[Evaluated], at: Numbers, quantile: str) -> Numbers:
    """Straight from what is done today to all of it on the day of a quantile."""
    shares = np.array([[one.pace.done / one.total] for one in students])
    ahead = np.maximum(at - np.array([[one.elapsed] for one in students]), 0.0)
    days = np.array([[np.inf if one.finish is None else getattr(one.finish, quantile)] for one in students])
    return np.asarray(shares + (1.0 - shares) * np.minimum(ahead / np.maximum(days, 1.0), 1.0))
