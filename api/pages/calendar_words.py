"""The words of a school's calendar: what a day is, and how days and amounts of them are written."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from mastery.pace.calendar import DayKind

KINDS: dict[DayKind, Any] = {
    DayKind.CLOSURE: _l("closed, as for snow"),
    DayKind.INSTRUCTIONAL: _l("school day"),
    DayKind.HALF: _l("half day"),
    DayKind.FLEX: _l("flex day"),
    DayKind.REMOTE: _l("remote day"),
    DayKind.BREAK: _l("break"),
    DayKind.HOLIDAY: _l("holiday"),
    DayKind.SUMMER_PROGRAM: _l("summer program, for who attends it"),
}


def day(one: date) -> str:
    """A day of the week with its date, without the year."""
    return str(format_skeleton("MMMEd", one, locale=get_locale()))


def month(first: date) -> str:
    """A month with its year."""
    text = str(format_skeleton("yMMMM", first, locale=get_locale()))
    return text[:1].upper() + text[1:]


def amount(days: float) -> str:
    """How many days, of which some may be half ones."""
    return str(format_decimal(days, format="#,##0.##", locale=get_locale()))


def year(ends_in: int) -> str:
    """A school year."""
    return f"{ends_in - 1}–{ends_in}"
