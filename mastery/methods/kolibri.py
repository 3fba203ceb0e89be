"""Kolibri's rules: m right of the last n first attempts, and when a learner needs help."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

# after any attempt, so that a learner sees that something was done
LEAST_PROGRESS = Fraction(1, 1000)
WRONG_THAT_NEED_HELP = 4


def m_of_n(right: Sequence[bool], correct: int, of: int) -> Fraction:
    """Progress 0..1 by first attempts, oldest first: `correct` right among the last `of`; once there, it stays.

    An attempt that began with a hint is not right. "n in a row" is n of n, "do all" is all items of all items.
    """
    if not right:
        return Fraction()
    for end in range(1, len(right) + 1):
        if sum(right[max(end - of, 0) : end]) >= correct:
            return Fraction(1)
    return max(Fraction(sum(right[-of:]), correct), LEAST_PROGRESS)


def needs_help(wrong_by_attempt: Sequence[int]) -> bool:
    """Whether wrong answers in one try at an exercise, over all its items and not in a row, have come to four."""
    return sum(wrong_by_attempt) >= WRONG_THAT_NEED_HELP


def shown_as_help_needed(flag_at: float, completed_at: float | None) -> bool:
    """Whether a coach still sees "help needed": completing at the flag's moment or later hides it."""
    return completed_at is None or completed_at < flag_at
