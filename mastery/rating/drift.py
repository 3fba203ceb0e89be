"""Whether a rater has become milder or more severe than those who score the same work, and who is told (domain 2.7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mastery.numbers import exact
from mastery.policy import Policy
from mastery.rating.agreement import Pair


@dataclass(frozen=True, slots=True)
class Severity:
    """A rater's mean difference from co-raters in levels, negative where more severe; None without a co-rater."""

    rater: int
    works: int
    difference: Fraction | None

    def drifts(self, policy: Policy) -> bool:
        """Whether somebody should look: a difference past the bar, over enough pieces of work."""
        if self.difference is None or self.works < policy.raters_drift_from:
            return False
        return abs(self.difference) > exact(policy.raters_drift)


def severity(rater: int, pairs: Sequence[Pair]) -> Severity:
    """How a rater scores beside co-raters, over the pairs of which they are one."""
    mine = [pair for pair in pairs if rater in (pair.rater, pair.other)]
    if not mine:
        return Severity(rater, 0, None)
    above = sum((exact(pair.first) - exact(pair.second)) * (1 if pair.rater == rater else -1) for pair in mine)
    return Severity(rater, len({pair.work for pair in mine}), Fraction(above) / len(mine))


def told(found: Severity, leads: Collection[int], supervisors: Collection[int], policy: Policy) -> frozenset[int]:
    """Who is told of a drift: the moderation leads alone, and none who is the rater or the rater's supervisor."""
    return frozenset(leads) - {found.rater} - frozenset(supervisors) if found.drifts(policy) else frozenset()
