"""Simulated students of the defaults who practise and are then tested: what is told before and after the test.

A sitting of practice is of five questions with feedback; a test has ten on each target, without, on another day, and is
passed from the bar on. What is told after it has counted the test as well, as in the service. Beside the model stands
Bayesian knowledge tracing with the constants of `mastery.methods`, which the thresholds of the specification were
written for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from mastery.estimate import DEFAULTS, UNCALIBRATED, Observations, SubjectState, advance
from mastery.estimate.kernel import PROBIT
from mastery.estimate.state import Floats
from mastery.measure.simulated_students import Plan, simulate
from mastery.methods import Choice
from mastery.policy import DEFAULT_POLICY

BAR = DEFAULT_POLICY.mastery_bar
TEST = 10
_BKT = {name: float(value) for name, value in Choice("BKT").given.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What everybody answers on each target in turn, a sitting a day: y [N, K, J]; `summed` without feedback."""

    y: Floats
    summed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """After `practice` sittings and then a test on each target, [N, K] each; told and traced also before it.

    rate: the true rate before the test. share: right in the test, 0..1. told, traced: the model's probability and that
    of knowledge tracing, after each of the practice sittings and last after the test, [N, practice + 1, K].
    """

    rate: Floats
    share: Floats
    told: Floats
    traced: Floats
    practised: Floats


def tested(students: int, practice: int, seed: int) -> Tested:
    """Students on four targets each, with so many sittings of practice on each before the test."""
    simulated = simulate(UNCALIBRATED, {}, Plan(students, sittings=practice), BAR, seed)
    rate = simulated.rate[:, -1]
    answers = answers_at(rate, TEST, np.random.default_rng(seed + 1))
    blocks = [*(Block(simulated.y[:, sitting]) for sitting in range(practice)), Block(answers, summed=True)]
    return Tested(rate, answers.mean(axis=2), tell(blocks), trace(blocks), simulated.y)


def answers_at(rate: Floats, count: int, random: np.random.Generator) -> Floats:
    """Answers to new typical questions on another day, [N, K, count], of students with these true rates [N, K]."""
    hyper = DEFAULTS
    noise = hyper.item_variance + hyper.item_easiness_variance
    ability = logit(rate) * np.sqrt(1.0 + PROBIT * noise)
    form = random.normal(0.0, np.sqrt(hyper.form_variance), rate.shape)
    y = np.empty((*rate.shape, count))
    for number in range(count):
        item = random.normal(0.0, np.sqrt(noise), rate.shape)
        y[..., number] = random.random(rate.shape) < expit(ability + form + item)
        fresh = random.normal(0.0, np.sqrt((1.0 - hyper.form_persistence**2) * hyper.form_variance), rate.shape)
        form = hyper.form_persistence * form + fresh
    return y


def tell(blocks: Sequence[Block]) -> Floats:
    """The probability of mastery after each block, [N, blocks, K]."""
    students, targets, _ = blocks[0].y.shape
    sizes = np.repeat([block.y.shape[2] for block in blocks], targets)
    sitting = np.repeat(np.arange(len(sizes)), sizes)
    effective = np.minimum(1.0, DEFAULT_POLICY.max_effective_items_per_attempt / sizes)
    summed = np.repeat([block.summed for block in blocks], targets)
    batch = Observations.build(
        DEFAULTS, offsets=np.arange(students + 1) * len(sitting), sitting=np.tile(sitting, students),
        target=np.tile(sitting % targets, students), item=np.tile(np.arange(len(sitting)), students),
        y=np.concatenate([block.y.reshape(students, -1) for block in blocks], axis=1).ravel(),
        day=np.tile(sitting, students), weight=np.tile(effective[sitting], students),
        summed=np.tile(summed[sitting], students),
    )  # fmt: skip
    after = advance([SubjectState.initial(DEFAULTS)] * students, batch, DEFAULTS).after
    told = UNCALIBRATED.told(after.mean, after.variance, [0] * len(after.mean), BAR)
    return told.probability.reshape(students, len(blocks), targets)


def trace(blocks: Sequence[Block]) -> Floats:
    """P(known) after each block, [N, blocks, K], as `mastery.methods.bkt` has it."""
    right, wrong = np.log(_BKT["guess"] / (1.0 - _BKT["slip"])), np.log((1.0 - _BKT["guess"]) / _BKT["slip"])
    odds = np.full(blocks[0].y.shape[:2], (1.0 - _BKT["prior"]) / _BKT["prior"])
    stays = 1.0 - _BKT["transit"]
    found = []
    for block in blocks:
        against = np.where(block.y > 0.0, right, wrong)
        if block.summed:
            weight = min(1.0, DEFAULT_POLICY.max_effective_items_per_attempt / against.shape[2])
            against = weight * against.sum(axis=2, keepdims=True)
        for number in range(against.shape[2]):
            odds = odds * np.exp(against[..., number])
            odds = odds * stays / (1.0 + odds * (1.0 - stays))
        found.append(1.0 / (1.0 + odds))
    return np.stack(found, axis=1)
