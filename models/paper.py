"""Work on paper that a teacher types in: the paper of a class and its targets. What it says of students is results.

Append-only: a paper stays as it was opened.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.evidence import Independence
from mastery.paper import TYPES, Scoring
from models.base import Base, DistrictKey, Key, KeyInPrimary, Surrogate, one_of, owned


class PaperTicket(Base):
    """A paper that a class did on a day. Its title and purpose are those of its assessment; `key` names it outside."""

    __tablename__ = "paper_ticket"
    __table_args__ = (
        owned("section_id", to="section"),
        owned("assessment_id", to="assessment"),
        owned("opened_by", to="person"),
        one_of("scoring", Scoring),
        one_of("evidence_type", TYPES),
        one_of("independence", Independence),
        # a form that is sent twice opens one
        UniqueConstraint("district_id", "key"),
        Index(None, "district_id", "section_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    key: Mapped[str]
    section_id: Mapped[Key]
    assessment_id: Mapped[Key]
    evidence_type: Mapped[str]
    scoring: Mapped[str]
    independence: Mapped[str]
    performed_at: Mapped[datetime]
    date_estimated: Mapped[bool]
    opened_by: Mapped[Key]
    opened_at: Mapped[datetime]


class PaperTarget(Base):
    """A target of a paper, its place there and the points possible."""

    __tablename__ = "paper_target"
    __table_args__ = (
        owned("ticket_id", to="paper_ticket"),
        owned("target_id", to="node"),
        CheckConstraint("max > 0", name="max"),
    )

    district_id: Mapped[DistrictKey]
    ticket_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger)
    max: Mapped[float]
