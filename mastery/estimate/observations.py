"""What the filter reads: answers as columns, for one student or for a million."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mastery.estimate.hyperparameters import Hyperparameters
from mastery.estimate.state import Floats, Integers

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Observations:
    """Answers of N students as R rows; student i owns rows offsets[i] .. offsets[i+1]-1, in total order of evidence.

    sitting   int64[R]   any number; rows of one sitting of a student follow one another and share it
    target    int64[R]   id of the learning target
    item      int64[R]   id of the item (or of the pseudo-item of a whole form)
    y         [R] 0..1   share of the points
    weight    [R] >0..1  tempers the likelihood: .5 for assisted work, min(1, 5 / items of the sitting on the target)
    day       [R]        when it was performed, days since the epoch, fractions allowed
    summed    bool[R]    feedback came only after the sitting (`feedback: none`): its rows act together, in no order
    slope, easiness, easiness_variance [R]   a, b and SE_b^2 of the item
    practice_slope [R]   lam of the target
    guessing  [R] 0..1   c, the chance to be right without knowing, as 1 / choices; of answers that are right or wrong
    points    [R] 1..20  m, into how many equal steps y is divided: 1 for right or wrong, 4 for a rubric of 0 to 4
    """

    offsets: Integers
    sitting: Integers
    target: Integers
    item: Integers
    y: Floats
    weight: Floats
    day: Floats
    summed: Flags
    slope: Floats
    easiness: Floats
    easiness_variance: Floats
    practice_slope: Floats
    guessing: Floats
    points: Floats

    @classmethod
    def build(
        cls,
        hyper: Hyperparameters,
        *,
        offsets: npt.ArrayLike,
        sitting: npt.ArrayLike,
        target: npt.ArrayLike,
        item: npt.ArrayLike,
        y: npt.ArrayLike,
        day: npt.ArrayLike,
        weight: npt.ArrayLike = 1.0,
        summed: npt.ArrayLike = False,
        slope: npt.ArrayLike = 1.0,
        easiness: npt.ArrayLike | None = None,
        easiness_variance: npt.ArrayLike | None = None,
        practice_slope: npt.ArrayLike | None = None,
        guessing: npt.ArrayLike = 0.0,
        points: npt.ArrayLike = 1.0,
    ) -> Observations:
        """Columns from anything array-like; a scalar holds for every row, a missing parameter is `hyper`'s.

        Raises ValueError naming every column that has a wrong length or a value outside its range.
        """
        ids = np.require(target, np.int64, _PLAIN)
        rows = ids.shape

        def integers(values: npt.ArrayLike) -> Integers:
            return np.require(values, np.int64, _PLAIN)

        def floats(values: npt.ArrayLike) -> Floats:
            column = np.asarray(values, np.float64)
            return np.full(rows, column) if column.ndim == 0 else np.require(column, None, _PLAIN)

        def default(values: npt.ArrayLike | None, other: float) -> Floats:
            return floats(other if values is None else values)

        flags = np.asarray(summed, np.bool_)
        batch = cls(
            integers(offsets),
            integers(sitting),
            ids,
            integers(item),
            floats(y),
            floats(weight),
            floats(day),
            np.full(rows, flags) if flags.ndim == 0 else np.require(flags, None, _PLAIN),
            floats(slope),
            default(easiness, hyper.item_easiness),
            default(easiness_variance, hyper.item_easiness_variance),
            default(practice_slope, hyper.practice_slope),
            floats(guessing),
            floats(points),
        )
        problems = batch.problems()
        if problems:
            raise ValueError("; ".join(problems))
        return batch

    @property
    def rows(self) -> int:
        """Number of rows, R."""
        return len(self.target)

    @property
    def students(self) -> int:
        """Number of students, N."""
        return len(self.offsets) - 1

    def problems(self) -> Sequence[str]:
        """Everything that is wrong with the columns, in words; empty if nothing is."""
        found = self._wrong_shapes()
        if found:
            return found
        for name, low, high in _RANGES:
            column = getattr(self, name)
            # written so that NaN fails too
            if not ((column >= low) & (column <= high)).all():
                found.append(f"{name} has a value outside {low:g}..{high:g}")
        if (self.points != np.floor(self.points)).any():
            found.append("points has a value that is not whole")
        return found

    def _wrong_shapes(self) -> list[str]:
        shape = (self.rows,)
        found = [
            f"{name} has shape {getattr(self, name).shape}, not {shape}"
            for name in _COLUMNS
            if getattr(self, name).shape != shape
        ]
        offsets = self.offsets
        if offsets.ndim != 1 or not len(offsets) or offsets[0] != 0 or offsets[-1] != self.rows:
            found.append(f"offsets do not run from 0 to {self.rows}")
        elif (offsets[1:] < offsets[:-1]).any():
            found.append("offsets fall")
        return found


# the kernel is compiled for plain arrays; a strided or read-only one would cost a request another compilation
_PLAIN: tuple[Literal["C"], Literal["W"]] = ("C", "W")
_COLUMNS = (
    "sitting",
    "target",
    "item",
    "y",
    "weight",
    "day",
    "summed",
    "slope",
    "easiness",
    "easiness_variance",
    "practice_slope",
    "guessing",
    "points",
)
_RANGES: tuple[tuple[str, float, float], ...] = (
    ("y", 0.0, 1.0),
    ("weight", 1e-6, 1.0),
    ("day", -1e6, 1e7),
    ("slope", 0.05, 10.0),
    ("easiness", -20.0, 20.0),
    ("easiness_variance", 0.0, 100.0),
    ("practice_slope", 0.0, 2.0),
    ("guessing", 0.0, 0.75),
    ("points", 1.0, 20.0),
)
