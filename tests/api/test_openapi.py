"""The OpenAPI document: it is whole, it says what the guards say, and the answers are what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest_api import Machine, School, result
from flask import Flask

from api.security.clients import SCOPES

_METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture
def described(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json
    return document


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    """(path, method, operation, parameters of both) of each operation."""
    for path, item in described["paths"].items():
        shared = item.get("parameters", [])
        for method in item.keys() & _METHODS:
            yield path, method, item[method], [*shared, *item[method].get("parameters", [])]


def references(value: Any) -> Iterator[str]:
    """Every $ref anywhere in a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(described: dict[str, Any], reference: str) -> Any:
    found: Any = described
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_its_frame_is_that_of_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described.keys() <= {"openapi", "info", "servers", "paths", "components", "tags", "security"}
    assert described["info"].keys() >= {"title", "version", "license"}
    assert described["servers"] == [{"url": "/", "description": "this installation"}]
    assert described["components"].keys() <= {"schemas", "securitySchemes"}


def test_it_holds_every_route_of_the_api_and_no_other(app: Flask, described: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/oauth/", "/healthz"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, *_ in operations(described)} == served
    assert ("/api/v1/results", "post") in served
    assert len(served) >= 13


def test_every_reference_leads_somewhere_and_nothing_is_left_over(described: dict[str, Any]) -> None:
    found = set(references(described))
    assert found
    for reference in found:
        resolve(described, reference)
    used = {reference.rsplit("/", 1)[1] for reference in found}
    assert described["components"]["schemas"].keys() == used


# whose address says all there is to say
SAID_BY_ADDRESS = {"put-students-student-tests-assessment_id"}


def test_every_operation_is_whole(described: dict[str, Any]) -> None:
    ids = []
    for path, method, operation, parameters in operations(described):
        where = f"{method} {path}"
        ids.append(operation["operationId"])
        assert operation["summary"], where
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path)), where
        assert all(one["required"] for one in parameters if one["in"] == "path"), where
        assert len({(one["in"], one["name"]) for one in parameters}) == len(parameters), where
        assert all("schema" in one for one in parameters), where
        takes = method in ("post", "put") and operation["operationId"] not in SAID_BY_ADDRESS
        assert ("requestBody" in operation) == takes, where
        responses = operation["responses"]
        assert any(code.startswith("2") for code in responses), where
        for code, answer in responses.items():
            assert re.fullmatch(r"[1-5]\d\d|default", code), where
            assert answer["description"], where
            if path.startswith("/api/") and (code == "default" or int(code) >= 400):
                assert answer["content"] == _PROBLEM, f"{where} {code}"
    assert len(set(ids)) == len(ids)


def test_every_schema_uses_words_of_json_schema(described: dict[str, Any]) -> None:
    known = {
        "type", "properties", "required", "items", "enum", "const", "format", "description", "default", "minimum",
        "maximum", "exclusiveMinimum", "minLength", "maxLength", "minItems", "maxItems", "additionalProperties",
        "anyOf", "$ref",
    }  # fmt: skip
    types = {"object", "array", "string", "number", "integer", "boolean", "null"}

    def check(schema: dict[str, Any], where: str) -> None:
        assert schema.keys() <= known, (where, schema.keys() - known)
        named = schema.get("type", [])
        assert set([named] if isinstance(named, str) else named) <= types, where
        for name, inner in schema.get("properties", {}).items():
            check(inner, f"{where}.{name}")
        assert set(schema.get("required", ())) <= schema.get("properties", {}).keys(), where
        for inner in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
            check(inner, where)

    for name, schema in described["components"]["schemas"].items():
        check(schema, name)


def test_security_is_that_of_the_guards(described: dict[str, Any]) -> None:
    schemes = described["components"]["securitySchemes"]
    assert schemes["oauth2"]["flows"]["clientCredentials"] == {"tokenUrl": "/oauth/token", "scopes": SCOPES}
    needs = {(path, method): operation["security"] for path, method, operation, _ in operations(described)}
    assert needs["/api/v1/results", "post"] == [{"oauth2": ["results.write"]}]
    assert needs["/api/v1/results/{source_id}", "get"] == [{"oauth2": ["results.read"]}]
    assert needs["/api/v1/assessments/{assessment_id}", "put"] == [{"oauth2": ["assessments.write"]}]
    assert needs["/api/v1/students/{student}/next", "get"] == [{"oauth2": ["students.read"]}]
    assert needs["/api/v1/flags", "get"] == [{"oauth2": ["flags.read"]}]
    assert needs["/oauth/token", "post"] == [{"clientBasic": []}]
    assert needs["/healthz", "get"] == needs["/api/v1/status", "get"] == []


