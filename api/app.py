"""The web application: composed here, from an installation, and nowhere else."""

from __future__ import annotations

import os

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from api import pages, problems
from api.pages.compiled import compile_all
from api.pages.student_work import MAX_UPLOAD_BYTES, UPLOADS
from api.security import counting
from api.security.hosts import answering_to
from api.security.limits import limits_of
from api.security.proxies import behind, trusted_proxies
from api.services import Services, attach, comes_by_tls
from api.v1 import routes
from mastery.estimate import DEFAULTS, warm_up
from models.clock import Clock
from models.installation import Installation, load
from models.unit_of_work import connect, connect_for_posting

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_CREDENTIALS_BYTES = 8 * 1024
MAX_FORM_BYTES = 64 * 1024
_FOR_MACHINES = ("/api/", "/oauth/")


class _Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie is for TLS alone where the page came by TLS, also through a proxy that says so."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None for machines, who show a token each time and keep no cookie."""
        if request.path.startswith(_FOR_MACHINES):
            return None
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return comes_by_tls()

    def get_cookie_name(self, app: Flask) -> str:
        """With the prefix a browser takes the cookie from this very host alone, and by TLS."""
        name = super().get_cookie_name(app)
        return f"__Host-{name}" if comes_by_tls() else name


def create_app(installation: Installation | None = None, clock: Clock | None = None) -> Flask:
    """The WSGI application of an installation; without one, of the installation that the environment names.

    It goes by the installation's own clock unless told another.
    """
    installation = installation or load()
    app = _bare()
    # the first post must not wait for the compiler
    warm_up(DEFAULTS)
    app.config.update(
        SECRET_KEY=installation.secret_key,
        SECRET_KEY_FALLBACKS=list(installation.former_keys),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        JSON_SORT_KEYS=False,
    )
    app.session_interface = _Sessions()
    app.before_request(_bound_body)
    pages_engine = connect(installation.app_dsn, pool_size=4)
    posting = connect_for_posting(installation.app_dsn, pool_size=8)
    attach(app, Services.of(installation, pages_engine, clock, posting))
    named = answering_to(app.wsgi_app, installation.public_url)
    app.wsgi_app = behind(named, trusted_proxies(os.environ))  # type: ignore[method-assign]
    counting.install(app, limits_of(os.environ))
    routes.install(app)
    problems.install(app, pages.error_page)  # after the API, whose framework brings an error handler of its own
    pages.install(app)
    return app


def prepare() -> None:
    """Do once what every application of this process, and of its copies, would do anew: compile."""
    warm_up(DEFAULTS)
    app = _bare()
    pages.prepare_templates(app)
    compile_all(app)


def _bare() -> Flask:
    return Flask("api", static_folder="static", template_folder="templates")


def _bound_body() -> None:
    """A form is small and credentials are smaller; only results come by the thousand, and files are large."""
    if request.path.startswith("/oauth/"):
        request.max_content_length = MAX_CREDENTIALS_BYTES
    elif request.endpoint in UPLOADS:
        request.max_content_length = MAX_UPLOAD_BYTES
    elif not request.path.startswith("/api/"):
        request.max_content_length = MAX_FORM_BYTES
