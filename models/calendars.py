"""Calendars of schools: what each date is, and the history of what was made of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mastery.pace.calendar import DayKind
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class CalendarDay(Base):
    """What a date is at a school; `by_hand`: made so by an act of its own, which no file takes back."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        owned("school_id", to="school"),
        one_of("kind", DayKind),
        CheckConstraint("weight BETWEEN 0 AND 1", name="weight"),
    )

    district_id: Mapped[DistrictKey]
    school_id: Mapped[KeyInPrimary]
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    weight: Mapped[float]
    by_hand: Mapped[bool]


class CalendarChange(Base):
    """What a date was made, by whom and why; without a reason it came with a file. Append-only."""

    __tablename__ = "calendar_change"
    __table_args__ = (
        owned("school_id", to="school"),
        owned("by_person", to="person"),
        one_of("kind", DayKind),
        Index(None, "district_id", "school_id", "day"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    school_id: Mapped[Key]
    day: Mapped[date]
    kind: Mapped[str]
    weight: Mapped[float]
    reason: Mapped[str | None]
    by_person: Mapped[OptionalKey]
    at: Mapped[datetime]
