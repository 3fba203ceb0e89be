"""What is done and shown: actions, the JSON API, pages, interop, the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The WSGI application of the installation that the environment names (what a web server is given).

    Imported late: commands and imports of single actions must not pay for the web application.
    """
    from api.actions.safe_start import refuse_unsafe_process
    from api.app import create_app as compose
    from api.memory import keep_what_is_loaded
    from api.security import redaction
    from models.installation import load

    installation = load()
    redaction.install(installation)
    refuse_unsafe_process(installation)
    app = compose(installation)
    keep_what_is_loaded()
    return app
