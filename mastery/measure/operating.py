"""What a threshold for the probability of mastery does: who passes it, by the true rate, and its two error rates.

    false mastery     passes, although the true rate is below the bar
    missed mastery    does not pass, although the true rate is at or above the bar

Each is said at a rate (the bar less .10, and the bar plus .10) and over all students of that side of the bar. Students
are simulated by the model itself (`simulated_students`), so this is what the threshold does where the model is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate import Model
from mastery.measure.simulated_students import Plan, Simulated, simulate

RATES = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.97)
THRESHOLDS = (0.50, 0.60, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.98)
ANSWERS = (5, 10, 20, 40)
"""Answers on each target at which a table has rows."""
MOST_ANSWERS = 200
QUESTIONS = 5
"""Questions of a sitting: the most that count in one."""
STUDENTS = 10_000
MARGIN = 0.10
TOLERATED = 0.05
"""False mastery at the bar less MARGIN that a recommended threshold may have."""
_EITHER_SIDE = 0.01
_FEWEST = 100
_SEED = 11
_SEARCHED = tuple(round(0.50 + step / 100.0, 2) for step in range(50))
Flags = npt.NDArray[np.bool_]


class OperatingError(ValueError):
    """Something that can not be simulated: `field` is what it is about, the text what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Share:
    """A simulated share, 0..1, of so many cases (a student on a target), and its standard error by student."""

    share: float
    standard_error: float
    cases: int


@dataclass(frozen=True, slots=True)
class Operating:
    """What one threshold does after so many answers on each target; None where the model has too few such students.

    `at` a rate is within .01 of it. passing: the shares that pass at each of the table's rates.
    """

    threshold: float
    answers: int
    false_mastery_at: Share | None
    false_mastery: Share | None
    missed_mastery_at: Share | None
    missed_mastery: Share | None
    passing: tuple[Share | None, ...]


@dataclass(frozen=True, slots=True)
class OperatingTable:
    """Thresholds at numbers of answers, by the true rate.

    below, above: the bar less and plus .10, where the errors are said at a rate. recommended: the smallest threshold
    with false mastery of at most .05 at `below`, whatever the number of answers; None where no threshold is known to.
    """

    bar: float
    below: float
    above: float
    students: int
    targets: int
    rates: tuple[float, ...]
    recommended: float | None
    rows: tuple[Operating, ...]


def operating_table(
    model: Model,
    items: Mapping[int, Sequence[int]],
    bar: float,
    thresholds: Sequence[float] = THRESHOLDS,
    answers: Sequence[int] = ANSWERS,
    students: int = STUDENTS,
) -> OperatingTable:
    """The table of a model; `items` has the ids of each target's items by the id of the target (see `simulate`).

    The same arguments give the same numbers. OperatingError for a threshold outside 0..1, or for answers that are not
    whole sittings of five; ValueError for a bar outside 0..1 or no students.
    """
    if not answers or any(not QUESTIONS <= count <= MOST_ANSWERS or count % QUESTIONS for count in answers):
        wanted = f"give whole sittings of {QUESTIONS}, up to {MOST_ANSWERS}, such as 5, 10 or 40"
        raise OperatingError("answers", f"{_list(answers)} can not be simulated: {wanted}")
    _check(thresholds)
    plan = Plan(students=students, sittings=max(answers) // QUESTIONS, questions=QUESTIONS)
    return table_of(simulate(model, items, plan, bar, _SEED), bar, thresholds, answers)


def table_of(
    simulated: Simulated, bar: float, thresholds: Sequence[float], answers: Sequence[int], questions: int = QUESTIONS
) -> OperatingTable:
    """The table of simulated students, who have sittings of so many questions. OperatingError for a threshold
    outside 0..1."""
    _check(thresholds)
    moments = [_Moment.of(simulated, count, questions, bar) for count in answers]
    students, _, targets = simulated.told.shape
    return OperatingTable(
        bar,
        round(bar - MARGIN, 10),
        round(bar + MARGIN, 10),
        students,
        targets,
        RATES,
        _recommended(moments),
        tuple(one.operating(threshold) for threshold in thresholds for one in moments),
    )


def _check(thresholds: Sequence[float]) -> None:
    if not thresholds or any(not 0.0 < one < 1.0 for one in thresholds):
        raise OperatingError("threshold", f"{_list(thresholds)} is no threshold: give a probability between 0 and 1")


def _list(numbers: Sequence[float]) -> str:
    return ", ".join(f"{one:g}" for one in numbers) or "nothing"


def share_of(passes: Flags, among: Flags) -> Share | None:
    """The share of `among` that passes, [N, K] each: N students on K targets; None of fewer than a hundred cases.

    A student's targets resemble each other, so the error is that of a ratio of sums over students (linearised).
    """
    of_student = among.sum(axis=1)
    cases = int(of_student.sum())
    if cases < _FEWEST:
        return None
    passed = (passes & among).sum(axis=1)
    share = float(passed.sum() / cases)
    return Share(share, float(np.sqrt(np.sum((passed - share * of_student) ** 2)) / cases), cases)


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """After so many answers on each target: what is told and what is true, [N, K]."""

    answers: int
    bar: float
    told: npt.NDArray[np.float64]
    rate: npt.NDArray[np.float64]

    @classmethod
    def of(cls, simulated: Simulated, answers: int, questions: int, bar: float) -> _Moment:
        sitting = answers // questions - 1
        return cls(answers, bar, simulated.told[:, sitting], simulated.rate[:, sitting])

    def near(self, rate: float) -> Flags:
        return np.asarray(np.abs(self.rate - rate) <= _EITHER_SIDE)

    def operating(self, threshold: float) -> Operating:
        passes = np.asarray(self.told >= threshold)
        above = np.asarray(self.rate >= self.bar)
        return Operating(
            threshold,
            self.answers,
            share_of(passes, self.near(self.bar - MARGIN)),
            share_of(passes, ~above),
            share_of(~passes, self.near(self.bar + MARGIN)),
            share_of(~passes, above),
            tuple(share_of(passes, self.near(rate)) for rate in RATES),
        )


def _recommended(moments: Sequence[_Moment]) -> float | None:
    return next((one for one in _SEARCHED if all(_tolerated(moments, one))), None)


def _tolerated(moments: Sequence[_Moment], threshold: float) -> Iterator[bool]:
    for one in moments:
        found = share_of(one.told >= threshold, one.near(one.bar - MARGIN))
        yield found is not None and found.share <= TOLERATED
