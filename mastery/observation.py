"""What of a scored target the estimate sees: which tries, how much of each, and what kind of answers they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mastery.evidence import (
    SYSTEM_SCORER,
    TOP_LEVEL,
    EvidenceType,
    Independence,
    ItemResponse,
    TargetScore,
    independence_weight,
    judged,
    share_of,
)
from mastery.policy import DEFAULT_POLICY, Policy

FEWEST_CHOICES, MOST_CHOICES = 2, 20
MOST_POINTS = 20


class ItemFormat(NamedTuple):
    """How an item is answered, as its assessment was registered; at most one of the two where points are above 1.

    choices: how many options there are to choose from, 2 to 20; None where it can not be guessed.
    points: in how many equal steps it is scored, 1 (right or wrong) to 20; None where that was not said.
    """

    choices: int | None = None
    points: int | None = None


class Observation(NamedTuple):
    """What the filter sees: item name, score in 0..1, weight in (0, 1], the chance to guess it right, 0 to .5, and
    into how many equal steps the score is divided, 1 to 20.
    """

    item: str
    y: float
    weight: float
    guessing: float = 0.0
    points: int = 1


_NO_FORMATS: Mapping[str, ItemFormat] = MappingProxyType({})
_PLAIN = ItemFormat()


def observations(
    score: TargetScore,
    independence: Independence,
    pseudo_item: str = "",
    policy: Policy = DEFAULT_POLICY,
    formats: Mapping[str, ItemFormat] = _NO_FORMATS,
    evidence_type: EvidenceType = EvidenceType.QUIZ,
    scorer: str = SYSTEM_SCORER,
) -> tuple[Observation, ...]:
    """What the filter sees of a scored target: the first try of each item, in the order of item names.

    A hint makes the try wrong; y = score/max clamped to 0..1. The weight is that of the independence times
    min(1, 5 / number of items), so that one sitting never counts as more than 5. `formats` tells by name of the items
    that are answered in a way of their own.

    Without items it is one y on `pseudo_item`. A level that a person judged by a rubric is level / 4 in 4 points; a
    half level, which comes of two raters, says the mean of what the levels beside it say. A score is one answer of
    which score/max was right, in 1 point, though 17 of 20 may be twenty answers: it does not say of how many questions
    its points are the sum, and 85 of 100 is no more evidence than 17 of 20.
    """
    weight = independence_weight(independence, policy)
    if score.items:
        first = sorted((one for one in score.items if one.attempt == 1), key=lambda one: one.item)
        if len(first) > policy.max_effective_items_per_attempt:
            weight *= policy.max_effective_items_per_attempt / len(first)
        return tuple(_seen(one, weight, formats.get(one.item, _PLAIN), scorer) for one in first)
    if score.level is not None and judged(evidence_type, scorer):
        return (Observation(pseudo_item, score.level / TOP_LEVEL, weight, points=TOP_LEVEL),)
    if score.score is None or score.max is None:
        return ()
    return (Observation(pseudo_item, share_of(score.score, score.max), weight),)


def _seen(response: ItemResponse, weight: float, form: ItemFormat, scorer: str) -> Observation:
    y = 0.0 if response.hints else share_of(response.score, response.max)
    return Observation(response.item, y, weight, guessing_of(form), points_of(form, response.max, scorer))


def guessing_of(form: ItemFormat) -> float:
    """c of the three-parameter logistic (Birnbaum 1968): who knows nothing picks each option equally often."""
    return 0.0 if form.choices is None else 1.0 / form.choices


def points_of(form: ItemFormat, maximum: float, scorer: str) -> int:
    """m of the generalised partial-credit model (Muraki 1992), never by the score, so that more is never worth less.

    As registered; a question with choices is right or wrong. Where nothing was said, a person who scores gives points,
    and a whole maximum up to 20 is how many. A system's maximum says what a question is worth rather than in which
    steps: simulated, 80% ranges cover .64 where answers worth 4 that are right or wrong are taken for steps, and .88
    where steps are taken for so much of one right answer.
    """
    if form.choices is not None:
        return 1
    if form.points is not None:
        return form.points
    in_steps = scorer != SYSTEM_SCORER and 1.0 < maximum <= MOST_POINTS and maximum == int(maximum)
    return int(maximum) if in_steps else 1
