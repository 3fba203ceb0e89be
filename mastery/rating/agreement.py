"""How well raters of a task agree, over blind first scores only (domain 2.7).

Agreement is not reliability: with every pair adjacent, kappa may still be low where most work is alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from mastery.body.words import Key
from mastery.numbers import exact
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class Pair:
    """What two raters said blind of one criterion of one piece of work: levels in half points."""

    work: Key
    rater: int
    other: int
    first: float
    second: float


class Verdict(StrEnum):
    """Whether a measure reaches its bar; too little to say is neither."""

    MET = "met"
    BELOW = "below"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares and kappa, exact, None where there is nothing to say; `adjacent` has the equal pairs in it as well.

    `works` is how many pieces of work were scored twice: the criteria of one are alike and no separate looks.
    """

    pairs: int
    works: int
    exact: Fraction | None
    adjacent: Fraction | None
    kappa: Fraction | None

    def verdicts(self, policy: Policy) -> dict[str, Verdict]:
        """Each measure against its bar; kappa only once enough work was scored twice."""
        enough = self.works >= policy.raters_kappa_from
        return {
            "exact": _verdict(self.exact, policy.raters_exact_share),
            "adjacent": _verdict(self.adjacent, policy.raters_adjacent_share),
            "kappa": _verdict(self.kappa if enough else None, policy.raters_kappa),
        }


def agreement(pairs: Sequence[Pair], policy: Policy) -> Agreement:
    """The agreement over the pairs of one task."""
    works = len({pair.work for pair in pairs})
    if not pairs:
        return Agreement(0, 0, None, None, None)
    apart = [abs(pair.first - pair.second) for pair in pairs]
    equal = sum(distance == 0 for distance in apart)
    adjacent = sum(distance <= policy.raters_adjacent_levels for distance in apart)
    kappa = weighted_kappa([(pair.first, pair.second) for pair in pairs])
    return Agreement(len(pairs), works, Fraction(equal, len(pairs)), Fraction(adjacent, len(pairs)), kappa)


def weighted_kappa(pairs: Sequence[tuple[float, float]]) -> Fraction | None:
    """Quadratic weighted kappa (Cohen 1968): 1 less the squared differences seen, over those that chance would give.

    None where chance would give none, since all said one and the same, or there are no pairs.
    """
    first = [exact(one) for one, _ in pairs]
    second = [exact(other) for _, other in pairs]
    seen = sum((one - other) ** 2 for one, other in zip(first, second, strict=True))
    # each first score with each second one, without the n * n loop
    squares = sum(x * x for x in first) + sum(y * y for y in second)
    by_chance = len(pairs) * squares - 2 * sum(first) * sum(second)
    return None if by_chance == 0 else 1 - Fraction(len(pairs) * seen) / by_chance


def _verdict(found: Fraction | None, bar: float) -> Verdict:
    if found is None:
        return Verdict.NOT_YET
    return Verdict.MET if found >= exact(bar) else Verdict.BELOW
