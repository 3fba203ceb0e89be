"""Sums that do not depend on order: whatever is counted here is kept to a millionth."""

from __future__ import annotations

from typing import TypeAlias, overload

import numpy as np

Numbers: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Dates: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

_PLACES = 6


@overload
def exact(value: float) -> float: ...
@overload
def exact(value: Numbers) -> Numbers: ...
def exact(value: float | Numbers) -> float | Numbers:
    """The nearest millionth, which is one number however it was reached: 0.1 + 0.2 is 0.3.

    A threshold of whole days is met or not, and the flat part of a line is hit or missed, by the last bit of a sum.
    """
    return np.round(value, _PLACES)
