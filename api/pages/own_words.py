"""Saying in one's own words what one likes, wants and will do next; changing it, taking it back, what was before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions import own_words as act
from api.actions.explain import Moment
from api.actions.path import StudentPath, student_path
from api.pages.acts import kept
from api.pages.blueprint import REFUSED, Visit, about_student, pages
from api.pages.my_path import path_url
from api.pages.own_words_view import MOST_OFFERED, own_words_of
from api.pages.texts import graph_of
from api.pages.whole_numbers import number_of
from mastery.access_questions import What
from mastery.pathways import Mode, Setting
from mastery.profile import LONGEST, MOST_STANDING, SPOKEN, Kind, ProfileError, Saying, may_say
from models.graph_store import DistrictGraph
from models.queries_student import student_head


@pages.get("/students/<int:student_id>/own-words")
@about_student(What.OWN_WORDS)
def own_words(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What the student and the parents say, and what they said before."""
    return _page(visit, student_id)


@pages.post("/students/<int:student_id>/own-words")
@about_student(What.OWN_WORDS)
def say_own_words(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Say something new; for who speaks for the student."""
    if act.speaker(visit.session, visit.viewer, student_id, visit.now) is None:
        abort(404)
    graph = graph_of(visit)

    def keep() -> None:
        saying = _typed()
        act.say(visit.session, visit.viewer, student_id, saying, graph.subjects.keys(), visit.now, visit.today)

    return _done(visit, student_id, keep, _("Kept, with your name and the date."))


@pages.post("/students/<int:student_id>/own-words/choice")
@about_student(What.OWN_WORDS)
def choose_next(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Choose what to do next; for the student alone."""
    if not may_say(act.speaker(visit.session, visit.viewer, student_id, visit.now), Kind.CHOICE):
        abort(404)
    graph = graph_of(visit)
    offered = _offered(_path(visit, student_id, graph), graph)

    def keep() -> None:
        saying = Saying(Kind.CHOICE, target=number_of(request.form.get("target")))
        act.say(visit.session, visit.viewer, student_id, saying, offered, visit.now, visit.today)

    return _done(visit, student_id, keep, _("Chosen. It is first on your path now."))


@pages.post("/students/<int:student_id>/own-words/<int:own_words_id>")
@about_student(What.OWN_WORDS)
def change_own_words(visit: Visit, student_id: int, own_words_id: int) -> ResponseReturnValue:
    """Say something else in the place of what one said."""
    if not act.may_change(visit.session, visit.viewer, student_id, own_words_id, visit.now):
        abort(404)
    graph = graph_of(visit)

    def keep() -> None:
        act.change(
            visit.session, visit.viewer, student_id, own_words_id, _typed(), graph.subjects.keys(), visit.now,
            visit.today,
        )  # fmt: skip

    return _done(visit, student_id, keep, _("Changed. What you said before is kept."))


@pages.post("/students/<int:student_id>/own-words/<int:own_words_id>/withdraw")
@about_student(What.OWN_WORDS)
def withdraw_own_words(visit: Visit, student_id: int, own_words_id: int) -> ResponseReturnValue:
    """Take back what was said."""

    def keep() -> None:
        act.withdraw(visit.session, visit.viewer, student_id, own_words_id, visit.now)

    return _done(visit, student_id, keep, _("Taken back. It is kept under what was said before."))


def _done(visit: Visit, student_id: int, keep: Callable[[], None], text: str) -> ResponseReturnValue:
    """Do and keep an act and go back to the path; where it is refused, the page shows the form as it was typed."""
    try:
        with kept(visit, LookupError):
            keep()
    except ProfileError as refused:
        if refused.code in _LOST:
            flash(_REFUSALS[refused.code](), "problem")
            return redirect(f"{path_url(visit, student_id)}#own-words", 303)
        return _page(visit, student_id, _REFUSALS[refused.code]()), REFUSED
    flash(text)
    return redirect(f"{path_url(visit, student_id)}#own-words", 303)


def _typed() -> Saying:
    """What a form says. Raises ProfileError for what no form sends."""
    form = request.form
    if form.get("what") not in SPOKEN:
        raise ProfileError("kind")
    target, day = form.get("target") or None, form.get("by_day") or None
    key = None if target is None else number_of(target)
    if target is not None and key is None:
        raise ProfileError("target")
    try:
        by_day = None if day is None else date.fromisoformat(day)
    except ValueError:
        raise ProfileError("date") from None
    try:
        mode = Mode(form["mode"]) if form.get("mode") else None
        setting = Setting(form["setting"]) if form.get("setting") else None
    except ValueError:
        raise ProfileError("kind") from None
    return Saying(Kind(form["what"]), form.get("words", ""), key, by_day, mode, setting)


def _page(visit: Visit, student_id: int, problem: str | None = None) -> str:
    graph = graph_of(visit)
    head = student_head(visit.session, visit.district_id, student_id, visit.name_use)
    view = own_words_of(visit, graph, head)
    if view is None:
        abort(404)
    if view.speaks:
        view.offer_targets(_path(visit, student_id, graph), graph)
    if problem is not None:
        view.typed = {**request.form.to_dict(), "form": request.path}
        view.problem = problem
    return render_template("own_words.html", visit=visit, head=head, view=view, back=path_url(visit, student_id))


def _path(visit: Visit, student_id: int, graph: DistrictGraph) -> StudentPath:
    head = student_head(visit.session, visit.district_id, student_id, visit.name_use)
    moment = Moment(visit.now, visit.zone)
    return student_path(visit.session, visit.district_id, student_id, graph, moment, head.grades)


def _offered(found: StudentPath, graph: DistrictGraph) -> Collection[int]:
    return {graph.ids[guid] for guid in found.takeable[:MOST_OFFERED]}


# of what is gone from under a form there is nothing to correct in it
_LOST = frozenset({"changed", "kind"})
_REFUSALS = {
    "words": lambda: _("Not kept: say it in words, at most %(num)s characters.", num=LONGEST),
    "target": lambda: _("Not kept: choose one of the targets of the list."),
    "date": lambda: _("Not kept: choose a day from today on."),
    "full": lambda: _("Not kept: there are %(num)s already. Take one back first.", num=MOST_STANDING),
    "changed": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
    "kind": lambda: _("Nothing was changed. Please use one of the forms here."),
}
