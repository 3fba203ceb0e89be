"""Pages of a list by cursor, stable under equal keys and under rows that come and go; ETags on what is read."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request
from marshmallow import Schema, fields, validate

from api.problems import ProblemError
from api.v1.result_schema import StrictSchema

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
T = TypeVar("T")


class PageQuery(StrictSchema):
    """How much of a list, and from where on."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT, error=f"is not 1 to {MAX_LIMIT}"),
        error_messages={"invalid": f"is no whole number; give 1 to {MAX_LIMIT}"},
        metadata={"description": "how many entries at most"},
    )
    after = fields.String(
        load_default=None, metadata={"description": "the cursor `next` of the page before; absent for the first page"}
    )


class LinksSchema(Schema):
    """Where the next page is; null on the last one."""

    next = fields.String(required=True, allow_none=True, metadata={"description": "cursor for `after`"})
    next_url = fields.String(required=True, allow_none=True, metadata={"description": "the same as an address"})


def cursor(key: Sequence[int | str | None]) -> str:
    """The place after the row with this sort key, as an opaque word."""
    return base64.urlsafe_b64encode(json.dumps(list(key), separators=(",", ":")).encode()).decode().rstrip("=")


def place(word: str | None, *kinds: Callable[[Any], bool]) -> list[Any] | None:
    """The sort key in a cursor, None for the first page; a problem where it is none of this list's cursors."""
    if word is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(word.encode() + b"=" * (-len(word) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    if not isinstance(key, list) or len(key) != len(kinds) or not all(k(v) for k, v in zip(kinds, key, strict=True)):
        message = "is no cursor of this list; give the `next` of its page before, unchanged"
        raise ProblemError(422, "Unprocessable Content", f"after {message}", [{"field": "after", "message": message}])
    return key


def is_key(value: Any) -> bool:
    """A row's key, as a part of a cursor."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def is_text(value: Any) -> bool:
    """Text that the database can hold, as a part of a cursor."""
    return isinstance(value, str) and value.isprintable() and not any("\ud800" <= c <= "\udfff" for c in value)


def cut(
    found: Sequence[T], limit: int, key: Callable[[T], Sequence[int | str | None]]
) -> tuple[Sequence[T], str | None]:
    """The first `limit` of what was found with a limit one higher, and the cursor of the next page if there is one."""
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor(key(found[limit - 1]))


def links(following: str | None) -> dict[str, str | None]:
    """The links of a page, with the query of this request."""
    if following is None:
        return {"next": None, "next_url": None}
    query = {**request.args.to_dict(), "after": following}
    return {"next": following, "next_url": f"{request.path}?{urlencode(query)}"}


def conditional(document: dict[str, Any]) -> Response:
    """The document with its ETag, or 304 where the caller has it already."""
    response = jsonify(document)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]
