"""What an office's lists and forms say: capacities and what they open, bases, classes of records, restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from mastery.access import Basis
from mastery.access_matrix import MATRIX, DataClass, Role
from mastery.links import AgeBasis, Restriction
from models.queries_office import Kind

CAPACITIES: dict[str, Any] = {
    Role.TEACHER_OF_RECORD: _l("teacher"),
    Role.CO_TEACHER: _l("co-teacher or interventionist"),
    Role.CASE_MANAGER: _l("case manager (special education)"),
    Role.COUNSELOR: _l("counselor"),
    Role.PROFESSIONAL: _l("professional who works for the district"),
    Role.EXTERNAL_PROFESSIONAL: _l("mentor or professional from outside"),
    Role.EXPERIENCE_COORDINATOR: _l("coordinator of learning outside school"),
    Role.OVERSEEING_EDUCATOR: _l("educator who oversees learning outside school"),
    Role.SCHOOL_ADMINISTRATOR: _l("school administrator"),
    Role.REGISTRAR: _l("registrar"),
    Role.DATA_STEWARD: _l("data steward"),
    Role.DISTRICT_LEADER: _l("leader of the district"),
    Role.MONITOR: _l("monitor"),
    Role.RESEARCHER: _l("researcher"),
}

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

BASES: dict[str, Any] = {
    Basis.EMPLOYEE: _l("works for the district"),
    Basis.AGREEMENT: _l("a written agreement with the district"),
    Basis.CONSENT: _l("the family’s consent"),
    Basis.EMERGENCY: _l("an emergency"),
    Basis.SUPPORT: _l("support, let in by the district"),
    Basis.OWN_RIGHT: _l("the family’s own right"),
}

CLASSES: dict[str, Any] = {
    DataClass.TARGETS: _l("learning targets"),
    DataClass.LEVELS: _l("levels and plan"),
    DataClass.RESPONSES: _l("scores and answers"),
    DataClass.PACE: _l("pace"),
    DataClass.ACADEMIC_FLAGS: _l("hints about learning"),
    DataClass.BEHAVIOUR_FLAGS: _l("hints about attendance and behavior"),
    DataClass.COMMENTS: _l("comments"),
    DataClass.INTERVENTIONS: _l("extra support"),
    DataClass.PROGRAMMES: _l("special programs and accommodations"),
    DataClass.CIRCUMSTANCES: _l("family circumstances"),
    DataClass.DISCIPLINE: _l("discipline"),
    DataClass.DEMOGRAPHICS: _l("background, such as birth date and language"),
    DataClass.NAMES: _l("names and contact"),
    DataClass.ORDERS: _l("guardians and court orders"),
    DataClass.EXPERIENCES: _l("learning outside school"),
    DataClass.CREDITS: _l("credits"),
    DataClass.AGGREGATES: _l("figures of many students"),
    DataClass.RECORD: _l("who has looked"),
    DataClass.INTEGRITY: _l("cases of cheating"),
}

RESTRICTIONS: dict[str, Any] = {
    Restriction.ACCESS: _l("may not see the record"),
    Restriction.CONTACT: _l("may not have contact"),
    Restriction.PICKUP: _l("may not pick the child up"),
}

AGE_BASES: dict[str, Any] = {
    AgeBasis.STUDENT_CONSENT: _l("the student agrees"),
    AgeBasis.DEPENDENT: _l("the student is a dependent for taxes"),
}

_PUBLIC = (DataClass.TARGETS, DataClass.AGGREGATES)


def listed(names: Sequence[Any]) -> str:
    """Words as a list in a sentence."""
    return str(format_list([str(one) for one in names], locale=get_locale()))


def classes_said(classes: Sequence[str]) -> str:
    """Classes of records as a list in a sentence."""
    return listed([CLASSES.get(one, one) for one in classes])


def opens_words(role: Role) -> str:
    """What a capacity opens, as the table of access has it."""
    row = MATRIX[role]
    reads = [CLASSES[data] for data, cell in row.items() if cell.reads is not None and data not in _PUBLIC]
    writes = [CLASSES[data] for data, cell in row.items() if cell.writes is not None and data not in _PUBLIC]
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
    return listed([KINDS[kind] for kind in Kind if kind in kinds])


def restrictions_said(restricts: Sequence[str]) -> str:
    """What a court order restricts, as a list."""
    return listed([RESTRICTIONS[one] for one in restricts])
