"""Some of the students of columns that stand student after student."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mastery.estimate.state import Integers


def rows_of(offsets: Integers, students: npt.ArrayLike) -> tuple[Integers, Integers]:
    """Where the chosen students' rows are once they alone are left, int64[n+1], and which rows those are, int64[r].

    Student i owns rows offsets[i] .. offsets[i+1]-1; `students` are numbers, in the order wanted.
    """
    chosen = np.asarray(students, np.int64)
    counts = offsets[chosen + 1] - offsets[chosen]
    left = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(counts, out=left[1:])
    return left, np.arange(left[-1]) + np.repeat(offsets[chosen] - left[:-1], counts)
