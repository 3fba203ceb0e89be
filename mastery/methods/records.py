"""Evidence as score rules read it."""

from __future__ import annotations

from fractions import Fraction

from mastery.evidence import Feedback, Independence, ItemResponse, OrderKey, Purpose, TargetScore, independence_weight
from mastery.methods.words import FirstTry, Scored
from mastery.numbers import exact
from mastery.policy import DEFAULT_POLICY, Policy


def record_of(
    order: OrderKey,
    result: int,
    purpose: Purpose,
    feedback: Feedback,
    independence: Independence,
    score: TargetScore,
    level: float | None,
    policy: Policy = DEFAULT_POLICY,
) -> Scored | None:
    """One scored target of a sitting; None without a score, which is not zero. `level` is that of its cut scores."""
    if score.score is None or score.max is None:
        return None
    first = sorted((one for one in score.items if one.attempt == 1), key=lambda one: one.item)
    return Scored(
        order,
        result,
        purpose,
        feedback,
        _share(score.score, score.max),
        exact(score.max),
        None if level is None else exact(level),
        exact(independence_weight(independence, policy)),
        len({one.item for one in score.items}),
        tuple(_first_try(one) for one in first),
    )


def _first_try(response: ItemResponse) -> FirstTry:
    """A hint makes the try wrong."""
    share = Fraction() if response.hints else _share(response.score, response.max)
    return FirstTry(response.item, share, exact(response.max))


def _share(score: float, maximum: float) -> Fraction:
    return min(max(exact(score) / exact(maximum), Fraction()), Fraction(1))
