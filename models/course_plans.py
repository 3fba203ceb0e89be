"""Plans of courses, plans of students' own, pauses, and pace as it was worked out for a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.pace.status import BY_HAND, Status
from models.base import Base, DistrictKey, ExactJSON, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class CoursePlan(Base):
    """The plan of a class, from a day to a day; the highest version counts, and the earlier ones stay. Append-only."""

    __tablename__ = "course_plan"
    __table_args__ = (
        owned("section_id", to="section"),
        owned("made_by", to="person"),
        # of two that were made from the same one, one did not see the other
        UniqueConstraint("district_id", "section_id", "version"),
        CheckConstraint("starts_on <= finishes_on", name="dates"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    section_id: Mapped[Key]
    version: Mapped[int]
    starts_on: Mapped[date]
    finishes_on: Mapped[date]
    reason: Mapped[str | None]
    made_by: Mapped[OptionalKey]
    made_at: Mapped[datetime]


class CoursePlanTarget(Base):
    """A target of a plan, due after `due` school days of it; `day` is the date that was given for that. Append-only.

    A closure moves the date and leaves the distance, unless the law has set the date (`fixed_by_law`).
    """

    __tablename__ = "course_plan_target"
    __table_args__ = (
        owned("course_plan_id", to="course_plan"),
        owned("target_id", to="node"),
        CheckConstraint("weight > 0 AND due >= 0", name="line"),
    )

    district_id: Mapped[DistrictKey]
    course_plan_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    due: Mapped[float]
    day: Mapped[date]
    weight: Mapped[float]
    priority: Mapped[bool]
    fixed_by_law: Mapped[bool]


class OwnPlan(Base):
    """Other dates than the teacher's that a student was given, or set, in a class; the newest counts. Append-only.

    `private`: an accommodation, whose reason and `multiplier` staff with access to accommodations alone read;
    `test_multiplier` is for time on tests, which is another thing than time for a course.
    """

    __tablename__ = "own_plan"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("section_id", to="section"),
        owned("set_by", to="person"),
        CheckConstraint("multiplier >= 1 AND test_multiplier >= 1", name="multiplier"),
        CheckConstraint("private OR (multiplier IS NULL AND test_multiplier IS NULL)", name="private"),
        Index(None, "district_id", "section_id", "student_id"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    section_id: Mapped[Key]
    set_on: Mapped[date]
    reason: Mapped[str]
    private: Mapped[bool]
    multiplier: Mapped[float | None]
    test_multiplier: Mapped[float | None]
    set_by: Mapped[Key]
    set_at: Mapped[datetime]


class OwnPlanDate(Base):
    """When a target is due in a plan of a student's own: after `due` school days since their own start. Append-only."""

    __tablename__ = "own_plan_date"
    __table_args__ = (
        owned("own_plan_id", to="own_plan"),
        owned("target_id", to="node"),
        CheckConstraint("due >= 0", name="due"),
    )

    district_id: Mapped[DistrictKey]
    own_plan_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    due: Mapped[float]


class PacePause(Base):
    """Days that leave a student's clock, approved by a person; without `last` its end is not known. Append-only.

    `replaces_id` is the entry in whose place this one stands; without `first` that one was taken back.
    """

    __tablename__ = "pace_pause"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("approved_by", to="person"),
        owned("replaces_id", to="pace_pause"),
        UniqueConstraint("district_id", "replaces_id"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("first_day IS NOT NULL OR replaces_id IS NOT NULL", name="taken_back"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    reason: Mapped[str]
    replaces_id: Mapped[OptionalKey]
    approved_by: Mapped[Key]
    approved_at: Mapped[datetime]


class PaceByHand(Base):
    """The word that a teacher says in the place of the computed one, and why; none: it was taken back. Append-only."""

    __tablename__ = "pace_by_hand"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("section_id", to="section"),
        owned("set_by", to="person"),
        one_of("status", BY_HAND),
        Index(None, "district_id", "section_id", "student_id"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    section_id: Mapped[Key]
    status: Mapped[str | None]
    reason: Mapped[str]
    set_on: Mapped[date]
    set_by: Mapped[Key]
    set_at: Mapped[datetime]


class PaceDay(Base):
    """The pace of a student in a class as it was worked out for a day, the last one (mastery.pace.status.Pace).

    Gaps and `finish` (10, 20, 50, 80, 90 of 100) are in school days, `weeks` three Mondays; both none where there is
    too little work. `given_*` is what the day began with, `behind_since` and `close` what it leaves to the next.
    """

    __tablename__ = "pace_day"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("section_id", to="section"),
        one_of("status", Status),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    section_id: Mapped[KeyInPrimary]
    student_id: Mapped[KeyInPrimary]
    day: Mapped[date]
    status: Mapped[str]
    gap: Mapped[float]
    plan_gap: Mapped[float]
    elapsed: Mapped[float]
    done: Mapped[float]
    total: Mapped[float]
    late: Mapped[ExactJSON]
    finish: Mapped[ExactJSON | None]
    weeks: Mapped[ExactJSON | None]
    given_behind_since: Mapped[date | None]
    given_close: Mapped[int] = mapped_column(SmallInteger)
    behind_since: Mapped[date | None]
    close: Mapped[int] = mapped_column(SmallInteger)
    policy_version: Mapped[str]
    worked_out_at: Mapped[datetime]


class PaceNight(Base):
    """The last day for which the pace of a class was worked out for everybody: where a run goes on from."""

    __tablename__ = "pace_night"
    __table_args__ = (owned("section_id", to="section"),)

    district_id: Mapped[DistrictKey]
    section_id: Mapped[KeyInPrimary]
    day: Mapped[date]
    at: Mapped[datetime]
