"""What a student, or a parent, says of the student in their own words. Append-only: what was said before stays."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from mastery.pathways import Mode, Setting
from mastery.profile import Kind
from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, one_of, owned


class OwnWords(Base):
    """Something that was said, in the place of the entry `replaces_id`; `withdrawn`: that entry was taken back.

    `words` are none of a choice, which is a target alone, and of an entry that only takes another back.
    """

    __tablename__ = "own_words"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("said_by", to="person"),
        owned("target_id", to="node"),
        owned("replaces_id", to="own_words"),
        one_of("kind", Kind),
        one_of("mode", Mode),
        one_of("setting", Setting),
        # of two that came in the place of the same one, one did not see the other
        UniqueConstraint("district_id", "replaces_id"),
        CheckConstraint("NOT withdrawn OR replaces_id IS NOT NULL", name="withdrawn"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    kind: Mapped[str]
    words: Mapped[str | None]
    target_id: Mapped[OptionalKey]
    by_day: Mapped[date | None]
    mode: Mapped[str | None]
    setting: Mapped[str | None]
    withdrawn: Mapped[bool]
    replaces_id: Mapped[OptionalKey]
    said_by: Mapped[Key]
    said_at: Mapped[datetime]
