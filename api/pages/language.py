"""Which language a page is in: the person's choice for this session, else what the browser asks for."""

from __future__ import annotations

from flask import Flask, request, session
from flask_babel import Babel

SOURCE = "en"
CHOICE = "language"


def install(app: Flask) -> None:
    """Prepare gettext with the languages that there are catalogues for; the source is English."""
    babel = Babel(app, locale_selector=lambda: choose(available))
    with app.app_context():
        available = sorted({SOURCE, *(str(locale) for locale in babel.list_translations())})
    app.config["LANGUAGES"] = available


def choose(available: list[str]) -> str:
    """The language for this request."""
    chosen = session.get(CHOICE)
    if chosen in available:
        return str(chosen)
    return request.accept_languages.best_match(available) or SOURCE
