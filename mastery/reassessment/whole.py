"""The result of a whole test from those on its targets, by the blueprint, and on the scale of a score (domain 2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from mastery.reassess import BlueprintLine
from mastery.reassessment.words import ByScore


def whole_level(blueprint: Sequence[BlueprintLine], levels: Mapping[int, float | None], share: float) -> float | None:
    """The highest level that at least `share` (0..1) of the blueprint's weight has reached; None where none has.

    Never an average: two high levels do not make up for a low one. A target without a level has reached none. An
    assessment without a blueprint is about the targets of the result, alike.
    """
    weights = {line.target: line.weight for line in blueprint} or dict.fromkeys(levels, 1.0)
    whole = fsum(weights.values())
    reached = {level for target, level in levels.items() if target in weights and level is not None}
    for bar in sorted(reached, reverse=True):
        above = fsum(weight for target, weight in weights.items() if _at_least(levels.get(target), bar))
        if above >= share * whole:
            return bar
    return None


def _at_least(level: float | None, bar: float) -> bool:
    return level is not None and level >= bar


def score_on(rule: ByScore, score: float | None, most: float | None) -> float | None:
    """The score on the scale of a rule, from what was sent: as it is where it has that maximum.

    On a scale of percent any score counts as its share; else a score on another scale says nothing.
    """
    if score is None or not most:
        return None
    if rule.out_of == most:
        return score
    return 100 * score / most if rule.out_of == PERCENT else None


PERCENT = 100.0
