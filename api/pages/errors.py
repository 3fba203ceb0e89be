"""Error pages in plain words: what happened, and what to do now."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException


def error_page(error: HTTPException) -> Response:
    """The page for an error; it asks the database nothing, for that may be what is broken."""
    if error.response is not None:  # a redirect that routing made
        return make_response(error.response)
    title, advice = _words(error)
    status = error.code or 500
    response = make_response(render_template("error.html", title=title, advice=advice, status=status), status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _words(error: HTTPException) -> tuple[str, str]:
    if isinstance(error, CSRFError):
        return (
            _("That form was too old"),
            _("Nothing was changed. Go back, load the page again, and send the form once more."),
        )
    match error.code:
        case 404:
            return (
                _("There is no such page"),
                _("Check the address. If somebody gave you a link, it may be for people who work with that student."),
            )
        case 403:
            return _("This is not open to you"), _("If you need it for your work, ask your school’s administrator.")
        case 405:
            return _("That does not work here"), _("Go back and use the buttons of the page.")
        case 413:
            return _("That is too large"), _("Send something smaller.")
        case 429:
            return _("Too many requests"), _("Wait a minute, then try again.")
        case code if code is not None and code < 500:
            return _("That request cannot be read"), _("Nothing was changed. Go back and try again.")
        case _unexpected:
            return (
                _("Something went wrong on our side"),
                _("Nothing that you sent was half done. Try again in a minute; if it stays, tell your administrator."),
            )
