"""A class by targets: where each student stands on each, as the student's own page says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mastery.as_of import state_on
from mastery.decide import Standing, State
from mastery.graph.codes import natural_order
from mastery.grid import ClassRow, who_needs_me
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.queries_grid import new_flags_of_class, standings_of_class
from models.queries_people import StudentName


@dataclass(frozen=True, slots=True)
class Column:
    """A target of the class."""

    target: int
    code: str
    statement: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A student on a target; too little evidence is its own answer, neither low nor high."""

    target: int
    state: State
    enough: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """A student with a cell for each column, and how many of their flags nobody looks at yet."""

    student: int
    name: str
    flags: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid: targets in the order of prerequisites, students by who needs an adult first or by name."""

    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    targets: int


def class_grid(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    students: Sequence[StudentName],
    day: date,
    by_name: bool,
    limit: int,
    offset: int,
) -> Grid:
    """The grid of some students on a page of the targets that any of them has evidence on; two statements."""
    ids = [one.id for one in students]
    standings = standings_of_class(session, district_id, ids)
    flags = new_flags_of_class(session, district_id, ids)
    targets = _in_order({target for some in standings.values() for target in some}, graph)
    shown = targets[offset : offset + limit]
    cells = {one.id: tuple(_cell(target, standings[one.id], graph, day) for target in shown) for one in students}
    rows = [_row(one, flags.get(one.id, {}), standings[one.id]) for one in students]
    ordered = rows if by_name else who_needs_me(rows)
    return Grid(
        tuple(_column(target, graph) for target in shown),
        tuple(GridRow(row.student, row.name, row.urgent + row.act + row.watch, cells[row.student]) for row in ordered),
        len(targets),
    )


def _in_order(targets: set[int], graph: DistrictGraph) -> list[int]:
    """What comes before others first; of what could come next, by code."""

    def place(target: int) -> tuple[int, object, int]:
        guid = graph.guids[target]
        return graph.graph.depth.get(guid, 0), natural_order(graph.graph.label(guid)), target

    return sorted(targets, key=place)


def _column(target: int, graph: DistrictGraph) -> Column:
    node = graph.node(target)
    return Column(target, node.code or node.guid, node.statement)


def _cell(target: int, known: Mapping[int, Standing], graph: DistrictGraph, day: date) -> Cell:
    state = state_on(day, target, known, graph.rules, DEFAULT_POLICY)
    return Cell(target, state, target in known and known[target].decision.enough_evidence)


def _row(student: StudentName, flags: Mapping[str, int], standings: Mapping[int, Standing]) -> ClassRow:
    """Every target counts for the order, whichever are shown; that one is ready on a day changes nothing in it."""
    states = [standing.decision.state for standing in standings.values()]
    return ClassRow(
        student.id, student.sort_name, flags.get("URGENT", 0), flags.get("ACT", 0), flags.get("WATCH", 0), states
    )
