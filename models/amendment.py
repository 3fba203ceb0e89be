"""Requests to amend a record, and every step that followed: decision, hearing, statement. Append-only, both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from mastery.amendment import Contested, Step
from models.base import Base, DistrictKey, Key, Surrogate, one_of, owned


class Amendment(Base):
    """What of a student's record is contested, by whom, since when: `found` is wrong and `wanted` would be right."""

    __tablename__ = "amendment"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("asked_by", to="person"),
        one_of("contested", [kind for kind in Contested if kind is not Contested.JUDGEMENT]),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    asked_by: Mapped[Key]
    asked_at: Mapped[datetime]
    contested: Mapped[str]
    found: Mapped[str]
    wanted: Mapped[str]


class AmendmentStep(Base):
    """One step after the request, with its words: the reason of a decision, or the statement itself."""

    __tablename__ = "amendment_step"
    __table_args__ = (
        owned("amendment_id", to="amendment"),
        owned("by_person", to="person"),
        one_of("step", Step),
        Index(None, "district_id", "amendment_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    amendment_id: Mapped[Key]
    step: Mapped[str]
    by_person: Mapped[Key]
    words: Mapped[str]
    at: Mapped[datetime]
