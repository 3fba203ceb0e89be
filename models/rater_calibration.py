"""Examples of a rubric with the levels that were agreed on for them, and how raters scored them. Append-only."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from mastery.rating.contents import Kind
from models.base import Base, DistrictKey, Key, KeyInPrimary, Surrogate, one_of, owned


class Anchor(Base):
    """An example of a rubric: a file without a student's name, kept by its content."""

    __tablename__ = "anchor"
    __table_args__ = (
        owned("rubric_id", to="rubric"),
        owned("added_by", to="person"),
        ForeignKeyConstraint(
            ["district_id", "digest"], ["artefact_content.district_id", "artefact_content.digest"]
        ),
        Index(None, "district_id", "rubric_id"),
        Index(None, "district_id", "digest"),
        one_of("kind", Kind),
    )  # fmt: skip

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    rubric_id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    added_by: Mapped[Key]
    added_at: Mapped[datetime]


class AnchorLevel(Base):
    """The level that was agreed on for a criterion of an example."""

    __tablename__ = "anchor_level"
    __table_args__ = (
        owned("anchor_id", to="anchor"),
        CheckConstraint("level BETWEEN 0 AND 4 AND level * 2 = floor(level * 2)", name="level"),
    )

    district_id: Mapped[DistrictKey]
    anchor_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    level: Mapped[float]


class RaterTrial(Base):
    """One calibration of a rater for a rubric, on a day where the school is."""

    __tablename__ = "rater_trial"
    __table_args__ = (
        owned("rubric_id", to="rubric"),
        owned("rater_id", to="person"),
        Index(None, "district_id", "rubric_id", "rater_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    rubric_id: Mapped[Key]
    rater_id: Mapped[Key]
    day: Mapped[date]
    at: Mapped[datetime]


class TrialScore(Base):
    """What a rater gave for a criterion of an example."""

    __tablename__ = "trial_score"
    __table_args__ = (
        owned("trial_id", to="rater_trial"),
        owned("anchor_id", to="anchor"),
        CheckConstraint("level BETWEEN 0 AND 4 AND level * 2 = floor(level * 2)", name="level"),
    )

    district_id: Mapped[DistrictKey]
    trial_id: Mapped[KeyInPrimary]
    anchor_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    level: Mapped[float]
