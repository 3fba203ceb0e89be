"""Tests as they are given: the rule of trying again, windows, who is left out of one, and each step about a student."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from mastery.reassessment.fields import Preset
from mastery.reassessment.steps import Step
from mastery.reassessment.words import Kind
from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, one_of, owned


class RetakeRule(Base):
    """The policy of trying an assessment again, as it was chosen, from a day on. Append-only."""

    __tablename__ = "retake_rule"
    __table_args__ = (
        owned("assessment_id", to="assessment"),
        owned("by_person", to="person"),
        Index(None, "district_id", "assessment_id"),
        one_of("kind", Kind),
        one_of("preset", Preset),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    kind: Mapped[str]
    preset: Mapped[str]
    fields: Mapped[dict[str, Any]]
    effective_from: Mapped[date]
    by_person: Mapped[OptionalKey]
    at: Mapped[datetime]


class TestWindow(Base):
    """A window of an assessment at a school; `administration` is the same where tries count together. Append-only."""

    __test__ = False  # no test of ours, whatever its name begins with
    __tablename__ = "test_window"
    __table_args__ = (
        owned("assessment_id", to="assessment"),
        owned("school_id", to="school"),
        Index(None, "district_id", "assessment_id"),
        Index(None, "district_id", "school_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    school_id: Mapped[Key]
    administration: Mapped[str]
    at: Mapped[datetime]


class WindowTerms(Base):
    """When a window is and for how many; the newest of a window count. Append-only."""

    __tablename__ = "window_terms"
    __table_args__ = (
        owned("window_id", to="test_window"),
        owned("by_person", to="person"),
        Index(None, "district_id", "window_id"),
        CheckConstraint("opens_at < closes_at", name="closes_at"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    window_id: Mapped[Key]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    register_by: Mapped[datetime | None]
    capacity: Mapped[int | None]
    makeup: Mapped[list[date]] = mapped_column(ARRAY(Date()))
    blackout: Mapped[list[date]] = mapped_column(ARRAY(Date()))
    cancelled: Mapped[bool]
    by_person: Mapped[OptionalKey]
    at: Mapped[datetime]


class WindowExclusion(Base):
    """A student is on the exclusion list of a window, or not any more; the newest counts. Append-only."""

    __tablename__ = "window_exclusion"
    __table_args__ = (
        owned("window_id", to="test_window"),
        owned("student_id", to="person"),
        owned("by_person", to="person"),
        Index(None, "district_id", "window_id"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    window_id: Mapped[Key]
    student_id: Mapped[Key]
    excluded: Mapped[bool]
    reason: Mapped[str]
    by_person: Mapped[OptionalKey]
    at: Mapped[datetime]


class TestStep(Base):
    """A step about an assessment of a student (mastery.reassessment.steps). Append-only.

    `ready` and `share` say how ready the student was then; null where it was not asked. `overrode`: a teacher let it
    be. Without a person a program took the step, or a request got its seat.
    """

    __test__ = False
    __tablename__ = "test_step"
    __table_args__ = (
        owned("assessment_id", to="assessment"),
        owned("student_id", to="person"),
        owned("window_id", to="test_window"),
        owned("result_id", to="result"),
        owned("by_person", to="person"),
        owned("client_pk", to="client"),
        Index(None, "district_id", "student_id", "assessment_id"),
        Index(None, "district_id", "window_id"),
        Index(None, "district_id", "assessment_id"),
        one_of("step", Step),
        CheckConstraint("step NOT IN ('registered', 'missed') OR window_id IS NOT NULL", name="window_id"),
        CheckConstraint("step <> 'void' OR reason <> ''", name="reason"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    student_id: Mapped[Key]
    step: Mapped[str]
    window_id: Mapped[OptionalKey]
    result_id: Mapped[OptionalKey]
    ready: Mapped[bool | None]
    share: Mapped[float | None]
    overrode: Mapped[bool]
    reason: Mapped[str]
    by_person: Mapped[OptionalKey]
    client_pk: Mapped[OptionalKey]
    at: Mapped[datetime]
