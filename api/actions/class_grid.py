"""A class by targets: where each student stands on each, as the student's own page says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.as_of import state_on
from mastery.decide import NOTHING, Standing, State
from mastery.grid import ClassRow, who_needs_me
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.queries_grid import Counted, cells_of_class, new_flags_of_class, states_counted
from models.queries_people import StudentName, held_to, open_on


@dataclass(frozen=True, slots=True)
class Column:
    """A target of the class."""

    target: int
    code: str


class Cell(NamedTuple):
    """Where a student stands on a target; `enough` evidence to say more, for too little is its own answer.

    `explained`: the viewer may read why.
    """

    state: State
    enough: bool
    explained: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """A student with a cell for each column, None where it is not the viewer's, and their flags nobody looks at yet."""

    student: int
    name: str
    flags: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A part of the grid: targets in the order of prerequisites, students by who needs an adult first or by name.

    Both orders are those of the whole class. It has so many `students`, so many `targets` of the kind that was asked
    for, `lately` that anybody was at work on in the last days, and `ever` at all.
    """

    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    students: int
    targets: int
    lately: int
    ever: int


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the grid: from the first student and the first target on, so many of each."""

    first_student: int
    students: int
    first_target: int
    targets: int


def class_grid(
    session: Session,
    viewer: Viewer,
    graph: DistrictGraph,
    students: Sequence[StudentName],
    day: date,
    zone: ZoneInfo,
    by_name: bool,
    whole: bool,
    part: Part,
) -> Grid:
    """A part of the grid of a class, given by name, on the targets that any of it has a standing on; four statements.

    On what the viewer may not see of a student nothing is told or counted: the cell is None. Why somebody stands there
    tells of the records, too, which not everybody may see who sees levels. More statements where the viewer is held to
    targets.

    Unless `whole`, on those that anybody was at work on in the last days, if there are any: what the class did years
    ago is not what it does now. That somebody is ready on a day changes no order.
    """
    ids, district_id = [one.id for one in students], viewer.district
    held = held_to(session, viewer, What.STANDING, ids)
    records = open_on(session, viewer, What.EVIDENCE, ids)
    since = datetime.combine(day - timedelta(days=DEFAULT_POLICY.class_at_work_days), time(), zone)
    counted = states_counted(session, district_id, ids, since, held)
    flags = new_flags_of_class(session, viewer, ids)
    rows = [_row(one, flags.get(one.id, {}), counted[one.id]) for one in students]
    ordered = rows if by_name else who_needs_me(rows)
    shown = ordered[part.first_student : part.first_student + part.students]
    ever = {target for one in counted.values() for target in one.targets}
    lately = {target for one in counted.values() for target in one.lately}
    targets = graph.in_order(ever if whole or not lately else lately)
    columns = targets[part.first_target : part.first_target + part.targets]
    read = {*columns, *(one for target in columns for one in graph.rules.of(target).prerequisites)}
    known = cells_of_class(session, district_id, [row.student for row in shown], read, zone)
    return Grid(
        tuple(_column(target, graph) for target in columns),
        tuple(
            GridRow(row.student, row.name, row.urgent + row.act + row.watch,
                    tuple(_cells(columns, known[row.student], graph, day, held.get(row.student),
                         records.get(row.student, frozenset()))))
            for row in shown
        ),
        len(students),
        len(targets),
        len(lately),
        len(ever),
    )  # fmt: skip


def _column(target: int, graph: DistrictGraph) -> Column:
    node = graph.node(target)
    return Column(target, node.code or node.guid)


def _cells(
    targets: Sequence[int],
    known: Mapping[int, Standing],
    graph: DistrictGraph,
    day: date,
    only: Collection[int] | None,
    records: Collection[int] | None,
) -> Iterable[Cell | None]:
    for target in targets:
        if only is not None and target not in only:
            yield None
            continue
        state = state_on(day, target, known, graph.rules, DEFAULT_POLICY)
        enough = known.get(target, NOTHING).decision.enough_evidence
        yield Cell(state, enough, records is None or target in records)


def _row(student: StudentName, flags: Mapping[str, int], counted: Counted) -> ClassRow:
    """Every target counts for the order, whichever are shown."""
    return ClassRow(
        student.id, student.sort_name, flags.get("URGENT", 0), flags.get("ACT", 0), flags.get("WATCH", 0),
        counted.states,
    )  # fmt: skip
