"""Coming in by a letter or a link: the code, then a sign-in name and a password; and asking for a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from api.actions import letters as action
from api.actions.accounts import LONGEST_PASSWORD, name_digest
from api.actions.letters import Code
from api.actions.passwords import AccountError, NoPasswordError, PasswordError
from api.mail import mail_server
from api.pages.accounts import begin_session
from api.pages.acts import form_page
from api.pages.blueprint import pages
from api.security.addresses import keyed, sender_address
from api.security.guards import public
from api.services import services
from mastery.letters import CodeKind, read_code, spelled
from mastery.passwords import SHORTEST, SHORTEST_OF_STAFF, Fault
from mastery.session_limits import Began
from mastery.tries import Allowance
from models.entry_codes import OpenCode
from models.queries_mail import ask_recovery
from models.throttle import charge, refund
from models.unit_of_work import shared_transaction

MAIL = "MAIL_IS_SENT"
# of one address; a library has many people behind one, and a right code does not count
# from one address
WRONG_CODES, LINKS = Allowance(30, timedelta(hours=1)), Allowance(20, timedelta(hours=1))

_NEW = {"autocomplete": "new-password"}


class CodeForm(FlaskForm):
    """The code of a letter, as it can be typed on a phone."""

    code = StringField(
        _l("Code of the letter"),
        [DataRequired(_l("Enter the code of your letter.")), Length(max=100)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class NewPasswordForm(FlaskForm):
    """A new password, twice, because nobody sees what they type."""

    password = PasswordField(
        _l("New password"),
        [DataRequired(_l("Enter a new password.")), Length(max=LONGEST_PASSWORD)],
        render_kw=_NEW,
    )
    again = PasswordField(
        _l("The same password again"),
        [EqualTo("password", _l("The two passwords are not the same. Enter both again."))],
        render_kw=_NEW,
    )


class NewAccountForm(NewPasswordForm):
    """A sign-in name and a password."""

    name = StringField(
        _l("Sign-in name"),
        [DataRequired(_l("Enter a sign-in name.")), Length(max=320)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class RecoverForm(FlaskForm):
    """Whose password is to be made anew."""

    name = StringField(
        _l("Sign-in name or e-mail address"),
        [DataRequired(_l("Enter your sign-in name or your e-mail address.")), Length(max=320)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


_FAULTS: dict[Fault, Callable[[int], str]] = {
    Fault.SHORT: lambda shortest: ngettext(
        "The password needs %(num)d character or more. Three or four words in a row are good.",
        "The password needs %(num)d characters or more. Three or four words in a row are good.",
        shortest,
    ),
    Fault.LONG: lambda _shortest: _("The password is too long."),
    Fault.COMMON: lambda _shortest: _("Many people use this password, so it is tried first. Choose another one."),
    Fault.PERSONAL: lambda _shortest: _("This password is made of names that others know. Choose another one."),
    Fault.PATTERN: lambda _shortest: _("This password repeats or counts on. Choose one without a pattern."),
}


def password_words(error: PasswordError) -> str:
    """Why a password was not taken, and what helps."""
    return _FAULTS[error.fault](error.shortest)


def install(app: Flask) -> None:
    """Learn from the environment whether mail is sent."""
    installation = app.extensions["mastery"].installation
    app.config.setdefault(MAIL, mail_server(installation.public_url) is not None)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted against an address, and how long that address has to wait."""

    key: str
    allowance: Allowance
    wait: timedelta

    @classmethod
    def of(cls, purpose: str, allowance: Allowance) -> Try:
        """Count this request. One whose address a proxy does not tell counts for nobody: all would seem to be one."""
        address = sender_address(request)
        if address is None:
            return cls("", allowance, timedelta(0))
        key = keyed(f"{purpose} {address}", current_app.config["SECRET_KEY"])
        with shared_transaction(services().engine) as session:
            wait = charge(session, key, services().stopwatch(), allowance)
            session.commit()
        return cls(key, allowance, wait)

    def forgive(self) -> None:
        """Take the try back: it turned out well."""
        if self.key:
            with shared_transaction(services().engine) as session:
                refund(session, self.key, services().stopwatch(), self.allowance)
                session.commit()


