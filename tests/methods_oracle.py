"""Score rules transcribed from their definitions, in exact fractions and in the plainest form: no code of the law."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np


def bkt_step(known: Fraction, right: bool, slip: Fraction, guess: Fraction) -> Fraction:
    """P(known) after one answer, by Bayes."""
    if right:
        return known * (1 - slip) / (known * (1 - slip) + (1 - known) * guess)
    return known * slip / (known * slip + (1 - known) * (1 - guess))


def bkt(
    sittings: Sequence[tuple[bool, Sequence[bool]]], prior: Fraction, transit: Fraction, slip: Fraction, guess: Fraction
) -> Fraction:
    """P(known) after sittings of up to five items, (with feedback?, answers): with feedback each answer teaches."""
    known = prior
    for feedback, answers in sittings:
        for right in answers:
            known = bkt_step(known, right, slip, guess)
            if feedback:
                known += (1 - known) * transit
        if not feedback:
            known += (1 - known) * transit
    return known


def decay(scores: Sequence[Fraction], weight: Fraction) -> Fraction:
    """The recursion written out as a weighted sum."""
    last = len(scores) - 1
    weights = [(1 - weight) ** (last - n) * (weight if n else 1) for n in range(last + 1)]
    return sum((w * x for w, x in zip(weights, scores, strict=True)), Fraction())


def weighted(scores: Sequence[Fraction], weight: Fraction) -> Fraction:
    """The latest against the mean of the others."""
    if len(scores) == 1:
        return scores[0]
    others = Fraction(0)
    for score in scores[:-1]:
        others += score
    return scores[-1] * weight + others / (len(scores) - 1) * (1 - weight)


def power(levels: Sequence[float]) -> float:
    """The fit at the newest attempt by numpy's own least squares."""
    tries = np.log(np.arange(1, len(levels) + 1))
    slope, height = np.polyfit(tries, np.log(levels), 1)
    return float(np.clip(np.exp(height + slope * tries[-1]), 0, 4))


def run_of(outcomes: Sequence[bool], count: int) -> bool:
    """Whether any window of `count` is all right."""
    return any(all(outcomes[n : n + count]) for n in range(len(outcomes) - count + 1))


def in_window(right: Sequence[bool], correct: int, of: int) -> bool:
    """Whether any window of the last `of` so far had `correct` right ones."""
    return any(sum(right[max(0, end - of) : end]) >= correct for end in range(len(right) + 1))
