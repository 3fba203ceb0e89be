"""A student's path: what they work on, the one thing to do next and why, what is ready to show, done, and to come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mastery.body.words import BROUGHT_BY_A_TEST, SATISFIES_SUCCESSOR, Lack, State, TargetRule
from mastery.calendar import days_between
from mastery.graph import Graph, unlocked_next
from mastery.graph.codes import natural_order
from mastery.policy import Policy

MOST_NOW = 3
MOST_COMING = 3

_AT_WORK = frozenset({State.IN_PROGRESS, State.READY})
_WAIVED = frozenset({State.WAIVED, State.EXEMPT})
_MASTERED = frozenset({State.MASTERED, State.MASTERED_PROVISIONAL})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a student stands on one target on the day: the state, the unmet lines, the chance of mastery (0..1).

    `chance` is None where there is too little to say. `tested_low`: the newest record is a test below the level that
    mastery needs, so that practice comes before the next one.
    """

    state: State
    missing: tuple[Lack, ...] = ()
    chance: float | None = None
    last_on: date | None = None
    mastered_at: datetime | None = None
    tested_low: bool = False


class Deed(StrEnum):
    """What the next thing is: ten minutes of practice, asking for a test, asking a teacher to look."""

    PRACTISE = "practise"
    SHOW = "show"
    ASK = "ask"


class Why(StrEnum):
    """Why it is the next thing."""

    PREREQUISITE = "prerequisite"
    RETRY = "retry"
    BEGUN = "begun"
    TEST_MISSING = "test_missing"
    UNLOCKED = "unlocked"
    TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Step:
    """The one next thing; `opens` are the targets at work that wait for it."""

    target: str
    deed: Deed
    why: Why
    opens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """Targets by GUID, each list best first; a target is in one list at most, only `step` names one of them again.

    `now` are the first of the `begun` targets that are worked on. `waiting` are for a teacher to look at. `done` is
    mastered, newest first. `coming` are the first that could be taken up next, `later` counts what builds on those and
    on the work in hand.
    """

    step: Step | None
    now: tuple[str, ...]
    begun: int
    ready: tuple[str, ...]
    waiting: tuple[str, ...]
    done: tuple[str, ...]
    coming: tuple[str, ...]
    later: int


def path(
    places: Mapping[str, Place], graph: Graph, day: date, policy: Policy, among: Collection[str] | None = None
) -> Path:
    """The path of a student from their places, by GUID, on a day; `among` limits what may be taken up anew.

    Nothing is suggested that waits for a hard prerequisite; where work in hand waits for one, that comes first.
    """
    return _Walk(places, graph, day, policy, among).path()


def takeable(
    places: Mapping[str, Place], graph: Graph, day: date, policy: Policy, among: Collection[str] | None = None
) -> tuple[str, ...]:
    """What a student may work on next, in the order of the path: work that waits for nothing, what only lacks a test,
    and what could be taken up anew. Never what waits for a hard prerequisite, or for a teacher.
    """
    return _Walk(places, graph, day, policy, among).takeable()


