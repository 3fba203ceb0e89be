"""What a student tells the teacher of a target, and what came of what they asked for. Append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from mastery.voice import Hard, Kind, Step, Sure
from models.base import Base, DistrictKey, Key, Surrogate, one_of, owned


class StudentVoice(Base):
    """Something that a student told of a target: a word, or a request in own words."""

    __tablename__ = "student_voice"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        one_of("kind", Kind),
        one_of("word", (*Sure, *Hard)),
        CheckConstraint("(kind IN ('sure', 'hard')) = (word IS NOT NULL)", name="told"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    target_id: Mapped[Key]
    kind: Mapped[str]
    word: Mapped[str | None]
    words: Mapped[str]
    at: Mapped[datetime]


class VoiceStep(Base):
    """What a teacher did about a request, or that the student does not need it any more; each once."""

    __tablename__ = "voice_step"
    __table_args__ = (
        owned("voice_id", to="student_voice"),
        owned("by_person", to="person"),
        one_of("step", Step),
        UniqueConstraint("district_id", "voice_id", "step"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    voice_id: Mapped[Key]
    step: Mapped[str]
    words: Mapped[str]
    by_person: Mapped[Key]
    at: Mapped[datetime]
