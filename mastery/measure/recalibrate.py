"""Items and targets of a subject found anew from its evidence, on the scale in force, judged on students held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from mastery.estimate import UNCALIBRATED, Head, Model
from mastery.estimate.head import Known
from mastery.estimate.state import Integers
from mastery.measure import metrics
from mastery.measure.ahead import chance_of_reaching, needed, told_before
from mastery.measure.anchor import is_drifted
from mastery.measure.batch import calibrate
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.fitted import ROUNDS
from mastery.measure.head import Seen, fit_head
from mastery.measure.judge import BAR
from mastery.measure.prerequisites import Prerequisites, choose_share, leaning
from mastery.measure.search import EVALUATIONS, Settings, search
from mastery.measure.splits import FOLDS, inner_splits

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Predictions:
    """How well a model predicts students whom it was not fitted to; `auc` is None without right and wrong answers."""

    log_loss: float
    auc: float | None


@dataclass(frozen=True, slots=True)
class MasteryFigures:
    """How well the probability of mastery predicts whether the next answers reach the bar, by log-loss.

    points: moments of the students held out. plain: by the filter's own word. head: by a head fitted to the students of
    the other parts, each as a calibration without them saw them. None without points. The head is kept where it is
    better.
    """

    points: int
    plain: float | None
    head: float | None

    @property
    def head_is_better(self) -> bool:
        """Whether the head is of use to students that it was not fitted to."""
        return self.plain is not None and self.head is not None and self.head < self.plain


@dataclass(frozen=True, slots=True)
class Figures:
    """Predictions for a fifth of the students by three models.

    calibrated: by items and targets found from the other four fifths. in_force: by the model in force, which may have
    seen these students. uncalibrated: by the defaults.
    """

    students: int
    answers: int
    calibrated: Predictions
    in_force: Predictions
    uncalibrated: Predictions
    mastery: MasteryFigures


@dataclass(frozen=True, slots=True, eq=False)
class Recalibrated:
    """What was found: the model, each item's answers and drift by its id, and the figures.

    drift: new less earlier easiness in standard errors, for the items that the model in force has.
    """

    model: Model
    settings: Settings
    answers: Mapping[int, int]
    drift: Mapping[int, float]
    figures: Figures

    @property
    def drifted(self) -> list[int]:
        """The items that moved beyond chance (1 in 1,000), the farthest first."""
        beyond = [item for item, drift in self.drift.items() if is_drifted(drift)]
        return sorted(beyond, key=lambda item: (-abs(self.drift[item]), item))


def search_settings(answers: EvidenceSet, tell: Tell = lambda done, of: None) -> Settings:
    """Hyperparameters and priors by search; ValueError for fewer than five students."""
    return search(answers, EVALUATIONS, tell)


def recalibrate(
    answers: EvidenceSet, settings: Settings, in_force: Model, prerequisites: Prerequisites = MappingProxyType({})
) -> Recalibrated:
    """Find items and targets with these settings, anchored to the model in force as far as it has the items.

    `prerequisites` are the direct ones of targets; how much a start leans on them is found too, whatever the settings
    say. The same evidence, settings, graph and model in force find the same numbers. ValueError for fewer than five
    students.
    """
    if answers.students < FOLDS:
        raise ValueError(f"{answers.students} students have evidence; at least {FOLDS} are needed to calibrate")
    fits = [_without(answers, *some, settings, in_force) for some in inner_splits(answers.students)]
    # the first part is judged on
    share = choose_share(fits[1:], prerequisites)
    parts = [_Part.of(held, leaning(model, prerequisites, share)) for held, model in fits]
    mastery = _mastery(parts)
    held, anchor = parts[0].held, answers.anchor(in_force)
    found = calibrate(answers, settings.hyper, settings.spreads, ROUNDS, anchor=anchor)
    items = answers.item_ids.tolist()
    drift = anchor.drift(found.bank.easiness, found.bank.easiness_variance).tolist()
    return Recalibrated(
        replace(
            leaning(answers.model(found), prerequisites, share),
            head=_fit(parts) if mastery.head_is_better else None,
        ),
        settings,
        dict(zip(items, answers.answers_of_items().tolist(), strict=True)),
        {item: one for item, one in zip(items, drift, strict=True) if not math.isnan(one)},
        Figures(
            held.students,
            held.rows,
            _predictions(held, parts[0].model),
            _predictions(held, in_force),
            _predictions(held, UNCALIBRATED),
            mastery,
        ),
    )


def _predictions(held: EvidenceSet, model: Model) -> Predictions:
    predicted = held.predicted(model)
    auc = metrics.auc(held.y, predicted)
    return Predictions(metrics.log_loss(held.y, predicted), None if math.isnan(auc) else auc)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A fifth of the students, a model found from the others, and what it knew of the fifth as their answers came."""

    held: EvidenceSet
    model: Model
    seen: Seen

    @classmethod
    def of(cls, held: EvidenceSet, model: Model) -> _Part:
        return cls(held, model, _seen(held, model))


def _without(
    answers: EvidenceSet, others: Integers, some: Integers, settings: Settings, in_force: Model
) -> tuple[EvidenceSet, Model]:
    """The answers of some students, and what is found from the others."""
    fitted, held = answers.select(others), answers.select(some)
    anchor = fitted.anchor(in_force)
    return held, fitted.model(calibrate(fitted, settings.hyper, settings.spreads, ROUNDS, anchor=anchor))


def _seen(held: EvidenceSet, model: Model) -> Seen:
    """What was known before each sitting on a target that has enough answers before and after, and what came."""
    done = held.advanced(model)
    run, ahead = told_before(held, done.first_row)
    easiness = model.easiness_of(held.target_ids[held.target[ahead.row]])
    known = Known.of(done.before.mean[run], done.before.variance[run], easiness, model.hyper)
    return Seen(known, ahead.right, ahead.count)


def _fit(parts: Sequence[_Part]) -> Head:
    return fit_head(Seen.together([one.seen for one in parts]), BAR)


def _mastery(parts: Sequence[_Part]) -> MasteryFigures:
    seen = parts[0].seen
    if not len(seen.count):
        return MasteryFigures(0, None, None)
    return MasteryFigures(len(seen.count), _mastery_loss(Head(), seen), _mastery_loss(_fit(parts[1:]), seen))


def _mastery_loss(head: Head, seen: Seen) -> float:
    told = head.tell(seen.known, BAR)
    chance = chance_of_reaching(seen.count, told.low, told.high, told.probability, BAR)
    return metrics.log_loss((seen.right >= needed(seen.count, BAR)).astype(np.float64), chance)
