"""Simulated students for projections: true rates of their own, good and bad weeks, and targets that come in bunches."""

from __future__ import annotations

import numpy as np

from mastery.pace.backtest import Projected
from mastery.policy import DEFAULT_POLICY as POLICY

TARGETS = 36
USUAL = 0.2
_LONGEST = 4000


def simulated(
    students: int,
    seed: int,
    *,
    spread: float = 0.35,
    weeks: float = 0.0,
    bunch: float = 1.0,
    supposed: bool = False,
) -> Projected:
    """Projections made on a day between day 20 and 90, each of a student of 36 targets seen to the end.

    None of it is what the law assumes: rates are log-normal around the teacher's with `spread`, `weeks` is how much
    each week differs from the next, and `bunch` how many targets come at once in the mean. With `supposed` rates are
    as the law supposes after all.
    """
    draw = np.random.default_rng(seed)
    rate = USUAL * np.exp(draw.normal(-(spread**2) / 2, spread, students))
    if supposed:
        rate = draw.gamma(POLICY.projection_prior_days * USUAL, 1 / POLICY.projection_prior_days, students)
    weekly = np.exp(draw.normal(-(weeks**2) / 2, weeks, (students, _LONGEST // 5)))
    times = draw.poisson(rate[:, None] * np.repeat(weekly, 5, axis=1) / bunch)
    # each time one target, and others with it
    came = times > 0
    times[came] += draw.negative_binomial(times[came], 1 / bunch)
    done = np.cumsum(times, axis=1)
    day = draw.integers(20, 90, students)
    row = np.arange(students)
    n_days = np.minimum(day, POLICY.projection_window_days)
    then = done[row, day - 1]
    before = np.where(day > n_days, done[row, day - n_days - 1], 0)
    finish = np.argmax(done >= TARGETS, axis=1) + 1
    open_ = (then < TARGETS) & (then >= POLICY.projection_least_decisions) & (done[:, -1] >= TARGETS)
    return Projected(
        n=(then - before)[open_].astype(float),
        days=n_days[open_].astype(float),
        usual=np.full(open_.sum(), USUAL),
        remaining=(TARGETS - then)[open_].astype(float),
        seen=(finish - day)[open_].astype(float),
        finished=np.ones(open_.sum(), np.bool_),
    )
