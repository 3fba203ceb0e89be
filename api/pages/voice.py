"""A student says how it goes with a target, asks for help, proposes a way to learn it; a teacher answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions import voice as act
from api.pages import voice_words
from api.pages.acts import kept
from api.pages.blueprint import REFUSED, Visit, about_student, pages
from api.pages.my_path import path_url
from api.pages.texts import graph_of, statement
from api.pages.voice_view import lines, reads_requests
from api.pages.whole_numbers import number_of
from mastery.access_questions import What
from mastery.voice import LONGEST, MOST_OPEN, Kind, Step, VoiceError
from models.queries_student import student_head
from models.queries_voice import voice_of

_MOST_LISTED = 50


@pages.get("/students/<int:student_id>/targets/<int:target_id>/voice")
@about_student(What.OWN_WORDS)
def voice(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """What the student told of a target, and for the student the forms."""
    return _page(visit, student_id, target_id)


@pages.post("/students/<int:student_id>/targets/<int:target_id>/voice")
@about_student(What.OWN_WORDS)
def tell_voice(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Tell something of a target; for the student alone."""
    if visit.viewer.person != student_id:
        abort(404)
    graph, form = graph_of(visit), request.form
    if target_id not in graph.subjects:
        abort(404)

    def keep() -> None:
        if form.get("what") not in set(Kind):
            raise VoiceError("kind")
        kind, word, words = Kind(form["what"]), form.get("word", ""), form.get("words", "")
        act.tell(visit.session, visit.viewer, target_id, kind, word, words, graph.subjects.keys(), visit.now)

    here = url_for("pages.voice", student_id=student_id, target_id=target_id)
    return _done(visit, student_id, target_id, keep, _("Kept. Your teachers can read it."), here)


@pages.post("/students/<int:student_id>/voice/<int:voice_id>/withdraw")
@about_student(What.OWN_WORDS)
def withdraw_voice(visit: Visit, student_id: int, voice_id: int) -> ResponseReturnValue:
    """Say that what was asked for is not needed any more; for the student alone."""
    if visit.viewer.person != student_id:
        abort(404)

    def keep() -> None:
        act.withdraw(visit.session, visit.viewer, voice_id, visit.now)

    return _done(
        visit,
        student_id,
        None,
        keep,
        _("Your teachers see that you do not need it any more."),
        _back(visit, student_id),
    )


@pages.post("/students/<int:student_id>/voice/<int:voice_id>/answer")
@about_student(What.ANSWER_STUDENT)
def answer_voice(visit: Visit, student_id: int, voice_id: int) -> ResponseReturnValue:
    """Answer what a student asked for."""
    form = request.form

    def keep() -> None:
        if form.get("step") not in set(Step):
            raise VoiceError("kind")
        step = Step(form["step"])
        act.answer(visit.session, visit.viewer, student_id, voice_id, step, form.get("words", ""), visit.now)

    return _done(visit, student_id, None, keep, _("Kept. The student sees it."), _back(visit, student_id))


def _back(visit: Visit, student_id: int) -> str:
    """Back to where the form was: the page of the target, or Today."""
    target = number_of(request.form.get("back"))
    if target is not None:
        return url_for("pages.voice", student_id=student_id, target_id=target)
    return url_for("pages.today") if visit.viewer.sections else path_url(visit, student_id)


def _done(
    visit: Visit, student_id: int, target: int | None, keep: Callable[[], None], text: str, back: str
) -> ResponseReturnValue:
    """Do and keep an act and go back; where words are refused, the page of the target shows them as typed."""
    try:
        with kept(visit, LookupError):
            keep()
    except VoiceError as refused:
        problem = _REFUSALS[refused.code]()
        if target is not None and refused.code in ("word", "words"):
            return _page(visit, student_id, target, problem), REFUSED
        flash(problem, "problem")
        return redirect(back, 303)
    flash(text)
    return redirect(back, 303)


def _page(visit: Visit, student_id: int, target_id: int, problem: str | None = None) -> str:
    graph = graph_of(visit)
    if target_id not in graph.subjects:
        abort(404)
    told = voice_of(visit.session, visit.district_id, student_id, [target_id])
    answers = visit.access_to(What.ANSWER_STUDENT).whole
    own = visit.viewer.person == student_id
    return render_template(
        "voice.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        own=own,
        target=target_id,
        said=statement(graph, target_id),
        lines=lines(visit, student_id, told[-_MOST_LISTED:], answers=answers),
        private=reads_requests(visit, student_id),
        sure=voice_words.SURE,
        hard=voice_words.HARD,
        waiting={one.kind for one in told if one.waits},
        problem=problem,
        typed=request.form if problem else {},
        longest=LONGEST,
        back=path_url(visit, student_id),
    )


_REFUSALS = {
    "kind": lambda: _("Nothing was changed. Please use one of the forms here."),
    "word": lambda: _("Not kept: choose one of the words."),
    "words": lambda: _("Not kept: say it in words, at most %(num)s characters.", num=LONGEST),
    "target": lambda: _("Not kept: choose one of the targets of the list."),
    "open": lambda: _("You have asked already. Your teacher has it."),
    "full": lambda: _("You have asked for %(num)s things already. Wait for an answer first.", num=MOST_OPEN),
    "changed": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
}
