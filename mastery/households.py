"""Households: who lives together, and what of it whom may be shown (domain 7.5).

One guardian never sees another's contact data or household, not even of a child whom both have. A student's page is
read by either household, so that it shows neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Notice(StrEnum):
    """How a member of a household wants to be told."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a household, from and until a day, both of which belong to it. `student`: is one of its children."""

    household: int
    person: int
    student: bool = False
    begins_on: date | None = None
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the person belongs to the household on a day."""
        return (self.begins_on is None or self.begins_on <= day) and (self.ends_on is None or day <= self.ends_on)


def households_of(viewer: int, members: Iterable[Member], day: date) -> frozenset[int]:
    """The households that a viewer may be shown without an office: those they belong to as an adult."""
    return frozenset(one.household for one in members if one.person == viewer and not one.student and one.holds(day))


def reads_message(reader: int | None, author: int, student: int, *, of_age: bool, works: bool) -> bool:
    """Whether a reader gets what one of a student's family wrote to the school, and who it was.

    The writer, who `works` with the student, and the student who is `of_age`; no other guardian. `reader`: None where
    it is for nobody in particular.
    """
    return works or reader == author or (of_age and reader == student)


def shown_members(viewer: int, members: Iterable[Member], wards: frozenset[int], day: date) -> list[Member]:
    """Whom of their own households a guardian is shown: themselves and their children, no other adult."""
    known = list(members)
    own = households_of(viewer, known, day)
    return [
        one
        for one in known
        if one.household in own and one.holds(day) and (one.person == viewer or (one.student and one.person in wards))
    ]
