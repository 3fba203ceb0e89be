"""The district, the unit of scale and of isolation, and the version stamps of what belongs to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey


class District(Base):
    """A school district. Shared by all; holds nothing about a child."""

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(Integer, Identity(always=False), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    sandbox: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class DistrictStamp(Base):
    """Counters that grow with every change of what they are named after; processes cache by them."""

    __tablename__ = "district_stamp"

    district_id: Mapped[DistrictKey]
    graph: Mapped[int] = mapped_column(BigInteger, default=0)
    roster: Mapped[int] = mapped_column(BigInteger, default=0)
    assessments: Mapped[int] = mapped_column(BigInteger, default=0)
    policy: Mapped[int] = mapped_column(BigInteger, default=0)


class SignInName(Base):
    """Which district an account's sign-in name belongs to, by SHA-256 of the name: asked before a district is known."""

    __tablename__ = "sign_in_name"

    name_digest: Mapped[str] = mapped_column(Text, primary_key=True)
    district_id: Mapped[int]


class ImportJob(Base):
    """How far a resumable import has come; one row per kind and file content."""

    __tablename__ = "import_job"

    district_id: Mapped[DistrictKey]
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    file_digest: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
