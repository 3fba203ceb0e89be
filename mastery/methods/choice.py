"""Choosing a method for a subject, and what it says of a student on a target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from mastery.evidence import Purpose
from mastery.methods.own import OWN
from mastery.methods.peers import PEERS
from mastery.methods.words import MASTERED_FROM, N_, Body, Judgement, Method, Parameter, Scale, Scored
from mastery.policy import Policy

# the online filter of mastery.estimate: what is primary where nothing was chosen; it has no rule here
MODEL = "MODEL"
MODEL_TITLE = N_("The model: the chance that the success rate on typical questions is at the bar for mastery")
JUDGE = "JUDGE"
METHODS: Mapping[str, Method] = {method.name: method for method in (*OWN, *PEERS)}


class MethodError(ValueError):
    """A choice that can not be made: `field` is what it is about, the text what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Choice:
    """A method with those parameters that differ from its defaults, by name and in that order."""

    name: str
    set: tuple[tuple[str, Decimal], ...] = ()

    @property
    def method(self) -> Method:
        """The method; KeyError for the model, which is none of these rules."""
        return METHODS[self.name]

    @property
    def given(self) -> dict[str, Fraction]:
        """A number for each parameter."""
        own = dict(self.set)
        return {one.name: Fraction(own.get(one.name, one.default)) for one in self.method.parameters}

    @property
    def mastered_from(self) -> float:
        """The value from which the method says mastered, on its own scale; of yes and no it is yes."""
        return float(self.given.get(MASTERED_FROM, 1))

    def ready_from(self, policy: Policy) -> float:
        """The value from which it says ready for a test (domain 2.6); percentages and yes wait for mastered."""
        below = {Scale.PROBABILITY: policy.readiness_probability, Scale.LEVEL: policy.readiness_level}
        return min(below.get(self.method.scale, self.mastered_from), self.mastered_from)


class Said(NamedTuple):
    """What a method says: its value, exact, and whether that is mastered. Both None where it has nothing to say."""

    value: Fraction | None
    mastered: bool | None


def choose(name: str, parameters: Mapping[str, str] = {}) -> Choice:
    """A choice by exact names and written numbers. Raises MethodError for what there is not or may not be."""
    if name == MODEL:
        if parameters:
            raise MethodError(next(iter(parameters)), "the model has no parameters of its own")
        return Choice(MODEL)
    method = METHODS.get(name)
    if method is None:
        raise MethodError("method", f"{name!r} is no method: write {', '.join((MODEL, *METHODS))}")
    known = {one.name: one for one in method.parameters}
    chosen = {}
    for parameter, written in sorted(parameters.items()):
        if parameter not in known:
            names = ", ".join(known) or "no parameters"
            raise MethodError(parameter, f"{name} has no parameter {parameter!r}; it has {names}")
        value = _number(known[parameter], written)
        if value != known[parameter].default:
            chosen[parameter] = value
    choice = Choice(name, tuple(chosen.items()))
    wrong = method.check(choice.given)
    if wrong:
        raise MethodError("parameters", wrong)
    return choice


def _number(parameter: Parameter, written: str) -> Decimal:
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    kind = "a whole number" if parameter.whole else "a number"
    if not value.is_finite() or (parameter.whole and value != int(value)):
        raise MethodError(parameter.name, f"{written!r} is not {kind}: write {kind} such as {parameter.default}")
    if not parameter.least <= value <= parameter.most:
        raise MethodError(parameter.name, f"{written} is not from {parameter.least} to {parameter.most}")
    return Decimal(int(value)) if parameter.whole else value


def say(choice: Choice, records: Iterable[Scored], judgements: Sequence[Judgement] = ()) -> Said:
    """What a method says after these records on one target, given in any order.

    A state summative stands beside (domain 2.3): no method looks at it.
    """
    counted = sorted((one for one in records if one.purpose is not Purpose.STATE_SUMMATIVE), key=lambda one: one.order)
    value = choice.method.says(Body(counted, judgements), choice.given)
    return Said(value, None if value is None else float(value) >= choice.mastered_from)


def said_after(
    choice: Choice, records: Sequence[Scored], results: Collection[int] | None = None
) -> dict[int, float | None]:
    """The value just after each record, by result, of records in their order; with `results`, after those alone.

    What is stored and compared is the nearest float.
    """
    found: dict[int, float | None] = {}
    for place, record in enumerate(records):
        if results is None or record.result in results:
            value = say(choice, records[: place + 1]).value
            found[record.result] = None if value is None else float(value)
    return found
