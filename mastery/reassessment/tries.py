"""Which sittings are tries, and how many are left (domain 2.5; rules 4 and 10 of 9.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from mastery.body.words import Key
from mastery.evidence import ScoreStatus
from mastery.numbers import exact
from mastery.reassessment.words import Limit, RetakePolicy, Try

# how many instructional days come after one date, up to another and with it: `mastery.calendar.days_between` for a
# district without a calendar
CountDays = Callable[[date, date], int]

_SAT = frozenset({ScoreStatus.SCORED, ScoreStatus.PENDING_MANUAL})
# a calendar that has no more days within two years and a half does not say when
_FARTHEST = timedelta(days=1000)


def sittings(tries: Iterable[Try]) -> tuple[Try, ...]:
    """What a student sat, oldest first, in whichever order it came in; what is told twice is there once.

    What was not handed in, and what the student is exempt from, was not sat.
    """
    once: dict[Key, Try] = {}
    # where one of two schools has declared it void, it is
    for one in sorted(tries, key=lambda one: (one.void is None, one.at)):
        if one.status in _SAT:
            once.setdefault(one.sitting, one)
    return tuple(sorted(once.values(), key=in_time))


def in_time(one: Try) -> tuple[datetime, str]:
    """The order of tries."""
    return one.at, str(one.sitting)


def consuming(policy: RetakePolicy, tries: Iterable[Try]) -> tuple[Try, ...]:
    """The sittings that count as tries, oldest first: none that is void, or that hardly saw the test.

    They count alike in whichever school they were.
    """
    return tuple(one for one in sittings(tries) if one.void is None and not _hardly_seen(policy, one))


def _hardly_seen(policy: RetakePolicy, one: Try) -> bool:
    # what is not known is no reason to think that little was seen
    return one.items is not None and one.seen is not None and one.seen < exact(policy.seen_at_least) * one.items


def voidable(policy: RetakePolicy, one: Try) -> bool:
    """Whether a person may declare a try void on request, since accommodations in force were not applied."""
    return policy.accommodations and one.void is None and bool(one.unmet)


def day_with_room(limit: Limit, tries: Sequence[Try], count: CountDays) -> date | None:
    """The first day with room for one more try within the days of a limit; `date.min` where there is always room.

    None for a day that the calendar does not reach. Tries that count, oldest first.
    """
    if limit.tries is None or limit.per_window or len(tries) < limit.tries:
        return date.min
    if limit.days is None:
        return None
    return first_day(count, tries[-limit.tries].day, limit.days)


def left_in(limit: Limit, tries: Iterable[Try], administration: Key) -> int | None:
    """How many tries an administration leaves, in all schools together; None for any number."""
    if limit.tries is None:
        return None
    return max(limit.tries - sum(one.administration == administration for one in tries), 0)


def first_day(count: CountDays, since: date, days: int) -> date | None:
    """The first date so many days of a calendar after another; None where the calendar does not reach that far."""
    day = since + timedelta(days=days)
    # no date counts more than once, so that what is still lacking can be skipped
    while (lacking := days - count(since, day)) > 0:
        day += timedelta(days=lacking)
        if day - since > _FARTHEST + timedelta(days=days):
            return None
    return day
