"""The model that a subject's answers are read with: hyperparameters, and what was calibrated of items and targets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mastery.estimate.advance import Advanced, advance
from mastery.estimate.head import Head, Known
from mastery.estimate.hyperparameters import DEFAULTS, Hyperparameters
from mastery.estimate.observations import Observations
from mastery.estimate.prerequisites import PrerequisiteTable
from mastery.estimate.readout import Estimate, readout
from mastery.estimate.state import Floats, Integers, SubjectState


class ItemParameters(NamedTuple):
    """a, b and SE_b^2 of an item, in logits."""

    slope: float
    easiness: float
    easiness_variance: float


class TargetParameters(NamedTuple):
    """b of the target's typical item and lam of the target, in logits."""

    easiness: float
    practice_slope: float


class Columns(NamedTuple):
    """What `Observations` takes of each answer's item and target, [R] each."""

    slope: Floats
    easiness: Floats
    easiness_variance: Floats
    practice_slope: Floats


@dataclass(frozen=True, eq=False)
class Model:
    """Hyperparameters, and by id the items and targets that were calibrated with them.

    An item without calibration is the typical item of its target; a target without one is that of the hyperparameters.
    `prerequisites` are the direct ones of each target as they were at the calibration. With a head, what people are
    told is what later answers bore out; else it is the filter's own word.
    """

    hyper: Hyperparameters
    items: Mapping[int, ItemParameters] = field(default_factory=dict)
    targets: Mapping[int, TargetParameters] = field(default_factory=dict)
    head: Head | None = None
    prerequisites: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Name of the formula and of exactly these numbers, stored with every state and estimate."""
        if not self.items and not self.targets and self.head is None and not self.prerequisites:
            return self.hyper.version
        return f"{self.hyper.version}-{self.digest}"

    @cached_property
    def digest(self) -> str:
        """Name of exactly these numbers, whatever the formula."""
        items = [(key, *values) for key, values in sorted(self.items.items())]
        targets = [(key, *values) for key, values in sorted(self.targets.items())]
        head = None if self.head is None else astuple(self.head)
        before = [(key, *sorted(ones)) for key, ones in sorted(self.prerequisites.items())]
        return hashlib.sha256(repr((astuple(self.hyper), items, targets, head, before)).encode()).hexdigest()[:12]

    def advanced(self, states: Sequence[SubjectState], batch: Observations) -> Advanced:
        """What the filter says of answers read with this model."""
        return advance(states, batch, self.hyper, self._prerequisite_table)

    def columns(self, item: npt.ArrayLike, target: npt.ArrayLike) -> Columns:
        """The parameters of answers by the ids of their items and targets, [R] each."""
        items, targets = np.asarray(item, np.int64), np.asarray(target, np.int64)
        ids, table = self._target_table
        known = table[_places(ids, targets)]
        item_ids, item_table = self._item_table
        places = _places(item_ids, items)
        slope, easiness, variance = item_table[places].T.copy()
        absent = places == len(item_ids)
        return Columns(slope, np.where(absent, known[:, 0], easiness), variance, known[:, 1].copy())

    def told(self, mean: npt.ArrayLike, variance: npt.ArrayLike, target: Sequence[int], bar: npt.ArrayLike) -> Estimate:
        """What people are told of abilities N(mean, variance) on targets, [M]; `bar` in 0..1 exclusive, one or [M].

        Every element depends on its own inputs alone, to the last bit.
        """
        easiness = self.easiness_of(target) if self.targets else None
        plain = readout(mean, variance, self.hyper, bar, easiness)
        if self.head is None:
            return plain
        typical = np.full(len(target), self.hyper.item_easiness) if easiness is None else easiness
        told = self.head.tell(Known.of(plain.mean, plain.variance, typical, self.hyper), bar)
        return replace(plain, rate=told.rate, low=told.low, high=told.high, probability=told.probability)

    def easiness_of(self, target: npt.ArrayLike) -> Floats:
        """b of the typical item of targets, by their ids, [M]."""
        ids, table = self._target_table
        return table[:, 0][_places(ids, np.asarray(target, np.int64))]

    def practice_slopes_of(self, target: npt.ArrayLike) -> Floats:
        """lam of targets, by their ids, [M]."""
        ids, table = self._target_table
        return table[:, 1][_places(ids, np.asarray(target, np.int64))]

    @cached_property
    def _prerequisite_table(self) -> PrerequisiteTable:
        return PrerequisiteTable.of(self.prerequisites)

    @cached_property
    def _item_table(self) -> tuple[Integers, Floats]:
        """Sorted ids, and a row for each; after them that of an item without calibration."""
        hyper = self.hyper
        return _table(self.items, ItemParameters(1.0, hyper.item_easiness, hyper.item_easiness_variance))

    @cached_property
    def _target_table(self) -> tuple[Integers, Floats]:
        return _table(self.targets, TargetParameters(self.hyper.item_easiness, self.hyper.practice_slope))


UNCALIBRATED = Model(DEFAULTS)
"""What is used before a district has calibrated a subject: its version is MODEL_VERSION."""


def _table(
    rows: Mapping[int, ItemParameters] | Mapping[int, TargetParameters], otherwise: tuple[float, ...]
) -> tuple[Integers, Floats]:
    ids = sorted(rows)
    return np.array(ids, np.int64), np.array([*(rows[one] for one in ids), otherwise], np.float64)


def _places(ids: Integers, wanted: Integers) -> Integers:
    """Where each id stands; len(ids) for one that is not there."""
    if not len(ids):
        return np.zeros(len(wanted), np.int64)
    places = np.searchsorted(ids, wanted)
    found = ids[np.minimum(places, len(ids) - 1)] == wanted
    return np.where(found, places, len(ids))
