"""Asking for a correction of a record, deciding about it, and the statement that stays with the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from api.actions.amend import LONGEST, AmendmentError, ask, may_ask, may_decide, reads_whole, steps_for, take_step
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import (
    PAGE_SIZE,
    REFUSED,
    Visit,
    about_student,
    last_page,
    page_number,
    pages,
    staff_only,
)  # fmt: skip
from api.pages.record_words import CONTESTED, STATES, STEPS
from api.pages.words import long_date
from mastery.access import Subject, works_here
from mastery.access_questions import What
from mastery.amendment import Contested, State, Step, decide_by
from mastery.offices import Affair, remit
from models.amendments import Request, requests_of, waiting_requests
from models.queries_student import student_head


class AskForm(FlaskForm):
    """What is wrong with which part of the record, and what would be right."""

    contested = SelectField(
        _l("Which part of the record?"), choices=[SelectChoice(str(value), label) for value, label in CONTESTED.items()]
    )
    found = TextAreaField(
        _l("What is wrong?"), [DataRequired(_l("Say what is wrong.")), Length(max=LONGEST)], render_kw={"rows": 3}
    )
    wanted = TextAreaField(
        _l("What would be right?"), [DataRequired(_l("Say what would be right.")), Length(max=LONGEST)],
        render_kw={"rows": 3},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A request with what the viewer may do about it; `by` is the last day to decide, while the school looks at it.

    Not `whole`: another guardian asked, and the viewer reads only that it was asked and where it stands.
    """

    request: Request
    state: Any
    contested: Any
    steps: tuple[tuple[Step, Any], ...]
    by: str | None
    whole: bool = True


@pages.get("/students/<int:student_id>/amendments")
@about_student(What.AMENDMENTS)
def amendments(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The requests about a student with what followed, and for the family a form for another."""
    return _page(visit, visit.subject, AskForm())


@pages.post("/students/<int:student_id>/amendments")
@about_student(What.AMENDMENTS)
def ask_amendment(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Ask for a correction."""
    subject, form = visit.subject, AskForm()
    if not may_ask(visit.session, visit.viewer, subject, visit.now):
        abort(404)
    if not form.validate_on_submit():
        return _page(visit, subject, form), REFUSED
    try:
        ask(
            visit.session, visit.viewer, student_id, Contested(form.contested.data), form.found.data,
            form.wanted.data, visit.now,
        )  # fmt: skip
    except AmendmentError:
        form.contested.errors = [_REFUSALS["judgement"]()]
        return _page(visit, subject, form), REFUSED
    visit.session.commit()
    text = _("The school has your request. It decides within 45 days, and you read it here.")
    return redirect_with(text, "pages.amendments", student_id=student_id)


@pages.post("/students/<int:student_id>/amendments/<int:amendment_id>")
@about_student(What.AMENDMENTS)
def amendment_step(visit: Visit, student_id: int, amendment_id: int) -> ResponseReturnValue:
    """Decide, ask for a hearing, or attach a statement."""
    subject = visit.subject
    asks = may_ask(visit.session, visit.viewer, subject, visit.now)
    if not (asks or may_decide(visit.viewer, subject, visit.now)):
        abort(404)
    try:
        step = Step(request.form.get("step", ""))
        with kept(visit, LookupError):
            take_step(
                visit.session, visit.viewer, subject, amendment_id, step, request.form.get("words", ""), visit.now,
                asks=asks,
            )  # fmt: skip
        flash(_("Done, and on record with your name and the date."))
    except AmendmentError as refused:
        flash(_REFUSALS[refused.code](), "problem")
    except ValueError:
        flash(_REFUSALS["step"](), "problem")
    return redirect(url_for("pages.amendments", student_id=student_id), 303)


@pages.get("/amendments")
@staff_only
def waiting_amendments(visit: Visit) -> ResponseReturnValue:
    """The requests that wait for the school, for those who decide; the oldest first."""
    if not remit(visit.viewer, Affair.REQUESTS, visit.now):
        abort(404)
    page = page_number()
    found, total = waiting_requests(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    last = last_page(page, total)
    return render_template(
        "amendments_waiting.html", visit=visit, requests=[_shown(visit, one, ()) for one in found], total=total,
        page=page, last_page=last,
    )  # fmt: skip


def _page(visit: Visit, subject: Subject, form: AskForm) -> str:
    asks = may_ask(visit.session, visit.viewer, subject, visit.now)
    decides = may_decide(visit.viewer, subject, visit.now)
    works = works_here(visit.access.roles)
    found = requests_of(visit.session, visit.district_id, subject.student)
    return render_template(
        "amendments.html", visit=visit, form=form,
        head=student_head(visit.session, visit.district_id, subject.student, visit.name_use),
        asks=asks, decides=decides, longest=LONGEST, step_words=STEPS,
        requests=[
            _shown(
                visit, one, steps_for(visit.viewer, one, asks=asks, decides=decides),
                whole=reads_whole(visit.viewer, one, asks=asks, works=works),
            )
            for one in found
        ],
    )  # fmt: skip


def _shown(visit: Visit, one: Request, steps: Any, *, whole: bool = True) -> Shown:
    waits = one.state in (State.ASKED, State.HEARING)
    by = long_date(decide_by(one.asked_at.astimezone(visit.zone).date())) if waits else None
    offers = tuple((step, _OFFERS[step]) for step in steps)
    return Shown(one, STATES[one.state], CONTESTED[one.contested], offers, by, whole)


_OFFERS: dict[Step, Any] = {
    Step.GRANT: _l("Correct it"),
    Step.REFUSE: _l("Do not correct it"),
    Step.ASK_HEARING: _l("Ask for a hearing"),
    Step.HEARING_GRANTS: _l("After the hearing: correct it"),
    Step.HEARING_REFUSES: _l("After the hearing: do not correct it"),
    Step.STATEMENT: _l("Attach a statement"),
}
_REFUSALS = {
    "judgement": lambda: _(
        "A teacher’s judgement is not corrected here. Ask the school how to appeal, and a person looks at it again."
    ),
    "step": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
    "words": lambda: _("Not done: say it in words, at most %(num)s characters.", num=LONGEST),
}
