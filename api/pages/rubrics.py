"""Rubrics: those of the district, one of them, and writing one or another version of it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.tasks import LEVELS, MOST_CRITERIA, make_rubric
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, last_page, page_number, pages, staff_only
from api.pages.rating_words import said_of_rubric
from api.pages.texts import graph_of, statement
from api.pages.whole_numbers import number_asked, number_of
from mastery.graph import Resolved
from mastery.offices import Affair
from mastery.rating.rubric import RubricError
from models.graph_store import DistrictGraph
from models.queries_rated import CriterionText, RubricText, rubric_of, rubrics


def may_write(visit: Visit) -> bool:
    """Whether a person writes rubrics: whoever teaches a class, and who leads the moderation."""
    return bool(visit.viewer.sections) or visit.remit(Affair.MODERATION).district


@pages.get("/rubrics")
@staff_only
def list_rubrics(visit: Visit) -> ResponseReturnValue:
    """The newest version of each rubric of the district."""
    page = page_number()
    found, total = rubrics(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return render_template(
        "rubrics.html", visit=visit, rubrics=found, page=page, last=last_page(page, total), may_write=may_write(visit)
    )


@pages.get("/rubrics/<int:rubric_id>")
@staff_only
def rubric(visit: Visit, rubric_id: int) -> ResponseReturnValue:
    """A version of a rubric."""
    found = rubric_of(visit.session, visit.district_id, rubric_id)
    if found is None:
        abort(404)
    graph = graph_of(visit)
    return render_template(
        "rubric.html",
        visit=visit,
        rubric=found,
        statements={one.target: statement(graph, one.target) for one in found.criteria},
        may_write=may_write(visit),
    )


@pages.get("/rubrics/new")
@staff_only
def new_rubric(visit: Visit) -> ResponseReturnValue:
    """The form for a rubric, empty or with what an older version says."""
    if not may_write(visit):
        abort(404)
    before = number_asked("replaces")
    found = None if before is None else rubric_of(visit.session, visit.district_id, before)
    if before is not None and (found is None or found.replaced):
        abort(404)
    return _form(visit, _typed_of(found, graph_of(visit)) if found else {})


@pages.post("/rubrics/new")
@staff_only
def keep_rubric(visit: Visit) -> ResponseReturnValue:
    """Keep a rubric, or another version of one."""
    if not may_write(visit):
        abort(404)
    graph = graph_of(visit)
    try:
        criteria = [one for one in (_criterion(graph, place) for place in range(1, MOST_CRITERIA + 1)) if one]
        replaces = number_of(request.form.get("replaces")) if request.form.get("replaces") else None
        title = request.form.get("title", "")
        with kept(visit, LookupError):
            made = make_rubric(
                visit.session, visit.district_id, visit.viewer.person, title, criteria, replaces, visit.now
            )
    except RubricError as refused:
        return _form(visit, request.form, said_of_rubric(refused)), REFUSED
    return redirect_with(_("The rubric is kept."), "pages.rubric", rubric_id=made)


def _criterion(graph: DistrictGraph, place: int) -> CriterionText | None:
    """What the form says of a criterion; None where it says nothing. Raises RubricError for an unknown target."""
    title, target = (request.form.get(f"c{place}-{part}", "").strip() for part in ("title", "target"))
    levels = [request.form.get(f"c{place}-{level}", "").strip() for level in range(LEVELS)]
    if not any((title, target, *levels)):
        return None
    meant = graph.resolve(target)
    if not isinstance(meant, Resolved):
        raise RubricError("criteria", f"{target!r} is no target here")
    return CriterionText(place, graph.ids[meant.target], title, levels)


def _typed_of(found: RubricText, graph: DistrictGraph) -> dict[str, str]:
    typed = {"title": found.title, "replaces": str(found.id)}
    for one in found.criteria:
        node = graph.node(one.target)
        typed |= {f"c{one.place}-title": one.title, f"c{one.place}-target": node.code or node.guid}
        typed |= {f"c{one.place}-{level}": text for level, text in enumerate(one.levels)}
    return typed


def _form(visit: Visit, typed: Mapping[str, str], problem: str | None = None) -> str:
    return render_template(
        "rubric_form.html", visit=visit, typed=typed, problem=problem, places=range(1, MOST_CRITERIA + 1), levels=LEVELS
    )
