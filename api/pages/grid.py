"""The grid of a class: its students by the targets that they work on."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from api.actions.class_grid import Cell, class_grid
from api.pages.blueprint import Visit, page_number, pages, staff_only
from api.pages.partial import live_page
from api.pages.words import NOT_ENOUGH, STATES, Look
from api.services import services
from mastery.decide import State
from models.queries_people import list_students
from models.queries_today import sections_of
from models.registry import context

STUDENTS, TARGETS = 40, 60


@pages.get("/classes/<int:section_id>")
@staff_only
def class_page(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Who stands where on what, for whoever teaches the class."""
    section = next((row for row in sections_of(visit.session, visit.viewer, visit.today) if row.id == section_id), None)
    if section is None:
        abort(404)
    page, targets_page = page_number(), page_number("targets")
    by_name = request.args.get("order") == "name"
    students, total = list_students(
        visit.session, visit.viewer, visit.today, STUDENTS, (page - 1) * STUDENTS, section_id
    )
    stamps = context(visit.session, visit.district_id).stamps
    graph = services().intake.graphs.get(visit.session, visit.district_id, stamps.graph)
    grid = class_grid(
        visit.session, visit.district_id, graph, students, visit.today, by_name, TARGETS, (targets_page - 1) * TARGETS
    )
    if (page > 1 and not students) or (targets_page > 1 and not grid.columns):
        abort(404)
    return live_page(
        visit,
        "class.html",
        "_class.html",
        {section_id},
        section=section,
        grid=grid,
        look=_look,
        by_name=by_name,
        page=page,
        last_page=max(1, -(-total // STUDENTS)),
        targets_page=targets_page,
        last_targets=max(1, -(-grid.targets // TARGETS)),
    )


def _look(cell: Cell) -> Look:
    """Too little evidence has a look of its own; it is not the look of little mastery."""
    if cell.state is State.IN_PROGRESS and not cell.enough:
        return NOT_ENOUGH
    return STATES[cell.state]
