"""What the API has: its blueprints, the token endpoint and the probes."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from api.security import oauth
from api.v1 import assessments, flags, health, measurement, pace, reference, results, students, tests
from api.v1.fields import Moment, Number, Whole
from api.v1.json import StrictJSONProvider
from api.version import version


class _Api(Api):
    """Documents the routes. Errors are answered by api.problems alone."""

    def _register_error_handlers(self) -> None:
        """Leave the application's handlers as they are: one shape of error everywhere."""


def install(app: Flask) -> None:
    """Register the API's blueprints, the token endpoint and the probes."""
    app.json = StrictJSONProvider(app)
    app.config.update(API_TITLE="Mastery and pacing", API_VERSION=version(), OPENAPI_VERSION="3.1.0")
    oauth.install(app)
    api = _Api(app)
    for field, kind, form in ((Number, "number", None), (Whole, "integer", None), (Moment, "string", "date-time")):
        api.register_field(field, kind, form)
    app.register_blueprint(health.probe)
    for module in (results, assessments, students, pace, flags, measurement, tests, health, reference):
        api.register_blueprint(module.blueprint)
    reference.attach(app, api)
