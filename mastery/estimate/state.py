"""What the filter remembers of one student in one subject, and how it is kept as bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate.hyperparameters import Hyperparameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEVEL_COLUMNS = ("general mean", "general variance", "form mean", "form variance", "covariance")
TARGET_COLUMNS = ("rest", "variance", "on general", "on form", "practice", "last day")
ITEM_COLUMNS = ("mean", "variance", "attempts")

_MAGIC = b"MFS1"
_HEADER = struct.Struct("<4sII")


@dataclass(slots=True, eq=False)
class SubjectState:
    """Means and variances on the logit scale, all float64. Never changed in place: `advance` makes new arrays.

    level    [5]     general (g) mean and variance, form (f) mean and variance, covariance of the two
    target_ids int64[K], targets [K, 6]: g + f + s of a target is rest + u g + v f; mean and variance of the rest, u, v,
                     practice n (effective right answers), day of the last evidence (days since the epoch)
    item_ids   int64[I], items   [I, 3]: mean and variance of r, number of sittings with the item so far
    Targets and items stand in the order in which the student first met them.
    """

    level: Floats
    target_ids: Integers
    targets: Floats
    item_ids: Integers
    items: Floats

    @classmethod
    def initial(cls, hyper: Hyperparameters) -> SubjectState:
        """A student of whom nothing is known: the prior, no targets, no items."""
        return cls(
            np.array([0.0, hyper.general_variance, 0.0, hyper.form_variance, 0.0]),
            np.empty(0, np.int64),
            np.empty((0, len(TARGET_COLUMNS))),
            np.empty(0, np.int64),
            np.empty((0, len(ITEM_COLUMNS))),
        )

    @property
    def general_mean(self) -> float:
        """g, in logits."""
        return float(self.level[0])

    @property
    def general_variance(self) -> float:
        """V_g, in squared logits."""
        return float(self.level[1])

    @property
    def form_mean(self) -> float:
        """f, in logits."""
        return float(self.level[2])

    @property
    def form_variance(self) -> float:
        """V_f, in squared logits."""
        return float(self.level[3])

    @property
    def target_practice(self) -> Floats:
        """n of each target, [K], in effective right answers."""
        return self.targets[:, 4]

    @property
    def target_last_day(self) -> Floats:
        """Day of the last evidence on each target, [K], days since the epoch."""
        return self.targets[:, 5]

    def to_bytes(self) -> bytes:
        """The state exactly, little-endian on every machine: tag, counts, ids, float64 columns."""
        return b"".join(
            (
                _HEADER.pack(_MAGIC, len(self.target_ids), len(self.item_ids)),
                self.level.astype("<f8").tobytes(),
                self.target_ids.astype("<i8").tobytes(),
                self.targets.astype("<f8").tobytes(),
                self.item_ids.astype("<i8").tobytes(),
                self.items.astype("<f8").tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> SubjectState:
        """Inverse of `to_bytes`, bit for bit. ValueError for another tag or a length that does not fit."""
        view = memoryview(data)
        if len(view) < _HEADER.size:
            raise ValueError(f"a state has at least {_HEADER.size} bytes, not {len(view)}")
        magic, n_targets, n_items = _HEADER.unpack_from(view)
        if magic != _MAGIC:
            raise ValueError(f"not a state of this format: tag {magic!r}, expected {_MAGIC!r}")
        target_width, item_width = len(TARGET_COLUMNS), len(ITEM_COLUMNS)
        words = len(LEVEL_COLUMNS) + n_targets * (1 + target_width) + n_items * (1 + item_width)
        if len(view) != _HEADER.size + 8 * words:
            raise ValueError(f"a state of {n_targets} targets and {n_items} items has another length than {len(view)}")
        place = _HEADER.size

        def take(count: int, kind: str) -> npt.NDArray[np.generic]:
            nonlocal place
            column = np.frombuffer(view, kind, count, place)
            place += 8 * count
            return column.astype(column.dtype.newbyteorder("="))

        return cls(
            take(len(LEVEL_COLUMNS), "<f8"),  # type: ignore[arg-type]
            take(n_targets, "<i8"),  # type: ignore[arg-type]
            take(n_targets * target_width, "<f8").reshape(n_targets, target_width),  # type: ignore[arg-type]
            take(n_items, "<i8"),  # type: ignore[arg-type]
            take(n_items * item_width, "<f8").reshape(n_items, item_width),  # type: ignore[arg-type]
        )
