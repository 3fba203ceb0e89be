"""A teacher's level from the body of evidence on the page of a target: what was signed, signing, taking back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.judge import UnknownJudgementError, judge, judged_here, may_judge, take_back
from api.pages.acts import kept
from api.pages.blueprint import Visit, about_student, pages
from api.pages.whole_numbers import number_of
from api.services import services
from mastery.access import Subject
from mastery.access_questions import What
from mastery.body.judgement import LONGEST_REASON, JudgementError, levels_to_give
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.judgements import Signed, signed_on

# as a form writes them
_LEVELS = {f"{level:g}": level for level in levels_to_give()}


@dataclass(frozen=True, slots=True)
class Judging:
    """What is shown of judgements: the one that stands, those before it, the newest first, and what one may do.

    `seen` names the one that stands for the form, 0 where none does; `digest` changes whenever any of it does.
    """

    standing: Signed | None
    others: tuple[Signed, ...]
    may_sign: bool
    may_take_back: bool
    seen: int
    digest: str
    levels: tuple[tuple[str, float], ...] = tuple(_LEVELS.items())
    shortest: int = DEFAULT_POLICY.judgement_reason_characters
    longest: int = LONGEST_REASON


def judging(visit: Visit, subject: Subject, graph: DistrictGraph, target: int, *, scored: bool) -> Judging | None:
    """The judgements of a student on a target; None where the subject has no teachers' judgements.

    Where nothing is `scored` there is nothing to judge by.
    """
    if not judged_here(graph, target):
        return None
    signed = _readable(visit, signed_on(visit.session, visit.district_id, subject.student, target))
    may = may_judge(visit.session, visit.viewer, subject, graph, target)
    standing = next((one for one in reversed(signed) if one.taken_back is None), None)
    others = tuple(one for one in reversed(signed) if one is not standing)
    own = standing is not None and standing.person == visit.viewer.person
    shown = (signed, may, scored, own)
    return Judging(
        standing,
        others,
        may_sign=may and scored,
        may_take_back=may and own,
        seen=standing.id if standing else 0,
        digest=hashlib.sha256(repr(shown).encode()).hexdigest()[:16],
    )


def _readable(visit: Visit, signed: list[Signed]) -> list[Signed]:
    """Judgements as the viewer may read them: without the teacher's words for who reads results and no comments."""
    if not visit.access_to(What.COMMENTS).allowed:
        return [replace(one, reason="") for one in signed]
    if signed:
        visit.showing(What.COMMENTS)
    return signed


@pages.post("/students/<int:student_id>/targets/<int:target_id>/judgements")
@about_student(What.JUDGE)
def sign_judgement(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Sign a level of a student on a target, with the reason."""
    form = request.form

    def act() -> None:
        level = _LEVELS.get(form.get("level", ""), -1.0)
        judge(
            visit.session, visit.viewer, services().intake.graphs, student_id, target_id, level,
            form.get("reason", ""), _seen(form.get("seen")), visit.now, visit.today,
        )  # fmt: skip

    text = _("Signed, with your name and the date. You can take it back on this page.")
    return _signed(visit, student_id, target_id, act, text)


@pages.post("/students/<int:student_id>/targets/<int:target_id>/judgements/<int:judgement_id>/take-back")
@about_student(What.JUDGE)
def take_back_judgement(visit: Visit, student_id: int, target_id: int, judgement_id: int) -> ResponseReturnValue:
    """Take back a level that one signed oneself."""

    def act() -> None:
        take_back(
            visit.session, visit.viewer, services().intake.graphs, student_id, target_id, judgement_id, visit.now,
            visit.today,
        )  # fmt: skip

    text = _("Taken back. The level before it counts again, if there is one.")
    return _signed(visit, student_id, target_id, act, text)


def _signed(visit: Visit, student_id: int, target_id: int, act: Callable[[], None], text: str) -> ResponseReturnValue:
    """Sign or take back, and go back to the page of the target, which says what was done or why not."""
    try:
        with kept(visit, UnknownJudgementError):
            act()
        flash(text)
    except JudgementError as refused:
        flash(_REFUSALS[refused.field](), "problem")
    return redirect(url_for("pages.explanation", student_id=student_id, target_id=target_id), 303)


_REFUSALS = {
    "level": lambda: _("Not signed: choose a level."),
    "reason": lambda: _(
        "Not signed: say why, in %(least)s to %(most)s characters.",
        least=DEFAULT_POLICY.judgement_reason_characters,
        most=LONGEST_REASON,
    ),
    "evidence": lambda: _("Not signed: nothing is scored on this target yet."),
    "changed": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
}


def _seen(text: str | None) -> int:
    """The key of a form, 0 for none; what is no key is none that there is."""
    key = number_of(text)
    return -1 if key is None else key
