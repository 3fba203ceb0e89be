"""Bayesian knowledge tracing: what answers say of a skill that is known or not (Corbett and Anderson 1995).

After an answer `P = L a / (L a + (1 - L) b)`, with a and b how likely the answer is where the skill is known (1 - slip,
slip) and where it is not (guess, 1 - guess); after a chance to learn `L' = P + (1 - P) transit`. What is carried is
the odds u = (1 - L) / L that the skill is *not* known, in which both steps are products: as L nears 1, a wrong answer
still counts for as much as it should, where L itself would have been rounded to 1 for good.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from mastery.evidence import Feedback
from mastery.methods.words import Scored

_LEAST_ODDS = 1e-300


class Bkt(NamedTuple):
    """The four probabilities, each inside (0, 1), with slip + guess below 1."""

    prior: float
    transit: float
    slip: float
    guess: float


def odds_against(known: float) -> float:
    """(1 - L) / L of a probability in (0, 1)."""
    return (1.0 - known) / known


def probability(odds: float) -> float:
    """L of the odds against it."""
    return 1.0 / (1.0 + odds)


def surprise(share: float, model: Bkt) -> float:
    """ln(b / a) of one answer: how much it speaks against knowing.

    Partial credit lies between wrong (0) and right (1) by geometric interpolation, as ALOSI has it; at both ends this
    is plain BKT.
    """
    right = math.log(model.guess / (1.0 - model.slip))
    wrong = math.log((1.0 - model.guess) / model.slip)
    return share * right + (1.0 - share) * wrong


def observe(odds: float, shares: Iterable[float], weight: float, model: Bkt) -> float:
    """The odds after answers that all count at once, each with `weight`; their order can not matter to the last bit."""
    return max(odds * math.exp(weight * math.fsum(surprise(share, model) for share in shares)), _LEAST_ODDS)


def learn(odds: float, transit: float, weight: float = 1.0) -> float:
    """The odds after a chance to learn; a weight below 1 is a part of one, so that w parts of 1/w are a whole."""
    missed = math.pow(1.0 - transit, weight)
    return odds * missed / (1.0 + odds * (1.0 - missed))


def bkt(records: Sequence[Scored], model: Bkt, most_items: int) -> float | None:
    """BKT of domain 2.4: P(known) after all records, oldest first; None without any.

    The first try at each item counts, a hint made it wrong. With feedback after each item every item teaches; without,
    the sitting is judged as one and teaches once, so that the order inside it means nothing. At most `most_items`
    count per sitting: more share their weight. Work that was not done alone counts by its weight.
    """
    odds, seen = odds_against(model.prior), False
    for record in records:
        shares = [float(share) for share in answers(record)]
        if not shares:
            continue
        seen = True
        weight = float(record.weight) * min(1.0, most_items / len(shares))
        if record.feedback is Feedback.NONE:
            odds = learn(observe(odds, shares, weight, model), model.transit, float(record.weight))
        else:
            for share in shares:
                odds = learn(observe(odds, (share,), weight, model), model.transit, weight)
    return probability(odds) if seen else None


def answers(record: Scored) -> list[Fraction]:
    """The share of points of each first try, in the order of the items; of a sitting scored as a whole, its share."""
    return [one.share for one in record.first_tries] if record.items else [record.share]


def traced(shares: Iterable[float], model: Bkt) -> list[tuple[float, float]]:
    """P(known) after each answer, before and after its learning step: plain BKT, one answer after another."""
    odds = odds_against(model.prior)
    found = []
    for share in shares:
        seen = observe(odds, (share,), 1.0, model)
        odds = learn(seen, model.transit)
        found.append((probability(seen), probability(odds)))
    return found


def right_or_wrong(records: Iterable[Scored]) -> list[float]:
    """All first tries, oldest first: 1 where all points were scored, else 0."""
    return [float(share == 1) for record in records for share in answers(record)]
