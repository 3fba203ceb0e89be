"""Who must show a second factor, and what a session still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mastery.access_matrix import Role
from mastery.links import OUTSIDERS

# whoever may see or change the records of many children, or comes from outside the school (domain 7.3)
NEEDING = OUTSIDERS | {Role.SCHOOL_ADMINISTRATOR, Role.DISTRICT_LEADER, Role.DATA_STEWARD, Role.REGISTRAR}


class Step(StrEnum):
    """Where a session stands: in, or what its holder has to do before."""

    IN = "in"
    SHOW = "show"
    SET_UP = "set_up"


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether one of a person's roles of today asks for a second factor."""
    return not NEEDING.isdisjoint(roles)


def step(needed: bool, has: bool, shown: bool) -> Step:
    """What is left to do before anything opens; whoever has a second factor shows it, needed or not."""
    if shown or not (needed or has):
        return Step.IN
    return Step.SHOW if has else Step.SET_UP
