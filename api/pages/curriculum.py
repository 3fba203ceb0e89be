"""Competencies of the district: which of their targets are priority, and which courses need them; the lead says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from api.actions.curriculum import mark_targets, require
from api.actions.desk import Desk
from api.actions.rolled_up import competencies_of, targets_of, tells_apart
from api.pages.acts import done, form_page, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.office_forms import ActForm, BoxesField, DayField, as_default
from api.pages.texts import Said, graph_of, statement
from mastery.curriculum import priorities, required_on
from mastery.offices import Affair
from models.curriculum import course_requirements, marked_targets
from models.graph_store import DistrictGraph
from models.queries_rollup import known_courses


@dataclass(frozen=True, slots=True)
class Line:
    """A competency of the list: how many targets it has, how many are priority, and which courses need it."""

    key: int
    said: Said
    code: str | None
    targets: int
    priority: int
    courses: Sequence[str]


_OVER = _l("This day is over. Give a day from today on.")
_GIVE_DAY = InputRequired(_l("Give the first day."))


class PriorityForm(ActForm):
    """The priority targets of a competency, from a day on."""

    refusals: ClassVar = {"since": ("begins_on", _OVER)}

    targets = BoxesField(_l("Priority targets"), [Optional()], choices=[])
    begins_on = DayField(_l("First day"), [_GIVE_DAY])


class CoursesForm(ActForm):
    """The courses that need a competency, from a day on."""

    refusals: ClassVar = {
        "since": ("needed_from", _OVER),
        "course": ("courses", _l("Choose one of these courses.")),
        "competency": ("courses", _l("No course can need this: nothing in it can be mastered, or it is told apart.")),
    }

    courses = BoxesField(_l("Courses that need it"), [Optional()], choices=[])
    needed_from = DayField(_l("First day"), [_GIVE_DAY])


@pages.get("/office/competencies")
@office_only(Affair.CURRICULUM)
def curriculum(visit: Visit) -> ResponseReturnValue:
    """The competencies of the district, in code order."""
    graph, page = graph_of(visit), page_number()
    every = competencies_of(graph)
    last = last_page(page, len(every))
    marked = priorities(marked_targets(visit.session, visit.district_id), visit.today)
    needed = required_on(course_requirements(visit.session, visit.district_id), visit.today)
    lines = []
    for key in every[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
        targets = targets_of(graph, key)
        courses = [course for course, some in needed.items() if key in some]
        priority = sum(marked.get(one, True) for one in targets)
        lines.append(Line(key, statement(graph, key), graph.node(key).code, len(targets), priority, courses))
    return render_template(
        "curriculum.html", visit=visit, lines=lines, total=len(every), page=page, last_page=last
    )  # fmt: skip


@pages.route("/office/competencies/<int:competency_id>", methods=["GET", "POST"])
@office_only(Affair.CURRICULUM)
def competency(visit: Visit, competency_id: int) -> ResponseReturnValue:
    """One competency: which of its targets are priority from a day on, and which courses need it."""
    graph, desk = _graph(visit, competency_id), Desk.of(visit.viewer)
    form, targets = _priority_form(graph, competency_id), targets_of(graph, competency_id)
    if form.validate_on_submit():
        chosen, since = {int(one) for one in form.targets.data}, form.begins_on.data
        if done(
            visit,
            form,
            lambda: mark_targets(visit.session, desk, graph, targets, chosen, since, visit.now, visit.today),
        ):
            return redirect_with(_("Signed in your name."), "pages.competency", competency_id=competency_id)
    return _page(visit, graph, competency_id, form, _courses_form(visit, competency_id, new=True))


@pages.post("/office/competencies/<int:competency_id>/courses")
@office_only(Affair.CURRICULUM)
def competency_courses(visit: Visit, competency_id: int) -> ResponseReturnValue:
    """Say which courses need a competency from a day on."""
    graph, desk, key = _graph(visit, competency_id), Desk.of(visit.viewer), [competency_id]
    form, session = _courses_form(visit, competency_id), visit.session

    def act() -> None:
        for course in known_courses(session, visit.district_id):
            needed, since = course in form.courses.data, form.needed_from.data
            require(session, desk, graph, course, key, needed, since, visit.now, visit.today)

    if form.validate_on_submit() and done(visit, form, act):
        return redirect_with(_("Signed in your name."), "pages.competency", competency_id=competency_id)
    priority = PriorityForm(None)
    priority.targets.choices = [
        SelectChoice(str(one), statement(graph, one)) for one in targets_of(graph, competency_id)
    ]
    return _page(visit, graph, competency_id, priority, form)


def _priority_form(graph: DistrictGraph, competency_id: int, *, new: bool = False) -> PriorityForm:
    form = PriorityForm(None) if new else PriorityForm()
    targets = targets_of(graph, competency_id)
    form.targets.choices = [SelectChoice(str(one), statement(graph, one)) for one in targets]
    return form


def _courses_form(visit: Visit, competency_id: int, *, new: bool = False) -> CoursesForm:
    """The form of the courses; `new`: as it stands today, whatever was typed into the other form of the page."""
    form = CoursesForm(None) if new else CoursesForm()
    form.courses.choices = [
        SelectChoice(course, f"{title} ({course})")
        for course, title in known_courses(visit.session, visit.district_id).items()
    ]
    if new:
        needed = required_on(course_requirements(visit.session, visit.district_id), visit.today)
        form.courses.data = [course for course, some in needed.items() if competency_id in some]
        form.needed_from.data = visit.today
    return form


def _page(
    visit: Visit, graph: DistrictGraph, competency_id: int, priority: PriorityForm, courses: CoursesForm
) -> ResponseReturnValue:
    marked = marked_targets(visit.session, visit.district_id)
    targets = targets_of(graph, competency_id)
    now = priorities(marked, visit.today)
    if priority.begins_on.raw_data is None:  # nobody typed into this form
        priority.targets.data = [str(one) for one in targets if now.get(one, True)]
    as_default((priority.begins_on,), visit.today)
    return form_page(
        "competency.html",
        visit=visit,
        key=competency_id,
        said=statement(graph, competency_id),
        code=graph.node(competency_id).code,
        priority=priority,
        courses=courses,
        apart=tells_apart(graph, competency_id),
        coming=[
            (one.since, statement(graph, int(one.target)), one.priority)
            for one in marked
            if one.since > visit.today and one.target in targets
        ],
    )


def _graph(visit: Visit, competency_id: int) -> DistrictGraph:
    """The district's graph, in which there is this competency; for others there is no such page."""
    graph = graph_of(visit)
    if competency_id not in graph.guids or not targets_of(graph, competency_id):
        abort(404)
    return graph
