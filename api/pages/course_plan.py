"""Making the plan of a class: choose targets, have them spread evenly over the school days, adjust, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions.course_plans import LONGEST_REASON, plan_course
from api.pages import pace_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import REFUSED, Visit, pages, staff_only
from api.pages.class_pace import opened_class
from api.pages.texts import Said, graph_of, statement
from api.pages.whole_numbers import number_of
from mastery.access_questions import Section, about_subject, plans_class
from mastery.curriculum import priorities
from mastery.graph import NodeKind
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.course import MOST_TARGETS, MOST_WEIGHT, CourseError, Dated, spread
from mastery.pace.own_calendar import own_calendar
from models.curriculum import marked_targets
from models.graph_store import DistrictGraph
from models.queries_calendars import calendar_of
from models.queries_pace import Class, Course, class_of, course_of, span_of_terms, subjects_of_class
from models.queries_today import SectionRow


@dataclass(frozen=True, slots=True)
class Choice:
    """A target that may be chosen."""

    key: int
    code: str
    said: Said
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A target of the plan as the form shows it, all as text; `problem` is what is wrong with it."""

    key: int
    code: str
    said: Said
    day: str
    weight: str = "1"
    priority: bool = False
    fixed_by_law: bool = False
    problem: str | None = None


@dataclass(slots=True)
class PlanView:
    """The page: either `groups` to choose from, or `rows` with their dates. `version`: of the plan that is changed."""

    version: int
    starts: str
    finishes: str
    groups: Sequence[tuple[str, Sequence[Choice]]] = ()
    rows: Sequence[Row] = ()
    reason: str = ""
    problem: str | None = None
    longest: int = LONGEST_REASON
    most: int = MOST_TARGETS
    most_weight: int = int(MOST_WEIGHT)
    bounds: tuple[str, str] = field(default=("", ""))


@pages.get("/classes/<int:section_id>/plan")
@staff_only
def course_plan(visit: Visit, section_id: int) -> ResponseReturnValue:
    """The plan to adjust; or targets to choose; or, of those that were chosen, dates spread evenly."""
    section, here, calendar = _mine(visit, section_id)
    graph = graph_of(visit)
    before = course_of(visit.session, visit.district_id, section_id)
    version = 0 if before is None else before.version
    chosen = _chosen(graph)
    if before is not None and not chosen and "choose" not in request.args:
        view = PlanView(version, before.starts.isoformat(), before.finishes.isoformat())
        view.rows = _rows(graph, before, calendar)
        return _page(visit, section, view, calendar)
    starts, finishes = _span(visit, here, before, calendar)
    view = PlanView(version, starts.isoformat(), finishes.isoformat())
    if chosen:
        try:
            dates = spread(chosen, calendar, starts, finishes)
        except CourseError as refused:
            view.problem = problem_words(refused, calendar)
        else:
            said = priorities(marked_targets(visit.session, visit.district_id), visit.today)
            view.rows = [
                # of which nobody said it is none here: else one late target of any kind would be behind
                Row(one, _code(graph, one), statement(graph, one), day.isoformat(), priority=said.get(one, False))
                for one, day in dates.items()
            ]
            return _page(visit, section, view, calendar)
    planned = {one.dated.target for one in before.targets} if before is not None else set()
    view.groups = _groups(visit, graph, section_id, set(chosen) or planned)
    return _page(visit, section, view, calendar)


