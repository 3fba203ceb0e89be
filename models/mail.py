"""Mail to be sent, and who asked for it. No address, no text and no secret is kept: the sender makes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.mail import MailKind
from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, one_of, owned


class Mail(Base):
    """One message to an account's holder.

    `due_at`: not before then; put off while somebody sends it, and after each failure. `given_up_at`: it is too old, or
    the mail server will never take it. `request_id`: the request that it answers, so that none is answered twice.
    """

    __tablename__ = "mail"
    __table_args__ = (
        one_of("kind", MailKind),
        owned("account_id", to="account"),
        UniqueConstraint("district_id", "account_id", "request_id"),
        Index(None, "district_id", "due_at"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    kind: Mapped[str]
    account_id: Mapped[Key]
    request_id: Mapped[OptionalKey]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class RecoveryRequest(Base):
    """A name or e-mail address that somebody typed to get a new password, as SHA-256; whether it is anybody's is found
    out later, so that whoever asks cannot tell. Shared, because its district is not known yet; gone within seconds.
    """

    __tablename__ = "recovery_request"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    name_digest: Mapped[str]
    asked_at: Mapped[datetime]
