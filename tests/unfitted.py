"""The filter as it is shipped: what it says of students before any answers of a district were looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate import DEFAULTS, Hyperparameters, Observations, SubjectState, advance, readout
from mastery.measure.answers import AnswerSet
from mastery.measure.judge import BAR, Predicted


@dataclass(frozen=True, slots=True)
class Unfitted:
    """The filter with given hyperparameters and no item parameters. Each answer is a sitting of its own."""

    hyper: Hyperparameters = DEFAULTS

    @property
    def version(self) -> str:
        """Name of the formula and the hyperparameters."""
        return self.hyper.version

    def predict(self, answers: AnswerSet) -> Predicted:
        """What the filter said before each answer; the estimate of a target is as of its last evidence."""
        batch = Observations.build(
            self.hyper,
            offsets=answers.offsets,
            sitting=np.arange(answers.rows),
            target=answers.target,
            item=answers.item,
            y=answers.y,
            day=answers.days(),
        )
        done = advance([SubjectState.initial(self.hyper)] * answers.students, batch, self.hyper)
        told = readout(done.before.mean, done.before.variance, self.hyper, BAR)
        return Predicted(done.prediction, told.rate, told.low, told.high, told.probability)
