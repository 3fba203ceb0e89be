"""Which language a page is in: the person's choice, else what the browser asks for; and how that choice is made."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, abort, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain, force_locale, get_locale
from flask_login import current_user
from werkzeug.utils import cached_property

from api.actions.accounts import keep_language
from api.catalogues import catalogues
from api.pages.blueprint import pages
from api.pages.paths import safe_next
from api.security.guards import public
from api.services import services

SOURCE = "en"
CHOICE = "language"
# dates and numbers are written as in the United States in each language: 3.5 and 80%, not 3,5 and 80 %
_REGION = "US"


class _Catalogues(Domain):
    def get_translations(self) -> NullTranslations:
        """The translations of this request's language."""
        return catalogues()[reader_language()].translations


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        """Where gettext looks."""
        return _Catalogues()


@dataclass(frozen=True, slots=True)
class Offer:
    """A language to choose, named in itself."""

    code: str
    name: str
    chosen: bool


def install(app: Flask) -> None:
    """Prepare gettext with the languages that there are catalogues for."""
    catalogues()  # what is wrong with one is told at the start, and the first page need not wait
    _Babel(app, locale_selector=_locale)
    app.jinja_env.globals.update(
        reader_language=reader_language, languages=languages, translation_is_checked=translation_is_checked, here=here
    )


def reader_language() -> str:
    """The language of this request as pages, catalogues and the texts of targets name it: en, es."""
    locale = get_locale()
    return str(locale.language) if locale is not None else SOURCE


def translation_is_checked() -> bool:
    """Whether a person has read all that this language's catalogue says."""
    return catalogues()[reader_language()].checked


def languages() -> list[Offer]:
    """The languages to choose from, English first."""
    chosen = reader_language()
    return [Offer(code, _own_name(code), code == chosen) for code in catalogues()]


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_language_name(code) or code
    return name[:1].upper() + name[1:]


def _locale() -> str:
    return region(_choose())


def region(code: str) -> str:
    """The locale in which a language of ours writes dates and numbers."""
    return f"{code}_{_REGION}"


def _choose() -> str:
    if not has_request_context():
        return SOURCE
    for chosen in (current_user.language if current_user.is_authenticated else None, session.get(CHOICE)):
        if chosen in catalogues():
            return str(chosen)
    return request.accept_languages.best_match(catalogues()) or SOURCE


def in_language(code: str | None) -> AbstractContextManager[object]:
    """Say what is said within it in a language; in the reader's where it is none of ours."""
    return force_locale(region(code)) if code is not None and code in catalogues() else nullcontext()


def remember(code: str | None) -> None:
    """Keep a choice for this session; None or what is no language of ours keeps nothing."""
    if code in catalogues():
        session[CHOICE] = code


def here() -> str:
    """Where to come back to after the choice: this page, or the first one where this page is only sent to."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    can_be_opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return request.path if can_be_opened else url_for("pages.home")


@pages.post("/language")
@public("the language of the sign-in page is chosen too")
def choose_language() -> ResponseReturnValue:
    """Show pages in another language from now on, on this person's other devices as well."""
    code = request.form.get("language", "")
    if code not in catalogues():
        abort(400)
    remember(code)
    if current_user.is_authenticated:
        keep_language(services().engine, current_user.district_id, current_user.account_id, code)
    return redirect(safe_next(request.form.get("next")), 303)
