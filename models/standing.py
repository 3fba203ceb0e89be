"""What follows from evidence and signed acts: the filter's state, and one readable row per student and target."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mastery.decide import ActKind
from models.base import Base, DistrictKey, ExactJSON, Key, KeyInPrimary, OptionalKey, Surrogate, owned


class SubjectState(Base):
    """The filter's arrays of one student in one subject, and how far in the order of evidence they have come."""

    __tablename__ = "subject_state"
    __table_args__ = (owned("student_id", to="person"),)

    district_id: Mapped[DistrictKey]
    student_id: Mapped[KeyInPrimary]
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    model_version: Mapped[str]
    state: Mapped[bytes] = mapped_column(LargeBinary)
    # the order key of the last sitting folded in: anything earlier that arrives later means a replay
    cursor_performed_at: Mapped[datetime]
    cursor_scored_at: Mapped[datetime]
    cursor_client: Mapped[str]
    cursor_source_id: Mapped[str]


class Standing(Base):
    """Estimate, decision and level of one student on one target, side by side and never computed from each other.

    `mean` and `variance` are logits of success on a typical item, form left out, as of the last evidence (`as_of`);
    `probability` is that of a success rate at or above the target's bar. `missing` holds mastery.decide's unmet lines.
    """

    __tablename__ = "standing"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        Index(None, "district_id", "target_id"),
    )

    district_id: Mapped[DistrictKey]
    student_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    subject: Mapped[str]
    records: Mapped[int]
    as_of: Mapped[datetime | None]
    mean: Mapped[float | None]
    variance: Mapped[float | None]
    part_general: Mapped[float | None]
    part_target: Mapped[float | None]
    part_form: Mapped[float | None]
    part_practice: Mapped[float | None]
    expected: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    probability: Mapped[float | None]
    model_version: Mapped[str]
    state: Mapped[str]
    level: Mapped[float | None]
    mastered_at: Mapped[datetime | None]
    missing: Mapped[ExactJSON]
    # flag rules whose opening condition holds as of the last evidence, and those for which it ever held
    conditions: Mapped[list[str]]
    ever: Mapped[list[str]]
    # what the fold carries on: mastery.decide's tally and decision
    carried: Mapped[ExactJSON]
    policy_version: Mapped[str]


class Confirmation(Base):
    """A decision that was confirmed, by a person or by the rule for targets without credit. Append-only.

    The rule confirms a mastery once at an instant; after a withdrawal it may be confirmed again, by either.
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        owned("by_person", to="person"),
        Index(
            "uq_confirmation_auto",
            "district_id",
            "student_id",
            "target_id",
            "mastered_at",
            "at",
            unique=True,
            postgresql_where=text(f"kind = '{ActKind.AUTO_CONFIRM.value}'"),
        ),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    target_id: Mapped[Key]
    kind: Mapped[str]
    level: Mapped[float | None]
    mastered_at: Mapped[datetime | None]
    by_person: Mapped[OptionalKey]
    reason: Mapped[str | None]
    policy_version: Mapped[str]
    # where the act stands in the order of evidence, and when it was signed
    at: Mapped[datetime]
    signed_at: Mapped[datetime]
