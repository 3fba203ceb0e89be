"""Who gets a seat in which window of a test, and what else becomes of a request (domain 2.5, 2.6).

Being ready is advice: it holds back a seat only where there is a single try in each window, and a teacher overrides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from mastery.body.words import Key
from mastery.evidence import ScoreStatus
from mastery.reassessment.again import Again, Known, next_try
from mastery.reassessment.steps import Held
from mastery.reassessment.tries import CountDays, consuming, left_in
from mastery.reassessment.windows import Shut, Window, may_register
from mastery.reassessment.words import Before, Kind, RetakePolicy, Rule, Try


class Wait(StrEnum):
    """Why a request has no seat yet."""

    FIRST_DO = "first_do"
    NEEDS_LEAVE = "needs_leave"
    NOT_READY = "not_ready"
    FULL = "full"
    NO_WINDOW = "no_window"


@dataclass(frozen=True, slots=True)
class Seats:
    """A window by its key, and the students who have a seat in it."""

    key: Key
    window: Window
    taken: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what is known of them, whether evidence says that they are ready; `override` by a teacher."""

    student: Key
    tries: Sequence[Try]
    known: Known
    ready: bool
    override: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """What becomes of a request: a seat in `window` from `day` on, or why it waits, or the rule that refuses it.

    `again` is what the policy says of the next try; `first` what is still to be done before.
    """

    again: Again
    window: Key | None = None
    day: date | None = None
    waits: Wait | None = None
    refused_by: Rule | None = None

    @property
    def first(self) -> tuple[Before, ...]:
        """What is still to be done before."""
        return self.again.first


def scarce(policy: RetakePolicy, kind: Kind) -> bool:
    """Whether each window has a single try, so that one that comes too early is lost."""
    limit = policy.max_attempts.of(kind)
    return limit.per_window and limit.tries == 1


def place(
    policy: RetakePolicy, kind: Kind, asker: Asker, seats: Sequence[Seats], now: datetime, today: date, count: CountDays
) -> Placed:  # fmt: skip
    """What becomes of a request at an instant, which is `today` where the school is."""
    limit = policy.max_attempts.of(kind)
    leave = limit.leave and (asker.override or asker.known.leave)
    shut = {one.key: may_register(one.window, asker.student, now, one.taken) for one in seats}
    open_ = [one for one in seats if shut[one.key] is None and now < one.window.closes_at]
    by_window = bool(seats) or limit.per_window or policy.latest.same_window
    known = replace(asker.known, leave=leave, openings=[one.window.days for one in open_] if by_window else None)
    again = next_try(policy, kind, asker.tries, today, count, known)
    if again.refused_by is Rule.WINDOW:
        allowed = next_try(policy, kind, asker.tries, today, count, replace(known, leave=True))
        if limit.leave and not leave and allowed.refused_by is None:
            return Placed(again, waits=Wait.NEEDS_LEAVE)
        return Placed(again, waits=Wait.FULL if Shut.FULL in shut.values() else Wait.NO_WINDOW)
    if again.refused_by is not None:
        return Placed(again, refused_by=again.refused_by)
    if again.needs_leave:
        return Placed(again, waits=Wait.NEEDS_LEAVE)
    if again.first:
        return Placed(again, waits=Wait.FIRST_DO)
    if scarce(policy, kind) and not asker.ready and not asker.override:
        return Placed(again, waits=Wait.NOT_READY)
    chosen = _soonest(policy, kind, asker, open_, again, today, leave=leave)
    if chosen is None:
        return Placed(again, waits=Wait.NO_WINDOW)
    return Placed(again, chosen[1].key, chosen[0])


def _soonest(
    policy: RetakePolicy,
    kind: Kind,
    asker: Asker,
    open_: Sequence[Seats],
    again: Again,
    today: date,
    *,
    leave: bool,
) -> tuple[date, Seats] | None:
    if again.opens_on is None:
        return None
    counted = consuming(policy, asker.tries)
    limit = policy.max_attempts.of(kind)
    found = []
    for one in open_:
        day = one.window.days.first_from(again.opens_on, today)
        full = limit.per_window and not leave and left_in(limit, counted, one.window.administration) == 0
        other = policy.latest.same_window and counted and counted[-1].administration != one.window.administration
        if day is not None and not full and not other:
            found.append((day, one))
    return min(found, key=lambda pair: (pair[0], pair[1].window.opens_at, str(pair[1].key)), default=None)


def used(seat: Held, tries: Iterable[Try], window: Window) -> bool:
    """Whether the result of a seat is there: of a sitting in its administration, after the seat was given."""
    return any(
        one.administration == window.administration and seat.since is not None and one.at >= seat.since for one in tries
    )


def with_seat(tries: Sequence[Try], seat: Held, window: Window | None, now: datetime) -> tuple[Try, ...]:
    """The tries with the one whose result is still to come: a seat in a window that has opened, and was not missed.

    Until the result is there the seat itself is the try, in whichever school.
    """
    if window is None or seat.missed or now < window.opens_at or used(seat, tries, window):
        return tuple(tries)
    pending = Try(
        sitting=f"seat {seat.window}",
        at=window.opens_at,
        day=window.day(window.opens_at),
        form="",
        status=ScoreStatus.PENDING_MANUAL,
        seen=0,
        administration=window.administration,
    )
    return (*tries, pending)
