"""Items and targets of a subject found anew from its evidence, on the scale in force, judged on students held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mastery.estimate import UNCALIBRATED, Model
from mastery.measure import metrics
from mastery.measure.anchor import is_drifted
from mastery.measure.batch import calibrate
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.fitted import ROUNDS
from mastery.measure.search import EVALUATIONS, Settings, search
from mastery.measure.splits import FOLDS, inner_splits

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Predictions:
    """How well a model predicts students whom it was not fitted to; `auc` is None without right and wrong answers."""

    log_loss: float
    auc: float | None


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


def recalibrate(answers: EvidenceSet, settings: Settings, in_force: Model) -> Recalibrated:
    """Find items and targets with these settings, anchored to the model in force as far as it has the items.

    The same evidence, settings and model in force find the same numbers. ValueError for fewer than five students.
    """
    if answers.students < FOLDS:
        raise ValueError(f"{answers.students} students have evidence; at least {FOLDS} are needed to calibrate")
    fitted, held = (answers.select(some) for some in inner_splits(answers.students)[0])
    part = fitted.model(calibrate(fitted, settings.hyper, settings.spreads, ROUNDS, anchor=fitted.anchor(in_force)))
    anchor = answers.anchor(in_force)
    found = calibrate(answers, settings.hyper, settings.spreads, ROUNDS, anchor=anchor)
    items = answers.item_ids.tolist()
    drift = anchor.drift(found.bank.easiness, found.bank.easiness_variance).tolist()
    return Recalibrated(
        answers.model(found),
        settings,
        dict(zip(items, answers.answers_of_items().tolist(), strict=True)),
        {item: one for item, one in zip(items, drift, strict=True) if not math.isnan(one)},
        Figures(held.students, held.rows, *(_predictions(held, one) for one in (part, in_force, UNCALIBRATED))),
    )


def _predictions(held: EvidenceSet, model: Model) -> Predictions:
    predicted = held.predicted(model)
    auc = metrics.auc(held.y, predicted)
    return Predictions(metrics.log_loss(held.y, predicted), None if math.isnan(auc) else auc)
