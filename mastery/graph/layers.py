"""A drawing of prerequisites in rows, what comes first on top: who stands where, with few crossings.

Rows after Sugiyama, Tagawa and Toda (1981): longest path, barycentres, then places by least squares. Everything is
decided by the input's order and nothing by chance, so that a page drawn twice looks the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mastery.graph.order import Pair, depths

# how much room a line takes that passes a row, where a target takes 1
_PASSING = 0.25
_SWEEPS = 8
_SETTLING = 6

Cell = tuple[str, ...]  # a target as (guid,), a line that passes as (before, after, row)


@dataclass(frozen=True, slots=True)
class Layers:
    """Where each target stands: (row from 0 on top, centre of its place). A place is 1 wide, `width` that of all.

    `ways` has, per link, the same for each row from the one target to the other: where its line passes.
    """

    places: Mapping[str, tuple[int, float]]
    ways: Mapping[Pair, tuple[tuple[int, float], ...]]
    rows: int
    width: float


def layers(targets: Sequence[str], links: Sequence[Pair], widest: int) -> Layers:
    """Draw acyclic links between targets; no row holds more than `widest` targets, and every link leads down.

    ValueError where the links have a cycle or `widest` is not positive.
    """
    if widest < 1:
        raise ValueError("a row needs room for a target")
    row_of = _rows(targets, links, widest)
    ways = {(a, b): [(a,), *((a, b, str(row)) for row in range(row_of[a] + 1, row_of[b])), (b,)] for a, b in links}
    grid: list[list[Cell]] = [[] for _ in range(max(row_of.values(), default=-1) + 1)]
    for target in targets:
        grid[row_of[target]].append((target,))
    above: dict[Cell, list[Cell]] = {}
    below: dict[Cell, list[Cell]] = {}
    for (a, _b), way in ways.items():
        for distance, cell in enumerate(way[1:-1], 1):
            grid[row_of[a] + distance].append(cell)
        for upper, lower in pairwise(way):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    grid = _untangled(grid, above, below)
    centres = _settled(grid, above, below)
    left = min((x - _room(cell) / 2 for cell, x in centres.items()), default=0.0)
    right = max((x + _room(cell) / 2 for cell, x in centres.items()), default=0.0)
    row_of_cell = {cell: row for row, cells in enumerate(grid) for cell in cells}
    places = {cell: (row_of_cell[cell], x - left) for cell, x in centres.items()}
    return Layers(
        {target: places[(target,)] for target in targets},
        {link: tuple(places[cell] for cell in way) for link, way in ways.items()},
        len(grid),
        right - left,
    )


def _rows(targets: Sequence[str], links: Sequence[Pair], widest: int) -> dict[str, int]:
    """The row of each target: as high as what comes before lets it, but beside its followers where nothing does."""
    depth = depths(targets, links)
    followed: dict[str, list[str]] = {}
    for before, after in links:
        followed.setdefault(before, []).append(after)
    begun_by_nothing = set(targets) - {after for _, after in links}
    level = {
        one: min(depth[after] for after in followed[one]) - 1 if one in begun_by_nothing and one in followed else own
        for one, own in depth.items()
    }
    found: dict[str, int] = {}
    row = 0
    for wanted in sorted(set(level.values())):
        of_level = [one for one in targets if level[one] == wanted]
        for place, one in enumerate(of_level):
            found[one] = row + place // widest
        row += -(-len(of_level) // widest)
    return found


# --- few crossings ----------------------------------------------------------------------------------------------------


def _untangled(
    grid: list[list[Cell]], above: Mapping[Cell, list[Cell]], below: Mapping[Cell, list[Cell]]
) -> list[list[Cell]]:
    """The rows reordered, again and again, by the mean place of what each cell is joined to; the best order seen."""
    now, best, fewest = grid, grid, _crossings(grid, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        joined = above if downward else below
        ordered = list(now)
        for row in range(1, len(now)) if downward else range(len(now) - 2, -1, -1):
            beside = {cell: place for place, cell in enumerate(ordered[row - 1 if downward else row + 1])}
            ordered[row] = _by_barycentre(ordered[row], joined, beside)
        now = ordered
        crossings = _crossings(now, below)
        if crossings < fewest:
            best, fewest = now, crossings
    return best


def _by_barycentre(row: Sequence[Cell], joined: Mapping[Cell, list[Cell]], beside: Mapping[Cell, int]) -> list[Cell]:
    """By the mean place of the neighbours; a cell without one keeps its place, and so do equals."""

    def centre(place: int, cell: Cell) -> float:
        found = [beside[one] for one in joined.get(cell, ())]
        return sum(found) / len(found) if found else float(place)

    return [cell for _, _, cell in sorted((centre(place, cell), place, cell) for place, cell in enumerate(row))]


def _crossings(grid: Sequence[Sequence[Cell]], below: Mapping[Cell, list[Cell]]) -> int:
    """How many pairs of lines cross between neighbouring rows."""
    found = 0
    for upper, lower in pairwise(grid):
        place = {cell: number for number, cell in enumerate(lower)}
        lines = [(number, place[other]) for number, cell in enumerate(upper) for other in below.get(cell, ())]
        found += sum((a - c) * (b - d) < 0 for at, (a, b) in enumerate(lines) for c, d in lines[:at])
    return found


# --- places -----------------------------------------------------------------------------------------------------------


def _room(cell: Cell) -> float:
    return 1.0 if len(cell) == 1 else _PASSING


def _settled(
    grid: Sequence[Sequence[Cell]], above: Mapping[Cell, list[Cell]], below: Mapping[Cell, list[Cell]]
) -> dict[Cell, float]:
    """Centres that keep each row's order and room, as near as can be to what each cell is joined to."""
    centres: dict[Cell, float] = {}
    for row in grid:
        centres.update(zip(row, _apart(row, [0.0] * len(row)), strict=True))
    for sweep in range(_SETTLING):
        joined = above if sweep % 2 == 0 else below
        for row in grid if sweep % 2 == 0 else reversed(grid):
            wanted = []
            for cell in row:
                beside = [centres[one] for one in joined.get(cell, ())]
                wanted.append(sum(beside) / len(beside) if beside else centres[cell])
            centres.update(zip(row, _apart(row, wanted), strict=True))
    return centres


def _apart(row: Sequence[Cell], wanted: Sequence[float]) -> list[float]:
    """Centres in the row's order, each pair of neighbours at least their room apart, with the least sum of squares.

    Without the room between them this is isotonic regression: what is out of order is pooled.
    """
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (_room(left) + _room(right)) / 2)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    starts = [mean for mean, count in pools for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]
