"""What becomes of several blind scores of one criterion (domain 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from mastery.numbers import exact, nearest_half
from mastery.policy import Policy


class Outcome(StrEnum):
    """How a criterion came to its level, or what it waits for."""

    SINGLE = "single"
    EQUAL = "equal"
    MEAN = "mean"
    DISCUSSED = "discussed"
    LEAD = "lead"
    NOT_SHOWN = "not_shown"
    AWAITS_DISCUSSION = "awaits_discussion"
    AWAITS_LEAD = "awaits_lead"


WAITING = frozenset({Outcome.AWAITS_DISCUSSION, Outcome.AWAITS_LEAD})


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says of a criterion; None: there was nothing to see of it."""

    level: float | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The level of a criterion with all that was said of it; `level` None where it waits, or nothing was shown."""

    outcome: Outcome
    level: float | None
    scores: tuple[float | None, ...]
    discussed: float | None = None
    lead: Word | None = None

    @property
    def final(self) -> bool:
        """Whether a decision may rest on it."""
        return self.outcome not in WAITING


def resolve(
    scores: Sequence[float | None], policy: Policy, *, discussed: float | None = None, lead: Word | None = None
) -> Resolution:
    """Settle the blind scores of one criterion; `discussed` is what the raters agreed on, `lead` the lead's own score.

    Equal scores stand; scores that are adjacent give their mean to the nearest half point, unless some are below the
    level of mastery and some are not: then the raters talk, or the lead scores. Of scores further apart, and where
    only some saw anything, the lead's is final. What was not needed is kept and changes nothing. ValueError without
    scores, and for a discussion that ends outside of what it was about.
    """
    if not scores:
        raise ValueError("there is nothing to resolve without a score")
    if discussed is not None and not _within(discussed, scores):
        raise ValueError("a discussion ends at a half point from the lowest to the highest of the scores")
    outcome, level = _settled(scores, policy, discussed, lead)
    return Resolution(outcome, level, tuple(scores), discussed, lead)


def _settled(
    scores: Sequence[float | None], policy: Policy, discussed: float | None, lead: Word | None
) -> tuple[Outcome, float | None]:
    known = [score for score in scores if score is not None]
    if not known:
        return Outcome.NOT_SHOWN, None
    if len(scores) == 1:
        return Outcome.SINGLE, known[0]
    low, high = min(known), max(known)
    if len(known) < len(scores) or high - low > policy.raters_adjacent_levels:
        return (Outcome.AWAITS_LEAD, None) if lead is None else (Outcome.LEAD, lead.level)
    if low == high:
        return Outcome.EQUAL, low
    if low < policy.scale_mastery_level <= high:
        if lead is not None:
            return Outcome.LEAD, lead.level
        return (Outcome.AWAITS_DISCUSSION, None) if discussed is None else (Outcome.DISCUSSED, discussed)
    return Outcome.MEAN, nearest_half(sum(map(exact, known), Fraction()) / len(known))


def _within(level: float, scores: Sequence[float | None]) -> bool:
    known = [score for score in scores if score is not None]
    return bool(known) and min(known) <= level <= max(known) and (2 * level).is_integer()
