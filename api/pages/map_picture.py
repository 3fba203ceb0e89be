"""The drawing of a map as plain geometry in pixels; the template only writes it down."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.actions.student_map import MapTarget, StudentMap
from api.pages.texts import Said
from mastery.graph.values import Strength

BOX_WIDTH, BOX_HEIGHT = 186, 74
_COLUMN, _ROW, _EDGE = 198, 114, 8
_LETTERS, _LINES = 24, 2


@dataclass(frozen=True, slots=True)
class Box:
    """A target: its upper left corner, what it says, and that in lines that fit."""

    target: MapTarget
    said: Said
    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A link as an SVG path, from the lower edge of one box to the upper edge of another."""

    path: str
    hard: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All boxes and lines, and how large the drawing is."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(found: StudentMap, says: Mapping[str, Said]) -> Picture:
    """The drawing of a map whose targets, by GUID, say this; no two boxes overlap, and every line leads down."""
    drawing = found.drawing
    boxes = tuple(
        Box(found.targets[guid], says[guid], _centre(x) - BOX_WIDTH / 2, _top(row), fitting(str(says[guid])))
        for guid, (row, x) in drawing.places.items()
    )
    lines = tuple(
        Line(_path(drawing.ways[link.before, link.after]), link.strength is Strength.HARD) for link in found.links
    )
    width = round(drawing.width * _COLUMN) + 2 * _EDGE
    height = max(0, drawing.rows - 1) * _ROW + BOX_HEIGHT + 2 * _EDGE
    return Picture(width, height, boxes, lines)


def fitting(statement: str) -> tuple[str, ...]:
    """A statement in the lines that a box has room for, shortened at the end."""
    return tuple(textwrap.wrap(statement, _LETTERS, max_lines=_LINES, placeholder="…"))


def _centre(x: float) -> float:
    return round(_EDGE + x * _COLUMN, 1)


def _top(row: int) -> float:
    return _EDGE + row * _ROW


def _path(way: Sequence[tuple[int, float]]) -> str:
    """Straight down past the boxes of a row, and in a bow between two rows."""
    (row, x), *later = way
    path = f"M{_centre(x):g} {_top(row) + BOX_HEIGHT:g}"
    for place, (lower, to) in enumerate(later, 1):
        start, end = _top(lower - 1) + BOX_HEIGHT, _top(lower)
        middle = (start + end) / 2
        path += f"C{_centre(x):g} {middle:g} {_centre(to):g} {middle:g} {_centre(to):g} {end:g}"
        if place < len(later):
            path += f"V{end + BOX_HEIGHT:g}"
        x = to
    return path
