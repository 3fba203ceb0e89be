"""What a page carries to follow its sections: where the stream is, a short-lived token, the versions it shows."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping

from flask import Flask, current_app, request

from api.live_token import issue
from api.pages.blueprint import Visit
from api.services import services
from models.queries_today import section_versions

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
_URL, _PORT = "MASTERY_LIVE_URL", "MASTERY_LIVE_PORT"


def install(app: Flask) -> None:
    """Take the stream's address from the environment: a whole URL, or a port beside this server's own."""
    app.config.setdefault("LIVE_URL", os.environ.get(_URL))
    app.config.setdefault("LIVE_PORT", os.environ.get(_PORT))


def stream_url() -> str | None:
    """Where the stream is; None where there is none, and pages then ask by themselves now and then."""
    if current_app.config["LIVE_URL"]:
        return str(current_app.config["LIVE_URL"])
    port = current_app.config["LIVE_PORT"]
    if not port:
        return None
    # the address goes into the security policy of the answer, so only a plain host name may pass
    host = _HOST.fullmatch(request.host)
    if host is None:
        return None
    return f"{request.scheme}://{host['name']}:{port}/stream"


def live_headers(visit: Visit, section_ids: Collection[int]) -> Mapping[str, str]:
    """Headers of a page's partial: the versions it shows and, for staff, a token for the stream of these sections."""
    if not visit.viewer.is_staff or not section_ids:
        return {}
    versions = section_versions(visit.session, visit.district_id, section_ids)
    token = issue(current_app.config["SECRET_KEY"], visit.district_id, section_ids, services().stopwatch())
    return {"X-Live-Token": token, "X-Live-Versions": json.dumps(versions, sort_keys=True)}
