"""Where a student is beside the teacher's pace, in a word (domain 3.3): thresholds in days, leaving BEHIND slower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from mastery.pace import knots
from mastery.pace.exact import Dates, Flags, Numbers, exact
from mastery.pace.lines import Line, PlannedTarget, actual
from mastery.policy import Policy


class Status(StrEnum):
    """Pace, computed; their order is that of `STATUSES`, whose places a batch tells."""

    TOO_EARLY = "too_early"
    AHEAD = "ahead"
    ON_PACE = "on_pace"
    WATCH = "watch"
    BEHIND = "behind"
    COMPLETE = "complete"
    PAUSED = "paused"


STATUSES = tuple(Status)
BY_HAND = (Status.AHEAD, Status.ON_PACE, Status.WATCH, Status.BEHIND)
"""What a teacher may say instead: that a student is done, paused or has only begun is a matter of fact."""
_CODE = {status: np.int8(code) for code, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class Carried:
    """What one evaluation leaves to the next: since when BEHIND, and for how many in a row the gap was small enough."""

    behind_since: date | None = None
    close: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a student on a day: `elapsed` days of the own calendar, the targets asked for, those done.

    `plan` is P where it may differ from the teacher's pace.
    """

    day: date
    elapsed: float
    targets: tuple[PlannedTarget, ...]
    mastered: frozenset[int]
    plan: Line | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """An evaluation: status and gaps in days (positive behind), to E and to P; `late` are priority targets long due.

    `carried_in` is what the day began with, so that one more look on the same day judges the day anew.
    """

    day: date
    status: Status
    gap: float
    plan_gap: float
    expected: float
    done: float
    late: tuple[int, ...]
    carried_in: Carried
    carried: Carried


class Judged(NamedTuple):
    """Of many students: place in `STATUSES`, BEHIND since (ordinal, 0 for not), evaluations in a row near enough."""

    status: np.ndarray[tuple[int, ...], np.dtype[np.int8]]
    behind_since: Dates
    close: Dates


def judge(
    gap: Numbers,
    elapsed: Numbers,
    length: Numbers,
    *,
    complete: Flags,
    paused: Flags,
    late: Flags,
    behind_since: Dates,
    close: Dates,
    today: int,
    policy: Policy,
) -> Judged:
    """The status of many students from their gaps and from what the evaluation before left.

    In a pause nothing is judged and nothing forgotten. Work that is done, or has hardly begun, is behind nothing.
    """
    early = (elapsed < policy.pace_too_early_days) | (elapsed < exact(policy.pace_too_early_share * length))
    near = np.where(gap < policy.pace_behind_until_days, close + 1, 0)
    opens = (gap >= policy.pace_behind_days) | late
    held = (behind_since > 0) & (near < policy.pace_behind_until_evaluations)
    behind = opens | held
    status = np.select(
        [complete, paused, early, behind, gap >= policy.pace_watch_days, gap > -policy.pace_ahead_days],
        [_CODE[one] for one in (Status.COMPLETE, Status.PAUSED, Status.TOO_EARLY, Status.BEHIND, Status.WATCH,
                                Status.ON_PACE)],
        _CODE[Status.AHEAD],
    )  # fmt: skip
    since = np.where(behind & ~early & ~complete, np.where(behind_since > 0, behind_since, today), 0)
    asleep = paused & ~complete
    return Judged(
        status.astype(np.int8), np.where(asleep, behind_since, since), np.where(asleep, close, near).astype(np.int64)
    )


def overdue(due: Numbers, weight: Numbers, priority: Flags, mastered: Flags, elapsed: Numbers, policy: Policy) -> Flags:
    """Which targets, (students, targets), are priority ones that are not mastered long after the teacher's date."""
    return priority & ~mastered & (weight > 0) & (elapsed[:, None] - due > policy.pace_priority_late_days)


def evaluate(previous: Pace | None, look: Look, policy: Policy) -> Pace:
    """The pace of a student at a look, after the one before; a day counts as one evaluation, its last.

    Whoever is asked for nothing has done all of it. Raises ValueError for a day before the last evaluation.
    """
    if previous is not None and look.day < previous.day:
        raise ValueError("evaluated later already")
    given = Carried() if previous is None else previous.carried_in if previous.day == look.day else previous.carried
    due = np.array([[one.due for one in look.targets]], np.float64)
    weight = np.array([[one.weight for one in look.targets]], np.float64)
    priority = np.array([[one.priority for one in look.targets]], np.bool_)
    mastered = np.array([[one.target in look.mastered for one in look.targets]], np.bool_)
    teacher, elapsed = knots.knots_of(due, weight), np.array([look.elapsed])
    done = np.array([actual(look.targets, look.mastered)])
    gap = knots.gap(teacher, elapsed, done)
    late = overdue(due, weight, priority, mastered, elapsed, policy)
    judged = judge(
        gap,
        elapsed,
        teacher.length,
        complete=np.asarray(mastered.all(axis=1)),
        paused=np.array([look.paused]),
        late=np.asarray(late.any(axis=1)),
        behind_since=np.array([0 if given.behind_since is None else given.behind_since.toordinal()]),
        close=np.array([given.close]),
        today=look.day.toordinal(),
        policy=policy,
    )
    since = int(judged.behind_since[0])
    return Pace(
        day=look.day,
        status=STATUSES[judged.status[0]],
        gap=float(gap[0]),
        plan_gap=float(gap[0]) if look.plan is None else look.plan.gap(look.elapsed, float(done[0])),
        expected=float(knots.expected(teacher, elapsed)[0]),
        done=float(done[0]),
        late=tuple(one.target for one, is_late in zip(look.targets, late[0], strict=True) if is_late),
        carried_in=given,
        carried=Carried(date.fromordinal(since) if since else None, int(judged.close[0])),
    )


@dataclass(frozen=True, slots=True)
class ManualStatus:
    """What a teacher says instead, and why. It is shown; what was computed stays and is computed on."""

    status: Status
    by: int
    on: date
    reason: str

    def __post_init__(self) -> None:
        if self.status not in BY_HAND:
            raise ValueError(f"nobody sets {self.status} by hand")
        if not self.reason.strip():
            raise ValueError("a status by hand needs a reason")


def shown(pace: Pace, manual: ManualStatus | None) -> Status:
    """The status that is shown: a teacher's word, until all is done and while there is a pause."""
    if manual is None or pace.status in (Status.COMPLETE, Status.PAUSED):
        return pace.status
    return manual.status


def evaluated(looks: Sequence[Look], policy: Policy) -> Pace | None:
    """The pace after some looks, in the order of their days: what a rebuild does."""
    pace = None
    for look in looks:
        pace = evaluate(pace, look, policy)
    return pace
