"""Which language a page is in: the person's choice for this session, else what the browser asks for."""

from __future__ import annotations

from flask import Flask, current_app, request, session
from flask_babel import Babel

SOURCE = "en"
CHOICE = "language"


def install(app: Flask) -> None:
    """Prepare gettext with the languages that there are catalogues for; the source is English."""
    babel = Babel(app, locale_selector=choose)
    with app.app_context():
        app.config["LANGUAGES"] = sorted({SOURCE, *(str(locale) for locale in babel.list_translations())})


def choose() -> str:
    """The language for this request."""
    available: list[str] = current_app.config["LANGUAGES"]
    chosen = session.get(CHOICE)
    if chosen in available:
        return str(chosen)
    return request.accept_languages.best_match(available) or SOURCE
