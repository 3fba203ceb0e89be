"""Letters that let people in: their codes, how long they work, and who may make them.

A code is 60 random bits in Crockford's base 32, after the number of its district in the same signs: short enough to
type on a phone, and its district is known before the first row is looked up.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mastery.access import Viewer
from mastery.links import midnight
from mastery.offices import Affair, Remit, remit

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_SIGNS = 12
_GROUP = 4
_LONGEST_DISTRICT = 6  # so many signs name a thousand million districts
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "–": None, ".": None})

LETTER_DAYS = 60
LINK_GOOD_FOR = timedelta(minutes=30)


class CodeKind(StrEnum):
    """How a code reaches its person: on paper by the school, or as a link by mail."""

    LETTER = "letter"
    LINK = "link"


class Group(StrEnum):
    """Whom letters are made for together."""

    GUARDIANS = "guardians"
    STUDENTS = "students"
    STAFF = "staff"


def spelled(district: int, secret: str) -> str:
    """A code as it is printed: 1-ABCD-EFGH-JKMN."""
    number = ""
    while district:
        district, sign = divmod(district, len(SIGNS))
        number = SIGNS[sign] + number
    groups = [secret[place : place + _GROUP] for place in range(0, len(secret), _GROUP)]
    return "-".join([number, *groups])


def read_code(typed: str) -> tuple[int, str] | None:
    """The district and the secret of a code as somebody typed it; None for what can be no code.

    Case, hyphens and spaces make no difference; O is read as 0, I and L as 1.
    """
    signs = typed.upper().translate(_READ_AS)
    number, secret = signs[:-SECRET_SIGNS], signs[-SECRET_SIGNS:]
    if not 1 <= len(number) <= _LONGEST_DISTRICT or not set(signs) <= set(SIGNS):
        return None
    district = 0
    for sign in number:
        district = district * len(SIGNS) + SIGNS.index(sign)
    return district, secret


def last_day(today: date) -> date:
    """The day until which, itself included, a letter made today works."""
    return today + timedelta(days=LETTER_DAYS)


def ends_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant at which a letter whose last day this is does not work, where the school is."""
    return midnight(day + timedelta(days=1), zone)


def letters_of(viewer: Viewer) -> Remit:
    """For which schools, or for everybody, a person may make letters: the offices that answer for accounts.

    For whom exactly, `models.queries_account_keepers` says as a query.
    """
    return remit(viewer, Affair.ACCOUNTS, viewer.at)


def opens_group(viewer: Viewer, group: Group, school: int) -> bool:
    """Whether a person is shown who of a school has which letter.

    A list of guardians by school or class tells whose family they are (D14 of domain 7.3), so it is of who answers for
    guardianship there. Who does not still makes a letter for one person whom they name.
    """
    families = remit(viewer, Affair.ORDERS, viewer.at).covers_school(school)
    return letters_of(viewer).covers_school(school) and (group is not Group.GUARDIANS or families)


def may_make_letters(viewer: Viewer) -> bool:
    """Whether a person may make letters at all."""
    return bool(letters_of(viewer))
