"""An identity provider for tests: a real server that speaks OpenID Connect, and misbehaves when told to.

It knows one client and has one person signed in, whom it sends back at once. It is strict where real ones are: the
redirect address, the client's secret, the PKCE verifier, and that a code is good for one time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CALLBACK = "http://localhost/sign-in/oidc/callback"
CLIENT_ID, CLIENT_SECRET = "mastery-of-the-tests", "a secret that nobody may read"


@dataclass
class Asked:
    """What a code was given out for."""

    challenge: str
    nonce: str
    redirect_uri: str
    claims: dict[str, Any]


@dataclass
class TestProvider:
    """The provider. `person` has the claims of who is signed in there, `userinfo` what only that endpoint tells.

    `spoil` changes the claims of each id_token; `sign` replaces the signing; `answers` gives paths another status;
    `pause` is waited before each answer; `error` is what people are sent back with.
    """

    __test__ = False

    clock: Callable[[], datetime]
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], object] = lambda claims: None
    sign: Callable[[dict[str, Any]], str] | None = None
    answers: dict[str, int] = field(default_factory=dict)
    discovered: dict[str, Any] = field(default_factory=dict)
    pause: float = 0.0
    error: str | None = None
    mixed_up: str | None = None
    asked: Counter[str] = field(default_factory=Counter)
    codes: dict[str, Asked] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=lambda: [_ec()])
    unreadable: list[Any] = field(default_factory=list)

    def rotate(self, key: Key | None = None) -> None:
        """Sign with a new key, and publish that alone."""
        self.keys = [key or _ec()]

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        } | self.discovered

    def authorize(self, said: dict[str, str]) -> str:
        """The address that the browser is sent back to."""
        assert said["client_id"] == CLIENT_ID
        assert said["redirect_uri"] == CALLBACK
        assert said["response_type"] == "code"
        assert said["code_challenge_method"] == "S256"
        assert "openid" in said["scope"].split()
        back = {"state": said["state"], "iss": self.mixed_up or self.issuer}
        if self.error is not None:
            return f"{CALLBACK}?{urlencode(back | {'error': self.error})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = Asked(said["code_challenge"], said["nonce"], said["redirect_uri"], dict(self.person))
        return f"{CALLBACK}?{urlencode(back | {'code': code})}"

    def token(self, said: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint: an error, or an id_token."""
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {secret}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(said.get("code", ""), None)
        if asked is None or said["grant_type"] != "authorization_code" or said["redirect_uri"] != asked.redirect_uri:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(said["code_verifier"].encode()).digest()
        if encoded(digest) != asked.challenge:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked.nonce}
        claims |= asked.claims
        self.spoil(claims)
        access = secrets.token_urlsafe(16)
        self.tokens[access] = str(claims.get("sub"))
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": (self.sign or self.signed)(claims)}

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        return jwt.encode({"alg": "RS256" if key.key_type == "RSA" else "ES256", "kid": key.kid}, claims, key)


def _ec() -> Key:
    return ECKey.generate_key("P-256", auto_kid=True)


def rsa() -> Key:
    """A key as most providers have them."""
    return RSAKey.generate_key(2048, auto_kid=True)


def encoded(content: bytes) -> str:
    """Bytes as tokens have them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(document: dict[str, Any]) -> str:
    """A part of a token."""
    return encoded(json.dumps(document).encode())


def unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm "none"."""
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


@contextmanager
def running(provider: TestProvider) -> Iterator[TestProvider]:
    """Serve the provider on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(_one_each(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _answer(self, body: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            provider.asked[parts.path] += 1
            time.sleep(provider.pause)
            if parts.path in provider.answers:
                self._send(provider.answers[parts.path], {"error": "server_error"})
            elif parts.path == "/.well-known/openid-configuration":
                self._send(200, provider.discovery())
            elif parts.path == "/keys":
                self._send(
                    200, {"keys": [*provider.unreadable, *(key.as_dict(private=False) for key in provider.keys)]}
                )
            elif parts.path == "/authorize":
                self._send(302, {}, provider.authorize(_one_each(parts.query)))
            elif parts.path == "/token":
                self._send(*provider.token(body, self.headers["Authorization"]))
            else:
                token = self.headers["Authorization"].removeprefix("Bearer ")
                self._send(200, {"sub": provider.tokens[token]} | provider.userinfo)

        def _send(self, status: int, document: dict[str, Any], location: str | None = None) -> None:
            content = json.dumps(document).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                if location is not None:
                    self.send_header("Location", location)
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:  # who asked did not wait
                return

        def log_message(self, *_unused: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _one_each(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
