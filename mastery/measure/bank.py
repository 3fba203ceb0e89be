"""What a calibration knows of items and targets: the numbers that the filter reads answers with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from mastery.estimate import Hyperparameters, Observations
from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats, Integers


class AnswerColumns(Protocol):
    """R answers of N students, columns as in `Observations`, with items numbered 0..I-1 and targets 0..K-1."""

    @property
    def offsets(self) -> Integers: ...
    @property
    def student(self) -> Integers: ...
    @property
    def sitting(self) -> Integers: ...
    @property
    def item(self) -> Integers: ...
    @property
    def target(self) -> Integers: ...
    @property
    def y(self) -> Floats: ...
    @property
    def weight(self) -> Floats: ...
    @property
    def summed(self) -> Flags: ...
    @property
    def guessing(self) -> Floats: ...
    @property
    def points(self) -> Floats: ...
    @property
    def rows(self) -> int: ...
    @property
    def students(self) -> int: ...
    @property
    def items(self) -> int: ...
    @property
    def targets(self) -> int: ...
    def days(self) -> Floats: ...
    def select(self, students: npt.ArrayLike) -> Self: ...


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Parameters of I items and K targets, numbered as in the answers that they were fitted to; logits.

    slope, easiness, easiness_variance [I]: a, b and SE_b^2 of each item. An item without answers has a = 1, the
    easiness of its target and the whole spread of items around it.
    target_easiness [K]: b of the target's typical item. practice_slope [K]: lam of the target.
    """

    slope: Floats
    easiness: Floats
    easiness_variance: Floats
    target_easiness: Floats
    practice_slope: Floats

    @classmethod
    def blank(cls, items: int, targets: int, easiness: float, variance: float, practice_slope: float) -> Bank:
        """A bank that knows the overall easiness alone."""
        return cls(
            np.ones(items),
            np.full(items, easiness),
            np.full(items, variance),
            np.full(targets, easiness),
            np.full(targets, practice_slope),
        )

    @property
    def version(self) -> str:
        """Name of exactly these numbers."""
        columns = (self.slope, self.easiness, self.easiness_variance, self.target_easiness, self.practice_slope)
        return hashlib.sha256(b"".join(one.astype("<f8").tobytes() for one in columns)).hexdigest()[:12]

    def observations(self, answers: AnswerColumns, hyper: Hyperparameters) -> Observations:
        """The answers as the filter takes them."""
        return Observations.build(
            hyper,
            offsets=answers.offsets,
            sitting=answers.sitting,
            target=answers.target,
            item=answers.item,
            y=answers.y,
            weight=answers.weight,
            day=answers.days(),
            summed=answers.summed,
            guessing=answers.guessing,
            points=answers.points,
            slope=self.slope[answers.item],
            easiness=self.easiness[answers.item],
            easiness_variance=self.easiness_variance[answers.item],
            practice_slope=self.practice_slope[answers.target],
        )
