"""What is on file of names, safety and homes: the district's rule of names, protected students, households."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mastery.households import Notice
from mastery.names import ParentView
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class NamePolicy(Base):
    """Which name of a student families get in a district; no row: the district has not said."""

    __tablename__ = "name_policy"
    __table_args__ = (one_of("parent_view", ParentView),)

    district_id: Mapped[DistrictKey]
    parent_view: Mapped[str]
    set_by: Mapped[OptionalKey]
    set_at: Mapped[datetime]


class StudentSafety(Base):
    """What an office has on file for a student's safety.

    `substitute_address`: of a programme that keeps the real one secret. `display_name_to_family`: whether the family
    may get the name that the student goes by, where the district decides that student by student; None: not asked.
    """

    __tablename__ = "student_safety"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("set_by", to="person"),
        CheckConstraint("substitute_address IS NULL OR protected", name="substitute"),
    )

    district_id: Mapped[DistrictKey]
    student_id: Mapped[KeyInPrimary]
    protected: Mapped[bool] = mapped_column(default=False)
    directory_opt_out: Mapped[bool] = mapped_column(default=False)
    substitute_address: Mapped[str | None]
    display_name_to_family: Mapped[bool | None]
    set_by: Mapped[OptionalKey]
    set_at: Mapped[datetime]


class Household(Base):
    """Where people live together: the address, and the language in which letters to it are written."""

    __tablename__ = "household"

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    address: Mapped[str | None]
    language: Mapped[str]
    made_at: Mapped[datetime]


class HouseholdMember(Base):
    """A person in a household, dated; `notice`: how they want to be told. Ended, never deleted."""

    __tablename__ = "household_member"
    __table_args__ = (
        owned("household_id", to="household"),
        owned("person_id", to="person"),
        one_of("notice", Notice),
        CheckConstraint("ends_on IS NULL OR begins_on IS NULL OR ends_on >= begins_on", name="span"),
        Index(None, "district_id", "household_id"),
        Index(None, "district_id", "person_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    household_id: Mapped[Key]
    person_id: Mapped[Key]
    notice: Mapped[str]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
