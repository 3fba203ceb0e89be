"""What a measurement says, in words: terms, the sentence on top, and why to look at a question and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from api.pages.story import tenths
from api.pages.words import figure
from mastery.measure.item_check import Reason
from mastery.numbers import half_up
from models.graph_store import DistrictGraph

_MOST_TOLD_OF = 8
"""The tenth that the sentence on top is about, where enough was said of it."""


def term_name(term: Mapping[str, Any]) -> str:
    """A term by the roster's title, or a school year by its years."""
    if term["begins_on"] is None:
        return _("All time")
    if term["title"] is not None:
        return str(term["title"])
    begins, ends = (date.fromisoformat(term[name]) for name in ("begins_on", "ends_on"))
    return _("School year %(first)s to %(second)s", first=begins.year, second=ends.year)


def term_days(term: Mapping[str, Any]) -> str:
    """From when to when a term is; empty for all time."""
    if term["begins_on"] is None:
        return ""
    begins, ends = (
        format_date(date.fromisoformat(term[name]), "medium", locale=get_locale()) for name in ("begins_on", "ends_on")
    )
    return _("%(first)s to %(last)s", first=begins, last=ends)


def of_hundred(share: float) -> str:
    """A share of 0..1 as so many in a hundred, rounded half up."""
    return count(int(half_up(Decimal(str(share)) * 100)))


def per_hundred(share: float) -> str:
    """The same with one decimal."""
    return figure(Decimal(str(share)) * 100)


def count(number: int) -> str:
    """A whole number with the reader's marks between thousands."""
    return format_decimal(number, locale=get_locale())


def thousandths(value: float) -> str:
    """A number with three decimals."""
    return format_decimal(half_up(value, 3), "0.000", locale=get_locale())


def signed(value: float) -> str:
    """A number with one decimal and its sign."""
    rounded = half_up(value, 1)
    return format_decimal(rounded if rounded else abs(rounded), "+0.0;−0.0" if rounded else "0.0", locale=get_locale())


def range_words(share: Mapping[str, Any]) -> str:
    """The 95% range of a share, as right answers of 10."""
    return _("%(low)s to %(high)s", low=tenths(share["low"]), high=tenths(share["high"]))


def most_telling(found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The tenth to begin with: eight of ten, else the one that was said most often; None where none is told."""
    eight = next((one for one in found if one["tenths"] == _MOST_TOLD_OF), None)
    return eight or max(found, key=lambda one: one["came"]["count"], default=None)


def part_words(part: Mapping[str, Any]) -> str:
    """After how many answers on the target ranges were told."""
    if part["most"] is None:
        return _("after %(fewest)s answers or more", fewest=part["fewest"])
    return _("after %(fewest)s to %(most)s answers", fewest=part["fewest"], most=part["most"])


def question_name(item: Mapping[str, Any], graph: DistrictGraph) -> str:
    """A question by its name; what stands for a form without questions is called that."""
    form, _bar, guid = item["item"].rpartition("/")
    return _("form %(form)s as a whole", form=form) if form and guid in graph.ids else str(item["item"])


@dataclass(frozen=True, slots=True)
class Why:
    """A reason to look at a question, with its figures, and what one can do."""

    reason: str
    advice: str


def whys(item: Mapping[str, Any]) -> list[Why]:
    """The reasons to look at a question of the API, the sharpest first."""
    return [_why(Reason(one), item) for one in item["reasons"]]


def _why(reason: Reason, item: Mapping[str, Any]) -> Why:
    slope = {"slope": signed(item["observed_slope"]), "error": figure(item["observed_slope_error"])}
    shares = {"came": tenths(item["observed"]), "expected": tenths(item["expected"])}
    match reason:
        case Reason.REVERSED:
            return Why(
                _("Those who know more get it right less often (slope %(slope)s ± %(error)s).", **slope),
                _("Check the key first: a wrong answer may be marked as right."),
            )
        case Reason.FLAT:
            return Why(
                _("Those who know more hardly do better (slope %(slope)s ± %(error)s).", **slope),
                _("See if it can be guessed, or if it asks for something else than its target."),
            )
        case Reason.ALL_RIGHT:
            return Why(
                _("All %(answers)s answers were right, so it tells nobody apart.", answers=count(item["answers"])),
                _("Keep it to warm up, or ask something harder in its place."),
            )
        case Reason.ALL_WRONG:
            return Why(
                _("All %(answers)s answers were wrong, so it tells nobody apart.", answers=count(item["answers"])),
                _("Check the key first, then the wording."),
            )
        case Reason.HARDER:
            return Why(
                _("Right %(came)s times of 10, where we expected %(expected)s.", **shares),
                _("Read it as a student would, and see if it was taught. Then calibrate again."),
            )
        case Reason.EASIER:
            return Why(
                _("Right %(came)s times of 10, where we expected %(expected)s.", **shares),
                _("See if it can be guessed, or if it has got around. Then calibrate again."),
            )
        case Reason.DRIFTED:
            drift = item["drift"]
            size = figure(abs(drift))
            return Why(
                _("It has become easier: %(size)s times the error of measurement.", size=size)
                if drift > 0
                else _("It has become harder: %(size)s times the error of measurement.", size=size),
                _("See what changed: the words, the order, or what is taught before it."),
            )
        case Reason.MISFIT:
            return Why(
                _(
                    "It does not get easier with knowledge the way others do: %(size)s of 10 off.",
                    size=tenths(item["misfit"]),
                ),
                _("See if it needs something beside its target, such as much reading."),
            )


def item_figures(item: Mapping[str, Any]) -> str:
    """The numbers of a question in one line."""
    said = _(
        "Right %(came)s of 10 times, expected %(expected)s; %(answers)s answers of %(students)s students.",
        came=tenths(item["observed"]),
        expected=tenths(item["expected"]),
        answers=count(item["answers"]),
        students=count(item["students"]),
    )
    known = item["read_with"]
    if known is None:
        return said
    placed = _(
        "Level %(level)s ± %(error)s, slope %(slope)s.",
        level=signed(known["difficulty"]),
        error=figure(known["standard_error"] / known["slope"]),
        slope=figure(known["slope"]),
    )
    return f"{said} {placed}"
