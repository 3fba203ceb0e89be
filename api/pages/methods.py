"""What a subject's methods say, in words: values on their own scales, and what line 1 of mastery still asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from api.pages.words import enough, value_words
from mastery.methods import JUDGE, METHODS, MODEL, Scale


@dataclass(frozen=True, slots=True)
class MethodLine:
    """A method by its exact name, its value in words, and whether that is mastery."""

    name: str
    title: str
    primary: bool
    value: str
    says: str


def method_lines(document: Mapping[str, Any], *, family: bool) -> list[MethodLine]:
    """The methods of the API's explanation; none where the model stands alone, which the page tells of anyway.

    A family is told no chances, and nobody is told a value that rests on too little evidence.
    """
    methods = document["methods"]
    if [one["name"] for one in methods] == [MODEL]:
        return []
    told = [one for one in methods if not (family and one["scale"] == Scale.PROBABILITY)]
    return [_line(one, sayable=enough(document)) for one in told]


def other_primary(document: Mapping[str, Any]) -> str | None:
    """What mastery goes by where that is not the model, whose estimate the page tells of all the same."""
    return next(
        (primary_words(one["name"]) for one in document["methods"] if one["primary"] and one["name"] != MODEL), None
    )


def primary_words(name: str) -> str:
    """A method as what mastery goes by: its exact name, or a person's judgement."""
    return _("a teacher’s judgement") if name == JUDGE else name


def _line(said: Mapping[str, Any], *, sayable: bool) -> MethodLine:
    value, scale, needed = said["value"], Scale(said["scale"]), said["mastered_from"]
    if value is None or not sayable:
        words, says = _("no value"), _("too little to say; neither low nor high")
    elif scale is Scale.YES_NO:
        words, says = value_words(scale, value), _("mastered") if said["mastered"] else _("not mastered yet")
    else:
        words, bar = value_words(scale, value), value_words(scale, needed)
        says = _("mastered, from %(bar)s on", bar=bar) if said["mastered"] else _("below %(bar)s", bar=bar)
    title = said["title"]
    return MethodLine(said["name"], _(title), said["primary"], words, says)


def missing_by_method(name: str, needed: float, found: float | None) -> str:
    """Line 1 where a score rule speaks for the estimate."""
    scale = METHODS[name].scale
    if name == JUDGE:
        return _(
            "A level of at least %(needed)s that a teacher gives, with a reason.", needed=value_words(scale, needed)
        )
    now = _("no value") if found is None else value_words(scale, found)
    if scale is Scale.YES_NO:
        return _(
            "Results by which %(method)s, the method of this subject, says yes; now: %(now)s.", method=name, now=now
        )
    return _(
        "Results that bring %(method)s, the method of this subject, to at least %(needed)s; now: %(now)s.",
        method=name,
        needed=value_words(scale, needed),
        now=now,
    )
