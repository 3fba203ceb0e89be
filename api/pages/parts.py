"""What an estimate is the sum of: in words for a family, with numbers that add up for who works with the student."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from api.pages.words import percent, right_words
from mastery.numbers import adding_up, half_up

# parts smaller than this (logits) are called none; from the next ones on they are clear, then large
_SOME, _CLEAR, _LARGE = 0.15, 0.6, 1.2
_PLACES = 2
_ADDED = ("general", "target", "practice", "questions")


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part by name, its effect in words, and its logits; `figure` is empty for a family."""

    name: str
    effect: str
    figure: str
    is_sum: bool = False


def part_lines(document: Mapping[str, Any], *, family: bool) -> list[PartLine]:
    """The parts of the API's explanation, their sum, and present form, which stands beside it."""
    sizes = document["parts"]
    if sizes is None:
        return []
    names = (
        _("Overall level in %(subject)s", subject=document["subject"]),
        _("This target, compared with the rest"),
        _("Practice on this target"),
        _("How hard its questions are"),
    )
    shown = adding_up([sizes[one] for one in _ADDED], sizes["sum"], _PLACES)
    # without calibrated items the questions of a target are all alike: that says nothing to a family
    lines = [
        PartLine(name, _effect(sizes[one]), "" if family else _signed(figure))
        for name, one, figure in zip(names, _ADDED, shown, strict=True)
        if not (family and one == "questions" and half_up(sizes[one], _PLACES) == 0)
    ]
    rate = document["estimate"]["expected"]
    together = right_words(rate) if family else _("%(rate)s right", rate=percent(rate))
    form = half_up(sizes["form"], _PLACES)
    return [
        *lines,
        PartLine(_("Together"), together, "" if family else _signed(half_up(sizes["sum"], _PLACES)), is_sum=True),
        PartLine(
            _("Form on the latest days (left out of the estimate)"),
            _effect(sizes["form"]),
            "" if family else _signed(form),
        ),
    ]


def _signed(figure: Decimal) -> str:
    """A number with its sign, which zero has none of."""
    return format_decimal(figure if figure else abs(figure), "+0.00;-0.00" if figure else "0.00", locale=get_locale())


def _effect(part: float) -> str:
    size = abs(part)
    if size < _SOME:
        return _("makes hardly any difference")
    if part > 0:
        return _("raises it a lot") if size >= _LARGE else _("raises it") if size >= _CLEAR else _("raises it a little")
    return _("lowers it a lot") if size >= _LARGE else _("lowers it") if size >= _CLEAR else _("lowers it a little")
