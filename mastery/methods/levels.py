"""Score rules on a list of scores, oldest first: DECAY, WEIGHTED, RECENT, HIGHEST, MEAN, N_OF (domain 2.4).

Scores are of any scale, exact; so is the value, which only display rounds. A list without scores has no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def decay(scores: Sequence[Fraction], weight: Fraction) -> Fraction | None:
    """A1 = x1, An = w xn + (1 - w) A(n-1): each new score against the running value."""
    value: Fraction | None = None
    for score in scores:
        value = score if value is None else weight * score + (1 - weight) * value
    return value


def weighted(scores: Sequence[Fraction], weight: Fraction) -> Fraction | None:
    """w latest + (1 - w) mean of all earlier; a single score is its own value."""
    if len(scores) < 2:
        return recent(scores)
    *earlier, latest = scores
    return weight * latest + (1 - weight) * sum(earlier, Fraction()) / len(earlier)


def recent(scores: Sequence[Fraction]) -> Fraction | None:
    """The latest score."""
    return scores[-1] if scores else None


def highest(scores: Sequence[Fraction]) -> Fraction | None:
    """The highest score; optimistic, since the best of several tries is better than the student."""
    return max(scores, default=None)


def mean(scores: Sequence[Fraction]) -> Fraction | None:
    """The mean of all scores."""
    return sum(scores, Fraction()) / len(scores) if scores else None


def n_of(scores: Sequence[Fraction], count: int, enough: Fraction) -> Fraction | None:
    """The mean of all scores of at least `enough`, where there are `count` of them; else no value, which is not 0."""
    reached = [score for score in scores if score >= enough]
    return mean(reached) if len(reached) >= count else None
