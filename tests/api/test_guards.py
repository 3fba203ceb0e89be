"""Every route says who may call it; a route that does not fails here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest_api import Machine, School
from flask import Flask

from api.security.clients import SCOPES
from api.security.guards import GUARD

KINDS = ("public", "machine", "person")
EXEMPT = {"static"}  # files of the program itself


def undeclared(app: Flask) -> list[str]:
    """Routes whose view carries no guard that we know."""
    return [
        f"{rule.endpoint} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in EXEMPT
        and str(getattr(app.view_functions[rule.endpoint], GUARD, "")).partition(":")[0] not in KINDS
    ]


def test_every_route_declares_its_guard(app: Flask) -> None:
    assert len(list(app.url_map.iter_rules())) > 20
    assert undeclared(app) == []


def test_a_route_without_a_guard_is_found(own_app: Flask) -> None:
    own_app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "everything")
    assert undeclared(own_app) == ["forgotten /api/v1/forgotten"]


def test_a_machine_guard_asks_for_a_scope_that_exists(app: Flask) -> None:
    scopes = {
        guard.partition(": ")[2]
        for view in app.view_functions.values()
        if (guard := str(getattr(view, GUARD, ""))).startswith("machine")
    }
    assert scopes == set(SCOPES)


READS = {
    "/results/any": "results.read",
    "/students": "students.read",
    "/students/any/targets": "students.read",
    "/students/any/targets/any/explanation": "students.read",
    "/students/any/next": "students.read",
    "/students/any/policy": "students.read",
    "/flags": "flags.read",
    "/measurement/any": "measurement.read",
    "/assessments/any": "assessments.write",
}


@pytest.mark.parametrize(("path", "scope"), READS.items())
def test_a_token_without_the_scope_is_refused(
    machine: Callable[..., Machine], school: School, path: str, scope: str
) -> None:
    others = [one for one in SCOPES if one != scope]
    refused = machine(school.district_id, *others).get(path, 403)
    assert (refused["status"], refused["title"]) == (403, "Forbidden")
    assert scope in refused["detail"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [("POST", "/results", "results.write"), ("PUT", "/assessments/any", "assessments.write")],
)
def test_writing_without_the_scope_is_refused_before_the_body_is_read(
    machine: Callable[..., Machine], school: School, method: str, path: str, scope: str
) -> None:
    client = machine(school.district_id, *(one for one in SCOPES if one != scope))
    answer = client.http.open(f"/api/v1{path}", method=method, data=b"{not json", headers=client.headers)
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'


@pytest.mark.parametrize("path", [*READS, "/results"])
@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer 1.nothing", "Bearer nothing", "Basic Zm9v", "Bearer 9.\x80"]
)
def test_without_a_valid_token_nothing_is_told(app: Flask, path: str, header: str | None) -> None:
    http = app.test_client()
    method = "POST" if path == "/results" else "GET"
    headers = {"Authorization": header} if header else {}
    answer = http.open(f"/api/v1{path}", method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
