"""Simulated students for the parts of the model that no public set has a column for: guessing, points, no feedback.

Each student answers twenty items of one target, of known easiness; the true ability is drawn from the filter's prior,
so that what is told of it can be compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from mastery.estimate import DEFAULTS, Hyperparameters, Observations, SubjectState, advance
from mastery.estimate.readout import RANGE_HALF_WIDTH
from mastery.estimate.state import Floats

STUDENTS, ITEMS = 4000, 20
HYPER = replace(
    DEFAULTS, item_variance=1e-6, item_easiness_variance=0.0, general_drift=0.0, target_drift=0.0, practice_slope=0.0,
    form_variance=1e-6, attempt_offsets=(0.0,),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """How far what is told is from the true ability (rms, logits), and how often its 80% range holds it."""

    part: str
    with_error: float
    with_cover: float
    without_error: float
    without_cover: float


def guessed() -> Told:
    """Items with four choices, taken for what they are or for open ones."""
    ability, easiness, random = drawn(1)
    p = 0.25 + 0.75 * expit(ability[:, None] + easiness)
    y = (random.random(p.shape) < p).astype(np.float64)
    return _compared("the chance to guess (c)", ability, easiness, y, {"guessing": 0.25}, {})


def in_points() -> Told:
    """Work in four points, taken for what it is or for so much of one right answer."""
    ability, easiness, random = drawn(2)
    weights = np.exp(0.5 * (ability[:, None] + easiness)[..., None] * np.arange(5))
    upto = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
    y = (random.random((STUDENTS, ITEMS))[..., None] > upto).sum(axis=-1) / 4.0
    return _compared("points (partial credit)", ability, easiness, y, {"points": 4.0}, {})


def without_feedback() -> Told:
    """A test without feedback, taken as one or as if each answer taught (a step of .3) before the next."""
    ability, easiness, random = drawn(3)
    y = (random.random((STUDENTS, ITEMS)) < expit(ability[:, None] + easiness)).astype(np.float64)
    taught = replace(HYPER, learning_right=0.3)
    with_it = _run(easiness, y, {"summed": True}, taught)
    return figures(
        "tests without feedback as one step", ability + 0.3 * y.mean(axis=1), with_it, _run(easiness, y, {}, taught)
    )


def drawn(seed: int) -> tuple[Floats, Floats, np.random.Generator]:
    """Abilities [N], easiness of each answer's item [N, items], and what draws the answers."""
    random = np.random.default_rng(seed)
    spread = np.sqrt(HYPER.general_variance + HYPER.target_variance)
    return random.normal(0.0, spread, STUDENTS), random.normal(0.0, 1.0, (STUDENTS, ITEMS)), random


def _compared(
    part: str, ability: Floats, easiness: Floats, y: Floats, with_it: dict[str, float], without: dict[str, float]
) -> Told:
    return figures(part, ability, _run(easiness, y, with_it, HYPER), _run(easiness, y, without, HYPER))


def _run(easiness: Floats, y: Floats, kind: dict[str, float], hyper: Hyperparameters) -> tuple[Floats, Floats]:
    """Mean and variance of the target's sum at the end."""
    rows = np.arange(STUDENTS * ITEMS)
    batch = Observations.build(
        hyper, offsets=np.arange(0, len(rows) + 1, ITEMS),
        sitting=rows // ITEMS if kind.get("summed") else rows, target=np.zeros(len(rows)), item=rows % ITEMS,
        y=y.ravel(), day=np.zeros(len(rows)), easiness=easiness.ravel(), **kind,
    )  # fmt: skip
    done = advance([SubjectState.initial(hyper)] * STUDENTS, batch, hyper)
    last = np.r_[np.flatnonzero(np.diff(done.first_row // ITEMS)), len(done.first_row) - 1]
    return done.after.mean[last], done.after.variance[last]


def figures(part: str, truth: Floats, one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Told:
    """Mean and variance of the truth [N] or [N, K], told with a part and without it."""

    def of(told: tuple[Floats, Floats]) -> tuple[float, float]:
        off = told[0] - truth
        inside = np.abs(off) <= RANGE_HALF_WIDTH * np.sqrt(told[1])
        return float(np.sqrt(np.mean(off**2))), float(inside.mean())

    return Told(part, *of(one), *of(other))
