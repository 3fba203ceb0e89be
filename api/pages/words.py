"""Stored values in the words that people read. A state always has a symbol and a word, never a colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from mastery.decide import State
from mastery.flags.sentences import UNITS, Unit, scale_of
from mastery.flags.view import Fact
from mastery.methods import Scale
from mastery.numbers import half_up
from mastery.overview import Group
from mastery.policy import DEFAULT_POLICY


@dataclass(frozen=True, slots=True)
class Look:
    """How a value is shown: a symbol, a word, the name of its style."""

    symbol: str
    word: str
    style: str


NOT_ENOUGH = Look("◌", _l("Not enough evidence yet"), "unknown")
TOO_LITTLE = Look("◌", _l("Too little to say yet"), "unknown")  # the same to a child
STATES: dict[State, Look] = {
    State.NOT_STARTED: Look("○", _l("Not started"), "none"),
    State.IN_PROGRESS: Look("◐", _l("In progress"), "progress"),
    State.READY: Look("➜", _l("Ready to show it"), "ready"),
    State.MASTERED_PROVISIONAL: Look("✓", _l("Mastered, waits for confirmation"), "nearly"),
    State.MASTERED: Look("✔", _l("Mastered"), "mastered"),
    State.NEEDS_REVIEW: Look("?", _l("Needs a teacher’s look"), "review"),
    State.WAIVED: Look("–", _l("Waived"), "closed"),
    State.EXEMPT: Look("–", _l("Exempt"), "closed"),
    State.REVOKED: Look("↩", _l("Taken back"), "review"),
}

GROUPS: dict[Group, Any] = {
    Group.LOOK: _l("Waits for a teacher"),
    Group.READY: _l("Ready to show it"),
    Group.WORK: _l("At work"),
    Group.AHEAD: _l("Not started"),
    Group.DONE: _l("Done"),
}

SEVERITIES: dict[str, Look] = {
    "URGENT": Look("‼", _l("Urgent"), "urgent"),
    "ACT": Look("▲", _l("Act"), "act"),
    "WATCH": Look("◆", _l("Watch"), "watch"),
    "INFO": Look("★", _l("Good news"), "info"),
}

PURPOSES = {
    "diagnostic": _l("diagnostic"),
    "formative": _l("formative (practice)"),
    "interim": _l("interim"),
    "summative": _l("summative"),
    "state_summative": _l("state test"),
}

EVIDENCE_TYPES = {
    "quiz": _l("quiz"),
    "test": _l("test"),
    "exit_ticket": _l("exit ticket"),
    "practice": _l("practice"),
    "performance": _l("performance"),
    "portfolio": _l("portfolio"),
    "observation": _l("observation"),
    "external_credential": _l("credential from elsewhere"),
    "retention_check": _l("check whether it is still there"),
}

INDEPENDENCE = {"independent": _l("alone"), "assisted": _l("with help"), "group": _l("in a group")}


# the same in a word or two, for cells with little room: part of the whole word where it is not the whole
_SHORT: dict[State, Look] = {
    State.READY: Look("➜", _l("Ready"), "ready"),
    State.MASTERED_PROVISIONAL: Look("✓", _l("Waits"), "nearly"),
    State.NEEDS_REVIEW: Look("?", _l("Look"), "review"),
}
SHORT_NOT_ENOUGH = Look("◌", _l("Not enough"), "unknown")


def standing_look(state: State, enough: bool) -> Look:
    """The look of a student on a target; work with too little evidence has its own, not that of little mastery."""
    return NOT_ENOUGH if state is State.IN_PROGRESS and not enough else STATES[state]


def short_look(state: State, enough: bool) -> Look:
    """The same where there is little room."""
    if state is State.IN_PROGRESS and not enough:
        return SHORT_NOT_ENOUGH
    return _SHORT.get(state, STATES[state])


def code_tail(code: str, most: int = 12) -> str:
    """The end of a code, which tells it from its neighbours, where the whole has no room."""
    return code if len(code) <= most else "…" + code[1 - most :]


def state_look(state: str) -> Look:
    """The look of a decision's state."""
    return STATES[State(state)]


def enough(document: Mapping[str, Any]) -> bool:
    """Whether the API's standing has enough evidence to say anything about the estimate; too little is not low."""
    return bool(document["estimate"] and document["decision"]["enough_evidence"])


