"""Signing in and out."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import refresh
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from api.actions import accounts as action
from api.pages import language
from api.pages.blueprint import Visit, pages, signed_in
from api.pages.paths import safe_next
from api.security.guards import public
from api.services import services
from models.queries_accounts import Holder, holder
from models.unit_of_work import district_transaction

_BEGAN = "began"
LONGEST_SESSION = timedelta(hours=12)  # a school day and its evening; school computers are shared


class SignedIn(UserMixin):
    """The signed-in account, as Flask-Login knows it."""

    def __init__(self, account: Holder) -> None:
        self.district_id = account.district_id
        self.account_id = account.account_id
        self.person_id = account.person_id
        self.name = account.name
        self.language = account.language

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.district_id}:{self.account_id}"


class SignInForm(FlaskForm):
    """Name and password; both can be pasted and filled in by a password manager."""

    name = StringField(
        _l("Sign-in name"),
        [DataRequired(_l("Enter your sign-in name.")), Length(max=320)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter your password.")), Length(max=action.LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


def install(app: Flask) -> None:
    """Load the account on each request."""
    manager = LoginManager(app)
    manager.user_loader(_load)


def _load(identity: str) -> SignedIn | None:
    district, _separator, account = identity.partition(":")
    began = session.get(_BEGAN)
    if not (district.isdigit() and account.isdigit() and isinstance(began, str)):
        return None
    with district_transaction(services().engine, int(district)) as transaction:
        found = holder(transaction, int(district), int(account))
    since = datetime.fromisoformat(began)
    if found is None or services().stopwatch() - since > LONGEST_SESSION:
        return None
    if found.signed_out_at is not None and since < found.signed_out_at:
        return None
    return SignedIn(found)


@pages.route("/sign-in", methods=["GET", "POST"])
@public("whoever is not signed in yet")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; go on to where the person was heading."""
    target = safe_next(request.values.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target, 303)
    form = SignInForm()
    refused = None
    if form.validate_on_submit():
        now = services().stopwatch()
        account = action.sign_in(services().engine, form.name.data, form.password.data, now)
        if account is not None:
            begin_session(account, now)
            return redirect(target, 303)
        refused = _(
            "The name or the password is not right. After several tries that do not work, "
            "an account rests for a few minutes."
        )
    status = 422 if request.method == "POST" else 200
    return render_template("sign_in.html", form=form, refused=refused, next=target), status


def begin_session(account: Holder, now: datetime) -> None:
    """Begin a session of an account that was let in, however it came; nothing of the session before stays but words."""
    chosen = session.get(language.CHOICE)
    session.clear()
    session[_BEGAN] = now.isoformat()
    login_user(SignedIn(account))
    _go_on_in_language(account, chosen)


def _go_on_in_language(account: Holder, chosen: str | None) -> None:
    """The language kept with the account counts; without one, what was chosen before signing in is kept with it."""
    if account.language is None and chosen is not None:
        action.keep_language(services().engine, account.district_id, account.account_id, chosen)
    language.remember(account.language or chosen)


@pages.post("/sign-out")
@signed_in
def sign_out(visit: Visit) -> ResponseReturnValue:
    """End the account's sessions."""
    action.sign_out(services().engine, current_user.district_id, current_user.account_id, services().stopwatch())
    logout_user()
    session.clear()
    refresh()  # the next page is in the browser's language again, and so is what it says first
    flash(_("You are signed out."))
    return redirect(url_for("pages.sign_in"), 303)
