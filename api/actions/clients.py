"""What an administrator does with machine clients: make, look at, give a new secret, revoke. Each act is on record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.security.clients import NewClient, add_secret, create_client, new_secret
from mastery.audit import Act
from mastery.credentials import Secret, ends_at_rotation
from mastery.offices import Affair
from models.access import Client, ClientSecret
from models.audit import record
from models.clients import clients_of, end_tokens, hold_client, working_secrets
from models.locks import give_names


class ClientError(Exception):
    """What was asked of a client can not be done; the message says why and what helps."""


class NameTakenError(ClientError):
    """A name that another client of the district has."""


class OverlapError(ClientError):
    """Two secrets work: one more would end the one that the program may still use. `until`: as long as they do."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"The former secret works until {until.isoformat()}: a further one would end it.")
        self.until = until


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """A secret as it is told about: never itself."""

    made_at: datetime
    works_until: datetime | None
    last_used_at: datetime | None
    is_old: bool


@dataclass(frozen=True, slots=True)
class ShownClient:
    """A client as it is told about, with the secrets that work, the oldest first."""

    client_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    secrets: tuple[ShownSecret, ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """A client's new secret, shown this once, and until when its former one works (None: there was none)."""

    client_id: str
    name: str
    client_secret: str
    former_works_until: datetime | None


def add_client(session: Session, desk: Desk, name: str, scopes: Collection[str], now: datetime) -> NewClient:
    """Make a client. Raises NotYoursError, NameTakenError, and ValueError that names a scope that does not exist."""
    _allow(desk, now)
    give_names(session, desk.district, "client")
    if hold_client(session, desk.district, name) is not None:
        raise NameTakenError(f"There is a client {name!r} in this district already.")
    made = create_client(session, desk.district, name, scopes, now)
    detail = {"client": made.client_id, "scopes": list(made.scopes)}
    record(session, desk.district, desk.by, Act.CLIENT_MADE, now, detail=detail)
    return made


def show_clients(
    session: Session, district_id: int, now: datetime, limit: int | None = None, offset: int = 0
) -> tuple[list[ShownClient], int]:
    """A page of the district's clients, those that still work first, by name; how many there are."""
    found, total = clients_of(session, district_id, limit, offset)
    return [_shown(client, secrets, now) for client, secrets in found], total


def rotate_client(
    session: Session, desk: Desk, name: str, overlap: timedelta, now: datetime, *, keep_former: bool = False
) -> Rotated:
    """Give a client a second secret; the one it has goes on for `overlap`, an older one ends now.

    Without any overlap what the former secret opened is closed as well: the client's tokens end. `keep_former`: not
    while an older one works, which the program may still use (pressed twice, say). Raises NotYoursError, ClientError,
    OverlapError among them.
    """
    client = _held(session, desk, name, now)
    rows = working_secrets(session, desk.district, client.id, now)
    if keep_former and len(rows) > 1:
        raise OverlapError(min(row.expires_at for row in rows if row.expires_at is not None))
    try:
        ends = ends_at_rotation(map(_secret, rows), now, overlap)
    except ValueError as error:
        raise ClientError(f"{str(error).capitalize()}.") from error
    for row in rows:
        if ends[row.id] <= now:
            row.ended_at = now
        else:
            row.expires_at = ends[row.id]
    secret = new_secret()
    add_secret(session, client, secret, now)
    if not overlap:
        end_tokens(session, desk.district, client.id)
    until = max(ends.values(), default=None)
    detail = {"client": client.client_id, "former_works_until": until.isoformat() if until else None}
    record(session, desk.district, desk.by, Act.CLIENT_ROTATED, now, detail=detail)
    return Rotated(client.client_id, client.name, secret, until)


def revoke_client(session: Session, desk: Desk, name: str, now: datetime) -> str:
    """End a client with its secrets and tokens; what it posted stays. Its public id.

    Raises NotYoursError, ClientError.
    """
    client = _held(session, desk, name, now)
    client.revoked_at = now
    for row in working_secrets(session, desk.district, client.id, now):
        row.ended_at = now
    end_tokens(session, desk.district, client.id)
    record(session, desk.district, desk.by, Act.CLIENT_REVOKED, now, detail={"client": client.client_id})
    return client.client_id


def _allow(desk: Desk, now: datetime) -> None:
    """Programs are the whole district's; a person's ties count at the instant of their visit."""
    desk.whole_district(Affair.CLIENTS, now if desk.viewer is None else desk.viewer.at)


def _held(session: Session, desk: Desk, name: str, now: datetime) -> Client:
    _allow(desk, now)
    client = hold_client(session, desk.district, name)
    if client is None:
        raise ClientError(f"There is no client {name!r} in this district: `mastery client list` shows all.")
    if client.revoked_at is not None:
        raise ClientError(f"The client {name!r} was revoked on {client.revoked_at.date()}: make a new one.")
    return client


def _secret(row: ClientSecret) -> Secret:
    return Secret(row.id, row.made_at, row.expires_at, row.ended_at)


def _shown(client: Client, secrets: Collection[ClientSecret], now: datetime) -> ShownClient:
    return ShownClient(
        client.client_id,
        client.name,
        tuple(client.scopes),
        client.created_at,
        client.last_used_at,
        client.revoked_at,
        tuple(
            ShownSecret(row.made_at, row.expires_at, row.last_used_at, _secret(row).is_old(now))
            for row in secrets
            if _secret(row).works(now)
        ),
    )
