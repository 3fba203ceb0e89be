"""What a page lets the browser do: nothing from outside, no frame, nothing kept."""

from __future__ import annotations

import pytest
from page_world import PageWorld

from api.pages.headers import content_security_policy


def test_pages_are_neither_kept_nor_framed(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    client.get("/today")
    assert client.response is not None
    headers = client.response.headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Frame-Options"] == "DENY"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_stream_is_the_only_other_origin() -> None:
    assert "connect-src 'self' https://live.example;" in content_security_policy("https://live.example/stream")
    assert "connect-src 'self';" in content_security_policy("/stream")
    assert "connect-src 'self';" in content_security_policy(None)


@pytest.mark.parametrize(
    ("host", "stream"),
    [
        ("school.example", "http://school.example:8001/stream"),
        ("school.example:8000", "http://school.example:8001/stream"),
        ("[::1]:8000", "http://[::1]:8001/stream"),
    ],
)
def test_the_stream_is_beside_the_pages(
    page_world: PageWorld, monkeypatch: pytest.MonkeyPatch, host: str, stream: str
) -> None:
    monkeypatch.setitem(page_world.app.config, "LIVE_PORT", "8001")
    client = page_world.client("teacher")
    response = client.client.get("/sign-in", base_url=f"http://{host}")
    assert stream.removesuffix("/stream") in response.headers["Content-Security-Policy"]
    client.get("/today")
    assert client.response is not None
    assert 'data-stream="http://localhost:8001/stream"' in client.response.get_data(as_text=True)


def test_a_strange_host_reaches_no_policy(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(page_world.app.config, "LIVE_PORT", "8001")
    response = page_world.app.test_client().get("/sign-in", headers={"Host": "x; script-src *"})
    assert "script-src *" not in response.headers["Content-Security-Policy"]
