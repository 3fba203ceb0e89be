"""`POST /oauth/token`: OAuth 2 client credentials over HTTP Basic, by Authlib."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from flask import Blueprint, Flask, Response, request

from api.security.clients import TOKEN_SECONDS, digest, district_of, new_token
from api.security.guards import public
from api.security.limits import address, limit
from api.services import services
from models.access import AccessToken, Client, ClientSecret
from models.clients import find_client, forget_expired_tokens, note_use, working_secrets
from models.unit_of_work import district_transaction

_WRONG_CREDENTIALS = "Send client_id and client_secret of a client that is not revoked by HTTP Basic."


class _OAuthClient(ClientMixin):
    """A client as Authlib wants to see it, with the secrets that work now."""

    def __init__(self, row: Client, secrets: Sequence[ClientSecret]) -> None:
        self.row = row
        self.used: ClientSecret | None = None
        self._secrets = secrets

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_allowed_scope(self, scope: str) -> str:
        if not scope:
            return " ".join(self.row.scopes)
        allowed = set(self.row.scopes)
        return " ".join(word for word in scope.split() if word in allowed)

    def check_client_secret(self, client_secret: str) -> bool:
        shown = digest(client_secret)
        for secret in self._secrets:
            if hmac.compare_digest(secret.digest, shown):
                self.used = secret
        return self.used is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012 - Authlib's own attribute

    def validate_requested_scope(self) -> None:
        """Refuse scopes that the client has not; Authlib only knows those that the whole server has."""
        wanted = (self.request.payload.scope or "").split()
        if not set(wanted) <= set(self.request.client.row.scopes):
            raise InvalidScopeError


def _query_client(client_id: str) -> _OAuthClient | None:
    district_id = district_of(client_id)
    if district_id is None:
        return None
    with district_transaction(services().engine, district_id) as session:
        row = find_client(session, district_id, client_id)
        if row is None:
            return None
        return _OAuthClient(row, working_secrets(session, district_id, row.id, services().stopwatch()))


def _generate_token(grant_type: str, client: _OAuthClient, user: None, scope: str, **_unused: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": new_token(client.row.district_id),
        "expires_in": TOKEN_SECONDS,
        "scope": client.get_allowed_scope(scope or ""),
    }


def _save_token(token: dict[str, Any], oauth_request: Any) -> None:
    shown: _OAuthClient = oauth_request.client
    client = shown.row
    now = services().stopwatch()
    with district_transaction(services().engine, client.district_id) as session:
        forget_expired_tokens(session, client.district_id, now)
        session.add(
            AccessToken(
                district_id=client.district_id,
                digest=digest(token["access_token"]),
                client_pk=client.id,
                scopes=token["scope"].split(),
                issued_at=now,
                expires_at=now + timedelta(seconds=token["expires_in"]),
            )
        )
        note_use(session, client.district_id, client.id, shown.used.id if shown.used else None, now)
        session.commit()


def _is_readable(header: str) -> bool:
    """Whether credentials are text with a scheme, or not there at all: Authlib trusts that they are."""
    scheme, _, shown = header.partition(" ")
    if scheme.lower() != "basic":
        return not header or bool(shown.strip())
    try:
        return bool(base64.b64decode(shown).decode())
    except ValueError:
        return False


def _refused() -> Response:
    """The same whether the client is unknown or its secret wrong, headers too, so that ids cannot be told apart."""
    told = json.dumps({"error": "invalid_client", "error_description": _WRONG_CREDENTIALS})
    headers = {"WWW-Authenticate": 'Basic realm="oauth"', "Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(told, 401, headers, content_type="application/json")


def install(app: Flask) -> None:
    """Register the token endpoint."""
    server = AuthorizationServer(app, query_client=_query_client, save_token=_save_token)
    server.register_grant(_Grant)
    server.register_token_generator("default", _generate_token)
    blueprint = Blueprint("oauth", __name__)

    @blueprint.post("/oauth/token")
    @public("the caller shows its credentials here")
    def token() -> Response:
        limit("credentials", address())
        if not _is_readable(request.headers.get("Authorization", "")):
            return _refused()
        answer: Response = server.create_token_response()
        return _refused() if answer.status_code == 401 else answer

    app.register_blueprint(blueprint)
