"""Which targets come just before which, as the compiled loop reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mastery.estimate.state import Integers


class PrerequisiteTable(NamedTuple):
    """Direct prerequisites by the ids of targets.

    targets int64[T], ascending; those of targets[t] are before[offsets[t] : offsets[t + 1]], ascending, int64[E].
    """

    targets: Integers
    offsets: Integers
    before: Integers

    @classmethod
    def of(cls, prerequisites: Mapping[int, Sequence[int]]) -> PrerequisiteTable:
        """From each target's direct prerequisites; one named twice counts once."""
        rows = sorted((target, sorted(set(before))) for target, before in prerequisites.items() if before)
        return cls(
            np.array([target for target, _ in rows], np.int64),
            np.cumsum([0, *(len(before) for _, before in rows)]),
            np.array([one for _, before in rows for one in before], np.int64),
        )


NO_PREREQUISITES = PrerequisiteTable.of({})
"""Every target begins at the student's level."""
