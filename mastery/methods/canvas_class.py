"""What Canvas says of a class from its students' rollups. No target is mastered by any of these."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

from mastery.methods.canvas import rounded
from mastery.methods.levels import mean
from mastery.numbers import half_up


def class_mean(rollups: Sequence[Fraction | None]) -> Decimal | None:
    """The mean of the rollups that there are, half up to two decimals."""
    return rounded(mean([one for one in rollups if one is not None]))


def class_median(rollups: Sequence[Fraction | None]) -> Fraction | None:
    """The median of the rollups that there are; of an even number the mean of the middle two."""
    present = [one for one in rollups if one is not None]
    return median(present) if present else None


def rating_percents(scores: Sequence[Fraction], floors: Sequence[Fraction]) -> list[int]:
    """The percentage of scores in each rating, by the ratings' floors from the highest on; they need not sum to 100.

    A score belongs to the first rating whose floor it reaches. Without scores every rating has 0.
    """
    counts = [0] * len(floors)
    for score in scores:
        for place, floor in enumerate(floors):
            if score >= floor:
                counts[place] += 1
                break
    return [int(half_up(Fraction(100 * count, max(len(scores), 1)))) for count in counts]
