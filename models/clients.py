"""Machine clients, their secrets and their tokens, as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from mastery.credentials import NOTED_EVERY, is_noted
from models.access import AccessToken, Client, ClientSecret
from models.district_end import has_ended
from models.own_senders import own_sender_ids


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated machine: its district, its key there, its public id, what it may do."""

    district_id: int
    client_pk: int
    client_id: str
    scopes: frozenset[str]


def find_client(session: Session, district_id: int, client_id: str) -> Client | None:
    """The client of this public id, unless revoked, or the contract of its district ended."""
    return session.scalar(
        select(Client).where(
            Client.district_id == district_id, Client.client_id == client_id, Client.revoked_at.is_(None),
            ~has_ended(Client.district_id),
        )
    )  # fmt: skip


def hold_client(session: Session, district_id: int, name: str) -> Client | None:
    """The client of this name or public id, revoked or not, held until the transaction ends."""
    query = select(Client).where(Client.district_id == district_id, or_(Client.name == name, Client.client_id == name))
    return session.scalars(query.order_by(Client.client_id != name).with_for_update()).first()


def working_secrets(session: Session, district_id: int, client_pk: int, now: datetime) -> Sequence[ClientSecret]:
    """The secrets of a client that work now, the oldest first."""
    return session.scalars(
        select(ClientSecret)
        .where(
            ClientSecret.district_id == district_id,
            ClientSecret.client_pk == client_pk,
            ClientSecret.ended_at.is_(None),
            or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now),
        )
        .order_by(ClientSecret.id)
    ).all()


def clients_of(
    session: Session, district_id: int, limit: int | None, offset: int
) -> tuple[Sequence[tuple[Client, Sequence[ClientSecret]]], int]:
    """A page of the district's programs, those that still work first, by name; each with its secrets, the oldest first.

    And how many there are in all. What stands for people who type in or score is no program.
    """
    rows = session.execute(
        select(Client, func.count().over())
        .where(Client.district_id == district_id, Client.client_id.not_in(own_sender_ids(district_id)))
        .order_by(Client.revoked_at.is_not(None), Client.name, Client.id)
        .limit(limit)
        .offset(offset)
    ).all()
    of_client: dict[int, list[ClientSecret]] = defaultdict(list)
    secrets = (
        select(ClientSecret)
        .where(
            ClientSecret.district_id == district_id,
            ClientSecret.client_pk == func.any([client.id for client, _total in rows]),
        )
        .order_by(ClientSecret.id)
    )
    for secret in session.scalars(secrets):
        of_client[secret.client_pk].append(secret)
    return [(client, of_client[client.id]) for client, _total in rows], rows[0][1] if rows else 0


def caller_of_token(session: Session, district_id: int, digest: bytes, now: datetime) -> Caller | None:
    """Who a token's digest stands for, while it lasts, its client is not revoked and the district's contract goes on.

    It may do what the token was made for and the client still has. The client's use is noted, to the hour.
    """
    row = session.execute(
        select(AccessToken.client_pk, Client.client_id, AccessToken.scopes, Client.scopes, Client.last_used_at)
        .join(
            Client,
            (Client.district_id == AccessToken.district_id) & (Client.id == AccessToken.client_pk),
        )
        .where(
            AccessToken.district_id == district_id,
            AccessToken.digest == digest,
            AccessToken.expires_at > now,
            Client.revoked_at.is_(None),
            ~has_ended(AccessToken.district_id),
        )
    ).one_or_none()
    if row is None:
        return None
    client_pk, client_id, granted, has, last_used_at = row
    if not is_noted(last_used_at, now):
        note_use(session, district_id, client_pk, None, now)
        session.commit()
    return Caller(district_id, client_pk, client_id, frozenset(granted) & frozenset(has))


def note_use(session: Session, district_id: int, client_pk: int, secret_id: int | None, now: datetime) -> None:
    """Write down that a client, and one of its secrets, was used, unless that was noted within the hour."""
    before = now - NOTED_EVERY
    session.execute(
        update(Client)
        .where(
            Client.district_id == district_id,
            Client.id == client_pk,
            or_(Client.last_used_at.is_(None), Client.last_used_at <= before),
        )
        .values(last_used_at=now)
    )
    if secret_id is not None:
        session.execute(
            update(ClientSecret)
            .where(
                ClientSecret.district_id == district_id,
                ClientSecret.id == secret_id,
                or_(ClientSecret.last_used_at.is_(None), ClientSecret.last_used_at <= before),
            )
            .values(last_used_at=now)
        )


def end_tokens(session: Session, district_id: int, client_pk: int) -> None:
    """Forget every token of a client, so that it opens nothing any more."""
    session.execute(
        delete(AccessToken).where(AccessToken.district_id == district_id, AccessToken.client_pk == client_pk)
    )


def forget_expired_tokens(session: Session, district_id: int, now: datetime) -> None:
    """Delete tokens past their time."""
    session.execute(delete(AccessToken).where(AccessToken.district_id == district_id, AccessToken.expires_at <= now))
