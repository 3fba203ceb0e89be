"""What a student did before each answer, as sparse columns for a logistic regression (Gervet et al. 2020).

Counts c enter as ln(1 + c). Base targets are those of the q-matrix, several to an item where it has them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack

from mastery.estimate.state import Floats, Integers
from mastery.measure import AnswerSet


def one_hot(column: Integers, width: int) -> csr_array:
    """[R, width] with a 1 in each row."""
    rows = np.arange(len(column))
    return csr_array((np.ones(len(column)), (rows, column)), (len(column), width))


def base_columns(answers: AnswerSet) -> tuple[csr_array, csr_array, csr_array]:
    """For the base targets of each row's item: which they are, attempts on each before, wins on each before."""
    counts = np.diff(answers.base_offsets)[answers.item]
    row = np.repeat(np.arange(answers.rows), counts)
    first = np.repeat(answers.base_offsets[answers.item] - (np.cumsum(counts) - counts), counts)
    base = answers.base[np.arange(len(row)) + first]
    attempts, wins = _before(answers.student[row] * answers.base_targets + base, answers.y[row])
    shape = (answers.rows, answers.base_targets)

    def columns(values: Floats) -> csr_array:
        return csr_array((values, (row, base)), shape)

    return columns(np.ones(len(row))), columns(np.log1p(attempts)), columns(np.log1p(wins))


def item_counts(answers: AnswerSet) -> csr_array:
    """[R, 2]: attempts at the same item before, and wins."""
    return _pair(_before(answers.student * answers.items + answers.item, answers.y))


def total_counts(answers: AnswerSet) -> csr_array:
    """[R, 2]: answers before, and wins."""
    return _pair(_before(answers.student, answers.y))


def side_by_side(parts: list[csr_array]) -> csr_array:
    """Columns of several tables as one."""
    return csr_array(hstack(parts, format="csr"))


def _pair(counts: tuple[Floats, Floats]) -> csr_array:
    return csr_array(np.log1p(np.column_stack(counts)))


def _before(group: Integers, y: Floats) -> tuple[Floats, Floats]:
    """Number and sum of y of the rows before each one in its group, in the order of rows."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    sums = np.cumsum(y[order]) - y[order]
    return (
        _unsorted(np.arange(len(order)) - np.repeat(starts, sizes), order),
        _unsorted(sums - np.repeat(sums[starts], sizes), order),
    )


def _unsorted(values: npt.NDArray[np.generic], order: Integers) -> Floats:
    placed = np.empty(len(order))
    placed[order] = values
    return placed
