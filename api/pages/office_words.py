"""What an office's lists and forms say, beside the words of access: what capacities open, kinds, restrictions, days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages.access_words import CLASSES, listed
from mastery.access_matrix import MATRIX, DataClass, Role
from mastery.links import Restriction
from models.queries_office import Kind

KINDS: dict[Kind, Any] = {
    Kind.STUDENT: _l("student"),
    Kind.GUARDIAN: _l("guardian"),
    Kind.STAFF: _l("staff"),
    Kind.PARTNER: _l("linked to a student"),
    Kind.OTHER: _l("no role yet"),
}

ROSTER_ROLES: dict[str, Any] = {
    "student": _l("student"),
    "teacher": _l("teacher"),
    "aide": _l("aide"),
    "guardian": _l("guardian"),
    "administrator": _l("administrator"),
    "counselor": _l("counselor"),
    "proctor": _l("proctor"),
}

RESTRICTIONS: dict[str, Any] = {
    Restriction.ACCESS: _l("may not see the record"),
    Restriction.CONTACT: _l("may not have contact"),
    Restriction.PICKUP: _l("may not pick the child up"),
}

EVERYBODYS = (DataClass.TARGETS, DataClass.AGGREGATES)


def opens_words(role: Role) -> str:
    """What a capacity opens, as the table of access has it."""
    row = MATRIX[role]
    reads = [CLASSES[data] for data, cell in row.items() if cell.reads is not None and data not in EVERYBODYS]
    writes = [CLASSES[data] for data, cell in row.items() if cell.writes is not None and data not in EVERYBODYS]
    said = []
    if role is Role.EXTERNAL_PROFESSIONAL:
        said.append(_("Sees only what the family’s consent names, and the display name."))
    elif reads:
        said.append(_("Sees: %(classes)s.", classes=listed(reads)))
    if writes:
        said.append(_("Can add: %(classes)s.", classes=listed(writes)))
    return " ".join(said) or _("Sees figures of many students, and no student by name.")


def day(instant: datetime, zone: ZoneInfo) -> str:
    """The day of an instant where the school is."""
    return str(format_date(instant.astimezone(zone).date(), "medium", locale=get_locale()))


def last_day(ends: datetime, zone: ZoneInfo) -> str:
    """The last day that belongs to a span that ends at an instant."""
    return day(ends - timedelta(microseconds=1), zone)


def calendar_day(one: date) -> str:
    """A day of the calendar."""
    return str(format_date(one, "medium", locale=get_locale()))


def since_until(begins: date | None, ends: date | None) -> str:
    """The days between which something is so; empty where both ends are open."""
    if begins and ends:
        return _("%(first)s to %(last)s", first=calendar_day(begins), last=calendar_day(ends))
    if begins:
        return _("since %(day)s", day=calendar_day(begins))
    return _("until %(day)s", day=calendar_day(ends)) if ends else ""


def kinds_said(kinds: frozenset[Kind]) -> str:
    """What somebody is to an office, as a list."""
    told = kinds - {Kind.OTHER} or kinds  # who has a role has one
    return listed([KINDS[kind] for kind in Kind if kind in told])


def restrictions_said(restricts: Sequence[str]) -> str:
    """What a court order restricts, as a list."""
    return listed([RESTRICTIONS[one] for one in restricts])
