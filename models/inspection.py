"""Requests to see the whole record, and what came of each. Append-only, both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.base import Base, DistrictKey, Key, Surrogate, owned


class Inspection(Base):
    """Who asked to see all of a student's record, and when."""

    __tablename__ = "inspection"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("asked_by", to="person"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    asked_by: Mapped[Key]
    asked_at: Mapped[datetime]


class InspectionAnswer(Base):
    """What came of a request: the record was made for it, or it was closed since who asked has no right any more."""

    __tablename__ = "inspection_answer"
    __table_args__ = (
        owned("inspection_id", to="inspection"),
        owned("by_person", to="person"),
        Index(None, "district_id", "inspection_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    inspection_id: Mapped[Key]
    given: Mapped[bool]
    by_person: Mapped[Key]
    at: Mapped[datetime]
