"""Whether a test may be tried again, from which day on, and what is still to be done before (domain 2.5).

No age, no hours and no place in a class comes in; a grade is asked for a family's consent alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mastery.body.words import Key
from mastery.reassessment.forms import Form, allowed
from mastery.reassessment.tries import CountDays, consuming, day_with_room, first_day, left_in
from mastery.reassessment.windows import Opening
from mastery.reassessment.words import Before, ByLevel, ByScore, Kind, Limit, RetakePolicy, Rule, Try


class Aim(StrEnum):
    """What a try is for."""

    FIRST = "first"
    REACH = "reach"
    IMPROVE = "improve"


class Verdict(StrEnum):
    """What is to be said of another try today."""

    NOW = "now"
    FIRST_DO = "first_do"
    LATER = "later"
    NEEDS_LEAVE = "needs_leave"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the tries. `done` since the last of them; `leave`: the teacher has allowed one more.

    `taught`: had instruction before the exam; `extenuating` and `late_arrival` as a person has found. `course_ends`:
    the last day of an open course. `openings`: days of windows, None where the test has none; `forms` None likewise.
    """

    done: frozenset[Before] = frozenset()
    leave: bool = False
    grade: int | None = None
    taught: bool = False
    extenuating: bool = False
    late_arrival: bool = False
    course_ends: date | None = None
    openings: Sequence[Opening] | None = None
    forms: Sequence[Form] | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Again:
    """Another try, from `opens_on` on (None: on a day that no calendar says yet), once `first` is done.

    `needs_leave`: the tries are used up until that day, and a teacher may allow one before. `refused_by` is the rule
    that stops it, and then there is nothing else to say. `forms` are those that may be taken, None where not known.
    """

    aim: Aim | None = None
    opens_on: date | None = None
    first: tuple[Before, ...] = ()
    needs_leave: bool = False
    forms: tuple[Key, ...] | None = None
    refused_by: Rule | None = None

    def verdict(self, today: date) -> Verdict:
        """What of all this comes first on a day."""
        if self.refused_by is not None:
            return Verdict.REFUSED
        if self.needs_leave:
            return Verdict.NEEDS_LEAVE
        if self.opens_on is None or today < self.opens_on:
            return Verdict.LATER
        return Verdict.FIRST_DO if self.first else Verdict.NOW


def next_try(
    policy: RetakePolicy,
    kind: Kind,
    tries: Iterable[Try],
    today: date,
    count: CountDays,
    known: Known = NOTHING_KNOWN,
) -> Again:
    """The next try after these, which are all that count together: at the tests of one target, or at one exam.

    Without a try that counts it is the first one, and what comes between two does not come before it.
    """
    taken = tuple(tries)
    counted = consuming(policy, taken)
    aim = _aim(policy.eligible_if, counted, known)
    if aim is None:
        return Again(refused_by=Rule.ELIGIBLE_IF)
    if known.course_ends is not None and today > known.course_ends:
        return Again(refused_by=Rule.LATEST)
    rested = _rested(policy, kind, counted, count) if counted else today
    limit = policy.max_attempts.of(kind)
    room = date.min if known.leave else day_with_room(limit, counted, count)
    if room is None and not limit.leave and limit.days is None:
        return Again(refused_by=Rule.MAX_ATTEMPTS)
    opens_on = None if rested is None or room is None else max(rested, room)
    needs_leave = limit.leave and (room is None or today < room)
    anytime = policy.late_arrivals and known.late_arrival
    by_window = known.openings is not None or limit.per_window or policy.latest.same_window
    if opens_on is not None and by_window and not anytime:
        found = _in_windows(policy, limit, counted, today, opens_on, known)
        if isinstance(found, Rule):
            return Again(refused_by=found)
        opens_on, full = found
        needs_leave = needs_leave or full
    if _too_late(policy, counted, today, opens_on, count, known):
        return Again(refused_by=Rule.LATEST)
    forms = None if known.forms is None else allowed(policy.form_rule, taken, known.forms)
    first = tuple(_first(policy, kind, aim, forms, known))
    return Again(aim, opens_on, first, needs_leave, forms)


