"""Opening a student's record in an emergency, and letting our own support in: access that passes, with its banner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from api.actions.emergency import SHORTEST_REASON, break_glass, let_support_in, send_support_away
from api.actions.links import LONGEST_PURPOSE
from api.pages import access_words, office_words
from api.pages.acts import done, form_page, kept, redirect_with
from api.pages.blueprint import Visit, office_only, pages, signed_in, staff_only
from api.pages.office_forms import WhoForm, add_error
from mastery.access_matrix import Role
from mastery.links import LinkError, kept_away
from mastery.offices import Affair
from models.queries_office import student_of_number
from models.queries_support import support_here

_ROLES = (Role.REGISTRAR, Role.SCHOOL_ADMINISTRATOR, Role.DATA_STEWARD)
_TOO_SHORT = _l("Say why, in 10 to 300 characters.")


def _reason(label: object) -> TextAreaField:
    return TextAreaField(
        label,
        [InputRequired(_TOO_SHORT), Length(SHORTEST_REASON, LONGEST_PURPOSE, _TOO_SHORT)],
        render_kw={"rows": 3},
    )


class ReasonForm(FlaskForm):
    """Why a record is opened in an emergency."""

    reason = _reason(_l("Why? Somebody reads this within a day."))


class NumberForm(ReasonForm):
    """The same with the student's number."""

    number = StringField(_l("Student number"), [InputRequired(_l("Give the number of the student.")), Length(max=100)])


class SupportForm(WhoForm):
    """Whom of our support a district lets in, with the rights of which office, and why."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {"reason": ("reason", _TOO_SHORT)}
    role = RadioField(
        _l("With which rights?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(role), access_words.CAPACITIES[role]) for role in _ROLES],
    )
    reason = _reason(_l("What for?"))


@pages.route("/emergency", methods=["GET", "POST"])
@staff_only
def emergency(visit: Visit) -> ResponseReturnValue:
    """Open the record of the student with a number; the answer tells no more than that there is none, or opens it."""
    _employed(visit)
    form = NumberForm()
    if form.validate_on_submit():
        student = student_of_number(visit.session, visit.district_id, form.number.data)
        if student is not None and not kept_away(visit.viewer, student, visit.now):
            return _opened(visit, student, form)
        add_error(form.number, _("There is no student with this number."))
    return _show(visit, form, url_for("pages.emergency"))


@pages.route("/students/<int:student_id>/emergency", methods=["GET", "POST"])
@staff_only
def student_emergency(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The same for the student of the address, who is not named before."""
    _employed(visit)
    if visit.asked is None or kept_away(visit.viewer, student_id, visit.now):
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        return _opened(visit, student_id, form)
    return _show(visit, form, url_for("pages.student_emergency", student_id=student_id))


def _employed(visit: Visit) -> None:
    """Support looks at what it was let in for, and nothing else."""
    if not visit.viewer.works_here:
        abort(404)


def _opened(visit: Visit, student: int, form: ReasonForm) -> ResponseReturnValue:
    try:
        with kept(visit):
            break_glass(visit.session, visit.viewer, student, form.reason.data, visit.now)
    except LinkError:
        add_error(form.reason, str(_TOO_SHORT))
        return _show(visit, form, request.path)
    text = _("Opened for 24 hours. This is on record, and somebody reviews it within a day.")
    return redirect_with(text, "pages.student", student_id=student)


def _show(visit: Visit, form: ReasonForm, action: str) -> ResponseReturnValue:
    return form_page("emergency.html", visit=visit, form=form, action=action)


@pages.route("/office/support", methods=["GET", "POST"])
@office_only(Affair.SUPPORT)
def office_support(visit: Visit) -> ResponseReturnValue:
    """Who of support is in, and letting somebody in for at most four hours."""
    form = SupportForm()
    if form.validate_on_submit() and (person := form.person(visit)) is not None:
        role, reason = Role(form.role.data), form.reason.data
        if done(visit, form, lambda: let_support_in(visit.session, visit.viewer, person, role, reason, visit.now)):
            return redirect_with(
                _("Support is in, for four hours. Every page says so to them."), "pages.office_support"
            )
    return form_page(
        "office_support.html",
        visit=visit,
        form=form,
        lines=support_here(visit.session, visit.district_id, visit.now),
        office=office_words,
        opens={str(role): office_words.opens_words(role) for role in _ROLES},
    )


@pages.post("/support/<int:link_id>/end")
@signed_in
def end_support(visit: Visit, link_id: int) -> ResponseReturnValue:
    """Send support away, or go as support."""
    with kept(visit):
        send_support_away(visit.session, visit.viewer, link_id, visit.now)
    leads = visit.remit(Affair.SUPPORT).district
    return redirect_with(_("The access of support has ended."), "pages.office_support" if leads else "pages.students")
