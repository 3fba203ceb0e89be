"""What has happened and is still to be told, written in the transaction of what happened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey, KeyInPrimary, Surrogate, owned


class Outbox(Base):
    """One announcement, ids only; the relay deletes it once told."""

    __tablename__ = "outbox"

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    topic: Mapped[str]
    student_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    at: Mapped[datetime]


class SectionVersion(Base):
    """A number that grows whenever something shown for a section may have changed."""

    __tablename__ = "section_version"
    __table_args__ = (owned("section_id", to="section"),)

    district_id: Mapped[DistrictKey]
    section_id: Mapped[KeyInPrimary]
    version: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]
