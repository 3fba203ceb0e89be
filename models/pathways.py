"""Ways to learn a target, of the whole district or of one class, with their words by language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from mastery.pathways import Mode, Setting
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class Pathway(Base):
    """A way to learn a target; without a section it is the whole district's. To change one is to end it and add one."""

    __tablename__ = "pathway"
    __table_args__ = (
        owned("target_id", to="node"),
        owned("section_id", to="section"),
        owned("added_by", to="person"),
        owned("ended_by", to="person"),
        one_of("mode", Mode),
        one_of("setting", Setting),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("link ~ '^https?://'", name="link"),
        Index(None, "district_id", "target_id"),
        Index(None, "district_id", "section_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    target_id: Mapped[Key]
    section_id: Mapped[OptionalKey]
    mode: Mapped[str]
    setting: Mapped[str]
    minutes: Mapped[int | None]
    link: Mapped[str | None]
    added_by: Mapped[OptionalKey]
    added_at: Mapped[datetime]
    ended_by: Mapped[OptionalKey]
    ended_at: Mapped[datetime | None]


class PathwayText(Base):
    """What a way is called and what one does, in one language."""

    __tablename__ = "pathway_text"
    __table_args__ = (owned("pathway_id", to="pathway"),)

    district_id: Mapped[DistrictKey]
    pathway_id: Mapped[KeyInPrimary]
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str]
    about: Mapped[str]
