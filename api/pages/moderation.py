"""Moderation: the work that several score and is not settled, whom to ask, and how far scores can be trusted."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.moderate import CallError, call_rater, may_call, queue, trust
from api.pages import rating_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.whole_numbers import number_of
from mastery.offices import Affair
from mastery.policy import DEFAULT_POLICY
from models.queries_rated import submission_of, task_of


@pages.get("/moderation")
@office_only(Affair.MODERATION)
def moderation(visit: Visit) -> ResponseReturnValue:
    """What waits, how well raters agree by task, and who drifts: for the lead alone."""
    page = page_number()
    lines, total = queue(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    agreed, drifting = trust(visit.session, visit.viewer)
    return render_template(
        "moderation.html",
        visit=visit,
        lines=lines,
        total=total,
        page=page,
        last=last_page(page, total),
        agreed=agreed,
        drifting=drifting,
        said=rating_words,
        policy=DEFAULT_POLICY,
    )


@pages.get("/moderation/<int:submission_id>")
@office_only(Affair.MODERATION)
def moderated_work(visit: Visit, submission_id: int) -> ResponseReturnValue:
    """A piece of work for which somebody is to be asked, without its student's name."""
    found = submission_of(visit.session, visit.district_id, submission_id)
    task = None if found is None else task_of(visit.session, visit.district_id, found.task_id)
    if found is None or task is None:
        abort(404)
    people = may_call(visit.session, visit.viewer, submission_id, visit.today)
    return render_template("moderated_work.html", visit=visit, work=found, task=task, people=people, said=rating_words)


@pages.post("/moderation/<int:submission_id>")
@office_only(Affair.MODERATION)
def ask_rater(visit: Visit, submission_id: int) -> ResponseReturnValue:
    """Ask somebody to score a piece of work."""
    rater = number_of(request.form.get("rater"))
    try:
        with kept(visit, LookupError):
            call_rater(visit.session, visit.viewer, submission_id, rater or 0, visit.now, visit.today)
    except CallError:
        flash(_("Nobody was asked: choose one of the list."), "problem")
        return redirect(url_for("pages.moderated_work", submission_id=submission_id), 303)
    return redirect_with(_("Asked. The work is on their list now."), "pages.moderation")
