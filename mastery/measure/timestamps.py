"""Whether the `timestamp` of a file of answers counts seconds or only says in which order the rows stand."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from mastery.estimate.state import Floats, Integers

DAY_SECONDS = 86400.0
_LONGEST_DAYS = 50 * 366.0


class Timestamps(StrEnum):
    """What the column is."""

    SECONDS = "seconds"
    ORDER = "order"


def look_at(timestamp: Floats, offsets: Integers) -> tuple[Timestamps, str]:
    """What the timestamps of a file look like, and why, in words; student i owns rows offsets[i] .. offsets[i+1]-1.

    Seconds never fall within a student, reach over a day at least and fifty years at most, and over more seconds than
    there are rows: what reaches over fewer is a numbering of the rows, and what reaches over more is milliseconds or
    no time at all.
    """
    span = float(timestamp.max() - timestamp.min())
    days = span / DAY_SECONDS
    if span == 0.0:
        return Timestamps.ORDER, "all are the same"
    if span <= len(timestamp):
        return Timestamps.ORDER, f"they reach over {span:,.0f} for {len(timestamp):,} rows, as a numbering does"
    if not 1.0 <= days <= _LONGEST_DAYS:
        return Timestamps.ORDER, f"read as seconds they would reach over {days:,.4g} days"
    steps = np.diff(timestamp)
    steps[offsets[1:-1] - 1] = 0.0
    if (steps < 0.0).any():
        return Timestamps.ORDER, "they fall within a student, which seconds in order do not"
    return Timestamps.SECONDS, f"they never fall within a student and reach over {days:,.1f} days"