def fits(value: Any, schema: dict[str, Any], described: dict[str, Any], where: str = "") -> None:
    """Assert that a JSON value is what a schema of the document says."""
    if "$ref" in schema:
        fits(value, resolve(described, schema["$ref"]), described, where)
        return
    if "anyOf" in schema:
        if value is None:
            assert {"type": "null"} in schema["anyOf"], where
            return
        fits(value, next(one for one in schema["anyOf"] if one != {"type": "null"}), described, where)
        return
    named = schema.get("type")
    if named is not None:
        assert _kind(value) & set([named] if isinstance(named, str) else named), (where, value, named)
    if "enum" in schema:
        assert value in schema["enum"], (where, value)
    if isinstance(value, dict) and "properties" in schema:
        assert value.keys() >= set(schema.get("required", ())), (where, value)
        if schema.get("additionalProperties") is False:
            assert value.keys() <= schema["properties"].keys(), (where, value)
        for name, inner in value.items():
            fits(inner, schema["properties"][name], described, f"{where}.{name}")
    if isinstance(value, list):
        for place, inner in enumerate(value):
            fits(inner, schema["items"], described, f"{where}[{place}]")


def _kind(value: Any) -> set[str]:
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, int):
        return {"integer", "number"}
    if isinstance(value, float):
        return {"number"}
    return {"string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"}


def answer_schema(described: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    answers = described["paths"][path][method]["responses"][str(status)]["content"]
    found: dict[str, Any] = next(iter(answers.values()))["schema"]
    return found


def test_answers_are_what_it_says(described: dict[str, Any], machine: Callable[..., Machine], school: School) -> None:
    lms = machine(school.district_id)
    student = school.students[0]

    def check(answer: Any, path: str, method: str = "get", status: int = 200) -> None:
        assert answer.status_code == status, answer.text
        fits(answer.json, answer_schema(described, path, method, status), described, path)

    def get(path: str) -> Any:
        return lms.http.get(f"/api/v1{path}", headers=lms.headers)

    assessment = {"title": "Quiz", "purpose": "formative", "forms": [{"form": "A"}]}
    for status in (201, 200):
        answer = lms.http.put("/api/v1/assessments/quiz-17", json=assessment, headers=lms.headers)
        check(answer, "/api/v1/assessments/{assessment_id}", "put", status)
    check(get("/assessments/quiz-17"), "/api/v1/assessments/{assessment_id}")
    entries = [
        result(student, "4.NF.A.1"),
        result(student, "4.NF.A.1"),
        result("nobody", "4.NF.A.1", source_id="b"),
        result(student, "4.NF.A.1", source_id="c", purpose="none"),
        *(result(student, "4.NF.A.2", source_id=f"wheel-{n}", score=0, assessment="quiz-17",
                 performed_at=f"2026-10-{n:02}T09:12:00-04:00", scored_at=f"2026-10-{n:02}T09:12:00-04:00",
                 targets=[{"target": "4.NF.A.2", "score": 0, "max": 1, "items": [
                     {"item": f"w{n}", "score": 0, "max": 1}]}]) for n in range(1, 13)),
    ]  # fmt: skip
    posted = lms.http.post("/api/v1/results", json={"results": entries}, headers=lms.headers)
    check(posted, "/api/v1/results", "post")
    statuses = [entry["status"] for entry in posted.json["results"][:4]]
    assert statuses == ["accepted", "duplicate", "quarantined", "rejected"]
    check(get("/results/attempt-1"), "/api/v1/results/{source_id}")
    check(get("/results/b"), "/api/v1/results/{source_id}")
    check(get("/students"), "/api/v1/students")
    check(get(f"/students/{student}/targets"), "/api/v1/students/{student}/targets")
    for target in ("4.NF.A.1", "4.NF.A.2"):
        explained = get(f"/students/{student}/targets/{target}/explanation")
        check(explained, "/api/v1/students/{student}/targets/{target}/explanation")
        assert explained.json["evidence"]
    untouched = get(f"/students/{school.students[1]}/targets/4.NF.A.1/explanation")
    check(untouched, "/api/v1/students/{student}/targets/{target}/explanation")
    check(get(f"/students/{student}/next"), "/api/v1/students/{student}/next")
    flags = get("/flags")
    check(flags, "/api/v1/flags")
    assert [flag["rule"] for flag in flags.json["flags"]] == ["F04"]
    check(get("/status"), "/api/v1/status")
    check(lms.http.get("/healthz"), "/healthz")
    check(get("/students/nobody/targets"), "/api/v1/students/{student}/targets", "get", 404)
    check(get("/students?limit=0"), "/api/v1/students", "get", 422)


def test_the_reference_page_stands_by_itself(app: Flask) -> None:
    page = app.test_client().get("/api/v1/reference")
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
    for path, method in (("/api/v1/results", "POST"), ("/oauth/token", "POST"), ("/api/v1/flags", "GET")):
        assert f"{method} {path}</code>" in page.text
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= anchors


def test_the_document_has_an_etag(app: Flask) -> None:
    http = app.test_client()
    first = http.get("/api/v1/openapi.json")
    again = http.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
