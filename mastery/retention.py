"""What a later check is expected to find if nothing comes before it, by the forgetting of the model (measurement 2).

The estimate moves by evidence alone; this is a prediction beside it. Nothing is stored, nothing changes. Checks are of
what was mastered (domain 2.4, Durability).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from mastery.decide import State
from mastery.estimate import Model, SubjectState, levels_after
from mastery.pace.school_days import SchoolDays
from mastery.policy import Policy


class Expected(NamedTuple):
    """What a check so many days after the newest evidence is expected to find: rates and probability in 0..1."""

    days: int
    rate: float
    low: float
    high: float
    probability: float


CHECKED = frozenset({State.MASTERED, State.MASTERED_PROVISIONAL})
"""States in which a target is checked."""


def scheduled(mastered_on: date, count: SchoolDays, policy: Policy) -> tuple[date, ...]:
    """The days on which what was mastered on a day is checked (domain 2.4, Durability), the first one first.

    Days of the student's school calendar; a check that falls after the end of what is known of it has no day yet.
    """
    days = (count.opens(mastered_on, one) for one in policy.retention_check_days)
    return tuple(day for day in days if day is not None)


def to_come(mastered_on: date, today: date, count: SchoolDays, policy: Policy) -> tuple[date, ...]:
    """The checks that are still to come; once none is, today: a check tells something on any day."""
    return tuple(day for day in scheduled(mastered_on, count, policy) if day > today) or (today,)


def due_since(mastered_on: date, newest_on: date, today: date, count: SchoolDays, policy: Policy) -> date | None:
    """Since when a check is due; None while none is.

    The newest scheduled one is due from its day on, until a result of that day or later says as much as a check would.
    """
    past = [day for day in scheduled(mastered_on, count, policy) if day <= today]
    return past[-1] if past and newest_on < past[-1] else None


def expected(state: SubjectState, target: int, bar: float, days: Sequence[int], model: Model) -> list[Expected]:
    """What is expected so many days (0 and more) after the target's newest evidence, in their order.

    The ability is what the filter would take an answer of that day to come from, s shrunk and widened by the days and
    the present form left out, but never above that of now. ValueError for a target without evidence.
    """
    known = state.target_ids.tolist()
    if target not in known:
        raise ValueError(f"target {target} has no evidence")
    place = known.index(target)
    slopes = model.practice_slopes_of(state.target_ids)
    found = []
    for one in days:
        later = levels_after(state, model.hyper, float(one), slopes)
        said = model.told(later.mean[place : place + 1], later.variance[place : place + 1], [target], np.array([bar]))
        values = (said.rate, said.low, said.high, said.probability)
        found.append(Expected(one, *(float(value[0]) for value in values)))
    return found
