"""The map of one student: what builds on what, and where they stand on it."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from api.actions.student_map import MapTarget, map_around, map_of_work
from api.pages.blueprint import Visit, about_student, page_number, pages
from api.pages.map_picture import draw
from api.pages.partial import live_page
from api.pages.texts import graph_of, statement
from api.pages.whole_numbers import number_asked
from api.pages.words import Look, standing_look
from mastery.access_questions import What
from models.queries_grid import standings_of
from models.queries_student import student_head


@pages.get("/students/<int:student_id>/map")
@about_student(What.STANDING)
def student_map(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What a student works on, what it builds on and what comes next; or the same around one target."""
    graph = graph_of(visit)
    known = standings_of(visit.session, visit.district_id, student_id)
    around, page = number_asked("around"), page_number()
    if around is None:
        found = map_of_work(known, graph, visit.today, request.args.get("subject"), page)
    else:
        found = map_around(known, graph, visit.today, around) if graph.guids.get(around) in graph.graph.order else None
    if found is None:
        abort(404)
    says = {guid: statement(graph, one.target) for guid, one in found.targets.items()}
    return live_page(
        visit,
        "map.html",
        "_map.html",
        visit.subject.sections,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        around=None if around is None else statement(graph, around).inside,
        map=found,
        says=says,
        picture=draw(found, says),
        look=look,
        explained={one.target for one in found.targets.values() if visit.explains(one.target)},
        shows_codes=visit.viewer.is_staff,
        page=page,
    )


def look(target: MapTarget) -> Look:
    """How a target of the map is shown."""
    return standing_look(target.state, target.enough)
