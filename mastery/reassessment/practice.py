"""Whether something comes between two tries of a test: practice after a level below that of mastery."""

from __future__ import annotations

from mastery.body.tally import Tally
from mastery.policy import Policy


def practise_first(tally: Tally, policy: Policy) -> bool:
    """Whether the newest record is a certifying one below the level of mastery: something comes between two tries."""
    certified = tally.certified
    if certified is None or certified.resolved or certified.last >= policy.scale_mastery_level:
        return False
    return tally.recent[-1:] == (certified.last_result,)
