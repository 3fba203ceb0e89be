"""Who may call a route. Every route declares one guard; a test fails for a route that declares none."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from api.problems import ProblemError
from api.security.clients import digest, district_of
from api.security.limits import address, limit
from api.services import services
from models.clients import Caller, caller_of_token
from models.unit_of_work import district_transaction

P = ParamSpec("P")
R = TypeVar("R")
GUARD = "__mastery_guard__"

# A token is looked up once in this many seconds and process: a revoked one lives on no longer than that.
_REMEMBER_SECONDS = 10.0
_REMEMBER_TOKENS = 1000
_remembered: dict[bytes, tuple[float, Caller]] = {}


def declare(view: Callable[P, R], guard: str) -> Callable[P, R]:
    """Write down which guard a view has."""
    setattr(view, GUARD, guard)
    return view


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A route open to everyone, for a stated reason."""
    return lambda view: declare(view, f"public: {reason}")


def machine(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A route for machine clients whose token has `scope`; `caller()` then tells who it is."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.caller = _authenticate()
            if scope not in g.caller.scopes:
                raise ProblemError(
                    403,
                    "Forbidden",
                    f"This token has the scopes {', '.join(sorted(g.caller.scopes)) or '(none)'}; {scope} is needed.",
                    headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
                )
            return view(*args, **kwargs)

        return declare(guarded, f"machine: {scope}")

    return decorate


def caller() -> Caller:
    """The machine client of this request."""
    found: Caller = g.caller
    return found


def _authenticate() -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    district_id = district_of(token) if scheme.lower() == "bearer" else None
    found = _look_up(district_id, digest(token)) if district_id is not None else None
    if found is None:
        limit("credentials", address())
        raise ProblemError(
            401,
            "Unauthorized",
            "Send a valid access token as 'Authorization: Bearer TOKEN'; POST /oauth/token gives one.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"' if token else "Bearer"},
        )
    limit("client", (found.district_id, found.client_pk))
    return found


def _look_up(district_id: int, token_digest: bytes) -> Caller | None:
    instant = time.monotonic()
    remembered = _remembered.get(token_digest)
    if remembered and instant - remembered[0] < _REMEMBER_SECONDS:
        return remembered[1]
    with district_transaction(services().engine, district_id) as session:
        found = caller_of_token(session, district_id, token_digest, services().stopwatch())
    _remembered.pop(token_digest, None)
    if found is not None:
        if len(_remembered) >= _REMEMBER_TOKENS:
            _remembered.clear()
        _remembered[token_digest] = (instant, found)
    return found
