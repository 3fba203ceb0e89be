"""How much a target's start leans on its prerequisites: by what predicts students best that were not fitted to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mastery.estimate import Model
from mastery.measure import metrics
from mastery.measure.evidence_set import EvidenceSet

Prerequisites = Mapping[int, tuple[int, ...]]
SHARES = (0.0, 0.25, 0.5, 0.75)


def leaning(model: Model, prerequisites: Prerequisites, share: float) -> Model:
    """The model with targets that begin at this share (0..1) of their prerequisites; with none of them at 0."""
    hyper = replace(model.hyper, prerequisite_share=share)
    return replace(model, hyper=hyper, prerequisites=prerequisites if share else {})


def choose_share(parts: Iterable[tuple[EvidenceSet, Model]], prerequisites: Prerequisites) -> float:
    """The one of SHARES with the smallest log-loss over all parts, each of students that its model was not fitted to.

    0 where no other is better: without a graph, or where the order of learning says nothing.
    """
    if not prerequisites:
        return 0.0
    sums = dict.fromkeys(SHARES, 0.0)
    for held, model in parts:
        for share in SHARES:
            predicted = held.predicted(leaning(model, prerequisites, share))
            sums[share] += metrics.log_loss(held.y, predicted) * held.rows
    return min(SHARES, key=sums.__getitem__)
