"""Signing in and out, and the session that a request shows."""

from __future__ import annotations

import math
from datetime import datetime

from flask import Flask, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import refresh
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from api.actions import accounts as action
from api.actions import sessions
from api.pages import language
from api.pages.blueprint import REFUSED, Visit, arriving, pages
from api.pages.paths import safe_next
from api.pages.sign_in_offer import offered, remember_district
from api.security.addresses import keyed, sender_address
from api.security.devices import device_of
from api.security.guards import public
from api.services import services
from mastery.session_limits import Began, limits, until
from models.queries_accounts import Holder
from models.queries_sessions import OpenSession

_TOKEN = "_user_id"  # where Flask-Login keeps what `get_id` gives


class SignedIn(UserMixin):
    """The signed-in account and its session, as Flask-Login knows them."""

    def __init__(self, found: OpenSession, token: str) -> None:
        self.holder = found.holder
        self.district_id = found.holder.district_id
        self.account_id = found.holder.account_id
        self.person_id = found.holder.person_id
        self.name = found.holder.name
        self.language = found.holder.language
        self.session_id = found.id
        self.has_factor = found.has_factor
        self.factor_shown = found.factor_shown
        self.until, self.why = until(found.life, limits(found.staff))
        self._token = token

    def get_id(self) -> str:
        """What the session cookie holds: the district and a random token."""
        return self._token


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


def _load(token: str) -> SignedIn | None:
    # what a page asks for by itself is no sign that somebody is there
    attended = request.args.get("partial") != "1"
    found = sessions.current(services().engine, token, services().stopwatch(), attended)
    return None if found is None else SignedIn(found, token)


@pages.route("/sign-in/<slug>")
@pages.route("/sign-in", methods=["GET", "POST"])
@public("whoever is not signed in yet")
def sign_in(slug: str | None = None) -> ResponseReturnValue:
    """Offer the district's identity providers, and ask for name and password; go on to where the person was heading.

    With `again` also who is signed in may do so, before their session reaches its limit.
    """
    target = safe_next(request.values.get("next"))
    if request.method == "GET" and "again" not in request.args and current_user.is_authenticated:
        return redirect(target, 303)
    form = SignInForm()
    refused, status, headers = None, 200, {}
    if request.method == "POST":
        status = REFUSED
    if form.validate_on_submit():
        now = services().stopwatch()
        try:
            account = action.sign_in(
                services().engine, form.name.data, form.password.data, now, _address(), services().clock()
            )
        except action.AddressRestsError as rests:
            status, headers = 429, {"Retry-After": str(math.ceil(rests.wait.total_seconds()))}
            refused = _(
                "Too many tries to sign in from this network did not work. Wait a few minutes, then try again. "
                "Whoever is signed in stays signed in."
            )
        else:
            if account is not None:
                begin_session(account, now, how=Began.PASSWORD)
                return redirect(target, 303)
            refused = _(
                "The name or the password is not right. After several tries that do not work, "
                "an account rests for a few minutes."
            )
    offer = offered(slug, target)
    page = make_response(render_template("sign_in.html", form=form, refused=refused, next=target, offer=offer), status)
    page.headers.update(headers)
    remember_district(page, slug)
    return page


def begin_session(account: Holder, now: datetime, how: Began, factor_shown: bool = False) -> None:
    """Begin a session of an account that was let in, however it came; nothing of the session before stays but words.

    `factor_shown`: an identity provider has asked for a second factor, so that ours need not be shown.
    """
    token = sessions.begin(
        services().engine,
        account,
        now,
        services().clock(),
        how=how,
        device=device_of(request.user_agent.string),
        factor_shown=factor_shown,
        instead_of=session.get(_TOKEN),
    )
    chosen = session.get(language.CHOICE)
    hold_session(token)
    _go_on_in_language(account, chosen)


def hold_session(token: str) -> None:
    """Let the browser show this token from now on, and nothing of what it showed before but its language."""
    chosen = session.get(language.CHOICE)
    session.clear()
    found = sessions.current(services().engine, token, services().stopwatch(), attended=True)
    if found is not None:  # else the account was disabled at this very moment
        login_user(SignedIn(found, token))
    language.remember(chosen)


def _address() -> str | None:
    address = sender_address(request)
    return None if address is None else keyed(address, services().installation.secret_key)


def _go_on_in_language(account: Holder, chosen: str | None) -> None:
    """The language kept with the account counts; without one, what was chosen before signing in is kept with it."""
    if account.language is None and chosen is not None:
        action.keep_language(services().engine, account.district_id, account.account_id, chosen)
    language.remember(account.language or chosen)


@pages.post("/sign-out")
@arriving
def sign_out(visit: Visit) -> ResponseReturnValue:
    """End this session; those on other devices go on."""
    sessions.sign_out(services().engine, current_user.get_id(), services().stopwatch())
    logout_user()
    session.clear()
    refresh()  # the next page is in the browser's language again, and so is what it says first
    flash(_("You are signed out."))
    return redirect(url_for("pages.sign_in"), 303)
