"""Headers that keep a page to itself: nothing from outside, no frame, no sniffing, nothing left on the computer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from api.pages.live_link import stream_url
from api.services import comes_by_tls

_TWO_YEARS = 2 * 365 * 24 * 3600
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def content_security_policy(stream: str | None) -> str:
    """Only our own script, style and pictures; connections to ourselves and to the stream's origin."""
    origin = ""
    if stream:
        parts = urlsplit(stream)
        origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{origin}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def install(app: Flask) -> None:
    """Send them with every answer."""

    @app.after_request
    def _secure(response: Response) -> Response:
        response.headers.update(_FIXED)
        # a file that is given out is shut off further
        response.headers.setdefault("Content-Security-Policy", content_security_policy(stream_url()))
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        if comes_by_tls():
            response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}"
        return response
