"""All answers of a subject as a model saw them coming: what it said just before each answer and each sitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from mastery.estimate import Model
from mastery.estimate.state import Floats, Integers
from mastery.measure.ahead import chance_of_reaching, covered, earlier_answers, reached, told_before
from mastery.measure.evidence_set import EvidenceSet


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """M moments at which a student could be told of a target, just before a sitting; columns [M].

    row: the first answer of the sitting; earlier: answers on the target before it. chance: that the next answers
    reach the bar, by the probability of mastery told; reached: whether they did, 1 or 0. covered: how much of what came
    lies in the 80% range told (`mastery.measure.ahead`).
    """

    row: Integers
    earlier: Integers
    chance: Floats
    reached: Floats
    covered: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """R answers; success, ability [R]: expected success on each and the ability that it was expected from.

    run_row [M]: first row of each run, a sitting's answers on a target; level [M]: what was known just after it.
    """

    answers: EvidenceSet
    success: Floats
    ability: Floats
    run_row: Integers
    level: Floats
    promises: Promises

    @classmethod
    def of(cls, answers: EvidenceSet, model: Model, bars: Mapping[int, float]) -> Self:
        """Replay every student from the first answer on; `bars`: the bar for mastery of each target, by its id."""
        done = answers.advanced(model)
        run, ahead = told_before(answers, done.first_row)
        targets: list[int] = answers.target_ids[answers.target[ahead.row]].tolist()
        bar = np.array([bars[one] for one in targets], np.float64)
        said = model.told(done.before.mean[run], done.before.variance[run], targets, bar)
        promises = Promises(
            ahead.row,
            earlier_answers(answers)[ahead.row],
            chance_of_reaching(ahead.count, said.low, said.high, said.probability, bar),
            reached(ahead, bar),
            covered(ahead, said.low, said.high),
        )
        return cls(answers, done.prediction, done.ability, done.first_row, done.after.mean, promises)
