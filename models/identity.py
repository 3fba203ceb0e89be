"""Identity providers of a district, the accounts that come by them, and whose password still counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.sign_in import Audience, Match, PasswordSignIn, Preset
from models.base import Base, DistrictKey, Key, Surrogate, one_of, owned


class IdentityProvider(Base):
    """An OpenID Connect provider. `sealed_secret` opens with the installation's secret; `restriction` is a hosted
    domain or a tenant; `claim` is compared with `match` of a person in the roster."""

    __tablename__ = "identity_provider"
    __table_args__ = (
        UniqueConstraint("district_id", "name"),
        one_of("preset", Preset),
        one_of("match", Match),
        one_of("audience", Audience),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    name: Mapped[str]
    preset: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    sealed_secret: Mapped[str]
    restriction: Mapped[str | None]
    claim: Mapped[str]
    match: Mapped[str]
    audience: Mapped[str]
    enabled: Mapped[bool]
    created_at: Mapped[datetime]


class AccountIdentity(Base):
    """The holder of an account as an issuer knows them; one of each issuer, for mail addresses change hands."""

    __tablename__ = "account_identity"
    __table_args__ = (
        UniqueConstraint("district_id", "issuer", "account_id"),
        owned("account_id", to="account", ondelete="CASCADE"),
    )

    district_id: Mapped[DistrictKey]
    issuer: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[Key]
    linked_at: Mapped[datetime]


class SignInPolicy(Base):
    """Whose password counts in a district; without a row, everybody's."""

    __tablename__ = "sign_in_policy"
    __table_args__ = (one_of("password_sign_in", PasswordSignIn),)

    district_id: Mapped[DistrictKey]
    password_sign_in: Mapped[str]
