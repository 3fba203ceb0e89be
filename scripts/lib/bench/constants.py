"""The other constants that compare an estimate: what they do with the model, and theirs with knowledge tracing.

Readiness and the rules F04, F09, F10 and F13 were written for Bayesian knowledge tracing. Each is tried on the same
simulated students by both, after 10, 20 and 40 answers on each target, with what it is wanted to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bench.simulated_tests import BAR, Block, Tested, answers_at, tell, tested, trace
from mastery.estimate.state import Floats
from mastery.flags.wheel_spin import slope
from mastery.policy import DEFAULT_POLICY as POLICY

_PRACTICE = (2, 4, 8)
_SEED = 31
_MASTERED, _READY, _LOW, _HIGH_LOW, _FELL = 0.95, 0.85, 0.50, 0.60, 0.30
"""The constants of the specification, for knowledge tracing."""
_WORSE = 0.35
_FAILED = 0.65
"""At most so many right: a level below 2.5, where the bar is level 3.0."""
Figure = Callable[[Tested, Floats, float], str]


def constants(students: int) -> Iterator[tuple[str, ...]]:
    """What is tried, the model's figures, those of tracing, and what is wanted; so many students each."""
    worlds = [tested(students, practice, _SEED + practice) for practice in _PRACTICE]

    def row(what: str, figure: Figure, ours: float, theirs: float, wanted: str) -> tuple[str, ...]:
        return (
            f"{what}: {ours:g} (tracing {theirs:g})",
            _each(figure(one, one.told, ours) for one in worlds),
            _each(figure(one, one.traced, theirs) for one in worlds),
            wanted,
        )

    yield row("readiness, those ready pass a test", _ready, POLICY.readiness_probability, _READY, "75 to 90%")
    yield row(
        "F04, those flagged are below the bar; of those below, flagged",
        _spins, POLICY.wheel_spin_probability, _MASTERED, "70% and more",
    )  # fmt: skip
    yield row(
        "F09, opened by a sitting though nothing fell; by two, where a rate at the bar or above fell by 35 points",
        _falls, POLICY.drop_probability, _FELL, "few; most",
    )  # fmt: skip
    yield row(
        "F10, those taken for low are below the bar; of those below, found", _low, POLICY.prereq_gap_probability, _LOW,
        "50% and more",
    )  # fmt: skip
    yield row(
        "F13, tests failed against the estimate, though all is as it was; of students at 90% who fail, found",
        _failed, POLICY.contradiction_probability_high, _MASTERED, "at most 5% of failed tests",
    )  # fmt: skip
    yield row(
        "F13, tests passed against the estimate, though all is as it was; of students at 50% who pass, found",
        _passed, POLICY.contradiction_probability_low, _HIGH_LOW, "at most 5% of passed tests",
    )  # fmt: skip


def _each(figures: Iterator[str]) -> str:
    return "; ".join(figures)


def _share(of: Floats, among: Floats) -> str:
    return f"{100 * of[among].mean():.1f}%" if among.sum() >= 20 else "-"


def _ready(one: Tested, said: Floats, ready: float) -> str:
    return _share(one.share >= BAR, said[:, -2] >= ready)


def _spins(one: Tested, said: Floats, mastered: float) -> str:
    """After the last two sittings of practice; estimates between them move evenly, as the rule takes them."""
    questions = one.practised.shape[3]
    before, after = said[:, -3], said[:, -2]
    moved = [before + (after - before) * step / questions for step in range(1, questions + 1)]
    flagged = (_longest_run(one.practised) < POLICY.wheel_spin_run) & (after < mastered)
    flagged &= slope(moved[-POLICY.wheel_spin_slope_window :]) <= POLICY.wheel_spin_slope
    below = one.rate < BAR
    return f"{_share(below, flagged)} and {_share(flagged, below)}"


def _longest_run(practised: Floats) -> Floats:
    run = longest = np.zeros(practised[:, 0, :, 0].shape)
    for sitting in range(practised.shape[1]):
        for number in range(practised.shape[3]):
            run = np.where(practised[:, sitting, :, number] > 0.0, run + 1.0, 0.0)
            longest = np.maximum(longest, run)
    return longest


def _falls(one: Tested, said: Floats, fell: float) -> str:
    """Two sittings of practice more: once by the students as they are, once by those who got worse."""
    random = np.random.default_rng(_SEED)
    done = [Block(one.practised[:, sitting]) for sitting in range(one.practised.shape[1])]
    judge = tell if said is one.told else trace
    worse = np.clip(one.rate - _WORSE, 0.02, None)
    opened = []
    for rate in (one.rate, worse):
        after = judge([*done, *(Block(answers_at(rate, 5, random)) for _ in range(2))])[:, -3:]
        opened.append(after[:, :-1] - after[:, 1:] >= fell)
    return f"{100 * opened[0].mean():.1f}% and {_share(opened[1].any(axis=1), one.rate >= BAR)}"


def _low(one: Tested, said: Floats, low: float) -> str:
    below, flagged = one.rate < BAR, said[:, -2] < low
    return f"{_share(below, flagged)} and {_share(flagged, below)}"


def _failed(one: Tested, said: Floats, mastered: float) -> str:
    failed, against = one.share <= _FAILED, said[:, -1] >= mastered
    return f"{_share(against, failed)} and {_share(against, failed & (one.rate >= 0.9))}"


def _passed(one: Tested, said: Floats, low: float) -> str:
    passed, against = one.share >= BAR, said[:, -1] < low
    return f"{_share(against, passed)} and {_share(against, passed & (one.rate <= 0.5))}"
