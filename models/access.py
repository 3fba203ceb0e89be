"""Who may come in: machine clients with their tokens, and people's accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, owned


class Client(Base):
    """A machine client: one source of results in one district. Its use is noted to the hour."""

    __tablename__ = "client"
    __table_args__ = (UniqueConstraint("district_id", "client_id"), UniqueConstraint("district_id", "name"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    client_id: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ClientSecret(Base):
    """A secret of a client, kept as its SHA-256. It works until it expires (after a rotation) or was ended."""

    __tablename__ = "client_secret"
    __table_args__ = (owned("client_pk", to="client"), Index(None, "district_id", "client_pk"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    client_pk: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AccessToken(Base):
    """A bearer token, kept as its SHA-256."""

    __tablename__ = "access_token"
    __table_args__ = (owned("client_pk", to="client"),)

    district_id: Mapped[DistrictKey]
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_pk: Mapped[Key]
    scopes: Mapped[list[str]]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Account(Base):
    """A person's way to sign in."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("district_id", "sign_in_name"),
        owned("person_id", to="person"),
        Index(None, "district_id", "person_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sign_in_name: Mapped[str] = mapped_column(Text)
    person_id: Mapped[OptionalKey]
    # None: whoever holds the account comes by an identity provider alone
    password_hash: Mapped[str | None]
    # chosen on a page, for all of the person's devices; None: what the browser asks for
    language: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
