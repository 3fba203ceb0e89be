"""What of a scored target the estimate sees: which tries, how much of each, and what kind of answers they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mastery.evidence import Independence, TargetScore, independence_weight, share_of
from mastery.policy import DEFAULT_POLICY, Policy

FEWEST_CHOICES, MOST_CHOICES = 2, 20


class ItemFormat(NamedTuple):
    """How an item is answered, as its assessment was registered.

    choices: how many options there are to choose from, 2 to 20; None where it can not be guessed.
    """

    choices: int | None = None


class Observation(NamedTuple):
    """What the filter sees: item name, score in 0..1, weight in (0, 1], and the chance to guess it right, 0 to .5."""

    item: str
    y: float
    weight: float
    guessing: float = 0.0


_NO_FORMATS: Mapping[str, ItemFormat] = MappingProxyType({})
_PLAIN = ItemFormat()


def observations(
    score: TargetScore,
    independence: Independence,
    pseudo_item: str = "",
    policy: Policy = DEFAULT_POLICY,
    formats: Mapping[str, ItemFormat] = _NO_FORMATS,
) -> tuple[Observation, ...]:
    """What the filter sees of a scored target: the first try of each item, in the order of item names.

    A hint makes the try wrong; y = score/max clamped to 0..1. Without items it is one y on `pseudo_item`. The weight is
    that of the independence times min(1, 5 / number of items), so that one sitting never counts as more than 5.
    `formats` tells by name of the items that are answered in a way of their own.
    """
    weight = independence_weight(independence, policy)
    if score.items:
        first = sorted((one for one in score.items if one.attempt == 1), key=lambda one: one.item)
        if len(first) > policy.max_effective_items_per_attempt:
            weight *= policy.max_effective_items_per_attempt / len(first)
        return tuple(
            Observation(
                one.item,
                0.0 if one.hints else share_of(one.score, one.max),
                weight,
                guessing_of(formats.get(one.item, _PLAIN)),
            )
            for one in first
        )
    if score.score is None or score.max is None:
        return ()
    return (Observation(pseudo_item, share_of(score.score, score.max), weight),)


def guessing_of(form: ItemFormat) -> float:
    """c of the three-parameter logistic (Birnbaum 1968): who knows nothing picks each option equally often."""
    return 0.0 if form.choices is None else 1.0 / form.choices
