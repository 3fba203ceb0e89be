"""The laws of pace once more, in plain Python and fractions, day by day and target by target: what the tests trust."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction


def as_fraction(value: float) -> Fraction:
    """The decimal number that a float stands for."""
    return Fraction(repr(float(value)))


def distance(weights: Mapping[date, float], day: date) -> Fraction:
    """D: all weights of days up to and including one, added one by one."""
    return sum((as_fraction(weight) for one, weight in weights.items() if one <= day), Fraction(0))


def reached(weights: Mapping[date, float], wanted: Fraction) -> date | None:
    """The first day on which a distance is reached, found by walking."""
    day, last = min(weights), max(weights)
    while day <= last:
        if day in weights and distance(weights, day) >= wanted:
            return day
        day += timedelta(days=1)
    return None


def own_weights(
    weights: Mapping[date, float], start: date, pauses: Iterable[tuple[date, date | None]]
) -> dict[date, float]:
    """A student's own days."""
    own = {day: weight for day, weight in weights.items() if day >= start}
    for first, last in pauses:
        for day in own:
            if first <= day and (last is None or day <= last):
                own[day] = 0.0
    return own


def expected(targets: Sequence[tuple[float, float]], at: Fraction) -> Fraction:
    """E of (due, weight) pairs, from what is due by the dates before and after."""
    stations = [Fraction(0), *sorted({as_fraction(due) for due, _ in targets})]

    def by(when: Fraction) -> Fraction:
        return sum((as_fraction(weight) for due, weight in targets if as_fraction(due) <= when), Fraction(0))

    if at >= stations[-1]:
        return by(stations[-1])
    before = max(one for one in stations if one <= at)
    after = min(one for one in stations if one > at)
    # at the start nothing is expected, unless it is due there
    low, high = by(before), by(after)
    return low + (high - low) * (at - before) / (after - before)


def days_behind(targets: Sequence[tuple[float, float]], at: Fraction, done: Fraction) -> Fraction:
    """The gap: how far `at` is from where `done` is expected, by bisection from both sides."""
    end = max(as_fraction(due) for due, _ in targets)
    total = sum((as_fraction(weight) for _, weight in targets), Fraction(0))
    done = min(done, total)

    def least(holds) -> Fraction:  # type: ignore[no-untyped-def]
        low, high = Fraction(0), end
        if holds(low):
            return low
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return high

    first = least(lambda x: expected(targets, x) >= done)
    last = None if done == total else least(lambda x: expected(targets, x) > done)
    if at < first:
        return at - first
    return at - last if last is not None and at > last else Fraction(0)


class Watcher:
    """Status with its memory, as a person would keep it with a pencil: one entry a day, of which the last counts."""

    def __init__(self) -> None:
        self.entries: list[tuple[date, str, float]] = []

    def look(
        self,
        day: date,
        gap: float,
        elapsed: float,
        length: float,
        *,
        complete: bool = False,
        paused: bool = False,
        late: bool = False,
    ) -> str:
        """The word for a day, from the days before it."""
        if self.entries and self.entries[-1][0] == day:
            self.entries.pop()
        word = self._word(gap, elapsed, length, complete, paused, late)
        self.entries.append((day, word, gap))
        return word

    def behind_since(self) -> date | None:
        """The first day of the run of BEHIND that goes on, pauses not breaking it."""
        since = None
        for day, word, _ in self.entries:
            if word == "behind":
                since = since or day
            elif word != "paused":
                since = None
        return since

    def _word(self, gap: float, elapsed: float, length: float, complete: bool, paused: bool, late: bool) -> str:
        if complete:
            return "complete"
        if paused:
            return "paused"
        if elapsed < 10 or as_fraction(elapsed) < as_fraction(length) / 10:
            return "too_early"
        if gap >= 10 or late:
            return "behind"
        awake = [entry for entry in self.entries if entry[1] != "paused"]
        if awake and awake[-1][1] == "behind" and not (gap < 7 and awake[-1][2] < 7):
            return "behind"
        return "watch" if gap >= 5 else "on_pace" if gap > -10 else "ahead"


def finished_by(t: int, shape: float, scale: float, remaining: int) -> float:
    """P(T <= t), as one less the negative-binomial probabilities of too few targets, added up."""
    if t == 0:
        return 0.0
    p = t / (t + scale)
    few = [
        math.exp(
            math.lgamma(shape + j) - math.lgamma(shape) - math.lgamma(j + 1)
            + shape * math.log1p(-p) + j * math.log(p)
        )
        for j in range(remaining)
    ]  # fmt: skip
    return 1 - math.fsum(few)


def finish_day(share: float, n: float, days: float, usual: float, remaining: int) -> int:
    """The first day by which a share of students like this will have finished, day by day."""
    shape, scale, t = n + 20 * usual, days + 20, 0
    while finished_by(t, shape, scale, remaining) < share:
        t += 1
    return t
