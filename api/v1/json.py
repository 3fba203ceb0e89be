"""JSON as the standard has it: NaN and Infinity are no numbers, a name stands once, nesting has an end."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import request
from flask.json.provider import DefaultJSONProvider

from api.problems import ProblemError

P = ParamSpec("P")
R = TypeVar("R")


def require_json() -> None:
    """Refuse a body that is no plain JSON: 415 says what to send instead."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if not request.is_json:
        sent = f"not {request.mimetype}" if request.mimetype else "and say so in Content-Type"
        raise ProblemError(415, "Unsupported Media Type", f"Send the body as application/json, {sent}.")
    if encoding.lower() != "identity":
        message = f"Send the body as it is, without Content-Encoding {encoding}."
        raise ProblemError(415, "Unsupported Media Type", message, headers={"Accept-Encoding": "identity"})


def json_only(view: Callable[P, R]) -> Callable[P, R]:
    """A route whose body is JSON."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        require_json()
        return view(*args, **kwargs)

    return checked


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return found


class StrictJSONProvider(DefaultJSONProvider):
    """Flask's provider, strict when it reads and unsorted when it writes."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return json.loads(s, parse_constant=_refuse_constant, object_pairs_hook=_unique)
        except RecursionError:
            raise ValueError("the document is nested too deeply") from None
