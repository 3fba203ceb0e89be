"""Probes: is it alive, and what exactly runs."""

from __future__ import annotations

from flask import Blueprint as PlainBlueprint
from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from sqlalchemy import text

from api.security.guards import public
from api.services import services
from api.version import commit, version
from models.migrate import current

blueprint = Blueprint("status", __name__, url_prefix="/api/v1", description="What runs")
probe = PlainBlueprint("healthz", __name__)


class StatusSchema(Schema):
    """What runs, and what it takes the time to be."""

    version = fields.String(required=True)
    commit = fields.String(required=True, allow_none=True, metadata={"description": "null where a wheel runs"})
    migration = fields.String(required=True, allow_none=True)
    now = fields.String(required=True)


@blueprint.get("/status")
@public("names versions only")
@blueprint.response(200, StatusSchema)
def get_status() -> Response:
    """Version, commit, migration, and what the service takes the time to be."""
    parts = services()
    return jsonify(
        {
            "version": version(),
            "commit": commit(),
            "migration": current(parts.engine),
            "now": parts.clock().isoformat(),
        }
    )


@probe.get("/healthz")
@public("a load balancer asks")
def get_health() -> Response:
    """200 while the database answers."""
    with services().engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return jsonify({"status": "ok"})
