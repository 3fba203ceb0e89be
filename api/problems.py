"""Errors in one shape: RFC 9457 problem details naming the field, what was wrong and what would be right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import psycopg
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A refusal to be told to the caller. `errors` lists {"field": path, "message": what and what would be right}."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str | None = None,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors or []
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The problem as a JSON object."""
        return problem_document(self.status, self.title, self.detail, self.errors)


def problem_document(
    status: int, title: str, detail: str | None = None, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """A problem-details object; absent parts are left out."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": int(status)}
    if detail:
        document["detail"] = detail
    if errors:
        document["errors"] = errors
    return document


def problem_response(document: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer."""
    return Response(json.dumps(document), document["status"], headers, content_type=MEDIA_TYPE)


def wants_problem() -> bool:
    """Whether the caller is a program: everything below /api, /oauth and the probes answers problems, pages do not."""
    return request.path.startswith(("/api/", "/oauth/", "/healthz"))


def flatten(messages: Any, path: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as a flat list of field paths such as `results[0].targets[1].score`."""
    if isinstance(messages, Mapping):
        found = []
        for key, value in messages.items():
            if key == "_schema":
                step = path
            elif isinstance(key, int):
                step = f"{path}[{key}]"
            else:
                step = f"{path}.{key}" if path else str(key)
            found.extend(flatten(value, step))
        return found
    texts = messages if isinstance(messages, list) else [messages]
    return [{"field": path, "message": str(text)} for text in texts]


def install(app: Flask, error_page: Callable[[HTTPException], Response]) -> None:
    """Answer programs with problem documents, and people with `error_page`."""

    @app.errorhandler(ProblemError)
    def _refused(error: ProblemError) -> Response:
        return problem_response(error.document(), error.headers)

    @app.errorhandler(OperationalError)
    @app.errorhandler(psycopg.OperationalError)
    def _unavailable(error: Exception) -> Response:
        app.logger.error("the database does not answer: %s", error)
        if not wants_problem():
            raise ServiceUnavailable from error
        document = problem_document(
            503, "Service Unavailable", "The database does not answer; nothing was stored. Send the same again."
        )
        return problem_response(document, {"Retry-After": "2"})

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if not wants_problem():
            return error_page(error)
        status = error.code or 500
        if status == 413:
            error.description = f"The body is larger than {request.max_content_length} bytes; send it in parts."
        data = getattr(error, "data", None) or {}
        errors = unplaced(data["messages"]) if "messages" in data else []
        detail = f"{errors[0]['field']} {errors[0]['message']}".strip() if errors else error.description
        document = problem_document(status, _phrase(status), data.get("message") or detail, errors)
        return problem_response(document, {**_kept_headers(error), **(data.get("headers") or {})})


def unplaced(messages: Mapping[str, Any]) -> list[dict[str, str]]:
    """What webargs says of a request's part ("json", "query"), flat and without the name of the part."""
    return [found for part in messages.values() for found in flatten(part)]


def _phrase(status: int) -> str:
    # Python 3.13 took over the phrase of RFC 9110; older ones say Unprocessable Entity
    return "Unprocessable Content" if status == 422 else HTTPStatus(status).phrase


def _kept_headers(error: HTTPException) -> dict[str, str]:
    """What the protocol wants told beside the body: which methods there are, when to come again."""
    return {name: value for name, value in error.get_headers() if name.lower() in ("allow", "retry-after")}
