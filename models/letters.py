"""Codes by which a person may set a password once: printed in a letter, or mailed as a link. Kept as digests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mastery.letters import CodeKind
from models.base import Base, DistrictKey, Key, OptionalKey, one_of, owned


class EntryCode(Base):
    """A code of a person. `digest`: SHA-256 of it under the installation's key. `ended_at`: a newer one took its place,
    or the password was set by another one. `made_by`: the person who made the letter; none for a command or a link.
    """

    __tablename__ = "entry_code"
    __table_args__ = (
        one_of("kind", CodeKind),
        owned("person_id", to="person"),
        Index(None, "district_id", "person_id"),
    )

    district_id: Mapped[DistrictKey]
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[Key]
    made_by: Mapped[OptionalKey]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
