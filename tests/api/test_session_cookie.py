"""The session's cookie: never readable by scripts, and for TLS alone where there is TLS."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_tls_where_the_page_came_by_tls(app: Flask, scheme: str, secure: bool) -> None:
    answer = app.test_client().get("/sign-in", base_url=f"{scheme}://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
