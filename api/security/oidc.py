"""OpenID Connect, seen from the site that people sign in to: the way to a provider, and what its answer proves.

Authorization code with PKCE, state and nonce. Nothing here knows a person, and no error says what was in a token.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from mastery.sign_in import ProviderError, Refusal

SCOPE = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY_SECONDS = 60
SECONDS_TO_ANSWER = (3.05, 6.0)  # to connect, and between two bytes
_REMEMBER_SECONDS = 3600.0  # as long as a key that a provider withdrew may still be believed
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_REGULAR_ERRORS = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})


class OidcError(Exception):
    """Somebody could not be let in by a provider; the text is for the log."""

    def __init__(self, refusal: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Party:
    """This site as a provider knows it."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: where the browser goes, and what has to be known when it is back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Provider:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    client_auth: str


_providers: dict[str, tuple[float, _Provider]] = {}
_key_sets: dict[str, tuple[float, KeySet]] = {}


def forget() -> None:
    """Ask every provider anew what it says of itself."""
    _providers.clear()
    _key_sets.clear()


def check_issuer(issuer: str) -> None:
    """Refuse what is no issuer's address; ProviderError says what would be one."""
    parts = urlsplit(issuer)
    if parts.query or parts.fragment or parts.username or not _is_private(issuer, allow_loopback=True):
        raise ProviderError(
            f"issuer: {issuer!r} is no address of an issuer; such as https://login.schools.example, without ? and #, "
            "and by https but on this machine"
        )


def _is_private(address: object, *, allow_loopback: bool) -> bool:
    """Whether nobody on the way can read or change what is said to an address."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return allow_loopback and parts.scheme == "http" and parts.hostname in _LOOPBACK


def discover(issuer: str) -> _Provider:
    """What a provider says of itself, asked once in an hour. Raises OidcError where it does not, or says it falsely."""
    known = _providers.get(issuer)
    if known and time.monotonic() - known[0] < _REMEMBER_SECONDS:
        return known[1]
    said = _asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise OidcError(Refusal.UNAVAILABLE, "discovery names another issuer")
    allow_loopback = urlsplit(issuer).scheme == "http"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not _is_private(said.get(name), allow_loopback=allow_loopback):
            raise OidcError(Refusal.UNAVAILABLE, f"discovery has no {name} by https")
    userinfo = said.get("userinfo_endpoint")
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    found = _Provider(
        said["authorization_endpoint"],
        said["token_endpoint"],
        said["jwks_uri"],
        userinfo if _is_private(userinfo, allow_loopback=allow_loopback) else None,
        "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
    )
    _providers[issuer] = (time.monotonic(), found)
    return found


def begin(party: Party, redirect_uri: str, **more: str) -> Begun:
    """Begin a sign-in; `more` goes with it to the provider. Raises OidcError."""
    provider = discover(party.issuer)
    verifier, nonce, state = generate_token(64), generate_token(32), generate_token(32)
    with _session(party, provider, redirect_uri) as session:
        address, _state = session.create_authorization_url(
            provider.authorization, state=state, code_verifier=verifier, nonce=nonce, **more
        )
    return Begun(address, state, nonce, verifier)


def refused_by_provider(error: str) -> OidcError:
    """What it means that a provider sent somebody back with an error."""
    if error in _REGULAR_ERRORS:
        return OidcError(Refusal.CANCELLED, error)
    return OidcError(Refusal.UNAVAILABLE, "the provider sent an error")


def claims_of(
    party: Party, code: str, verifier: str, nonce: str, redirect_uri: str, claim: str, now: datetime
) -> dict[str, Any]:
    """The claims of whoever brought `code`, signed by the provider for us, now, and for this sign-in.

    Where `claim` is not among them, the provider's userinfo is asked too. Raises OidcError.
    """
    provider = discover(party.issuer)
    with _session(party, provider, redirect_uri) as session:
        token = _said_by_provider(
            lambda: session.fetch_token(provider.token, code=code, code_verifier=verifier, allow_redirects=False)
        )
    claims = _verified(party, provider, token.get("id_token"), nonce, now)
    if claim in claims or provider.userinfo is None or not isinstance(token.get("access_token"), str):
        return claims
    more = _asked(provider.userinfo, {"Authorization": f"Bearer {token['access_token']}"})
    if more.get("sub") != claims["sub"]:
        raise OidcError(Refusal.TOKEN, "userinfo is of another subject")
    # how somebody signed in is told by the token of this very sign-in alone
    return {**{name: value for name, value in more.items() if name != "amr"}, **claims}


def _verified(party: Party, provider: _Provider, raw: object, nonce: str, now: datetime) -> dict[str, Any]:
    if not isinstance(raw, str):
        raise OidcError(Refusal.TOKEN, "the answer has no id_token")
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": party.issuer},
        aud={"essential": True, "value": party.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims: dict[str, Any] = _decoded(provider, raw).claims
        rules.validate(claims)
    except ClaimError as error:
        raise OidcError(Refusal.TOKEN, f"{error.error} {error.claim}") from error
    except JoseError as error:
        raise OidcError(Refusal.TOKEN, error.error) from error
    except ValueError as error:
        raise OidcError(Refusal.TOKEN, "the id_token cannot be read") from error
    if len(claims["sub"]) > 255 or not claims["sub"].isprintable():
        raise OidcError(Refusal.TOKEN, "the id_token has no proper sub")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", party.client_id if len(audiences) == 1 else None) != party.client_id:
        raise OidcError(Refusal.TOKEN, "the id_token was made for another party")
    return claims


def _decoded(provider: _Provider, raw: str) -> jwt.Token:
    try:
        return jwt.decode(raw, _keys(provider), algorithms=ALGORITHMS)
    except InvalidKeyIdError:  # the provider has a key that is newer than what we know
        return jwt.decode(raw, _keys(provider, anew=True), algorithms=ALGORITHMS)


def _keys(provider: _Provider, anew: bool = False) -> KeySet:
    known = _key_sets.get(provider.keys)
    if known and not anew and time.monotonic() - known[0] < _REMEMBER_SECONDS:
        return known[1]
    said = _asked(provider.keys)
    listed = said.get("keys")
    found = KeySet(list(_readable(listed if isinstance(listed, list) else [])))
    if not found:
        raise OidcError(Refusal.UNAVAILABLE, "the provider has no key that can be read")
    _key_sets[provider.keys] = (time.monotonic(), found)
    return found


def _readable(keys: list[Any]) -> Iterator[Key]:
    """The keys that are understood; RFC 7517, section 5, leaves the others out."""
    for key in keys:
        try:
            yield import_key(key)
        except (JoseError, ValueError, LookupError, TypeError):
            continue


def _session(party: Party, provider: _Provider, redirect_uri: str) -> OAuth2Session:
    return OAuth2Session(
        party.client_id,
        party.client_secret,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method=provider.client_auth,
        default_timeout=SECONDS_TO_ANSWER,
    )


def _asked(address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    def ask() -> object:
        answer = requests.get(address, headers=headers, timeout=SECONDS_TO_ANSWER, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()

    return _said_by_provider(ask)


def _said_by_provider(ask: Callable[[], object]) -> dict[str, Any]:
    """What a provider answers, which has to be an object."""
    try:
        said = ask()
    except OAuthError as error:
        raise OidcError(Refusal.TOKEN, "the provider refused the code") from error
    except (requests.RequestException, ValueError) as error:
        raise OidcError(Refusal.UNAVAILABLE, f"the provider does not answer: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise OidcError(Refusal.UNAVAILABLE, "the provider's answer is no object")
    return said
