"""Agency: what students decided themselves (S12), for who works with them, and without small cells for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DAYS = 90
"""How many days back are counted."""
FEWEST = 10
"""The fewest of whom a figure may be shown to who does not work with them (domain 6.4, `supp.N`)."""


class Sign(StrEnum):
    """What a student decided: what to do next, by which day, how sure they are, that they want help, another way."""

    CHOICE = "choice"
    DAY = "day"
    JUDGED = "judged"
    HELP = "help"
    WAY = "way"


@dataclass(frozen=True, slots=True)
class Agency:
    """Of how many students, and by sign how many of them did it at least once; None is not shown."""

    students: int | None
    did: Mapping[Sign, int | None]


def whole(students: int, did: Mapping[Sign, int]) -> Agency:
    """The figures for who works with these students."""
    return Agency(students, {sign: did.get(sign, 0) for sign in Sign})


def without_small(students: int, did: Mapping[Sign, int]) -> Agency:
    """The figures for everybody else: nothing of fewer than FEWEST students, nor of fewer who did something, or did
    not. Nobody is told of one that all did it, or none: either tells of each of them.

    Groups for which this is shown must not add up to another one that is shown, or what is hidden is a difference.
    """
    if 0 < students < FEWEST:
        return Agency(None, dict.fromkeys(Sign))
    shown = {sign: did.get(sign, 0) for sign in Sign}
    return Agency(students, {sign: one if FEWEST <= one <= students - FEWEST else None for sign, one in shown.items()})
