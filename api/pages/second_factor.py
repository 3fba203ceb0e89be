"""The second step of signing in: showing it, setting it up, and the codes for the day the phone is lost."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from api.actions import second_factor as action
from api.pages.accounts import hold_session
from api.pages.acts import form_page, redirect_with
from api.pages.blueprint import Visit, arriving, pages, setting_up, signed_in
from api.pages.paths import safe_next
from api.security.one_time_codes import in_groups, qr_picture, uri
from api.security.sealing import Purpose, Sealer
from api.services import services
from mastery.second_factor import Step


class CodeForm(FlaskForm):
    """A code from the app, or a recovery code."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Enter the code.")), Length(max=100)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


@pages.route("/second-factor", methods=["GET", "POST"])
@arriving
def second_factor(visit: Visit) -> ResponseReturnValue:
    """Ask for the code after the password; go on to where the person was heading."""
    target = safe_next(request.values.get("next"))
    if visit.step is not Step.SHOW:
        return redirect(target, 303)
    form = CodeForm()
    refused = None
    if form.validate_on_submit():
        holder, now = current_user.holder, services().stopwatch()
        token = action.show(services().engine, holder, current_user.session_id, form.code.data, _sealer(), now)
        if token is not None:
            hold_session(token)
            return redirect(target, 303)
        refused = _not_right(form)
    return form_page("second_factor.html", form=form, refused=refused, next=target)


@pages.route("/account/second-factor", methods=["GET", "POST"])
@setting_up
def set_up_second_factor(visit: Visit) -> ResponseReturnValue:
    """Set up the second step, by a first code; or, where there is one, what can be done about it."""
    form, refused = CodeForm(), None
    if form.validate_on_submit():
        holder, now = current_user.holder, services().stopwatch()
        done = action.confirm(services().engine, holder, current_user.session_id, form.code.data, _sealer(), now)
        if done is not None:
            codes, token = done
            hold_session(token)
            g.visit = replace(visit, step=Step.IN)
            return _recovery_codes(codes)
        refused = _not_right(form)
    return _page(visit, form, refused)


def _page(visit: Visit, form: CodeForm, refused: str | None) -> ResponseReturnValue:
    secret = action.pending_secret(visit.session, visit.district_id, current_user.account_id, _sealer())
    return form_page(
        "second_factor_set_up.html",
        visit=visit,
        form=form,
        refused=refused,
        secret=in_groups(secret) if secret else None,
        factor=action.kept(visit.session, visit.district_id, current_user.account_id),
        recovery_codes_words=recovery_codes_words,
    )


@pages.get("/account/second-factor.svg")
@setting_up
def second_factor_picture(visit: Visit) -> ResponseReturnValue:
    """The secret that is being set up as a QR code."""
    secret = action.pending_secret(visit.session, visit.district_id, current_user.account_id, _sealer())
    if secret is None:
        abort(404)
    return Response(qr_picture(uri(secret, current_user.holder.sign_in_name)), mimetype="image/svg+xml")


@pages.post("/account/second-factor/start")
@setting_up
def start_second_factor(visit: Visit) -> ResponseReturnValue:
    """Begin to set it up for the first time."""
    action.start(services().engine, current_user.holder, "", _sealer(), services().stopwatch())
    return redirect(url_for("pages.set_up_second_factor"), 303)


@pages.post("/account/second-factor/cancel")
@setting_up
def cancel_second_factor(visit: Visit) -> ResponseReturnValue:
    """Leave everything as it was before one began to set it up."""
    action.cancel(services().engine, current_user.holder)
    return redirect(url_for("pages.set_up_second_factor"), 303)


@pages.post("/account/second-factor/change")
@signed_in
def change_second_factor(visit: Visit) -> ResponseReturnValue:
    """Another phone, other recovery codes or none at all, for who shows the code once more."""
    form, refused = CodeForm(), None
    if form.validate_on_submit():
        engine, holder, sealer, now = services().engine, current_user.holder, _sealer(), services().stopwatch()
        match request.form.get("change"):
            case "codes":
                codes = action.renew_recovery_codes(engine, holder, form.code.data, sealer, now)
                if codes is not None:
                    return _recovery_codes(codes)
            case "phone":
                if action.start(engine, holder, form.code.data, sealer, now):
                    return redirect(url_for("pages.set_up_second_factor"), 303)
            case "remove" if not visit.needs_factor:
                if action.remove(engine, holder, form.code.data, sealer, now):
                    text = _("The second step is removed. Your password alone signs you in.")
                    return redirect_with(text, "pages.account")
            case _other:
                abort(400)
        refused = _not_right(form)
    return _page(visit, form, refused)


def _recovery_codes(codes: list[str]) -> str:
    return render_template("recovery_codes.html", codes=codes)


def recovery_codes_words(left: int) -> str:
    """How many recovery codes still work."""
    return ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left)


def _not_right(form: CodeForm) -> str:
    """What is said of a wrong code, which is not shown again: the next try is another one."""
    form.code.data = ""
    return _(
        "That code is not right, or it was used already. Wait for the next one. After several codes that do not work, "
        "the second step rests for a few minutes."
    )


def _sealer() -> Sealer:
    return Sealer(services().installation.secret_keys, Purpose.SECOND_FACTOR)
