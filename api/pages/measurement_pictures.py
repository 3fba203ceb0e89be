"""The pictures of a measurement as plain geometry; templates only write it down.

Units are those of the picture, from its upper left; every picture is 360 wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH = 360.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 346.0, 14.0, 286.0


class Mark(NamedTuple):
    """A share that came beside what was said, and the ends of its range."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DiagramPicture:
    """A square of shares 0..1: what was said to the right, what came upwards; `ticks` are 0, 5 and 10 of 10."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, float, int], ...]


def diagram_picture(points: Sequence[tuple[float, Mapping[str, float]]]) -> DiagramPicture | None:
    """The picture of what was said, 0..1, and what came; None without a point."""
    if not points:
        return None
    return DiagramPicture(
        tuple(
            Mark(_across(said), _up(came["value"]), _up(came["low"]), _up(came["high"])) for said, came in points
        ),
        tuple((_across(tenths / 10), _up(tenths / 10), tenths) for tenths in (0, 5, 10)),
    )  # fmt: skip


def _across(share: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * share, 1)


def _up(share: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * share, 1)


class Bar(NamedTuple):
    """A share as a bar from the left edge to `x`, with the ends of its range."""

    y: float
    x: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BarsPicture:
    """Bars of shares 0..1 below each other, and the line that they are meant to reach."""

    height: float
    bars: tuple[Bar, ...]
    wanted: float
    ticks: tuple[tuple[float, int], ...]


_ROW = 44.0


def bars_picture(shares: Sequence[Mapping[str, float]], wanted: float) -> BarsPicture | None:
    """Bars of shares from the first down; None without one."""
    if not shares:
        return None
    bars = tuple(
        Bar(20.0 + _ROW * place, _bar(one["value"]), _bar(one["low"]), _bar(one["high"]))
        for place, one in enumerate(shares)
    )
    ticks = tuple((_bar(percent / 100), percent) for percent in (0, 50, 100))
    return BarsPicture(_ROW * len(shares) + 26.0, bars, _bar(wanted), ticks)


def _bar(share: float) -> float:
    return round(10.0 + (_RIGHT - 10.0) * share, 1)


class Side(NamedTuple):
    """A band of one side of the map: its upper edge, its height, how far it reaches from the middle."""

    y: float
    height: float
    length: float


@dataclass(frozen=True, slots=True)
class MapPicture:
    """Students to the left and questions to the right of a scale that rises upwards.

    The area of a band is the number in it. `ticks` are whole levels; `inner` is where the middle 80% of students are.
    """

    height: float
    bottom: float
    students: tuple[Side, ...]
    items: tuple[Side, ...]
    ticks: tuple[tuple[float, int], ...]
    inner: tuple[float, float]


MIDDLE = 180.0
_LEVEL = 34.0  # the height of a whole level
_REACH = 146.0
_HEAD = 44.0


def map_picture(found: Mapping[str, Any]) -> MapPicture:
    """The picture of the API's item map."""
    both = [*found["students"], *found["items"]]
    low = math.floor(min(one["low"] for one in both))
    high = math.ceil(max(one["high"] for one in both))

    def place(level: float) -> float:
        return round(_HEAD + (high - level) * _LEVEL, 1)

    def side(bands: Sequence[Mapping[str, float]]) -> tuple[Side, ...]:
        dense = [one["count"] / (one["high"] - one["low"]) for one in bands]
        most = max(dense)
        return tuple(
            Side(place(one["high"]), round((one["high"] - one["low"]) * _LEVEL, 1), round(_REACH * many / most, 1))
            for one, many in zip(bands, dense, strict=True)
        )

    return MapPicture(
        place(low) + 28.0,
        place(low),
        side(found["students"]),
        side(found["items"]),
        tuple((place(level), level) for level in range(low, high + 1)),
        (place(found["high"]), place(found["low"])),
    )


class Drifted(NamedTuple):
    """A question that moved: its row, its number in the table, where its dot is, and whether that is beyond chance."""

    y: float
    number: int
    x: float
    beyond: bool


@dataclass(frozen=True, slots=True)
class DriftPicture:
    """Dots to the left of the middle became harder, to the right easier; between `chance` lines chance does it too."""

    height: float
    dots: tuple[Drifted, ...]
    zero: float
    chance: tuple[float, float]


_DOT_ROW = 17.0


def drift_picture(drifts: Sequence[float], beyond: float) -> DriftPicture | None:
    """The picture of drifts in standard errors, in the order of the table; None without one."""
    if not drifts:
        return None
    most = max(1.5 * beyond, *(abs(one) for one in drifts))
    middle, reach = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2 - 6.0

    def across(drift: float) -> float:
        return round(middle + reach * drift / most, 1)

    dots = tuple(
        Drifted(38.0 + _DOT_ROW * place, place + 1, across(one), abs(one) > beyond) for place, one in enumerate(drifts)
    )
    return DriftPicture(_DOT_ROW * len(drifts) + 40.0, dots, middle, (across(-beyond), across(beyond)))
