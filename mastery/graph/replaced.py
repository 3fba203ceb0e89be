"""What becomes of a student's decisions when targets take the place of others (domain 2.1, `replacedBy`).

One by one is no matter of this file: the work itself passes on, and with it every decision. In a split every part is
provisional until a person confirms it; a merged target is mastered only if everything that went into it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mastery.body.words import ActKind, Decision, State


@dataclass(frozen=True, slots=True)
class Carried:
    """What a student gets on a target that came in the place of others: the act, the level and the date it carries."""

    kind: ActKind
    level: float | None
    mastered_at: datetime | None


_MASTERED = frozenset({State.MASTERED, State.NEEDS_REVIEW, State.MASTERED_PROVISIONAL})
_LET_OFF = {State.WAIVED: ActKind.WAIVE, State.EXEMPT: ActKind.EXEMPT}


def of_split(source: Decision) -> Carried | None:
    """What each part gets: provisional where the whole was mastered, let off where it was; else nothing."""
    if source.state in _LET_OFF:
        return Carried(_LET_OFF[source.state], None, None)
    if source.state not in _MASTERED:
        return None
    return Carried(ActKind.CARRY_PROVISIONAL, source.level, source.mastered_at)


def of_merge(sources: Sequence[Decision]) -> Carried | None:
    """What the merged target gets of all that went into it, those not begun included.

    The level is the lowest and the date the last of them: nothing is averaged. Where a question is open on one of them
    it is open on the whole, and where one waits for a person so does the whole.
    """
    states = {one.state for one in sources}
    if len(states) == 1 and states <= _LET_OFF.keys():
        return Carried(_LET_OFF[sources[0].state], None, None)
    if not states or not states <= _MASTERED:
        return None
    levels = [one.level for one in sources]
    level = None if None in levels else min(one for one in levels if one is not None)
    dates = [one.mastered_at for one in sources if one.mastered_at is not None]
    if State.MASTERED_PROVISIONAL in states:
        kind = ActKind.CARRY_PROVISIONAL
    else:
        kind = ActKind.CARRY_REVIEW if State.NEEDS_REVIEW in states else ActKind.CARRY
    return Carried(kind, level, max(dates, default=None))
