"""How the estimate on one target came to be what it is: one point for each result that moved it, and none between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from mastery.decide import RuleBook
from mastery.estimate import Model
from mastery.evidence import Purpose
from mastery.policy import Policy
from mastery.progress import steps_of
from mastery.sittings import Sitting

T = TypeVar("T")


class Point(NamedTuple):
    """The estimate just after one result; rates and probability in 0..1.

    `records` counts the scored records on the target up to and with it; without `enough` of them nothing may be said
    yet: the estimate is neither low nor high.
    """

    result: int
    at: datetime
    purpose: Purpose
    records: int
    enough: bool
    rate: float
    low: float
    high: float
    probability: float


def history(
    target: int, sittings: Sequence[Sitting], book: RuleBook, model: Model, policy: Policy
) -> tuple[Point, ...]:
    """The points of a target, oldest first, from all sittings of a student in its subject, in their total order.

    The last one is the estimate that `rebuild` and a step to the same evidence end with, to the last bit. A state
    test moves no estimate and is no point.
    """
    steps = steps_of(sittings, book, model, policy)
    points, records = [], 0
    for sitting in sittings:
        if all(piece.target != target for piece in sitting.pieces):
            continue
        records += sitting.purpose is not Purpose.STATE_SUMMATIVE
        step = steps.get((sitting.result, target))
        if step is not None:
            after = step[1]
            enough = records >= policy.enough_evidence_records
            points.append(
                Point(sitting.result, sitting.performed_at, sitting.purpose, records, enough,
                      after.rate, after.low, after.high, after.probability)
            )  # fmt: skip
    return tuple(points)


def thinned(points: Sequence[T], most: int) -> list[T]:
    """At most so many of the points (2 or more), evenly from first to last, for a picture that people can read."""
    if most < 2:
        raise ValueError("a picture needs the first point and the last")
    if len(points) <= most:
        return list(points)
    return [points[number * (len(points) - 1) // (most - 1)] for number in range(most)]
