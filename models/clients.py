"""Machine clients and their tokens, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.access import AccessToken, Client


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated machine: its district, its key there, its public id, what it may do."""

    district_id: int
    client_pk: int
    client_id: str
    scopes: frozenset[str]


def find_client(session: Session, district_id: int, client_id: str) -> Client | None:
    """The client of this public id, unless revoked."""
    return session.scalar(
        select(Client).where(
            Client.district_id == district_id, Client.client_id == client_id, Client.revoked_at.is_(None)
        )
    )


def caller_of_token(session: Session, district_id: int, digest: bytes, now: datetime) -> Caller | None:
    """Who a token's digest stands for, while it lasts and its client is not revoked."""
    row = session.execute(
        select(AccessToken.client_pk, Client.client_id, AccessToken.scopes)
        .join(
            Client,
            (Client.district_id == AccessToken.district_id) & (Client.id == AccessToken.client_pk),
        )
        .where(
            AccessToken.district_id == district_id,
            AccessToken.digest == digest,
            AccessToken.expires_at > now,
            Client.revoked_at.is_(None),
        )
    ).one_or_none()
    return row and Caller(district_id, row.client_pk, row.client_id, frozenset(row.scopes))


def forget_expired_tokens(session: Session, district_id: int, now: datetime) -> None:
    """Delete tokens past their time."""
    session.execute(delete(AccessToken).where(AccessToken.district_id == district_id, AccessToken.expires_at <= now))
