"""Answer paths for the tests of the estimator, and their way into its columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from estimate_oracle import Answer

from mastery.estimate import Advanced, Hyperparameters, Observations, SubjectState, advance
from mastery.estimate.prerequisites import PrerequisiteTable

PREREQUISITES = {1: (0,), 2: (1, 0), 3: (2,)}
"""Those of the targets in the paths below; of effect where hyperparameters have a share for them."""


def to_batch(paths: Sequence[Sequence[Answer]], hyper: Hyperparameters) -> Observations:
    """One student per path, rows as they are given."""
    rows = [answer for path in paths for answer in path]
    return Observations.build(
        hyper,
        offsets=np.cumsum([0, *(len(path) for path in paths)]),
        sitting=[row.sitting for row in rows],
        target=[row.target for row in rows],
        item=[row.item for row in rows],
        y=[row.y for row in rows],
        day=[row.day for row in rows],
        weight=[row.weight for row in rows],
        summed=[row.summed for row in rows],
        slope=[row.slope for row in rows],
        easiness=[hyper.item_easiness if row.easiness is None else row.easiness for row in rows],
        easiness_variance=[
            hyper.item_easiness_variance if row.easiness_variance is None else row.easiness_variance for row in rows
        ],
        guessing=[row.guessing for row in rows],
        points=[row.points for row in rows],
    )


def run(path: Sequence[Answer], hyper: Hyperparameters, state: SubjectState | None = None) -> Advanced:
    """One student's path from `state`, or from nothing."""
    return run_all([path], hyper, [state or SubjectState.initial(hyper)])


def run_all(
    paths: Sequence[Sequence[Answer]], hyper: Hyperparameters, states: Sequence[SubjectState] | None = None
) -> Advanced:
    """All students' paths at once, from their states, or from nothing."""
    fresh = [SubjectState.initial(hyper)] * len(paths)
    return advance(states or fresh, to_batch(paths, hyper), hyper, PrerequisiteTable.of(PREREQUISITES))


def random_path(
    seed: int, sittings: int, targets: int = 4, days: float = 3.0, items: int = 12, immediate: bool = False
) -> list[Answer]:
    """Sittings of one to six items on one to three targets, some without feedback, assisted, guessed, in points."""
    random = np.random.default_rng(seed)
    path: list[Answer] = []
    day = 20000.0
    for sitting in range(sittings):
        day += float(random.choice([0.0, 0.01, random.exponential(days)]))
        summed = bool(random.random() < 0.4) and not immediate
        assisted = 0.5 if random.random() < 0.2 else 1.0
        chosen = random.permutation(items)[: random.integers(1, 7)]
        spread = int(random.integers(1, 4))
        rows = sorted((int(item) % targets % spread, int(item)) for item in chosen)
        for target, item in rows:
            guessing, points = [(0.0, 1), (0.25, 1), (0.0, 4)][int(random.choice(3, p=[0.7, 0.15, 0.15]))]
            path.append(
                Answer(
                    sitting,
                    target=target,
                    item=100 * target + item,
                    y=float(random.choice([0.0, 1.0, 0.5], p=[0.35, 0.6, 0.05])),
                    day=day,
                    weight=assisted,
                    summed=summed,
                    slope=float(random.uniform(0.5, 1.6)),
                    easiness=float(random.normal(0.5, 1.0)),
                    easiness_variance=float(random.uniform(0.0, 0.6)),
                    guessing=guessing,
                    points=points,
                )
            )
    return path


def same_bits(one: SubjectState, other: SubjectState) -> bool:
    """Whether two states are the same to the last bit."""
    return one.to_bytes() == other.to_bytes()
