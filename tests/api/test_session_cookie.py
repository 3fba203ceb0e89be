"""The session's cookie: never readable by scripts, and for TLS alone where there is TLS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest_api import Machine, School
from flask import Flask, session
from flask.sessions import NullSession

from api.app import create_app
from models.installation import Installation


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_tls_where_the_page_came_by_tls(app: Flask, scheme: str, secure: bool) -> None:
    answer = app.test_client().get("/sign-in", base_url=f"{scheme}://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookie.startswith("__Host-mastery_session=" if secure else "mastery_session=")
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=63072000" if secure else None)


def test_an_installation_for_tls_alone_says_so_and_answers_to_its_own_name(installation: Installation) -> None:
    app = create_app(replace(installation, public_url="https://mastery.example.org"))
    http = app.test_client()
    for host in ("mastery.example.org", "mastery.example.org:8443", "127.0.0.1:8000", "localhost", "[::1]:8000"):
        answer = http.get("/sign-in", headers={"Host": host})
        assert answer.status_code == 200, host
        assert answer.headers["Set-Cookie"].startswith("__Host-mastery_session=")
        assert "; Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert http.get("/healthz", headers={"Host": "192.0.2.1:8000"}).status_code == 200
    for path in ("/sign-in", "/students", "/api/v1/status", "/nowhere"):
        for host in ("elsewhere.example", "mastery.example.org.elsewhere.example", "x; script-src *"):
            answer = http.get(path, headers={"Host": host})
            assert answer.status_code == 400
            assert "elsewhere.example" not in answer.text + str(answer.headers)
    app.extensions["mastery"].dispose()


@pytest.mark.parametrize(
    ("path", "most"), [("/sign-in", 64 * 1024), ("/oauth/token", 8 * 1024), ("/api/v1/results", 8 * 1024 * 1024)]
)
def test_each_kind_of_body_has_a_size_of_its_own(
    app: Flask, machine: Callable[..., Machine], school: School, path: str, most: int
) -> None:
    headers = machine(school.district_id).headers | {"Content-Type": "application/x-www-form-urlencoded"}
    if path.startswith("/api/"):
        headers["Content-Type"] = "application/json"
    http = app.test_client()
    assert http.post(path, data=b"x" * (most + 1), headers=headers).status_code == 413
    assert http.post(path, data=b"x" * most, headers=headers).status_code != 413


def test_machines_get_no_session(app: Flask) -> None:
    with app.test_request_context("/api/v1/results", method="POST"):
        assert isinstance(session._get_current_object(), NullSession)
    with app.test_request_context("/today"):
        assert not isinstance(session._get_current_object(), NullSession)
