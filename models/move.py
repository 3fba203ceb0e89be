"""Moves that a teacher did: what they were about as it stood then, and that one was taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from mastery.moves.words import MoveKind
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class Move(Base):
    """One move, done by a person in a section, about a target, an assessment or neither. Append-only."""

    __tablename__ = "move"
    __table_args__ = (
        owned("by_person", to="person"),
        owned("section_id", to="section"),
        owned("target_id", to="node"),
        owned("assessment_id", to="assessment"),
        Index(None, "district_id", "by_person", "at"),
        one_of("kind", MoveKind),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    by_person: Mapped[Key]
    section_id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text)
    target_id: Mapped[OptionalKey]
    assessment_id: Mapped[OptionalKey]
    at: Mapped[datetime]


class MovePart(Base):
    """One matter of one student that a move was about: a flag it acknowledged, or a decision. Append-only.

    `flag_version` is the flag's as the move left it. `target_id` is the one by which to see later whether it helped,
    with the decision's `state` and the `probability` of mastery of that moment. `confirmation_id` is what was signed.
    """

    __tablename__ = "move_part"
    __table_args__ = (
        owned("move_id", to="move"),
        owned("student_id", to="person"),
        owned("target_id", to="node"),
        owned("flag_id", to="flag"),
        owned("confirmation_id", to="confirmation"),
        Index(None, "district_id", "move_id"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    move_id: Mapped[Key]
    student_id: Mapped[Key]
    target_id: Mapped[OptionalKey]
    flag_id: Mapped[OptionalKey]
    flag_version: Mapped[int | None]
    confirmation_id: Mapped[OptionalKey]
    state: Mapped[str | None]
    probability: Mapped[float | None]


class MoveUndo(Base):
    """Whoever did a move took it back. Append-only, once for each move."""

    __tablename__ = "move_undo"
    __table_args__ = (owned("move_id", to="move"), owned("by_person", to="person"))

    district_id: Mapped[DistrictKey]
    move_id: Mapped[KeyInPrimary]
    by_person: Mapped[Key]
    at: Mapped[datetime]
