"""What the filter promises about simulated students: intervals that cover, a bar that is passed by those above it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit

from mastery.estimate import DEFAULTS, Observations, SubjectState, advance, levels, readout

H = DEFAULTS
QUANTILE_95 = 1.6448536269514722


@dataclass
class Class:
    """Simulated students who follow the filter's own model, with their true g and s at the end."""

    answers: npt.NDArray[np.float64]
    targets: npt.NDArray[np.int64]
    general: npt.NDArray[np.float64]
    own: npt.NDArray[np.float64]
    practice: npt.NDArray[np.float64]


def simulate(seed: int, students: int, targets: int, answers_each: int, in_blocks: bool) -> Class:
    """Every student answers `answers_each` new items on each target, in blocks or in random turns."""
    random = np.random.default_rng(seed)
    total = targets * answers_each
    who = np.arange(students)
    general = random.normal(0.0, np.sqrt(H.general_variance), students)
    form = random.normal(0.0, np.sqrt(H.form_variance), students)
    own = random.normal(0.0, np.sqrt(H.target_variance), (students, targets))
    practice = np.zeros((students, targets))
    given, about = np.empty((students, total)), np.empty((students, total), np.int64)
    for turn in range(total):
        k = np.full(students, turn // answers_each) if in_blocks else random.integers(0, targets, students)
        items = random.normal(0.0, np.sqrt(H.item_variance + H.item_easiness_variance), students)
        ability = general + form + own[who, k] + H.practice_slope * np.log1p(practice[who, k])
        y = (random.random(students) < expit(ability + items + H.item_easiness)).astype(float)
        given[:, turn], about[:, turn] = y, k
        own[who, k] += H.learning_right * y + H.learning_wrong * (1.0 - y)
        own[who, k] += random.normal(0.0, np.sqrt(H.target_drift), students)
        practice[who, k] += y
        general = general + random.normal(0.0, np.sqrt(H.general_drift), students)
        fresh = np.sqrt((1.0 - H.form_persistence**2) * H.form_variance)
        form = H.form_persistence * form + random.normal(0.0, fresh, students)
    return Class(given, about, general, own, practice)


def filtered(answers: npt.NDArray[np.float64], targets: npt.NDArray[np.int64]) -> tuple[SubjectState, ...]:
    """The states after one sitting per answer, every item new."""
    students, total = answers.shape
    turns = np.tile(np.arange(total), students)
    batch = Observations.build(
        H,
        offsets=np.arange(students + 1) * total,
        sitting=turns,
        target=targets.ravel(),
        item=turns,
        y=answers.ravel(),
        day=0.0 * turns,
    )
    return advance([SubjectState.initial(H)] * students, batch, H).states


@pytest.mark.parametrize("in_blocks", [False, True], ids=["in turns", "in blocks"])
@pytest.mark.parametrize(("targets", "answers_each"), [(3, 3), (4, 10), (4, 40), (12, 5), (20, 20)])
def test_nine_in_ten_intervals_of_a_targets_sum_hold_the_truth(
    targets: int, answers_each: int, in_blocks: bool
) -> None:
    """87 to 93% (measurement 3), for the sum that people are shown: present form left out."""
    simulated = simulate(1, 1200, targets, answers_each, in_blocks)
    inside: list[npt.NDArray[np.bool_]] = []
    for student, state in enumerate(filtered(simulated.answers, simulated.targets)):
        now = levels(state, H)
        k = state.target_ids
        truth = simulated.general[student] + simulated.own[student, k]
        truth += H.practice_slope * np.log1p(simulated.practice[student, k])
        inside.append(np.abs(now.mean - truth) < QUANTILE_95 * np.sqrt(now.variance))
    assert 0.87 <= np.concatenate(inside).mean() <= 0.93


@pytest.mark.parametrize(
    ("true_rate", "least", "most"), [(0.60, 0.0, 0.02), (0.75, 0.0, 0.15), (0.90, 0.75, 1.0), (0.95, 0.97, 1.0)]
)
def test_the_bar_is_passed_by_those_above_it(true_rate: float, least: float, most: float) -> None:
    """Forty answers on each of four targets at a constant true rate, bar .75, probability .90 (measurement 1)."""
    random = np.random.default_rng(5)
    answers = (random.random((400, 160)) < true_rate).astype(float)
    states = filtered(answers, np.tile(np.arange(160) % 4, (400, 1)))
    known = [levels(state, H) for state in states]
    estimate = readout(
        np.concatenate([one.mean for one in known]), np.concatenate([one.variance for one in known]), H, bar=0.75
    )
    assert least <= (estimate.probability >= 0.90).mean() <= most
    assert estimate.rate.mean() == pytest.approx(true_rate, abs=0.05)
