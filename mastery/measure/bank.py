"""What a calibration knows of items and targets: the numbers that the filter reads answers with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from mastery.estimate import Hyperparameters, Observations
from mastery.estimate.state import Floats
from mastery.measure.answers import AnswerSet


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

    def observations(self, answers: AnswerSet, hyper: Hyperparameters) -> Observations:
        """The answers as the filter takes them, each a sitting of its own with feedback after it."""
        return Observations.build(
            hyper,
            offsets=answers.offsets,
            sitting=np.arange(answers.rows),
            target=answers.target,
            item=answers.item,
            y=answers.y,
            day=answers.days(),
            slope=self.slope[answers.item],
            easiness=self.easiness[answers.item],
            easiness_variance=self.easiness_variance[answers.item],
            practice_slope=self.practice_slope[answers.target],
        )
