"""The JSON API, version 1."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from api.security import oauth
from api.security.clients import SCOPES
from api.v1 import assessments, health, results
from api.v1.json import StrictJSONProvider
from api.version import version


def install(app: Flask) -> None:
    """Register the API's blueprints, the token endpoint and the probes."""
    app.json = StrictJSONProvider(app)
    app.config.update(
        API_TITLE="Mastery and pacing",
        API_VERSION=version(),
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {
                    "oauth2": {
                        "type": "oauth2",
                        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}},
                    }
                }
            },
            "security": [{"oauth2": []}],
        },
    )
    oauth.install(app)
    api = Api(app)
    app.register_blueprint(health.probe)
    for module in (results, assessments, health):
        api.register_blueprint(module.blueprint)
