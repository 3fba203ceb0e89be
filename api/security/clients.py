"""Machine clients: making one, and the shape of its public id and its tokens.

Both name their district before the dot, so that the district can be set before the first row is looked up.
Secrets are 256 random bits, so a plain SHA-256 keeps them; a slow password hash would only slow every token request.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.access import Client, ClientSecret

SCOPES = {
    "results.write": "post results",
    "results.read": "read back own results",
    "assessments.write": "register assessments",
    "tests.write": "list windows of own tests, register and withdraw students",
    "students.read": "read students, their targets and explanations",
    "flags.read": "read flags",
    "measurement.read": "read how well subjects are measured",
}
TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client and its secret, which is shown this once."""

    client_id: str
    client_secret: str
    name: str
    scopes: tuple[str, ...]


def digest(secret: str) -> bytes:
    """What is kept of a secret or a token."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """A fresh secret: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_token(district_id: int) -> str:
    """A fresh bearer token of a district."""
    return f"{district_id}.{secrets.token_urlsafe(32)}"


def district_of(credential: str) -> int | None:
    """The district that a client id or a token names; None where it has not that shape."""
    number, dot, rest = credential.partition(".")
    readable = credential.isascii() and credential.isprintable()
    return int(number) if readable and dot and rest and number.isdigit() and len(number) < 10 else None


def create_client(
    session: Session, district_id: int, name: str, scopes: Collection[str], now: datetime, secret: str | None = None
) -> NewClient:
    """Add a machine client, with a fresh secret unless given one; ValueError names a scope that does not exist."""
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes:
        raise ValueError(f"scope {', '.join(unknown) or '(none)'}: choose among {', '.join(SCOPES)}")
    made = NewClient(f"{district_id}.{secrets.token_hex(8)}", secret or new_secret(), name, tuple(sorted(set(scopes))))
    client = Client(
        district_id=district_id, client_id=made.client_id, name=name, scopes=list(made.scopes), created_at=now
    )
    session.add(client)
    session.flush()
    add_secret(session, client, made.client_secret, now)
    return made


def add_secret(session: Session, client: Client, secret: str, now: datetime) -> None:
    """Keep the digest of a further secret of a client."""
    session.add(ClientSecret(district_id=client.district_id, client_pk=client.id, digest=digest(secret), made_at=now))
    session.flush()
