"""JSON as the standard has it: a name stands once, nesting has an end.

NaN and Infinity, which it does not have, are read, so that the refusal can name the field that holds one.
"""

from __future__ import annotations

import json
from typing import Any

from flask import request
from flask.json.provider import DefaultJSONProvider
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest

from api.problems import ProblemError, flatten


def require_json() -> None:
    """Refuse a body that is no plain JSON: 415 says what to send instead."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if not request.is_json:
        sent = f"not {request.mimetype}" if request.mimetype else "and say so in Content-Type"
        raise ProblemError(415, "Unsupported Media Type", f"Send the body as application/json, {sent}.")
    if encoding.lower() != "identity":
        message = f"Send the body as it is, without Content-Encoding {encoding}."
        raise ProblemError(415, "Unsupported Media Type", message, headers={"Accept-Encoding": "identity"})


def read_json() -> Any:
    """The JSON of the request, or a problem that says why it cannot be read."""
    require_json()
    try:
        return request.get_json()
    except BadRequest as error:
        cause = error.__cause__
        reason = f": {cause}" if cause else ""
        raise ProblemError(400, "Bad Request", f"The body is not JSON{reason}.") from error


def read_body(schema: Schema) -> Any:
    """The JSON of the request as the schema's value, or a problem that names every wrong field."""
    try:
        return schema.load(read_json())
    except ValidationError as error:
        raise refused_fields(flatten(error.normalized_messages())) from error


def refused_fields(errors: list[dict[str, str]]) -> ProblemError:
    """422 for fields that break a rule; the detail is that of the first."""
    detail = f"{errors[0]['field']} {errors[0]['message']}".strip()
    return ProblemError(422, "Unprocessable Content", detail, errors)


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
            return json.loads(s, object_pairs_hook=_unique)
        except RecursionError:
            raise ValueError("the document is nested too deeply") from None
