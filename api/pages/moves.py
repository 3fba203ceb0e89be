"""Doing a move with one tap, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from api.actions.confirm import Confirmable
from api.actions.moves import Asked, MoveError, StoppedError, UnknownMoveError, do_move, undo_move
from api.pages.acts import kept
from api.pages.blueprint import Visit, pages, staff_only
from api.pages.whole_numbers import number_of
from api.services import services
from mastery.moves.words import MoveKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
UNDO = "undo-"  # a flash message of this category and a move's id comes with a button that takes the move back


def stamp(at: datetime) -> int:
    """An instant as whole microseconds, for a form."""
    return (at - _EPOCH) // _MICROSECOND


@pages.post("/moves")
@staff_only
def do(visit: Visit) -> ResponseReturnValue:
    """Do a move as the page showed it, without the students whose box is not ticked."""
    asked = _asked()
    try:
        with kept(visit, UnknownMoveError):
            done = do_move(visit.session, visit.viewer, services().intake.graphs, asked, visit.zone, visit.now)
    except MoveError as refused:
        flash(_REFUSALS[str(refused)](), "problem")
        return redirect(url_for("pages.today"), 303)
    if asked.kind is MoveKind.CONFIRM:
        said = ngettext("Confirmed for %(num)d student.", "Confirmed for %(num)d students.", done.students)
    else:
        said = ngettext(
            "Done for %(num)d student. Today will tell what came of it.",
            "Done for %(num)d students. Today will tell what came of it.",
            done.students,
        )
    flash(f"{said} {_left_alone(done.changed)}".strip(), f"{UNDO}{done.move}")
    return redirect(url_for("pages.today"), 303)


@pages.post("/moves/<int:move_id>/undo")
@staff_only
def undo(visit: Visit, move_id: int) -> ResponseReturnValue:
    """Take back a move of one's own."""
    try:
        with kept(visit, UnknownMoveError):
            done = undo_move(visit.session, visit.viewer, services().intake.graphs, move_id, visit.zone, visit.now)
    except MoveError as refused:
        if isinstance(refused, StoppedError):
            visit.session.commit()
        flash(_REFUSALS[str(refused)](), "problem")
    else:
        flash(f"{_('Taken back: it is on your list again.')} {_left_alone(done.changed)}".strip())
    return redirect(url_for("pages.today"), 303)


def _left_alone(changed: int) -> str:
    if not changed:
        return ""
    return ngettext(
        "%(num)d had changed meanwhile and was left as it is.",
        "%(num)d had changed meanwhile and were left as they are.",
        changed,
    )


_REFUSALS = {
    "changed": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
    "late": lambda: _("Nothing was changed: this was done some days ago and cannot be taken back any more."),
    "nobody": lambda: _("Nothing was changed: nobody was ticked."),
    "many": lambda: _("Nothing was changed: these are too many at once. Please leave some out and do them afterwards."),
}


def _asked() -> Asked:
    form = request.form
    kind = form.get("kind", "")
    if kind not in set(MoveKind):
        abort(400)
    flags = [_numbers(one, 2) for some in form.getlist("flags") for one in some.split()]
    # a student and target counts once, however often the form names it
    decisions = {
        (student, target): _instant(at)
        for some in form.getlist("decisions")
        for student, target, at in (_numbers(one, 3) for one in some.split())
    }
    return Asked(
        MoveKind(kind),
        _numbers(form.get("section", ""), 1)[0],
        _numbers(form.get("about", ""), 1)[0],
        {one[0]: one[1] for one in flags},
        [Confirmable(student, target, at) for (student, target), at in decisions.items()],
    )


def _instant(stamped: int) -> datetime:
    """What was stamped; 400 for what is no instant of our calendar."""
    try:
        return _EPOCH + stamped * _MICROSECOND
    except OverflowError:
        abort(400)


def _numbers(text: str, count: int) -> list[int]:
    """Whole numbers between dots, as many as there should be; 400 for anything else."""
    parts = text.split(".")
    found = [number for part in parts if (number := number_of(part)) is not None]
    return found if len(found) == len(parts) == count else abort(400)
