"""What flags say, once, in English. Pages translate the source sentence and then fill it with the finding's facts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from mastery.flags.view import Fact
from mastery.methods import METHODS, Scale
from mastery.numbers import half_up


def N_(text: str) -> str:
    """Mark a text for the extraction of translations, untranslated."""
    return text


NOT_A_DIAGNOSIS = N_("This is a hint from the evidence, not a diagnosis.")

SENTENCES: Mapping[str, str] = {
    "wheel_spin": N_(
        "%(opportunities)s tries at new questions on %(target)s without three right in a row, and the chance that it is"
        " mastered, now %(estimate)s, is not rising."
    ),
    "wheel_spin.method": N_(
        "%(opportunities)s tries at new questions on %(target)s without three right in a row, and what %(method)s says"
        " of it, now %(value)s, is not rising."
    ),
    "wheel_spin.closes": N_(
        "Closes when the target is mastered, when the chance of mastery is %(gain)s higher than when this opened, or"
        " after %(idle_days)s days without work on it."
    ),
    "wheel_spin.closes.method": N_(
        "Closes when the target is mastered, when %(method)s comes to %(value_goal)s, or after %(idle_days)s days"
        " without work on it."
    ),
    "wheel_spin.next": N_(
        "Try another way of teaching it rather than more of the same questions; space the practice, and look at how"
        " hints are used."
    ),
    "drop.level": N_(
        "The last results on %(target)s average %(level_now)s; before, the middle one was %(median_before)s."
    ),
    "drop.level.closes": N_("Closes when the last results are back within half a level of %(median_before)s."),
    "drop.estimate": N_(
        "The chance that %(target)s is mastered fell from %(estimate_before)s to %(estimate)s within %(days)s days."
    ),
    "drop.estimate.method": N_(
        "What %(method)s says of %(target)s fell from %(value_before)s to %(value)s within %(days)s days."
    ),
    "drop.estimate.closes": N_("Closes when the chance of mastery is back near %(estimate_before)s."),
    "drop.estimate.closes.method": N_("Closes when %(method)s is back near %(value_before)s."),
    "drop.next": N_("Ask the student what changed, and look at the newest work together."),
    "prereq_gap.low": N_(
        "Working on %(target)s while %(prerequisite)s, which it builds on, stands at a chance of mastery of"
        " %(prerequisite_estimate)s."
    ),
    "prereq_gap.low.method": N_(
        "Working on %(target)s while %(prerequisite)s, which it builds on, stands at %(prerequisite_value)s by"
        " %(method)s."
    ),
    "prereq_gap.undecided": N_(
        "%(failed)s results on %(target)s fell short, and %(prerequisite)s, which it builds on, is not mastered yet."
    ),
    "prereq_gap.closes": N_("Closes when %(prerequisite)s is mastered or waived."),
    "prereq_gap.next": N_("Go back to %(prerequisite)s for a while, or check it with a short task."),
    "contradiction.low": N_(
        "The summative result on %(target)s is %(level_now)s, while the other evidence says mastered (%(estimate)s)."
    ),
    "contradiction.low.method": N_(
        "The summative result on %(target)s is %(level_now)s, while %(method)s says mastered (%(value)s)."
    ),
    "contradiction.high": N_(
        "The summative result on %(target)s is %(level_now)s, while the other evidence says otherwise (%(estimate)s)."
    ),
    "contradiction.high.method": N_(
        "The summative result on %(target)s is %(level_now)s, while %(method)s says otherwise (%(value)s)."
    ),
    "contradiction.closes": N_("Closes when a person has looked at both and decided."),
    "contradiction.next": N_("Compare the test with the daily work: was it the day, the form, or the target?"),
    "ready_test": N_(
        "Ready for %(assessment)s: %(ready_targets)s of its %(targets)s targets, %(share)s of its weight, are ready."
    ),
    "ready_test.closes": N_("Closes when the test is taken, or when readiness lapses."),
    "ready_test.next": N_("Offer a date for the test."),
}


class Unit(StrEnum):
    """How a fact is shown."""

    NAME = "name"
    COUNT = "count"
    PERCENT = "percent"
    LEVEL = "level"
    VALUE = "value"  # on the scale of the method that the facts name


UNITS: Mapping[str, Unit] = {
    "target": Unit.NAME,
    "prerequisite": Unit.NAME,
    "assessment": Unit.NAME,
    "opportunities": Unit.COUNT,
    "longest_run": Unit.COUNT,
    "idle_days": Unit.COUNT,
    "days": Unit.COUNT,
    "records": Unit.COUNT,
    "failed": Unit.COUNT,
    "ready_targets": Unit.COUNT,
    "targets": Unit.COUNT,
    "estimate": Unit.PERCENT,
    "estimate_before": Unit.PERCENT,
    "prerequisite_estimate": Unit.PERCENT,
    "slope": Unit.PERCENT,
    "gain": Unit.PERCENT,
    "share": Unit.PERCENT,
    "level_now": Unit.LEVEL,
    "median_before": Unit.LEVEL,
    "method": Unit.NAME,
    "value": Unit.VALUE,
    "value_before": Unit.VALUE,
    "value_goal": Unit.VALUE,
    "value_slope": Unit.VALUE,
    "prerequisite_value": Unit.VALUE,
}


def english(sentence: str, facts: Mapping[str, Fact], names: Mapping[str, str]) -> str:
    """A sentence of `SENTENCES` filled in English; `names` has the texts of the facts that are names (target, ...)."""
    return SENTENCES[sentence] % {**{fact: shown(fact, value, facts) for fact, value in facts.items()}, **names}


def scale_of(facts: Mapping[str, Fact]) -> Scale:
    """The scale of the facts that are a method's values."""
    return METHODS[str(facts["method"])].scale


def shown(fact: str, value: Fact, facts: Mapping[str, Fact]) -> str:
    """A fact as people read it in English: whole percents, levels with one decimal, both rounded half up.

    A method's level has two decimals, as its golden numbers do.
    """
    unit = UNITS[fact]
    if unit is Unit.VALUE:
        return _on_scale(float(value), scale_of(facts))
    if unit is Unit.PERCENT:
        return f"{half_up(Decimal(str(value)) * 100)}%"
    if unit is Unit.LEVEL:
        return str(half_up(float(value), 1))
    return str(value)


def _on_scale(value: float, scale: Scale) -> str:
    match scale:
        case Scale.PROBABILITY:
            return f"{half_up(Decimal(str(value)) * 100)}%"
        case Scale.PERCENT:
            return f"{half_up(value)}%"
        case Scale.LEVEL:
            return str(half_up(value, 2))
        case Scale.YES_NO:
            return "yes" if value >= 1 else "no"
