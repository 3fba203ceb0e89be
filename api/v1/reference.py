"""The API describing itself: an OpenAPI 3.1 document, and a page of it that needs nothing from outside."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import Flask, Response, current_app, render_template
from flask_babel import force_locale
from flask_smorest import Api, Blueprint

from api.problems import MEDIA_TYPE
from api.security.clients import SCOPES, TOKEN_SECONDS
from api.security.guards import GUARD, public
from api.v1.paging import conditional

blueprint = Blueprint("reference", __name__, url_prefix="/api/v1", description="This description")
Json = dict[str, Any]
_METHODS = ("get", "put", "post", "delete", "patch")
_ABOUT = (
    "Results in, explained estimates, decisions and flags out. Errors are RFC 9457 problem details that name the field."
    " Lists are paged by cursor: pass `next` of a page as `after`. Reads carry an ETag; send it back as If-None-Match."
)
_NO_BODY = ("400", "413", "415")
_NO_CALLER = ("401", "403")
_NO_NAME = ("404", "409")
_ANY_OTHER = {
    "description": "Any other problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@blueprint.get("/openapi.json")
@public("describes the interface, nothing in it")
@blueprint.doc(responses={"200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {}}}}})
def get_openapi() -> Response:
    """This document."""
    return conditional(document(current_app))


@blueprint.get("/reference")
@public("describes the interface, nothing in it")
@blueprint.doc(responses={"200": {"description": "HTML", "content": {"text/html": {"schema": {"type": "string"}}}}})
def get_reference() -> Response:
    """The same as a page."""
    described = document(current_app)
    operations = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    with force_locale("en"):  # it is the API's, whose descriptions are in English
        page = render_template("reference.html", document=described, operations=operations)
    return Response(page, content_type="text/html; charset=utf-8")


def attach(app: Flask, api: Api) -> None:
    """Remember what documents an application."""
    app.extensions["mastery_api"] = api


def document(app: Flask) -> Json:
    """The OpenAPI document of an application, with the scopes that its guards ask for."""
    made: Json | None = app.extensions.get("mastery_openapi")
    if made is None:
        made = app.extensions["mastery_openapi"] = _describe(app)
    return made


def _describe(app: Flask) -> Json:
    described: Json = deepcopy(app.extensions["mastery_api"].spec.to_dict())
    described["info"] |= {"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}
    described["servers"] = [{"url": "/", "description": "this installation"}]
    components = described["components"]
    components.pop("responses", None)
    for unused in ("Error", "PaginationMetadata"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = _security_schemes()
    guards = _guards(app)
    for path, methods in described["paths"].items():
        for method in _METHODS:
            if method in methods:
                methods[method] = _operation(path, method, methods[method], guards[path, method])
    described["paths"] |= {"/oauth/token": {"post": _token_operation()}, "/healthz": {"get": _health_operation()}}
    return described


def _guards(app: Flask) -> dict[tuple[str, str], str]:
    """The guard of every route of the API, by path as OpenAPI writes it, and method."""
    found = {}
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], GUARD, "")
        path = "".join(f"{{{text}}}" if dynamic else text for dynamic, text in rule._trace if text != "|")
        for method in rule.methods or ():
            found[path, method.lower()] = guard
    return found


def _operation(path: str, method: str, operation: Json, guard: str) -> Json:
    kind, _, scope = guard.partition(": ")
    responses = {str(code): answer for code, answer in operation["responses"].items() if code != "default"}
    if "requestBody" not in operation:
        responses = {code: answer for code, answer in responses.items() if code not in _NO_BODY}
    if "{" not in path and not any(one.get("name") == "student" for one in operation.get("parameters", ())):
        responses = {code: answer for code, answer in responses.items() if code not in _NO_NAME}
    if kind == "public":
        responses = {code: answer for code, answer in responses.items() if code not in _NO_CALLER}
    if method == "get" and kind == "machine":
        responses["304"] = {"description": "The caller has it already (If-None-Match)"}
    words = path.removeprefix("/api/v1/").replace("{", "").replace("}", "").replace("/", "-").replace(".", "-")
    return {
        "operationId": f"{method}-{words}",
        **operation,
        "responses": {**dict(sorted(responses.items())), "default": _ANY_OTHER},
        "security": [{"oauth2": [scope]}] if kind == "machine" else [],
    }


def _security_schemes() -> Json:
    return {
        "oauth2": {
            "type": "oauth2",
            "description": f"Client credentials over HTTP Basic; a token lasts {TOKEN_SECONDS} seconds.",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}},
        },
        "clientBasic": {"type": "http", "scheme": "basic", "description": "client_id and client_secret"},
    }


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _token_operation() -> Json:
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": {"type": "string", "description": "words apart by spaces; all of the client's if left out"},
        },
    }
    token = _object(
        access_token={"type": "string"},
        token_type={"const": "Bearer"},
        expires_in={"type": "integer"},
        scope={"type": "string"},
    )
    problem = {"application/json": {"schema": _object(error={"type": "string"})}}
    return {
        "operationId": "post-oauth-token",
        "summary": "A token for a machine client.",
        "tags": ["oauth"],
        "security": [{"clientBasic": []}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": {"description": "A token", "content": {"application/json": {"schema": token}}},
            "400": {"description": "RFC 6749 error: the grant or the scope is not possible", "content": problem},
            "401": {"description": "RFC 6749 error: no such client, or another secret", "content": problem},
            "429": {
                "description": "Too many requests; Retry-After says when to come again",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
            "default": _ANY_OTHER,
        },
    }


def _health_operation() -> Json:
    alive = {"application/json": {"schema": _object(status={"const": "ok"})}}
    down = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": "get-healthz",
        "summary": "200 while the database answers.",
        "tags": ["status"],
        "security": [],
        "responses": {
            "200": {"description": "It lives", "content": alive},
            "503": {"description": "It does not; come again after Retry-After", "content": down},
        },
    }
