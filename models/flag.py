"""Flags: a claim that a named adult should look at something, and every step of its life."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mastery.flags.life import LIVE, DismissReason, FlagState, Resolution
from models.base import Base, DistrictKey, ExactJSON, Key, OptionalKey, Surrogate, one_of, owned

LIVE_STATES = tuple(sorted(state.value for state in LIVE))


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
        Index(None, "district_id", "student_id"),
        one_of("state", FlagState),
        one_of("resolution", Resolution),
        one_of("dismiss_reason", DismissReason),
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
    # mastery.flags.view.Finding as it stands now, and {facts, evidence, added} from when it opened and since
    finding: Mapped[ExactJSON]
    opened: Mapped[ExactJSON]
    opened_at: Mapped[datetime]
    as_of: Mapped[datetime]
    close_met_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_on: Mapped[date | None]
    resolution: Mapped[str | None] = mapped_column(Text)
    dismiss_reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(default="")
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
