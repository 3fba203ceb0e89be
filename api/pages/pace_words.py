"""Pace in words: for who teaches and for families, and when work will likely be done, in weeks and never a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages.words import Look
from mastery.numbers import half_up
from mastery.pace.learners import Evaluated
from mastery.pace.projection import Arrival
from mastery.pace.status import BY_HAND, Status
from mastery.pace.told import Word

STATUSES: dict[Status, Look] = {
    Status.TOO_EARLY: Look("○", _l("Too early to say"), "none"),
    Status.AHEAD: Look("»", _l("Ahead"), "mastered"),
    Status.ON_PACE: Look("✓", _l("On pace"), "progress"),
    Status.WATCH: Look("◆", _l("A little behind"), "nearly"),
    Status.BEHIND: Look("▲", _l("Behind"), "review"),
    Status.COMPLETE: Look("✔", _l("All done"), "mastered"),
    Status.PAUSED: Look("–", _l("Paused"), "closed"),
}
SAYABLE: dict[Status, Look] = {one: STATUSES[one] for one in BY_HAND}
WORDS: dict[Word, Look] = {
    Word.TOO_EARLY: Look("○", _l("Too early to say"), "none"),
    Word.AHEAD: Look("»", _l("Ahead"), "mastered"),
    Word.ON: Look("✓", _l("On pace"), "progress"),
    Word.A_LITTLE_BEHIND: Look("◆", _l("A little behind"), "nearly"),
    Word.BEHIND: Look("▲", _l("Behind: here is the plan"), "nearly"),
    Word.CATCHING_UP: Look("◐", _l("Catching up"), "progress"),
    Word.PAUSED: Look("–", _l("Paused"), "closed"),
    Word.DONE: Look("✔", _l("All done"), "mastered"),
}
MANY: dict[Status, Any] = {
    Status.BEHIND: lambda number: ngettext("%(num)d behind", "%(num)d behind", number),
    Status.WATCH: lambda number: ngettext("%(num)d a little behind", "%(num)d a little behind", number),
    Status.ON_PACE: lambda number: ngettext("%(num)d on pace", "%(num)d on pace", number),
    Status.AHEAD: lambda number: ngettext("%(num)d ahead", "%(num)d ahead", number),
    Status.COMPLETE: lambda number: ngettext("%(num)d all done", "%(num)d all done", number),
    Status.PAUSED: lambda number: ngettext("%(num)d paused", "%(num)d paused", number),
    Status.TOO_EARLY: lambda number: ngettext("%(num)d too early to say", "%(num)d too early to say", number),
}


def gap_words(gap: float) -> str:
    """How many school days behind or ahead, rounded to whole ones."""
    days = int(half_up(abs(gap)))
    if days == 0:
        return _("as planned")
    if gap > 0:
        return ngettext("%(num)d school day behind", "%(num)d school days behind", days)
    return ngettext("%(num)d school day ahead", "%(num)d school days ahead", days)


def finish_words(one: Evaluated, last: date) -> str:
    """When all will likely be done, from a week to a week; `last` is where the calendar ends."""
    if one.pace.status is Status.COMPLETE:
        return _("All is done.")
    if one.weeks is None:
        return _("Not enough work yet to say.")
    return arrival_words(one.weeks, last)


def arrival_words(weeks: Arrival, last: date) -> str:
    """The range of weeks, never a day and never the middle alone."""
    if weeks.earliest is None:
        return _("Likely after %(day)s, where the school’s calendar ends.", day=short(last))
    if weeks.latest is None:
        return _(
            "Likely between the week of %(first)s and a time after %(day)s, where the school’s calendar ends.",
            first=short(weeks.earliest),
            day=short(last),
        )
    if weeks.earliest == weeks.latest:
        return _("Likely in the week of %(first)s.", first=short(weeks.earliest))
    return _(
        "Likely between the week of %(first)s and the week of %(last)s.",
        first=short(weeks.earliest),
        last=short(weeks.latest),
    )


def counted(statuses: Collection[Status]) -> list[str]:
    """How many are where, those first who need somebody."""
    found = {one: sum(status is one for status in statuses) for one in MANY}
    return [str(MANY[one](number)) for one, number in found.items() if number]


def short(day: date) -> str:
    """A day with its month and year."""
    return str(format_skeleton("yMMMd", day, locale=get_locale()))


def tick(day: date) -> str:
    """A day below a picture."""
    return str(format_skeleton("MMMd", day, locale=get_locale()))
