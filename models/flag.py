"""Flags: a claim that a named adult should look at something, and every step of its life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey, ExactJSON, Key, OptionalKey, Surrogate, owned

LIVE_STATES = ("OPEN", "ACKNOWLEDGED", "IN_SUPPORT", "SNOOZED")


class Flag(Base):
    """One flag; at most one live per (student, family, scope)."""

    __tablename__ = "flag"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        owned("assessment_id", to="assessment"),
        Index(
            "uq_flag_live",
            "district_id",
            "student_id",
            "family",
            "scope",
            unique=True,
            postgresql_where=text("state IN ('" + "', '".join(LIVE_STATES) + "')"),
        ),
        Index(None, "district_id", "state", "opened_at"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    rule: Mapped[str]
    rule_version: Mapped[str]
    family: Mapped[str]
    scope: Mapped[str]
    target_id: Mapped[OptionalKey]
    assessment_id: Mapped[OptionalKey]
    severity: Mapped[str]
    state: Mapped[str] = mapped_column(Text)
    finding: Mapped[ExactJSON]
    opened_at: Mapped[datetime]
    as_of: Mapped[datetime]
    close_met_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    policy_version: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class FlagTransition(Base):
    """One step of a flag's life: who, when, why. Append-only."""

    __tablename__ = "flag_transition"
    __table_args__ = (
        owned("flag_id", to="flag"),
        owned("by_person", to="person"),
        Index(None, "district_id", "flag_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    flag_id: Mapped[Key]
    event: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by_person: Mapped[OptionalKey]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    at: Mapped[datetime]
