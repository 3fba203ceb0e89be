"""Revocations of mastery: what was proposed, by whom and why, and each step that followed. Append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from mastery.revocation import SIGNERS, Step
from models.base import Base, DistrictKey, Key, Surrogate, one_of, owned


class Revocation(Base):
    """A proposal to take a mastery away, by whom in which role, with the reason."""

    __tablename__ = "revocation"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        owned("proposed_by", to="person"),
        one_of("proposed_as", sorted(SIGNERS)),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    target_id: Mapped[Key]
    proposed_by: Mapped[Key]
    proposed_as: Mapped[str]
    reason: Mapped[str]
    proposed_at: Mapped[datetime]


class RevocationStep(Base):
    """One step after the proposal, with its words."""

    __tablename__ = "revocation_step"
    __table_args__ = (
        owned("revocation_id", to="revocation"),
        owned("by_person", to="person"),
        one_of("step", Step),
        Index(None, "district_id", "revocation_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    revocation_id: Mapped[Key]
    step: Mapped[str]
    by_person: Mapped[Key]
    words: Mapped[str]
    at: Mapped[datetime]
