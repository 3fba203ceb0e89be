"""POWER: the power law of practice through a student's levels (domain 2.4, after Marzano)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

LEAST_SCORES = 4
_TOP = 4.0


def power(levels: Sequence[Fraction]) -> float | None:
    """Least squares of ln level on ln attempt number; the fit at the newest attempt, held to 0..4.

    No value below four levels or where one is not above 0, since neither has a fit.
    """
    count = len(levels)
    if count < LEAST_SCORES or min(levels) <= 0:
        return None
    tries = [math.log(number) for number in range(1, count + 1)]
    logs = [math.log(level) for level in levels]
    middle, height = math.fsum(tries) / count, math.fsum(logs) / count
    spread = math.fsum((one - middle) ** 2 for one in tries)
    slope = math.fsum((one - middle) * (log - height) for one, log in zip(tries, logs, strict=True)) / spread
    return min(max(math.exp(height + slope * (tries[-1] - middle)), 0.0), _TOP)
