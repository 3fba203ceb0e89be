"""Cut scores that wait for a person of the school: what is proposed, and the button that makes it count."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.assessments import CutScoresError, confirm_cut_scores
from api.pages.blueprint import Visit, pages, staff_only
from models.queries_assessments import count_formats
from models.queries_today import cut_scores_of
from models.registry import cuts_of


@pages.get("/assessments/<int:assessment_id>/cut-scores")
@staff_only
def cut_scores(visit: Visit, assessment_id: int) -> ResponseReturnValue:
    """From which share of the points on which level is reached; proposed or confirmed."""
    found = cut_scores_of(visit.session, visit.viewer, assessment_id)
    if found is None:
        abort(404)
    formats = count_formats(visit.session, visit.district_id, assessment_id)
    return render_template("cut_scores.html", visit=visit, found=found, cuts=cuts_of(found.cuts), formats=formats)


@pages.post("/assessments/<int:assessment_id>/cut-scores")
@staff_only
def confirm(visit: Visit, assessment_id: int) -> ResponseReturnValue:
    """Make the proposed cut scores count, signed by this person."""
    found = cut_scores_of(visit.session, visit.viewer, assessment_id)
    if found is None:
        abort(404)
    try:
        if str(found.id) != request.form.get("cut_scores"):
            raise CutScoresError("other cut scores than the person saw")
        confirm_cut_scores(visit.session, visit.district_id, found.id, visit.viewer.person, visit.now)
        visit.session.commit()
        flash(_("Confirmed. Results of this assessment now have levels."))
    except CutScoresError:
        flash(_("Nothing was changed: these cut scores were settled or replaced meanwhile."), "problem")
    return redirect(url_for("pages.cut_scores", assessment_id=assessment_id), 303)