class _Walk:
    """One student's places on the graph, sorted into what each is for."""

    def __init__(
        self, places: Mapping[str, Place], graph: Graph, day: date, policy: Policy, among: Collection[str] | None
    ) -> None:
        self.places, self.graph, self.day, self.policy, self.among = places, graph, day, policy, among
        self.met = frozenset(one for one, place in places.items() if place.state in SATISFIES_SUCCESSOR)
        self.blocked = frozenset(one for one in places if one not in self.met and self._open_before(one))
        self.work = [one for one, place in places.items() if place.state in _AT_WORK]
        self.opens = self._first_things()

    def takeable(self) -> tuple[str, ...]:
        waiting, ready, begun = self._in_hand()
        return (
            *(one for one in begun if one not in self.blocked),
            *ready,
            *self._unlocked({*waiting, *ready, *begun}),
        )

    def _in_hand(self) -> tuple[list[str], list[str], list[str]]:
        """What waits for a teacher, what is ready to be shown, and what is begun."""
        waiting = [one for one in self.places if self._is_for_a_teacher(one)]
        ready = sorted((one for one in self.work if self._is_ready(one)), key=self._ready_order)
        begun = sorted((one for one in self.work if one not in {*waiting, *ready}), key=self._order)
        return waiting, ready, begun

    def path(self) -> Path:
        waiting, ready, begun = self._in_hand()
        in_hand = {*waiting, *ready, *begun}
        unlocked = self._unlocked(in_hand)
        coming = unlocked[:MOST_COMING]
        return Path(
            step=next(self._steps(begun, ready, unlocked, sorted(waiting, key=self._order)), None),
            now=tuple(begun[:MOST_NOW]),
            begun=len(begun),
            ready=tuple(ready),
            waiting=tuple(sorted(waiting, key=self._newest)),
            done=tuple(sorted((one for one in self.met if self.places[one].state in _MASTERED), key=self._newest)),
            coming=tuple(coming),
            later=self._later(in_hand, coming),
        )

    # --- what a place is for ----------------------------------------------------------------------------------------

    def _is_for_a_teacher(self, target: str) -> bool:
        """A teacher has to look, and until then nothing that the student does changes it."""
        place = self.places[target]
        if place.state in (State.NEEDS_REVIEW, State.REVOKED):
            return True
        return place.state in _AT_WORK and place.missing == (Lack.INTEGRITY_HOLD,)

    def _is_ready(self, target: str) -> bool:
        """Ready to show it, or all is shown and only a test is missing; not right after a low one."""
        place = self.places[target]
        if target in self.blocked or place.tested_low or self._is_for_a_teacher(target):
            return False
        return place.state is State.READY or (bool(place.missing) and BROUGHT_BY_A_TEST.issuperset(place.missing))

    def _open_before(self, target: str) -> list[str]:
        return [one for one in self._hard(target) if one not in self.met]

    def _hard(self, target: str) -> tuple[str, ...]:
        before = self.graph.order.get(target)
        return () if before is None else before.hard

    def _first_things(self) -> dict[str, tuple[str, ...]]:
        """What to begin with for the work that waits: per target without open prerequisites, the work it opens."""
        found: dict[str, list[str]] = {}
        for target in self.work:
            if target in self.blocked:
                for one in self._bottom(target):
                    found.setdefault(one, []).append(target)
        return {one: self.graph.in_order(some) for one, some in found.items()}

    def _bottom(self, target: str) -> Iterator[str]:
        seen, waiting = {target}, [target]
        while waiting:
            one = waiting.pop()
            still_open = self._open_before(one)
            if not still_open:
                yield one
            fresh = [before for before in still_open if before not in seen]
            seen.update(fresh)
            waiting.extend(fresh)

    # --- in which order ---------------------------------------------------------------------------------------------

    def _order(self, target: str) -> tuple[object, ...]:
        """The most fruitful first: what other work waits for, what was worked on lately, what lacks least."""
        place = self.places.get(target)
        recent = place is not None and self._is_recent(place)
        return (
            target in self.blocked,
            -len(self.opens.get(target, ())),
            place is None,
            not recent,
            len(place.missing) if place else 0,
            -(place.chance or 0.0) if place else 0.0,
            # among things not begun, the one nearest to the work that waits for it
            -self.graph.depth.get(target, 0),
            self._name(target),
        )

    def _is_recent(self, place: Place) -> bool:
        within = self.policy.readiness_newest_within_days
        return place.last_on is not None and days_between(place.last_on, self.day) <= within

    def _ready_order(self, target: str) -> tuple[object, ...]:
        return -len(self.opens.get(target, ())), -(self.places[target].chance or 0.0), self._name(target)

    def _newest(self, target: str) -> tuple[object, ...]:
        at = self.places[target].mastered_at
        return at is None, -at.timestamp() if at else 0.0, self._name(target)

    def _name(self, target: str) -> tuple[object, ...]:
        return natural_order(self.graph.label(target)), target

    # --- what is next -----------------------------------------------------------------------------------------------

    def _unlocked(self, in_hand: Collection[str]) -> list[str]:
        """What could be taken up anew: what goes on from the newest work, then the order of the graph's law."""
        waived = {one for one in self.met if self.places[one].state in _WAIVED}
        found = unlocked_next(self.graph, self.met - waived, waived, self.among)
        fresh = [one for one in found if one.target not in in_hand]
        return [one.target for one in sorted(fresh, key=lambda one: (one.nearness, -self._newest_before(one.target)))]

    def _newest_before(self, target: str) -> int:
        """The day, as an ordinal, on which something that it builds on was last worked on; 0 for none."""
        before = self.graph.order[target]
        known = (self.places.get(one) for one in (*before.hard, *before.soft))
        return max((place.last_on.toordinal() for place in known if place and place.last_on), default=0)

    def _later(self, in_hand: Collection[str], coming: Collection[str]) -> int:
        """How many more targets build directly on what is in hand or comes next."""
        nearer = {*in_hand, *coming}
        known = nearer | self.met
        return sum(
            target not in known and not nearer.isdisjoint((*before.hard, *before.soft))
            for target, before in self.graph.order.items()
        )

    def _steps(self, begun: list[str], ready: list[str], unlocked: list[str], waiting: list[str]) -> Iterator[Step]:
        """What could be the next thing, best first."""
        first = [self._towards(one, Why.PREREQUISITE) for one in sorted(self.opens, key=self._order)]
        for deed in (Deed.PRACTISE, Deed.SHOW):
            yield from (step for step in first if step.deed is deed)
        yield from (self._towards(one, self._why(one)) for one in begun if one not in self.blocked)
        yield from (self._towards(one, Why.TEST_MISSING) for one in ready)
        yield from (self._towards(one, Why.UNLOCKED) for one in unlocked)
        # only a teacher can go on
        yield from first
        yield from (self._towards(one, Why.TEACHER) for one in waiting if one not in self.met | self.blocked)

    def _why(self, target: str) -> Why:
        return Why.RETRY if self.places[target].tested_low else Why.BEGUN

    def _towards(self, target: str, why: Why) -> Step:
        deed = Deed.PRACTISE
        if target in self.places:
            deed = Deed.ASK if self._is_for_a_teacher(target) else Deed.SHOW if self._is_ready(target) else deed
        return Step(target, deed, why, self.opens.get(target, ()))


_COUNTED = (Lack.ESTIMATE, Lack.RECORDS, Lack.ASSESSMENTS, Lack.DATES)


def shown_of(missing: Collection[Lack], rule: TargetRule) -> tuple[int, int]:
    """How many of the things that mastery of a target asks for are there, and how many those are in all.

    A hold on a result is none of them, since the student can not bring it.
    """
    asked: list[frozenset[Lack]] = [frozenset({one}) for one in _COUNTED] + [BROUGHT_BY_A_TEST]
    if rule.dok is not None:
        asked.append(frozenset({Lack.DOK}))
    if rule.prerequisites:
        asked.append(frozenset({Lack.PREREQUISITES}))
    return sum(one.isdisjoint(missing) for one in asked), len(asked)
