"""Students who are as the model says: their answers, what is told of them, and the truth that it is told of.

g, s and f of each student are drawn from the priors, each question's easiness from what is known of the item (around
its target's typical one, where the item is not calibrated), the memory of it from its prior; then they answer, learn,
drift and forget by the transitions of `mastery.estimate`, and the filter reads the answers. The true rate is the one
that the filter tells of: on typical items, present form left out, as of the last answer on the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from mastery.estimate import Model, Observations, SubjectState, advance
from mastery.estimate.kernel import PROBIT
from mastery.estimate.model import Columns
from mastery.estimate.state import Floats, Integers

_AT_ONCE = 400_000
"""Answers that are held in memory at a time, about."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the students work: sittings on one target each, with feedback after each question, the targets in turn.

    `days` lie between a sitting and the next one. No question is asked twice. ValueError for what is not positive.
    """

    students: int = 20_000
    targets: int = 4
    sittings: int = 8
    questions: int = 5
    days: float = 1.0

    def __post_init__(self) -> None:
        if min(self.students, self.targets, self.sittings, self.questions) < 1 or self.days < 0.0:
            raise ValueError(f"{self} has a count below 1 or days below 0")


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """What came of N students on K targets in S sittings of J questions each, by the plan.

    y [N, S, K, J]: the answers, 0 or 1. rate [N, S, K]: the true rate at the end of the sitting, 0..1; told [N, S, K]:
    the probability told at that moment that it is at or above the bar.
    """

    y: Floats
    rate: Floats
    told: Floats


def simulate(model: Model, items: Mapping[int, Sequence[int]], plan: Plan, bar: float, seed: int) -> Simulated:
    """Students of the model. `items` has the ids of each target's items by the id of the target.

    Every student is given targets of `items` at random, as many as the plan says or as there are; where there are none,
    typical targets of the hyperparameters. A target with too few items lends typical ones. The same arguments give the
    same numbers. ValueError for a bar outside 0..1.
    """
    random = np.random.default_rng(seed)
    parts = [_part(model, items, plan, students, bar, random) for students in _sizes(plan)]
    return Simulated(
        np.concatenate([one.y for one in parts]),
        np.concatenate([one.rate for one in parts]),
        np.concatenate([one.told for one in parts]),
    )


def _sizes(plan: Plan) -> Iterator[int]:
    some = max(1, _AT_ONCE // (plan.targets * plan.sittings * plan.questions))
    for start in range(0, plan.students, some):
        yield min(some, plan.students - start)


def _part(
    model: Model, items: Mapping[int, Sequence[int]], plan: Plan, students: int, bar: float, random: np.random.Generator
) -> Simulated:
    targets, asked = _asked(items, plan, students, random)
    shape = asked.shape
    of = model.columns(asked.ravel(), np.broadcast_to(targets[:, None, :, None], shape).ravel())
    y, rate = _lived(model, targets, Columns(*(one.reshape(shape) for one in of)), plan, random)
    return Simulated(y, rate, _told(model, targets, of, y, plan, bar))


def _asked(
    items: Mapping[int, Sequence[int]], plan: Plan, students: int, random: np.random.Generator
) -> tuple[Integers, Integers]:
    """Targets int64[N, K] and items int64[N, S, K, J] of each student; -1 is an item that nobody knows."""
    known = np.array(sorted(items), np.int64) if items else -1 - np.arange(plan.targets)
    count = min(plan.targets, len(known))
    targets = known[np.argsort(random.random((students, len(known))), axis=1)[:, :count]]
    questions = plan.sittings * plan.questions
    asked = np.full((students, count, questions), -1, np.int64)
    for target, own in sorted(items.items()):
        student, place = np.nonzero(targets == target)
        order = np.argsort(random.random((len(student), len(own))), axis=1)[:, :questions]
        asked[student, place, : order.shape[1]] = np.array(own, np.int64)[order]
    # where there are too few, the typical ones are not all asked last
    asked = random.permuted(asked, axis=2)
    return targets, np.swapaxes(asked.reshape(students, count, plan.sittings, plan.questions), 1, 2)


def _lived(
    model: Model, targets: Integers, of: Columns, plan: Plan, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """The answers and the true rates, shapes as in `Simulated`."""
    hyper = model.hyper
    students, sittings, count, questions = of.slope.shape

    def normal(variance: float | Floats, *shape: int) -> Floats:
        return np.asarray(random.standard_normal(shape) * np.sqrt(variance), np.float64)

    general, form = normal(hyper.general_variance, students), normal(hyper.form_variance, students)
    own, practice = normal(hyper.target_variance, students, count), np.zeros((students, count))
    easiness = model.easiness_of(targets.ravel()).reshape(targets.shape)
    flattening = 1.0 / np.sqrt(1.0 + PROBIT * (hyper.item_variance + hyper.item_easiness_variance))
    gap = np.log1p(plan.days * count)
    kept, fade = np.exp(-hyper.forgetting * gap), hyper.form_persistence
    y, rate = np.empty(of.slope.shape), np.empty((students, sittings, count))
    for sitting in range(sittings):
        for k in range(count):
            if sitting:
                own[:, k] = kept * own[:, k] + normal(hyper.forgetting_variance * gap, students)
            for j in range(questions):
                at = (slice(None), sitting, k, j)
                ability = general + form + own[:, k] + of.practice_slope[at] * np.log1p(practice[:, k])
                item = of.easiness[at] + normal(of.easiness_variance[at] + hyper.item_variance, students)
                right = random.random(students) < expit(of.slope[at] * ability + item + hyper.attempt_offsets[0])
                y[at] = right
                own[:, k] += np.where(right, hyper.learning_right, hyper.learning_wrong)
                own[:, k] += normal(hyper.target_drift, students)
                practice[:, k] += right
                general += normal(hyper.general_drift, students)
                form = fade * form + normal((1.0 - fade * fade) * hyper.form_variance, students)
            practised = of.practice_slope[:, sitting, k, 0] * np.log1p(practice[:, k])
            rate[:, sitting, k] = expit(flattening * (general + own[:, k] + practised + easiness[:, k]))
    return y, rate


def _told(model: Model, targets: Integers, of: Columns, y: Floats, plan: Plan, bar: float) -> Floats:
    """What the filter tells after each sitting, [N, S, K]."""
    students, sittings, count, questions = y.shape
    rows = sittings * count * questions
    sitting = np.tile(np.arange(rows) // questions, students)
    target = np.broadcast_to(targets[:, None, :, None], y.shape).ravel()
    batch = Observations.build(
        model.hyper, offsets=np.arange(students + 1) * rows, sitting=sitting, target=target,
        item=np.tile(np.arange(rows), students), y=y.ravel(), day=plan.days * sitting, **of._asdict(),
    )  # fmt: skip
    after = advance([SubjectState.initial(model.hyper)] * students, batch, model.hyper).after
    told = model.told(after.mean, after.variance, target[::questions].tolist(), bar)
    return told.probability.reshape(students, sittings, count)
