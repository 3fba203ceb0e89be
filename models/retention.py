"""The end of a record: rules that a district signed, legal holds, what waits to be deleted, and what was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, owned


class RetentionRule(Base):
    """How long a district keeps records of a kind, from a day on; the newest in effect counts. Append-only.

    `keep` is a span such as `5 years` (mastery.retention_schedule), or `permanent`.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (Index(None, "district_id", "kind", "effective_from"),)

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    kind: Mapped[str]
    keep: Mapped[str]
    legal_basis: Mapped[str]
    signed_by: Mapped[str]
    effective_from: Mapped[date]
    at: Mapped[datetime]


class LegalHold(Base):
    """Nothing of a student, or of a kind of record, is deleted while this holds; both None: nothing of the district."""

    __tablename__ = "legal_hold"
    __table_args__ = (owned("student_id", to="person"), Index(None, "district_id", "student_id"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[OptionalKey]
    kind: Mapped[str | None]
    reason: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    until: Mapped[date | None]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]


class PendingDeletion(Base):
    """A student whose record is due: out of sight since an instant, deleted once the time of grace is over."""

    __tablename__ = "pending_deletion"
    __table_args__ = (owned("student_id", to="person"),)

    district_id: Mapped[DistrictKey]
    student_id: Mapped[KeyInPrimary]
    due_on: Mapped[date]
    rule: Mapped[str]
    since: Mapped[datetime]


class Tombstone(Base):
    """That something was deleted, under which rule, and how many rows of which tables; never what. Append-only.

    A student's record is known by `key_digest` (models.student_rows.key_digest); records of a kind by `through`: all
    that are older are gone, or of answers (Kind.ITEM_RESPONSE) reduced. Both None: a hold of all stopped a run, and
    only so many rows are gone.
    """

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("district_id", "kind", "key_digest", "at"),)

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    kind: Mapped[str]
    key_digest: Mapped[str | None] = mapped_column(Text)
    through: Mapped[datetime | None]
    rule: Mapped[str]
    at: Mapped[datetime]
    removed: Mapped[dict[str, Any]]


class AnswersReduced(Base):
    """Up to when a district's results came in whose answers are reduced (models.reduced_answers).

    `at` is when a run last came to its end; `untold` how many rows were reduced of which no tombstone tells yet.
    """

    __tablename__ = "answers_reduced"

    district_id: Mapped[DistrictKey]
    through: Mapped[datetime]
    at: Mapped[datetime]
    untold: Mapped[Key]


class MasteredCompetency(Base):
    """A competency that a student mastered, kept for good when the rest of the record is deleted. Append-only."""

    __tablename__ = "mastered_competency"
    __table_args__ = (
        owned("student_id", to="person"),
        UniqueConstraint("district_id", "student_id", "target_guid"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    target_guid: Mapped[str]
    code: Mapped[str | None]
    statement: Mapped[str]
    subject: Mapped[str]
    level: Mapped[float | None]
    mastered_at: Mapped[datetime]
    kept_at: Mapped[datetime]


def in_sight(district_id: int, student: Any) -> ColumnElement[bool]:
    """Whether the record of a student, by a column of keys, does not wait to be deleted."""
    waits = select(PendingDeletion.student_id).where(
        PendingDeletion.district_id == district_id, PendingDeletion.student_id == student
    )
    return ~waits.exists()
