"""A student's plan in each class: both lines, where they are, when all is likely done; own dates, pauses, a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions import course_plans as act
from api.pages import pace_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import REFUSED, Visit, about_student, pages
from api.pages.student_pace_view import StudentPaceView, student_pace_view
from api.pages.texts import graph_of
from api.pages.whole_numbers import number_of
from mastery.access_questions import What
from mastery.pace.course import CourseError
from mastery.pace.plan import ExtendedTime
from mastery.pace.status import BY_HAND, Status
from models.queries_student import student_head


@pages.get("/students/<int:student_id>/pace")
@about_student(What.PLAN_DATES)
def student_pace(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What is due when, and how far along the student is."""
    return _page(visit, student_id)


@pages.post("/students/<int:student_id>/pace/<int:section_id>/dates")
@about_student(What.PLAN)
def set_own_dates(visit: Visit, student_id: int, section_id: int) -> ResponseReturnValue:
    """Set dates of the student's own, with a reason."""

    def keep() -> None:
        keys = [number_of(one) for one in request.form.getlist("target")]
        days = {key: _day("day", f"day-{key}", key) for key in keys if key is not None}
        act.replan(visit.session, visit.viewer, visit.subject, section_id, days, _typed("reason"), visit.now)

    return _done(visit, student_id, keep, _("The dates are saved. The ones before are kept."))


@pages.post("/students/<int:student_id>/pace/<int:section_id>/time")
@about_student(What.KEEP_PROGRAMMES)
def extend_time(visit: Visit, student_id: int, section_id: int) -> ResponseReturnValue:
    """Give more time for a course, or for tests, as an accommodation."""

    def keep() -> None:
        try:
            time = ExtendedTime(_typed("reason") or " ", _number("course"), _number("test"))
        except ValueError as error:
            if isinstance(error, CourseError):
                raise
            raise CourseError("reason" if not _typed("reason").strip() else "course", str(error)) from None
        act.extend(visit.session, visit.viewer, visit.subject, section_id, time, visit.now)

    return _done(visit, student_id, keep, _("Saved. What is still to come is due later now."))


@pages.post("/students/<int:student_id>/pace/<int:section_id>/word")
@about_student(What.ANSWER_FOR_PACE)
def say_pace(visit: Visit, student_id: int, section_id: int) -> ResponseReturnValue:
    """Say another word than the computed one, or take that back."""

    def keep() -> None:
        word = _typed("status")
        if word not in {*map(str, BY_HAND), ""}:
            raise CourseError("status", "is none of the words")
        status = Status(word) if word else None
        act.say_pace(visit.session, visit.viewer, visit.subject, section_id, status, _typed("reason"), visit.now)

    return _done(visit, student_id, keep, _("Saved. What is computed goes on beside it."))


@pages.post("/students/<int:student_id>/pauses")
@about_student(What.ANSWER_FOR_PACE)
def pause_plan(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Approve a pause."""

    def keep() -> None:
        last = _day("last", "last") if request.form.get("last") else None
        act.pause(visit.session, visit.viewer, visit.subject, _day("first", "first"), last, _typed("reason"), visit.now)

    return _done(visit, student_id, keep, _("Saved. These days do not count."))


@pages.post("/students/<int:student_id>/pauses/<int:pause_id>/end")
@about_student(What.ANSWER_FOR_PACE)
def end_pause(visit: Visit, student_id: int, pause_id: int) -> ResponseReturnValue:
    """End a pause with yesterday, or take it back where it has not begun."""

    def keep() -> None:
        act.end_pause(visit.session, visit.viewer, visit.subject, pause_id, visit.today, visit.now)

    return _done(visit, student_id, keep, _("The pause has ended: days count again."))


def _done(visit: Visit, student_id: int, keep: Callable[[], None], text: str) -> ResponseReturnValue:
    """Do and keep an act; where it is refused, the page shows the form as it was typed."""
    try:
        with kept(visit):
            keep()
    except CourseError as refused:
        return _page(visit, student_id, refused), REFUSED
    return redirect_with(text, "pages.student_pace", student_id=student_id)


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _number(name: str) -> float:
    try:
        return float((_typed(name) or "1").replace(",", "."))
    except ValueError:
        raise CourseError(name, "is no number") from None


def _day(field: str, name: str, target: int | None = None) -> date:
    try:
        return date.fromisoformat(_typed(name))
    except ValueError:
        raise CourseError(field, "is no day", target) from None


def _page(visit: Visit, student_id: int, refused: CourseError | None = None) -> str:
    if not visit.access_to(What.PLAN_DATES).whole:
        abort(404)
    head = student_head(visit.session, visit.district_id, student_id, visit.name_use)
    view: StudentPaceView = student_pace_view(visit, graph_of(visit), head)
    if refused is not None:
        view.problem = str(_PROBLEMS[refused.field])
        view.typed = {**request.form.to_dict(), "form": request.path}
    return render_template("student_pace.html", visit=visit, head=head, view=view, pace=pace_words)


_PROBLEMS: Mapping[str, Any] = {
    "reason": _l("Not saved: say why."),
    "targets": _l("Not saved: the plan of the class has changed. Please look at it again."),
    "day": _l("Not saved: give each target a day of the school’s calendar, from the start of the plan on."),
    "course": _l("Not saved: give a number from 1 on, such as 1.5."),
    "test": _l("Not saved: give a number from 1 on, such as 1.5."),
    "status": _l("Not saved: choose one of the words."),
    "first": _l("Not saved: give a first day that is in no other pause."),
    "last": _l("Not saved: give a last day on or after the first one."),
}
