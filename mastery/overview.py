"""How one student's targets are told: what waits for an adult first, then what they are at work on, then the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from mastery.body.words import CLOSED_WORK, State
from mastery.decide import Standing


class Group(StrEnum):
    """The groups in the order in which they are told."""

    LOOK = "look"  # a decision waits for a person
    READY = "ready"  # a test may be taken
    WORK = "work"
    AHEAD = "ahead"  # nothing done yet
    DONE = "done"


GROUP_OF: Mapping[State, Group] = {
    State.NEEDS_REVIEW: Group.LOOK,
    State.MASTERED_PROVISIONAL: Group.LOOK,
    State.READY: Group.READY,
    State.IN_PROGRESS: Group.WORK,
    State.REVOKED: Group.WORK,
    State.NOT_STARTED: Group.AHEAD,
    State.MASTERED: Group.DONE,
    State.WAIVED: Group.DONE,
    State.EXEMPT: Group.DONE,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


def newest_work_first(standings: Mapping[int, Standing]) -> list[int]:
    """The targets with evidence or a decision: those that are open before those that are not, the newest work first."""

    def place(target: int) -> tuple[bool, float, int]:
        standing = standings[target]
        at = standing.tally.last_at or _NEVER
        return standing.decision.state in CLOSED_WORK, -(at - _NEVER).total_seconds(), target

    return sorted((one for one, fold in standings.items() if fold.decision.state is not State.NOT_STARTED), key=place)
