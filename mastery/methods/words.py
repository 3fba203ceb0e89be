"""The words of score rules: what they read, what they say, and what may be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from mastery.evidence import Feedback, OrderKey, Purpose


def N_(text: str) -> str:
    """Mark a text for the extraction of translations, untranslated."""
    return text


class Scale(StrEnum):
    """What a value is: a probability in 0..1, a level in 0..4, a percentage in 0..100, or 1 for yes and 0 for no."""

    PROBABILITY = "probability"
    LEVEL = "level"
    PERCENT = "percent"
    YES_NO = "yes_no"


class FirstTry(NamedTuple):
    """The first try at one item: the share of its points in 0..1, 0 after a hint, and how many points it has."""

    item: str
    share: Fraction
    possible: Fraction


class Scored(NamedTuple):
    """One scored record on one target, as score rules read it.

    `share` is score/max in 0..1, `level` 0..4 or None, `weight` in (0, 1] is less than 1 for work that was not done
    alone. `items` is how many distinct items there were, 0 where the sitting was scored as a whole; `first_tries` are
    the first tries at them, in the order of item names.
    """

    order: OrderKey
    result: int
    purpose: Purpose
    feedback: Feedback
    share: Fraction
    possible: Fraction
    level: Fraction | None
    weight: Fraction = Fraction(1)
    items: int = 0
    first_tries: tuple[FirstTry, ...] = ()


class Judgement(NamedTuple):
    """The level 0..4 that an educator gives from the body of evidence, and why; a reason is required."""

    level: Fraction
    reason: str


class Body(NamedTuple):
    """What a rule may look at: scored records on one target, oldest first, and what educators judged, oldest first."""

    records: Sequence[Scored]
    judgements: Sequence[Judgement] = ()


Given = Mapping[str, Fraction]
Rule = Callable[[Body, Given], Fraction | None]

# the parameter that every rule with a threshold has
MASTERED_FROM = "mastered_from"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a rule: its bounds, both allowed, and its default."""

    name: str
    default: Decimal
    least: Decimal
    most: Decimal
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """One score rule under its exact name.

    `says` takes the body of evidence on a target and a number for each parameter; None is "no value", which is neither
    low nor zero. From the parameter `mastered_from` on the rule says "mastered"; without one, at 1, which is yes.
    `check` tells what is wrong with parameters that are each within bounds, "" where nothing is.
    """

    name: str
    title: str
    source: str
    scale: Scale
    says: Rule
    parameters: tuple[Parameter, ...] = ()
    check: Callable[[Given], str] = lambda given: ""