def _too_often(template: str, wait: timedelta, **context: Any) -> Response:
    refused = _("There were too many tries from here. Wait a while, then try again.")
    answer = make_response(render_template(template, refused=refused, **context), 429)
    answer.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return answer


@pages.route("/activate", methods=["GET", "POST"])
@public("whoever has a letter has no account yet")
def activate() -> ResponseReturnValue:
    """Ask for the code of a letter."""
    form = CodeForm()
    if form.validate_on_submit():
        found = _found(form.code.data)
        if isinstance(found, timedelta):
            return _too_often("activate.html", found, form=form)
        if found is not None:
            read = read_code(form.code.data)
            code = spelled(*read) if read else form.code.data.strip()
            return redirect(url_for("pages.activate_with", code=code), 303)
    refused = _no_code() if request.method == "POST" and not form.errors else None
    return form_page("activate.html", form=form, refused=refused)


def _no_code() -> str:
    return _(
        "This code does not work. Check each letter and number. A code works once, until the day named in the letter. "
        "Your school’s office can make a new letter."
    )


def _found(typed: str) -> tuple[Code, OpenCode, str] | timedelta | None:
    """The code with whose it is and their sign-in name; how long to wait; None for a code that does not work."""
    counted = Try.of("code", WRONG_CODES)
    if counted.wait:
        return counted.wait
    code = action.code_of(typed, services().installation.secret_keys)
    found = action.look_up(services().engine, code, services().stopwatch()) if code is not None else None
    if code is None or found is None:
        return None
    counted.forgive()
    return code, *found


@pages.route("/activate/<code>", methods=["GET", "POST"])
@public("whoever has a letter or a link cannot sign in yet")
def activate_with(code: str) -> ResponseReturnValue:
    """Ask for a sign-in name and a password, and let the code's person in. Looking uses nothing up."""
    found = _found(code)
    if isinstance(found, timedelta):
        return _too_often("activate.html", found, form=CodeForm(formdata=None))
    if found is None:
        return render_template("activate.html", form=CodeForm(formdata=None), refused=_no_code()), 404
    known, whose, name = found
    form = NewPasswordForm() if whose.account_id is not None else NewAccountForm(name=name)
    refused = None
    if form.validate_on_submit():
        try:
            now, chosen = services().stopwatch(), form.name.data if isinstance(form, NewAccountForm) else name
            account = action.use(
                services().engine, known, chosen, form.password.data, now, current_app.config[MAIL]
            )  # fmt: skip
        except PasswordError as error:
            refused = password_words(error)
        except NoPasswordError:
            refused = _("You need no password here. Sign in with your school account instead, on the sign-in page.")
        except AccountError:
            refused = _("Somebody has this sign-in name already. Choose another one.")
        else:
            if account is None:
                return render_template("activate.html", form=CodeForm(formdata=None), refused=_no_code()), 404
            how = Began.LETTER if whose.kind == CodeKind.LETTER else Began.RECOVERY
            begin_session(account, now, how)
            return redirect(url_for("pages.home"), 303)
    return form_page(
        "activate_with.html", form=form, refused=refused, code=code, name=name if whose.account_id else None,
        shortest=(SHORTEST, SHORTEST_OF_STAFF),
    )  # fmt: skip


@pages.route("/recover", methods=["GET", "POST"])
@public("whoever has forgotten the password cannot sign in")
def recover() -> ResponseReturnValue:
    """Ask whose password is forgotten, and say the same whoever that is: whether it is anybody's is found out later."""
    form, by_mail = RecoverForm(), bool(current_app.config[MAIL])
    if by_mail and form.validate_on_submit():
        counted = Try.of("recover", LINKS)
        if counted.wait:
            return _too_often("recover.html", counted.wait, form=form, by_mail=True, asked=False)
        with shared_transaction(services().engine) as session:
            ask_recovery(session, name_digest(form.name.data), services().stopwatch())
            session.commit()
        return render_template("recover.html", form=form, refused=None, by_mail=True, asked=True)
    return form_page("recover.html", form=form, refused=None, by_mail=by_mail, asked=False)
