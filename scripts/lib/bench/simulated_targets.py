"""Simulated students on two targets, and after a pause: what the graph and forgetting buy, which no set here tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit

from bench.simulated_answers import HYPER, STUDENTS, Told, figures
from mastery.estimate import Hyperparameters, Observations, SubjectState, advance, levels_after
from mastery.estimate.prerequisites import PrerequisiteTable
from mastery.estimate.state import Floats

_ITEMS, _SHARE, _DAYS = 8, 0.7, 60.0
_STEADY = replace(HYPER, forgetting=0.0, forgetting_variance=0.0)
_FORGETFUL = replace(HYPER, forgetting=0.2, forgetting_variance=0.05)
_GRAPH = PrerequisiteTable.of({1: (0,)})


def started() -> Told:
    """Where a target begins: eight answers on its prerequisite, which has .7 of what is special to it, none on it."""
    random = np.random.default_rng(4)
    general, first, own = _drawn(random)
    second = _SHARE * first + np.sqrt(1.0 - _SHARE**2) * own
    y = _answers(random, general + first)

    def begun(share: float) -> tuple[Floats, Floats]:
        hyper = replace(_STEADY, prerequisite_share=share)
        batch = _batch(hyper, 1, np.ones((STUDENTS, 1)))
        before = advance(_advanced(hyper, y), batch, hyper, _GRAPH).before
        return before.mean, before.variance

    return figures("the start from prerequisites (pi)", general + second, begun(_SHARE), begun(0.0))


def checked() -> Told:
    """A check after sixty days of students who forget, read with forgetting and as of the last answer."""
    random = np.random.default_rng(5)
    general, first, noise = _drawn(random)
    y = _answers(random, general + first)
    gap = np.log1p(_DAYS)
    left = np.exp(-_FORGETFUL.forgetting * gap) * first
    drifted = np.sqrt(_FORGETFUL.forgetting_variance * gap / HYPER.target_variance) * noise
    states = _advanced(_FORGETFUL, y)

    def read(hyper: Hyperparameters) -> tuple[Floats, Floats]:
        later = [levels_after(one, hyper, _DAYS, 0.0) for one in states]
        return np.concatenate([one.mean for one in later]), np.concatenate([one.variance for one in later])

    part = "forgetting (phi, psi), in a check after sixty days"
    return figures(part, general + left + drifted, read(_FORGETFUL), read(_STEADY))


def _drawn(random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """g, s of the first target, and as much again that is independent of both; [N] each."""
    own = random.normal(0.0, np.sqrt(HYPER.target_variance), (2, STUDENTS))
    return random.normal(0.0, np.sqrt(HYPER.general_variance), STUDENTS), own[0], own[1]


def _answers(random: np.random.Generator, ability: Floats) -> Floats:
    return (random.random((STUDENTS, _ITEMS)) < expit(ability[:, None])).astype(np.float64)


def _advanced(hyper: Hyperparameters, y: Floats) -> tuple[SubjectState, ...]:
    return advance([SubjectState.initial(hyper)] * STUDENTS, _batch(hyper, 0, y), hyper).states


def _batch(hyper: Hyperparameters, target: int, y: Floats) -> Observations:
    """One sitting each on one target, on one day, of items of easiness 0 that nobody meets twice."""
    each = y.shape[1]
    rows = np.arange(y.size)
    return Observations.build(
        hyper, offsets=np.arange(0, y.size + 1, each), sitting=rows // each, target=np.full(y.size, target),
        item=rows % each, y=y.ravel(), day=np.zeros(y.size), easiness=0.0,
    )  # fmt: skip