def targets_again(policy: RetakePolicy, levels: Mapping[Key, float | None], bar: float) -> tuple[Key, ...]:
    """Which targets of a test another try is about: those not yet met, or all where the policy says so."""
    return tuple(key for key, level in levels.items() if not policy.partial or level is None or level < bar)


def _aim(eligible_if: ByLevel | ByScore, tries: Sequence[Try], known: Known) -> Aim | None:
    if not tries:
        return Aim.FIRST
    newest = tries[-1]
    if isinstance(eligible_if, ByScore):
        return Aim.REACH if _below_passing(eligible_if, newest.score, known) else None
    if newest.level is None:
        return None
    if newest.level < eligible_if.below:
        return Aim.REACH
    met = sum(one.level is not None and one.level >= eligible_if.below for one in tries)
    return Aim.IMPROVE if met <= eligible_if.improvements and newest.level <= eligible_if.improve_to else None


def _below_passing(rule: ByScore, score: float | None, known: Known) -> bool:
    if score is None or score >= passing_score(rule, taught=known.taught):
        return False
    return rule.lowest is None or score >= rule.lowest or (rule.extenuating and known.extenuating)


def passing_score(rule: ByScore, *, taught: bool) -> float:
    """The score that passes, for who had instruction before and for who had none."""
    return rule.passing_taught if taught and rule.passing_taught is not None else rule.passing


def _rested(policy: RetakePolicy, kind: Kind, tries: Sequence[Try], count: CountDays) -> date | None:
    last = tries[-1].day
    rested = first_day(count, last, policy.cooldown_days.of(kind))
    if rested is None or kind is Kind.FORMATIVE:
        return rested
    # never twice on one day, also where no days of rest are asked for
    return max(rested, last + timedelta(days=1))


def _in_windows(
    policy: RetakePolicy, limit: Limit, tries: Sequence[Try], today: date, opens_on: date, known: Known
) -> tuple[date, bool] | Rule:
    """The first day of a window with a try left, and whether a teacher has to allow it; or the rule that stops it."""
    reachable: list[tuple[date, Key]] = []
    for opening in known.openings or ():
        day = opening.first_from(opens_on, today)
        if day is not None:
            reachable.append((day, opening.administration))
    if policy.latest.same_window and tries:
        reachable = [(day, key) for day, key in reachable if key == tries[-1].administration]
        if not reachable:
            return Rule.LATEST
    if not reachable:
        return Rule.WINDOW
    if not limit.per_window or known.leave:
        return min(reachable, key=lambda found: found[0])[0], False
    free = [day for day, key in reachable if left_in(limit, tries, key) != 0]
    if free:
        soonest = min(free)
        return soonest, limit.leave and any(day < soonest for day, _ in reachable)
    return (min(day for day, _ in reachable), True) if limit.leave else Rule.MAX_ATTEMPTS


def _too_late(
    policy: RetakePolicy, tries: Sequence[Try], today: date, opens_on: date | None, count: CountDays, known: Known
) -> bool:
    soonest = today if opens_on is None else max(today, opens_on)
    if known.course_ends is not None and soonest > known.course_ends:
        return True
    if policy.latest.days is None or not tries:
        return False
    last = first_day(count, tries[-1].day, policy.latest.days)
    return last is not None and soonest > last


def _first(policy: RetakePolicy, kind: Kind, aim: Aim, forms: tuple[Key, ...] | None, known: Known) -> Iterator[Before]:
    if aim is not Aim.FIRST:
        yield from (one for one in policy.require_before if one not in known.done)
        grades = policy.parent_consent.of(kind)
        if (known.grade in grades or (grades and known.grade is None)) and Before.CONSENT not in known.done:
            yield Before.CONSENT
    if forms == () and Before.ALTERNATIVE not in known.done:
        yield Before.ALTERNATIVE
