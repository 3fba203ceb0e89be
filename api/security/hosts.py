"""An installation that has a public address answers to that name and to this machine's own, and to no other.

Addresses made from the Host header, such as those of the stream, then lead nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_OWN = frozenset({"localhost", "127.0.0.1", "::1"})
_REFUSAL = b"This service does not answer to that name.\n"


def answering_to(application: Callable[..., Any], public_url: str | None) -> Callable[..., Any]:
    """The application as it is, or where a public address is known, for that name alone."""
    if public_url is None:
        return application
    names = _OWN | {urlsplit(public_url).hostname or ""}

    def named(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # whoever probes for life comes by the machine's address
        if _name(environ.get("HTTP_HOST", "")) in names or environ.get("PATH_INFO") == "/healthz":
            answer: Iterable[bytes] = application(environ, start_response)
            return answer
        start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", str(len(_REFUSAL)))])
        return [_REFUSAL]

    return named


def _name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname if parts.netloc == host and not parts.username else None
    except ValueError:
        return None
