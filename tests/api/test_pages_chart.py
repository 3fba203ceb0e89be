"""The picture of an estimate over time: its geometry says what the points say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.pages import chart
from api.pages.chart import Seen, lay_out

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
SHARES = st.floats(0, 1)


def seen(day: float, rate: float = 0.5, low: float = 0.4, high: float = 0.6, enough: bool = True) -> Seen:
    return Seen(FIRST + timedelta(days=day), rate, low, high, enough, False)


@st.composite
def stories(draw: st.DrawFn) -> list[Seen]:
    days = sorted(draw(st.lists(st.floats(0, 300), min_size=1, max_size=12)))
    early = draw(st.integers(0, len(days)))
    shares = [sorted((draw(SHARES), draw(SHARES), draw(SHARES))) for _ in days]
    return [seen(day, rate, low, high, n >= early)
            for n, (day, (low, rate, high)) in enumerate(zip(days, shares, strict=True))]  # fmt: skip


def corners(path: str) -> list[tuple[float, float]]:
    """The corners of a path of moves and straight lines."""
    x = y = 0.0
    found = []
    for step, numbers in re.findall(r"([MHVZ])([^MHVZ]*)", path):
        values = [float(one) for one in numbers.split()]
        if step == "M":
            x, y = values
        elif step == "H":
            x = values[0]
        elif step == "V":
            y = values[0]
        found.append((x, y))
    return found


def height(share: float) -> float:
    return chart.BOTTOM - share * (chart.BOTTOM - chart.TOP)


@given(stories(), st.floats(0.05, 0.95))
def test_everything_is_inside_and_as_high_as_it_says(points: list[Seen], bar: float) -> None:
    drawn = lay_out(points, bar)
    if not any(point.enough for point in points):
        assert drawn is None
        return
    assert drawn is not None
    assert len(drawn.marks) == len(points)
    for mark, point in zip(drawn.marks, points, strict=True):
        assert chart.LEFT < mark.x < chart.RIGHT
        assert mark.enough == point.enough
        assert abs(mark.y - (height(point.rate) if point.enough else chart.BOTTOM)) <= 0.05
    assert all(left.x <= right.x for left, right in pairwise(drawn.marks))
    for x, y in [*corners(drawn.line), *corners(drawn.band)]:
        assert chart.LEFT <= x <= chart.RIGHT
        assert chart.TOP - 0.06 <= y <= chart.BOTTOM + 0.06
    assert abs(drawn.bar - height(bar)) <= 0.05


@given(stories())
def test_what_is_too_little_to_say_has_no_height(points: list[Seen]) -> None:
    drawn = lay_out(points, 0.75)
    if drawn is None:
        return
    first = next(mark for mark in drawn.marks if mark.enough)
    assert corners(drawn.line)[0][0] == first.x
    assert min(x for x, _ in corners(drawn.band)) == first.x
    assert drawn.unsaid == (None if points[0].enough else (chart.LEFT, first.x))


def test_the_line_holds_until_the_next_result_and_then_steps() -> None:
    drawn = lay_out([seen(0, 0.5), seen(10, 0.8)], 0.75)
    assert drawn is not None
    a, b = drawn.marks
    assert corners(drawn.line) == [(a.x, a.y), (b.x, a.y), (b.x, b.y), (chart.RIGHT, b.y)]
    assert b.y < a.y


def test_the_band_goes_along_the_upper_edge_and_back_along_the_lower() -> None:
    drawn = lay_out([seen(0, 0.5, 0.4, 0.6), seen(10, 0.8, 0.7, 0.9)], 0.75)
    assert drawn is not None
    x, y = drawn.marks[0].x, drawn.marks[1].x
    expected = [(x, 0.6), (y, 0.6), (y, 0.9), (chart.RIGHT, 0.9), (chart.RIGHT, 0.7), (y, 0.7), (y, 0.4), (x, 0.4)]
    assert corners(drawn.band)[:-1] == [(at, round(height(share), 1)) for at, share in expected]


def test_dates_stand_at_both_ends_and_between() -> None:
    def ticks(*days: float) -> list[tuple[str, int]]:
        drawn = lay_out([seen(day) for day in days], 0.75)
        assert drawn is not None
        return [(tick.anchor, (tick.at - FIRST).days) for tick in drawn.ticks]

    assert ticks(0, 3, 10) == [("start", 0), ("middle", 5), ("end", 10)]
    assert ticks(0, 1) == [("start", 0), ("end", 1)]
    assert ticks(4, 4) == [("middle", 4)]
