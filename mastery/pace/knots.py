"""Lines of many students at once: what each expects by a distance, and where it expects an amount.

A line is a row of knots (x, y), distance in days and weight, neither ever falling, from (0, 0) to the end of the plan.
One student is a row alone: numbers come from here only, so that they are the same in a batch of any size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mastery.pace.exact import Numbers, exact


class Knots(NamedTuple):
    """Lines as rows, each of (students, knots); a shorter row repeats its last knot."""

    x: Numbers
    y: Numbers

    @property
    def length(self) -> Numbers:
        """Where each line ends."""
        return self.x[:, -1]

    @property
    def total(self) -> Numbers:
        """What each expects at its end."""
        return self.y[:, -1]


def knots_of(due: Numbers, weight: Numbers) -> Knots:
    """The lines through target dates: straight from one date to the next, to all that is due by then.

    Both are (students, targets), in any order; a row that is shorter has targets due at infinity that weigh nothing.
    """
    order = np.argsort(due, axis=1, kind="stable")
    x = np.take_along_axis(due, order, axis=1)
    # one after the other, so that what a shorter row is filled with changes no bit
    y = exact(np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1))
    x = np.where(np.isfinite(x), x, np.max(x, axis=1, initial=0.0, where=np.isfinite(x))[:, None])
    # of targets that are due together the line reaches the last
    last = np.ones(x.shape, np.bool_)
    last[:, :-1] = x[:, :-1] != x[:, 1:]
    y = np.minimum.accumulate(np.where(last, y, np.inf)[:, ::-1], axis=1)[:, ::-1]
    begin = np.zeros((len(x), 1))
    return Knots(np.concatenate((begin, x), axis=1), np.concatenate((begin, y), axis=1))


def expected(lines: Knots, distance: Numbers) -> Numbers:
    """E: what each line expects by the end of a day of instruction, what is due on it included."""
    upper = np.sum(lines.x <= distance[:, None], axis=1)
    return exact(_between(lines.x, lines.y, upper, distance))


def span(lines: Knots, amount: Numbers) -> tuple[Numbers, Numbers]:
    """E⁻¹: the first and the last distance at which each line expects an amount.

    They differ where a line is flat: nothing was due, and the whole stretch is the right place. The last one is
    infinite from the end of the plan on.
    """
    held = np.clip(amount, 0.0, lines.total)
    first = _between(lines.y, lines.x, np.sum(lines.y < held[:, None], axis=1), held)
    upper = np.sum(lines.y <= held[:, None], axis=1)
    last = np.where(upper == lines.y.shape[1], np.inf, _between(lines.y, lines.x, upper, held))
    return exact(first), exact(last)


def gap(lines: Knots, distance: Numbers, amount: Numbers) -> Numbers:
    """Days from where each line expects an amount to where the student is: positive behind it, negative ahead."""
    first, last = span(lines, amount)
    # a negative zero is no other number than zero
    return exact(distance - np.clip(distance, first, last)) + 0.0


def _between(
    along: Numbers, values: Numbers, upper: np.ndarray[tuple[int, ...], np.dtype[np.intp]], at: Numbers
) -> Numbers:
    """Straight between the knots around `at`, of which `upper` is the one after it; flat outside."""
    last = along.shape[1] - 1
    above, below = np.minimum(upper, last)[:, None], np.clip(upper - 1, 0, last)[:, None]
    x0, x1 = (np.take_along_axis(along, one, axis=1)[:, 0] for one in (below, above))
    y0, y1 = (np.take_along_axis(values, one, axis=1)[:, 0] for one in (below, above))
    wide = x1 > x0
    share = np.where(wide, (at - x0) / np.where(wide, x1 - x0, 1.0), 0.0)
    return np.where(upper > last, y1, y0 + np.clip(share, 0.0, 1.0) * (y1 - y0))
