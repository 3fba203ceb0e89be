"""Who is signed in, by what they showed, and from where signing in failed too often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.session_limits import Began, Ending
from models.base import Base, DistrictKey, Key, KeyInPrimary, Surrogate, one_of, owned


class AccountSession(Base):
    """One sign-in of an account. `digest` is the SHA-256 of the token that the browser's cookie holds.

    `staff`: the limits are those of people who work for a school. `device` is browser and system, as far as known.
    """

    __tablename__ = "account_session"
    __table_args__ = (
        UniqueConstraint("district_id", "digest"),
        owned("account_id", to="account", ondelete="CASCADE"),
        one_of("how", Began),
        one_of("why", Ending),
        Index(None, "district_id", "account_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[Key]
    how: Mapped[str]
    staff: Mapped[bool]
    device: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    # when a second factor was shown, here or at an identity provider
    factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None]


class SecondFactor(Base):
    """The secret of an account's codes, sealed with the installation's key, and the tries at them.

    `secret` counts; `pending` is one that is being set up and not confirmed yet. `last_step` is the time step of the
    newest code that was taken: no code is taken twice.
    """

    __tablename__ = "second_factor"
    __table_args__ = (owned("account_id", to="account", ondelete="CASCADE"),)

    district_id: Mapped[DistrictKey]
    account_id: Mapped[KeyInPrimary]
    secret: Mapped[str | None]
    pending: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code for the day on which the phone is lost, kept as its SHA-256; it works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (owned("account_id", to="account", ondelete="CASCADE"),)

    district_id: Mapped[DistrictKey]
    account_id: Mapped[KeyInPrimary]
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]
