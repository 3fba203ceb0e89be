"""All evidence of a subject as columns: what a district's own items and targets are calibrated with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate import Advanced, ItemParameters, Model, Observations, SubjectState, TargetParameters
from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats, Integers
from mastery.measure.anchor import Anchor
from mastery.measure.batch import Calibrated
from mastery.measure.chosen import rows_of
from mastery.sittings import Rows


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceSet:
    """R answers of N students, with the sittings and weights that the online filter reads them with.

    Columns as in `Observations`, but items and targets are numbered: item n is the one of id item_ids[n], target n that
    of target_ids[n]. `select` keeps the numbers.
    """

    offsets: Integers
    sitting: Integers
    item: Integers
    target: Integers
    y: Floats
    weight: Floats
    day: Floats
    summed: Flags
    guessing: Floats
    points: Floats
    item_ids: Integers
    target_ids: Integers

    @classmethod
    def of(cls, parts: Iterable[Rows]) -> EvidenceSet:
        """The answers of all parts; a student without answers is left out. ValueError where there are none."""
        made = [_Part.of(rows) for rows in parts if rows.target]
        if not made:
            raise ValueError("there are no answers to calibrate with")
        starts = np.cumsum([0, *(len(one.y) for one in made)])
        item_ids, item = np.unique(np.concatenate([one.item for one in made]), return_inverse=True)
        target_ids, target = np.unique(np.concatenate([one.target for one in made]), return_inverse=True)
        return cls(
            np.unique(np.concatenate([one.offsets + start for one, start in zip(made, starts[:-1], strict=True)])),
            np.concatenate([one.sitting for one in made]),
            item.astype(np.int64),
            target.astype(np.int64),
            np.concatenate([one.y for one in made]),
            np.concatenate([one.weight for one in made]),
            np.concatenate([one.day for one in made]),
            np.concatenate([one.summed for one in made]),
            np.concatenate([one.guessing for one in made]),
            np.concatenate([one.points for one in made]),
            item_ids,
            target_ids,
        )

    @property
    def student(self) -> Integers:
        """Number of the student of each answer, int64[R]."""
        return np.repeat(np.arange(self.students), np.diff(self.offsets))

    @property
    def rows(self) -> int:
        """Number of answers, R."""
        return len(self.y)

    @property
    def students(self) -> int:
        """Number of students, N."""
        return len(self.offsets) - 1

    @property
    def items(self) -> int:
        """Number of items."""
        return len(self.item_ids)

    @property
    def targets(self) -> int:
        """Number of targets."""
        return len(self.target_ids)

    def days(self) -> Floats:
        """Day of each answer, [R]."""
        return self.day

    def select(self, students: npt.ArrayLike) -> EvidenceSet:
        """The answers of some students (their numbers, in the order wanted), who are then numbered from 0."""
        offsets, rows = rows_of(self.offsets, students)
        return EvidenceSet(
            offsets,
            self.sitting[rows],
            self.item[rows],
            self.target[rows],
            self.y[rows],
            self.weight[rows],
            self.day[rows],
            self.summed[rows],
            self.guessing[rows],
            self.points[rows],
            self.item_ids,
            self.target_ids,
        )

    def observations(self, model: Model) -> Observations:
        """The answers as the filter takes them, read with a model."""
        item, target = self.item_ids[self.item], self.target_ids[self.target]
        of = model.columns(item, target)
        return Observations.build(
            model.hyper, offsets=self.offsets, sitting=self.sitting, target=target, item=item, y=self.y,
            weight=self.weight, day=self.day, summed=self.summed, guessing=self.guessing, points=self.points,
            **of._asdict(),
        )  # fmt: skip

    def advanced(self, model: Model) -> Advanced:
        """What the filter says of all answers, from the first on, read with a model."""
        return model.advanced([SubjectState.initial(model.hyper)] * self.students, self.observations(model))

    def predicted(self, model: Model) -> Floats:
        """The success that the filter expects of each answer just before it, [R]."""
        return self.advanced(model).prediction

    def answers_of_items(self) -> Integers:
        """How many answers each item has, int64 by number; one that counts for several targets is one."""
        of = np.column_stack((self.student, self.sitting, self.item))
        # its rows follow one another
        new = np.r_[True, (of[1:] != of[:-1]).any(axis=1)][: self.rows]
        return np.bincount(self.item[new], minlength=self.items).astype(np.int64)

    def items_of_targets(self) -> dict[int, list[int]]:
        """The ids of the items that were answered on each target, ascending, by the id of the target."""
        found: dict[int, list[int]] = {}
        for target, item in np.unique(np.column_stack((self.target, self.item)), axis=0).tolist():
            found.setdefault(int(self.target_ids[target]), []).append(int(self.item_ids[item]))
        return found

    def anchor(self, earlier: Model) -> Anchor:
        """The scale of an earlier model, by the items that both have."""
        nothing = ItemParameters(np.nan, np.nan, np.nan)
        known = [earlier.items.get(one, nothing) for one in self.item_ids.tolist()]
        return Anchor(
            np.array([one.easiness for one in known]),
            np.array([one.easiness_variance for one in known]),
            self.answers_of_items(),
        )

    def model(self, calibrated: Calibrated) -> Model:
        """What was calibrated with these answers, by the ids of items and targets."""
        bank = calibrated.bank
        items = zip(bank.slope.tolist(), bank.easiness.tolist(), bank.easiness_variance.tolist(), strict=True)
        targets = zip(bank.target_easiness.tolist(), bank.practice_slope.tolist(), strict=True)
        return Model(
            calibrated.hyper,
            dict(zip(self.item_ids.tolist(), map(ItemParameters._make, items), strict=True)),
            dict(zip(self.target_ids.tolist(), map(TargetParameters._make, targets), strict=True)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The columns of some students as arrays, which take a tenth of the memory of lists."""

    offsets: Integers
    sitting: Integers
    item: Integers
    target: Integers
    y: Floats
    weight: Floats
    day: Floats
    summed: Flags
    guessing: Floats
    points: Floats

    @classmethod
    def of(cls, rows: Rows) -> _Part:
        return cls(
            np.array(rows.offsets, np.int64),
            np.array(rows.sitting, np.int64),
            np.array(rows.item, np.int64),
            np.array(rows.target, np.int64),
            np.array(rows.y, np.float64),
            np.array(rows.weight, np.float64),
            np.array(rows.day, np.float64),
            np.array(rows.summed, np.bool_),
            np.array(rows.guessing, np.float64),
            np.array(rows.points, np.float64),
        )
