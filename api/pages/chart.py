"""The picture of an estimate over time as plain geometry; the template only writes it down.

Drawn in steps, since the estimate holds until the next result. Units are those of the picture, from its upper left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

WIDTH, HEIGHT = 360.0, 216.0
LEFT, RIGHT, TOP, BOTTOM = 26.0, 352.0, 14.0, 188.0
_MARGIN, _TAIL = 8.0, 18.0  # before the first result, and behind the last, whose estimate still holds
_ROOM_FOR_WORDS = 130.0


class Seen(NamedTuple):
    """One point to draw; shares in 0..1. Without `enough` evidence its height may not be shown."""

    at: datetime
    rate: float
    low: float
    high: float
    enough: bool
    is_test: bool


class Mark(NamedTuple):
    """A result: where, by which shape, and whether its height says anything."""

    x: float
    y: float
    is_test: bool
    enough: bool


class Tick(NamedTuple):
    """A date below the picture, and which side of its text stands there."""

    x: float
    anchor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw. `line` and `band` are SVG paths; `unsaid` is where too little is known, None if nowhere.

    `heights` are the lines of 0, 5 and 10 right answers of 10.
    """

    line: str
    band: str
    marks: tuple[Mark, ...]
    bar: float
    unsaid: tuple[float, float] | None
    unsaid_has_room: bool
    heights: tuple[tuple[float, int], ...]
    ticks: tuple[Tick, ...]


def lay_out(points: Sequence[Seen], bar: float) -> Chart | None:
    """The picture of some points, oldest first; None unless at least one of them may be shown."""
    said = [place for place, point in enumerate(points) if point.enough]
    if not said:
        return None
    places = _places([point.at for point in points])
    first = said[0]
    shown = list(zip(places[first:], points[first:], strict=True))
    unsaid = (LEFT, places[first]) if first else None
    return Chart(
        line=_steps([(x, _height(point.rate)) for x, point in shown]),
        band=_band(shown),
        marks=tuple(
            Mark(x, _height(point.rate) if point.enough else BOTTOM, point.is_test, point.enough)
            for x, point in zip(places, points, strict=True)
        ),
        bar=_height(bar),
        unsaid=unsaid,
        unsaid_has_room=unsaid is not None and unsaid[1] - unsaid[0] >= _ROOM_FOR_WORDS,
        heights=tuple((_height(tenths / 10), tenths) for tenths in (0, 5, 10)),
        ticks=_ticks(places, points),
    )


def _places(times: Sequence[datetime]) -> list[float]:
    begin, end = LEFT + _MARGIN, RIGHT - _TAIL
    span = (times[-1] - times[0]).total_seconds()
    if not span:
        return [round((begin + end) / 2, 1)] * len(times)
    return [round(begin + (end - begin) * ((one - times[0]).total_seconds() / span), 1) for one in times]


def _height(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def _steps(corners: Sequence[tuple[float, float]]) -> str:
    """Level until the next corner, then straight up or down to it; level to the end after the last."""
    (x, y), *later = corners
    return f"M{x:g} {y:g}" + "".join(f"H{x:g}V{y:g}" for x, y in later) + f"H{RIGHT:g}"


def _band(shown: Sequence[tuple[float, Seen]]) -> str:
    """The range as an area: along its upper edge, and back along the lower one."""
    upper = _steps([(x, _height(point.high)) for x, point in shown])
    edges = [x for x, _ in shown]
    back = f"V{_height(shown[-1][1].low):g}"
    for place in range(len(shown) - 1, 0, -1):
        back += f"H{edges[place]:g}V{_height(shown[place - 1][1].low):g}"
    return f"{upper}{back}H{edges[0]:g}Z"


def _ticks(places: Sequence[float], points: Sequence[Seen]) -> tuple[Tick, ...]:
    """The first and the last date, and where days lie between them the middle one; a single instant stands alone."""
    start, end = points[0].at, points[-1].at
    if places[0] == places[-1]:
        return (Tick(places[0], "middle", start),)
    ticks = [Tick(places[0], "start", start), Tick(places[-1], "end", end)]
    if (end - start).days >= 2:
        ticks.insert(1, Tick(round((places[0] + places[-1]) / 2, 1), "middle", start + (end - start) / 2))
    return tuple(ticks)
