"""The picture of pace as plain geometry: what is planned, done and likely, by date; the template only writes it down.

Units are those of the picture, from its upper left. Shares are of the whole plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mastery.pace.burn_up import Sample

LEFT, RIGHT, TOP, BOTTOM = 44.0, 352.0, 14.0, 188.0


class Tick(NamedTuple):
    """A date below the picture, and which side of its text stands there."""

    x: float
    anchor: str
    day: date


@dataclass(frozen=True, slots=True)
class PacePicture:
    """Lines as SVG paths: by the teacher's dates, by the own ones, done so far, each None where there is none; the fan
    of the days to come; where today is, and the heights of 0, 50 and 100 of 100.
    """

    planned: str
    own: str | None
    done: str | None
    fan: str | None
    today: float | None
    heights: tuple[tuple[float, int], ...]
    ticks: tuple[Tick, ...]


def lay_out(samples: Sequence[Sample], today: date, *, own_dates: bool = False) -> PacePicture | None:
    """The picture of some days, in their order, with `own_dates` of a student or without; None where there are not two
    days.
    """
    if len(samples) < 2:
        return None
    first, last = samples[0].day, samples[-1].day

    def across(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - first).days / (last - first).days, 1)

    def line(height: Callable[[Sample], float | None]) -> str | None:
        points = [(across(one.day), _height(share)) for one in samples if (share := height(one)) is not None]
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if len(points) > 1 else None

    planned = line(lambda one: one.planned)
    assert planned is not None
    high = [(across(one.day), _height(one.high)) for one in samples if one.high is not None]
    low = [(across(one.day), _height(one.low)) for one in samples if one.low is not None]
    edge = [*high, *reversed(low)]
    wide = len(high) > 1 and high != low
    places = (first, first + (last - first) / 2, last)
    return PacePicture(
        planned=planned,
        own=line(lambda one: one.own) if own_dates else None,
        done=line(lambda one: one.done),
        fan="M" + "L".join(f"{x:g} {y:g}" for x, y in edge) + "Z" if wide else None,
        today=across(today) if first <= today <= last else None,
        heights=tuple((_height(percent / 100), percent) for percent in (0, 50, 100)),
        ticks=tuple(
            Tick(across(day), anchor, day) for day, anchor in zip(places, ("start", "middle", "end"), strict=True)
        ),
    )


def _height(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)