@pages.post("/classes/<int:section_id>/plan")
@staff_only
def save_course_plan(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Save the plan as it was adjusted."""
    section, _here, calendar = _mine(visit, section_id)
    graph = graph_of(visit)
    rows = _typed_rows(graph)
    version = number_of(request.form.get("version")) or 0
    try:
        span = _day("starts", request.form.get("starts")), _day("finishes", request.form.get("finishes"))
        dated = [_dated(one) for one in rows]
        with kept(visit):
            plan_course(
                visit.session, visit.viewer, section_id, version, span, dated, frozenset(graph.subjects),
                request.form.get("reason", ""), visit.now,
            )  # fmt: skip
    except CourseError as refused:
        return _refused(visit, section, calendar, rows, version, refused)
    return redirect_with(_("The plan is saved."), "pages.class_pace", section_id=section_id)


def _refused(
    visit: Visit, section: SectionRow, calendar: SchoolCalendar, rows: Sequence[Row], version: int, refused: CourseError
) -> ResponseReturnValue:
    """The form as it was typed, with what is wrong at its place."""
    words = problem_words(refused, calendar)
    marked = [
        Row(one.key, one.code, one.said, one.day, one.weight, one.priority, one.fixed_by_law,
            words if one.key == refused.target else None)
        for one in rows
    ]  # fmt: skip
    form = request.form
    view = PlanView(
        version, form.get("starts", ""), form.get("finishes", ""), rows=marked, reason=form.get("reason", ""),
        problem=words,
    )  # fmt: skip
    return _page(visit, section, view, calendar), REFUSED


def _page(visit: Visit, section: SectionRow, view: PlanView, calendar: SchoolCalendar) -> str:
    view.bounds = calendar.first.isoformat(), calendar.last.isoformat()
    return render_template("course_plan.html", visit=visit, section=section, view=view, calendar=calendar)


def _mine(visit: Visit, section_id: int) -> tuple[SectionRow, Class, SchoolCalendar]:
    """The class that the person plans, and its school's calendar; else there is no such page."""
    section = opened_class(visit, section_id)
    here = class_of(visit.session, visit.district_id, section_id)
    if here is None or not plans_class(visit.viewer, Section(visit.district_id, section_id, here.school)):
        abort(404)
    calendar = None if here.school is None else calendar_of(visit.session, visit.district_id, here.school)
    return (section, here, calendar) if calendar is not None else abort(404)


# --- what is typed ----------------------------------------------------------------------------------------------------


def _chosen(graph: DistrictGraph) -> list[int]:
    """The targets that an address names, in the order of the graph; 404 for what is none."""
    keys = [number_of(one) for one in request.args.getlist("target")]
    if not all(one in graph.subjects for one in keys):
        abort(404)
    return graph.in_order({one for one in keys if one is not None})


def _typed_rows(graph: DistrictGraph) -> list[Row]:
    form = request.form
    keys = dict.fromkeys(number_of(one) for one in form.getlist("target"))
    return [
        Row(key, _code(graph, key), statement(graph, key), form.get(f"day-{key}", ""), form.get(f"weight-{key}", ""),
            f"priority-{key}" in form, f"law-{key}" in form)
        for key in keys
        if key is not None and key in graph.subjects
    ]  # fmt: skip


def _dated(row: Row) -> Dated:
    try:
        weight = float(row.weight.replace(",", "."))
    except ValueError:
        raise CourseError("weight", "is no number", row.key) from None
    return Dated(row.key, _day("day", row.day, row.key), weight, row.priority, row.fixed_by_law)


def _day(name: str, text: str | None, target: int | None = None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise CourseError(name, "is no day", target) from None


def _span(visit: Visit, here: Class, before: Course | None, calendar: SchoolCalendar) -> tuple[date, date]:
    """From when to when: as asked for, as it was, as the terms of the class are, else from today on."""
    found = span_of_terms(visit.session, visit.district_id, here.section) if before is None else None
    if before is not None:
        found = before.starts, before.finishes
    starts, finishes = found or (visit.today, calendar.last)
    starts = min(max(starts, calendar.first), calendar.last)
    finishes = min(max(finishes, starts), calendar.last)
    try:
        return (
            _day("starts", request.args.get("starts") or starts.isoformat()),
            _day("finishes", request.args.get("finishes") or finishes.isoformat()),
        )
    except CourseError:
        abort(404)


# --- what is shown ----------------------------------------------------------------------------------------------------


def _rows(graph: DistrictGraph, course: Course, calendar: SchoolCalendar) -> list[Row]:
    own = own_calendar(calendar, min(course.starts, calendar.last))
    return [
        Row(one.dated.target, _code(graph, one.dated.target), statement(graph, one.dated.target),
            (one.day_in(own) or course.finishes).isoformat(), f"{one.dated.weight:g}", one.dated.priority,
            one.dated.fixed_by_law)
        for one in course.targets
    ]  # fmt: skip


def _groups(
    visit: Visit, graph: DistrictGraph, section_id: int, chosen: set[int]
) -> Sequence[tuple[str, Sequence[Choice]]]:
    """The targets of the subjects of the class in the order of the graph, by subject and what they are named under."""
    named = [subjects_of_class(visit.session, visit.district_id, section_id)]
    keys = [
        key for key, subject in graph.subjects.items()
        if graph.node(key).kind is NodeKind.LEARNING_TARGET and (about_subject(subject, named) or key in chosen)
    ]  # fmt: skip
    groups: dict[str, list[Choice]] = {}
    for key in graph.in_order(keys):
        node = graph.node(key)
        title = f"{node.subject}, {', '.join(node.grades)}" if node.grades else node.subject
        groups.setdefault(title, []).append(Choice(key, _code(graph, key), statement(graph, key), key in chosen))
    return sorted(groups.items())


def _code(graph: DistrictGraph, key: int) -> str:
    node = graph.node(key)
    return node.code or node.guid


_PROBLEMS: Mapping[str, Any] = {
    "version": _l("The plan was changed while you were reading. Please look at it again."),
    "reason": _l("Say why the plan changes."),
    "targets": _l("Choose from 1 to %(most)d targets, each once."),
    "day": _l("Give a day within the plan, such as 2027-03-31."),
    "weight": _l("Give a number above 0, at most %(weight)d."),
    "starts": _l("Give a first day from %(first)s to %(last)s, which the school’s calendar knows."),
    "finishes": _l("Give a last day after the first one, at most %(last)s, with school days between them."),
}


def problem_words(refused: CourseError, calendar: SchoolCalendar) -> str:
    """What is wrong with a plan, and what would be right."""
    known = {
        "first": pace_words.short(calendar.first), "last": pace_words.short(calendar.last), "most": MOST_TARGETS,
        "weight": int(MOST_WEIGHT),
    }  # fmt: skip
    return str(_PROBLEMS[refused.field]) % known
