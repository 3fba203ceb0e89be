"""The session's cookie: never readable by scripts, and for TLS alone where there is TLS."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask.sessions import NullSession


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_tls_where_the_page_came_by_tls(app: Flask, scheme: str, secure: bool) -> None:
    answer = app.test_client().get("/sign-in", base_url=f"{scheme}://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_machines_get_no_session(app: Flask) -> None:
    with app.test_request_context("/api/v1/results", method="POST"):
        assert isinstance(session._get_current_object(), NullSession)
    with app.test_request_context("/today"):
        assert not isinstance(session._get_current_object(), NullSession)
