"""A person's own account: where they are signed in, their password, how long this session lasts."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from flask import abort, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo, Length

from api.actions import accounts as action
from api.actions import second_factor, sessions
from api.actions.passwords import PasswordError
from api.pages import words
from api.pages.activation import password_words
from api.pages.acts import redirect_with
from api.pages.blueprint import REFUSED, Visit, arriving, pages, signed_in
from api.pages.office_people_forms import NOTICES
from api.pages.own_homes import homes_of
from api.pages.paths import safe_next
from api.pages.second_factor import recovery_codes_words
from api.services import services
from mastery.policy import DEFAULT_POLICY
from mastery.session_limits import Began, Ending
from models.audit import by_person
from models.queries_accounts import has_password

BEGAN = {
    Began.PASSWORD: _l("with the password"),
    Began.OIDC: _l("through the sign-in of the school"),
    Began.LETTER: _l("with a letter of the school"),
    Began.RECOVERY: _l("with a link to a new password"),
}


class PasswordForm(FlaskForm):
    """The present password and, twice, the new one."""

    present = PasswordField(
        _l("Your present password"),
        [DataRequired(_l("Enter your present password.")), Length(max=action.LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        [DataRequired(_l("Enter a new password.")), Length(max=action.LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password once more"),
        [EqualTo("new", _l("The two new passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )


@pages.get("/account")
@signed_in
def account(visit: Visit) -> ResponseReturnValue:
    """Who one is signed in as, and what one may do about it."""
    return _page(visit, PasswordForm(formdata=None))


def _page(visit: Visit, form: PasswordForm, refused: str | None = None) -> str:
    now = services().stopwatch()
    return render_template(
        "account.html",
        visit=visit,
        form=form,
        refused=refused,
        listed=sessions.list_open(visit.session, visit.district_id, current_user.account_id, now),
        began=BEGAN,
        homes=homes_of(visit),
        notices=NOTICES,
        has_password=has_password(visit.session, visit.district_id, current_user.account_id),
        factor=second_factor.kept(visit.session, visit.district_id, current_user.account_id),
        recovery_codes_words=recovery_codes_words,
    )


@pages.post("/account/password")
@signed_in
def change_password(visit: Visit) -> ResponseReturnValue:
    """Change one's own password; the sessions on other devices end."""
    form = PasswordForm()
    refused = None
    if form.validate_on_submit():
        try:
            done = action.change_password(
                services().engine, current_user.holder, current_user.session_id, form.present.data, form.new.data,
                services().stopwatch(),
            )  # fmt: skip
        except PasswordError as error:
            return _page(visit, form, password_words(error)), REFUSED
        if done:
            return redirect_with(_("Your password is changed. You are signed out everywhere else."), "pages.account")
        refused = _(
            "Your present password is not right. After several tries that do not work, "
            "an account rests for a few minutes."
        )
    return _page(visit, form, refused), REFUSED


@pages.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_session(visit: Visit, session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions, on whichever device."""
    if not sessions.end_one(visit.session, current_user.holder, session_id, services().stopwatch()):
        abort(404)
    visit.session.commit()
    return redirect_with(_("That session has ended."), "pages.account")


@pages.post("/account/sessions/end-others")
@signed_in
def end_other_sessions(visit: Visit) -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    holder, now = current_user.holder, services().stopwatch()
    by = by_person(holder.person_id)
    sessions.end_all(visit.session, holder, now, Ending.BY_HOLDER, by, keep=current_user.session_id)
    visit.session.commit()
    return redirect_with(_("You are signed out everywhere else."), "pages.account")


@pages.post("/session")
@arriving
def go_on(visit: Visit) -> ResponseReturnValue:
    """Stay signed in: being asked is enough. The page's script is told how long; with `partial=1` it only asks."""
    if not request.form.get("script"):
        return redirect(safe_next(request.form.get("next")), 303)
    end = SessionEnd(visit, services().stopwatch())
    return jsonify(seconds=end.seconds, idle=end.idle, said=end.said)


class SessionEnd:
    """How long this session lasts, for the foot of every page and the notice shortly before."""

    def __init__(self, visit: Visit, now: datetime) -> None:
        left = current_user.until - now
        self.warning = timedelta(minutes=DEFAULT_POLICY.session_warning_minutes)
        self.hours = DEFAULT_POLICY.session_hours
        self.seconds = max(0, math.floor(left.total_seconds()))
        self.soon = left <= self.warning
        self.idle = current_user.why is Ending.IDLE
        time = words.clock_time(current_user.until, visit.zone)
        self.said = (
            _("You are signed in until %(time)s. Each page that you open, and each button, moves that on.", time=time)
            if self.idle
            else _("You are signed in until %(time)s. To go on then, sign in again.", time=time)
        )


@pages.app_context_processor
def _session_end() -> dict[str, object]:
    """For templates: when the session of this page ends; None where nobody is signed in."""
    visit = g.get("visit")
    return {"session_end": SessionEnd(visit, services().stopwatch()) if visit is not None else None}
