"""Whether earlier projections held, and how much wider they have to be (domain 3.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.pace.exact import Flags, Numbers
from mastery.pace.projection import finish_days
from mastery.policy import Policy

# how many targets come together, at most
WIDENINGS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0)


@dataclass(frozen=True, slots=True)
class Projected:
    """Earlier projections as columns: what `finish_days` was given, and what came of it.

    `seen` are the days from the projection to the finish, where `finished`, and else to now. One projection for each
    student and plan, or those of whom there are many count for many.
    """

    n: Numbers
    days: Numbers
    usual: Numbers
    remaining: Numbers
    seen: Numbers
    finished: Flags


@dataclass(frozen=True, slots=True)
class Held:
    """How many finishes were in P10 to P90 of those judged; `share` None where none was."""

    judged: int
    inside: int

    @property
    def share(self) -> float | None:
        """The share inside."""
        return self.inside / self.judged if self.judged else None


def held(past: Projected, now: Numbers, policy: Policy, widening: float = 1.0) -> Held:
    """How many finishes lay within P10 to P90. `now` are the days from each projection to now, finished or not.

    A projection is judged once its P90 has passed, whether the student finished or not. To judge all who finished
    would take the fast ones first, and find every range too late.
    """
    found = finish_days(past.n, past.days, past.usual, past.remaining, policy, widening)
    first, last = found[:, 0], found[:, -1]
    over = last <= now
    inside = over & past.finished & (first <= past.seen) & (past.seen <= last)
    return Held(int(np.count_nonzero(over)), int(np.count_nonzero(inside)))


@dataclass(frozen=True, slots=True)
class Widening:
    """How wide ranges are to be from now on, and what the back-test said of them; `enough`: it holds what it is to."""

    factor: float
    held: Held
    enough: bool


def widening(past: Projected, now: Numbers, policy: Policy, in_force: float = 1.0) -> Widening:
    """The narrowest range that held, and by more than chance alone makes of one term: by one standard error.

    With too few judged, what is in force stays. It is never narrower than the model.
    """
    judged = held(past, now, policy, in_force)
    if judged.judged < policy.projection_judged_least:
        return Widening(in_force, judged, False)
    widest = Widening(in_force, judged, False)
    for factor in WIDENINGS:
        found = held(past, now, policy, factor)
        if found.judged < policy.projection_judged_least:
            break
        share = found.inside / found.judged
        if share - np.sqrt(share * (1 - share) / found.judged) >= policy.projection_held_share:
            return Widening(factor, found, True)
        widest = Widening(factor, found, False)
    return widest