def chance_words(probability: float) -> str:
    """How likely it is that the target is mastered, in words."""
    if probability >= DEFAULT_POLICY.mastery_probability:
        return _("Very likely there")
    if probability >= 0.7:
        return _("Probably there")
    if probability >= 0.4:
        return _("Could be there")
    if probability >= 0.1:
        return _("Probably not there yet")
    return _("Not there yet")


def right_words(expected: float) -> str:
    """The estimate as a family reads it: of ten typical questions so many right."""
    return _("About %(rate)s of 10 questions right", rate=out_of_ten(expected))


def file_size(size: int) -> str:
    """A size in bytes, in thousands or millions of them."""
    if size < 1_000_000:
        return _("%(number)s kB", number=format_decimal(max(1, round(size / 1000)), locale=get_locale()))
    return _("%(number)s MB", number=format_decimal(round(size / 1_000_000, 1), locale=get_locale()))


def percent(share: float) -> str:
    """A share of 0..1 as a whole percent, rounded half up."""
    return format_percent(half_up(Decimal(str(share)) * 100) / 100, locale=get_locale())


def figure(value: float | Decimal) -> str:
    """A number with one decimal, rounded half up."""
    return format_decimal(half_up(value, 1), "0.0", locale=get_locale())


def figure2(value: float) -> str:
    """A number with two decimals, rounded half up."""
    return format_decimal(half_up(value, 2), "0.00", locale=get_locale())


def fact(name: str, value: Fact, facts: Mapping[str, Fact]) -> str:
    """A fact of a flag's finding, as its unit is shown; a method's value on the scale of the method in `facts`."""
    match UNITS[name]:
        case Unit.VALUE:
            return value_words(scale_of(facts), float(value))
        case Unit.PERCENT:
            return percent(float(value))
        case Unit.LEVEL:
            return figure(float(value))
        case Unit.COUNT:
            return format_decimal(value, locale=get_locale())
        case Unit.NAME:
            return str(value)


def value_words(scale: Scale, value: float) -> str:
    """A value as people read it: percent, a level with two decimals, yes or no."""
    match scale:
        case Scale.PROBABILITY:
            return percent(value)
        case Scale.PERCENT:
            return percent(value / 100)
        case Scale.LEVEL:
            return format_decimal(half_up(Decimal(str(value)), 2), "0.00", locale=get_locale())
        case Scale.YES_NO:
            return _("yes") if value else _("no")


def out_of_ten(share: float) -> int:
    """A share of 0..1 as so many in ten, rounded half up."""
    return int(half_up(Decimal(str(share)) * 10))


def level_text(level: float | None) -> str:
    """A reported level of 0..4, or that there is none."""
    if level is None:
        return _("No level yet")
    return _("Level %(level)s of 4", level=figure(level))


def level_figure(level: float | None) -> str:
    """A reported level under a heading that says so."""
    return _("none yet") if level is None else _("%(level)s of 4", level=figure(level))


def points(score: float | None, maximum: float | None) -> str:
    """A score as it was written."""
    if score is None:
        return _("no score")
    if maximum is None:
        return _plain(score)
    return _("%(score)s of %(max)s", score=_plain(score), max=_plain(maximum))


def _plain(number: float) -> str:
    return format_decimal(Decimal(f"{number:g}"), locale=get_locale())


def long_date(day: date) -> str:
    """A date spelled out."""
    return format_date(day, "full", locale=get_locale())


def short_date(instant: datetime, zone: ZoneInfo) -> str:
    """The date of an instant where the school is."""
    return format_date(instant.astimezone(zone).date(), "medium", locale=get_locale())


def last_day_of(end: datetime, zone: ZoneInfo) -> str:
    """The last whole day before an instant at which something ends, where the school is."""
    return short_date(end - timedelta(microseconds=1), zone)


def short_date_of(instant: str, zone: ZoneInfo) -> str:
    """The same of an instant as the API writes it."""
    return short_date(datetime.fromisoformat(instant), zone)


def day_month(instant: datetime, zone: ZoneInfo) -> str:
    """The same without the year, where there is little room."""
    return format_skeleton("MMMd", instant.astimezone(zone).date(), locale=get_locale())


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """The time of day of an instant where the school is."""
    return format_time(instant.astimezone(zone), "short", locale=get_locale())


def periods_text(periods: tuple[str, ...]) -> str:
    """The periods of the day in which a section meets."""
    if not periods:
        return _("No period")
    return ngettext(
        "Period %(names)s", "Periods %(names)s", len(periods), names=format_list(periods, locale=get_locale())
    )
