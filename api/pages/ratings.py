"""Scoring: the work that somebody is asked to score, one piece of it by its rubric, and what raters agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.rate import LONGEST_WORDS, Piece, RatingError, piece_for, score, talk
from api.pages import rating_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, last_page, page_number, pages, staff_only
from api.pages.rating_words import LEVELS, NOT_SEEN, said_of_rubric
from api.pages.record_words import HELP
from api.pages.student_work import file_answer
from api.pages.texts import graph_of, statement
from api.services import services
from mastery.names import NameUse
from mastery.rating.contents import Kind
from mastery.rating.rubric import RubricError
from mastery.rating.work import Stage
from models.queries_artefacts import artefact_of, content_of, said_of
from models.queries_rated import parts_of, tasks_named
from models.queries_raters import scorer_names
from models.queries_scores import called_work
from models.queries_student import student_head

_GIVEN: Mapping[str, float | None] = {NOT_SEEN: None} | {f"{level:g}": level for level in LEVELS}


@pages.get("/ratings")
@staff_only
def ratings(visit: Visit) -> ResponseReturnValue:
    """The work of other classes that one was asked to score and has not yet, without names."""
    page = page_number()
    found, total = called_work(
        visit.session, visit.district_id, visit.viewer.person, PAGE_SIZE, (page - 1) * PAGE_SIZE
    )  # fmt: skip
    tasks = tasks_named(visit.session, visit.district_id, {one.task_id for one in found})
    return render_template(
        "ratings.html", visit=visit, works=found, tasks=tasks, said=rating_words, page=page,
        last=last_page(page, total),
    )  # fmt: skip


@pages.get("/ratings/<int:submission_id>")
@staff_only
def rating(visit: Visit, submission_id: int) -> ResponseReturnValue:
    """A piece of work with its rubric, for who scores it; what others gave only once one's own is handed in."""
    return _page(visit, _piece(visit, submission_id))


@pages.post("/ratings/<int:submission_id>")
@staff_only
def keep_rating(visit: Visit, submission_id: int) -> ResponseReturnValue:
    """Hand in one's scores; they stay as they are."""
    piece = _piece(visit, submission_id)
    try:
        scores = _typed(piece)
        with kept(visit, LookupError):
            now = score(
                visit.session, services().intake, graph_of(visit), visit.viewer, submission_id, scores,
                request.form.get("words", ""), visit.now,
            )  # fmt: skip
    except RubricError as refused:
        return _page(visit, piece, said_of_rubric(refused)), REFUSED
    except RatingError as refused:
        return _refused(visit, submission_id, refused)
    return redirect_with(_after(now), "pages.rating", submission_id=submission_id)


@pages.post("/ratings/<int:submission_id>/talk")
@staff_only
def keep_talk(visit: Visit, submission_id: int) -> ResponseReturnValue:
    """Write down what the raters agreed on."""
    piece = _piece(visit, submission_id)
    agreed = {key: _GIVEN.get(request.form.get(f"talk-{key}", "")) for key in piece.talks}
    try:
        with kept(visit, LookupError):
            now = talk(
                visit.session, services().intake, graph_of(visit), visit.viewer, submission_id,
                {key: level for key, level in agreed.items() if level is not None}, visit.now,
            )  # fmt: skip
    except RatingError as refused:
        return _refused(visit, submission_id, refused)
    return redirect_with(_after(now), "pages.rating", submission_id=submission_id)


@pages.get("/ratings/<int:submission_id>/files/<int:artefact_id>")
@staff_only
def rating_file(visit: Visit, submission_id: int, artefact_id: int) -> ResponseReturnValue:
    """A file of a piece of work, for who scores it."""
    piece = _piece(visit, submission_id)
    parts = parts_of(visit.session, visit.district_id, submission_id)
    found = artefact_of(visit.session, visit.district_id, piece.submission.student_id, artefact_id)
    if found is None or artefact_id not in {one.artefact for one in parts}:
        abort(404)
    content = content_of(visit.session, visit.district_id, found.digest)
    # the name that a student gave a file may say whose it is
    name = found.name if piece.named else f"work-{submission_id}-{artefact_id}.{found.kind}"
    return file_answer(content, name, Kind(found.kind))


def _piece(visit: Visit, submission_id: int) -> Piece:
    piece = piece_for(visit.session, visit.viewer, submission_id)
    if piece is None:
        abort(404)
    visit.seen.add(piece.submission.student_id)
    return piece


def _typed(piece: Piece) -> dict[str, float | None]:
    """The levels of the form; what is no level is left out, and so asked for."""
    typed = {one.key: request.form.get(f"level-{one.key}", "") for one in piece.rubric.criteria}
    return {key: _GIVEN[text] for key, text in typed.items() if text in _GIVEN}


def _after(now: Stage) -> str:
    if now is Stage.SETTLED:
        return _("Handed in. The levels are with the student’s results now.")
    return _("Handed in. %(now)s.", now=rating_words.STAGES[now])


def _refused(visit: Visit, submission_id: int, refused: RatingError) -> ResponseReturnValue:
    visit.session.rollback()
    said = {
        "not_now": _("Nothing was changed: this work is not yours to score now."),
        "agreed": _("Nothing was changed: give a level from the lowest to the highest of the scores."),
        "refused": _("Nothing was changed: the levels were not taken in. Please tell your administrator."),
    }
    flash(said[refused.code], "problem")
    return redirect(url_for("pages.rating", submission_id=submission_id), 303)


def _page(visit: Visit, piece: Piece, problem: str | None = None) -> str:
    graph, district = graph_of(visit), visit.district_id
    parts = parts_of(visit.session, district, piece.submission.id)
    student = piece.submission.student_id
    sheets = {one.rater: one for one in piece.sheets}
    done = visit.viewer.person in sheets
    context: dict[str, Any] = {
        "piece": piece,
        "head": student_head(visit.session, district, student, NameUse.SCREEN) if piece.named else None,
        "statements": {one.target: statement(graph, one.target) for one in piece.rubric.criteria},
        "parts": parts,
        "files": said_of(visit.session, district, {one.artefact for one in parts}, student),
        "names": scorer_names(visit.session, district, sheets),
        "sheets": sheets,
        "done": done,
        "resolved": piece.resolved if done or piece.said.settled else {},
        "scores": piece.may_score(visit.viewer.person),
        "talks": piece.may_talk(visit.viewer.person),
    }
    return render_template(
        "rating.html", visit=visit, said=rating_words, levels=LEVELS, help_words=HELP, typed=request.form,
        problem=problem, longest=LONGEST_WORDS, **context,
    )  # fmt: skip
