"""The filter fitted to a set of answers: settings by search, items and targets by the batch step, and its head."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass

from mastery.estimate.head import Head, Known
from mastery.estimate.state import Floats
from mastery.measure.ahead import look_ahead
from mastery.measure.answers import AnswerSet
from mastery.measure.batch import Calibrated, calibrate
from mastery.measure.head import Seen, fit_head
from mastery.measure.judge import BAR, Predicted
from mastery.measure.search import EVALUATIONS, START, Settings, search
from mastery.measure.splits import FOLDS, inner_splits

ROUNDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class FittedFilter:
    """Calibrated filter and head; predicts students of the same items and targets."""

    calibrated: Calibrated
    head: Head

    @property
    def version(self) -> str:
        """Name of the formula and of exactly these numbers."""
        head = hashlib.sha256(repr(astuple(self.head)).encode()).hexdigest()[:8]
        return f"{self.calibrated.hyper.version}-{self.calibrated.bank.version}-{head}"

    def predict(self, answers: AnswerSet) -> Predicted:
        """What the filter said before each answer; the estimate of a target is as of its last evidence."""
        success, known = see(self.calibrated, answers)
        told = self.head.tell(known, BAR)
        return Predicted(success, told.rate, told.low, told.high, told.probability)


def see(calibrated: Calibrated, answers: AnswerSet) -> tuple[Floats, Known]:
    """Run the filter: the success expected of each of R answers, and what was known of its target just before, [R]."""
    done = calibrated.advanced(answers)
    easiness = calibrated.bank.target_easiness[answers.target]
    return done.prediction, Known.of(done.before.mean, done.before.variance, easiness, calibrated.hyper)


def fit_filter(
    answers: AnswerSet, tell: Callable[[int, int], None] = lambda done, of: None, evaluations: int = EVALUATIONS
) -> FittedFilter:
    """Everything from training answers alone, the same again for the same answers; `tell` hears of progress.

    The head is fitted to each fifth of the students as a calibration on the others sees them. Of fewer than five
    students there are no fifths: then the settings are those that a search begins with, and the head changes nothing.
    """
    if answers.students < FOLDS:
        return FittedFilter(calibrate(answers, START.hyper, START.spreads, ROUNDS), Head())
    return fit_with(answers, search(answers, evaluations, tell))


def fit_with(answers: AnswerSet, settings: Settings) -> FittedFilter:
    """Items, targets and head for settings that are known. ValueError for fewer than five students."""
    seen = [
        _held(calibrate(answers.select(others), settings.hyper, settings.spreads, ROUNDS), answers.select(held))
        for others, held in inner_splits(answers.students)
    ]
    calibrated = calibrate(answers, settings.hyper, settings.spreads, ROUNDS)
    return FittedFilter(calibrated, fit_head(Seen.together(seen), BAR))


def _held(calibrated: Calibrated, held: AnswerSet) -> Seen:
    _, known = see(calibrated, held)
    ahead = look_ahead(held)
    at = Known(known.centre[ahead.row], known.spread[ahead.row], known.easiness[ahead.row])
    return Seen(at, ahead.right, ahead.count)
