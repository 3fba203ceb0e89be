"""The registry of assessments: forms, items, blueprint, cut scores."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.evidence import Purpose
from models.base import Base, DistrictKey, ExactJSON, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class Assessment(Base):
    """An assessment as its client registered it; `name` is the client's own id for it."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("district_id", "client_pk", "name"),
        owned("client_pk", to="client"),
        one_of("purpose", Purpose),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    client_pk: Mapped[Key]
    name: Mapped[str]
    title: Mapped[str]
    purpose: Mapped[str]
    dok: Mapped[int | None] = mapped_column(SmallInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]


class AssessmentForm(Base):
    """One form of an assessment."""

    __tablename__ = "assessment_form"
    __table_args__ = (
        UniqueConstraint("district_id", "assessment_id", "name"),
        # what a result refers to
        UniqueConstraint("district_id", "assessment_id", "id"),
        owned("assessment_id", to="assessment"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    name: Mapped[str]


class Item(Base):
    """A question, known by its name inside its assessment, on whichever forms it stands."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("district_id", "assessment_id", "name"),
        owned("assessment_id", to="assessment"),
        # an assessment of free practice has thousands of items, and formats are asked for with each replay
        Index(
            "ix_item_format",
            "district_id",
            "assessment_id",
            postgresql_where="choices IS NOT NULL OR points IS NOT NULL",
        ),
        CheckConstraint("choices BETWEEN 2 AND 20", name="choices"),
        CheckConstraint("points BETWEEN 1 AND 20", name="points"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    name: Mapped[str]
    dok: Mapped[int | None] = mapped_column(SmallInteger)
    # how many options it has to choose from; null where it can not be guessed
    choices: Mapped[int | None] = mapped_column(SmallInteger)
    # in how many equal steps it is scored; null where that was not said
    points: Mapped[int | None] = mapped_column(SmallInteger)


class FormItem(Base):
    """An item's place on a form, with the target it was written for."""

    __tablename__ = "form_item"
    __table_args__ = (
        owned("form_id", to="assessment_form"),
        owned("item_id", to="item"),
        owned("target_id", to="node"),
    )

    district_id: Mapped[DistrictKey]
    form_id: Mapped[KeyInPrimary]
    item_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    max: Mapped[float]


class Blueprint(Base):
    """A target that an assessment certifies, with its weight and cognitive demand."""

    __tablename__ = "blueprint"
    __table_args__ = (
        owned("assessment_id", to="assessment"),
        owned("target_id", to="node"),
        Index(None, "district_id", "target_id"),
    )

    district_id: Mapped[DistrictKey]
    assessment_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    weight: Mapped[float]
    dok: Mapped[int | None] = mapped_column(SmallInteger)


class CutScores(Base):
    """A set of cut scores; it counts once a person of the school has confirmed it."""

    __tablename__ = "cut_scores"
    __table_args__ = (
        owned("assessment_id", to="assessment"),
        owned("confirmed_by", to="person"),
        Index(None, "district_id", "assessment_id"),
        one_of("origin", ("sender", "proposed")),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    assessment_id: Mapped[Key]
    cuts: Mapped[ExactJSON]
    origin: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[OptionalKey]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
