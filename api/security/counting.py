"""Counts the requests of everyone and of signed-in people; guards of machines count theirs."""

from __future__ import annotations

from flask import Flask, request, session

from api.security.guards import GUARD
from api.security.limits import METER, Meter, address, limit
from mastery.rate import Limits

# the program's own files, and the probe of a load balancer
_NEVER_LIMITED = frozenset({"static", "healthz.get_health"})


def install(app: Flask, limits: Limits) -> None:
    """Refuse a request that is one too many before anything is asked of the database."""
    app.extensions[METER] = Meter(limits)

    @app.before_request
    def _count() -> None:
        guard = str(getattr(app.view_functions.get(request.endpoint or ""), GUARD, ""))
        if request.endpoint in _NEVER_LIMITED or guard.startswith("machine"):
            return
        person = session.get("_user_id") if guard.startswith("person") else None
        if person is None:
            limit("address", address())
        else:
            limit("person", person)
