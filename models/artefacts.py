"""What students hand in: files, known by their content, and what the student says of each. Append-only.

Files are in the database and not in a folder beside it: a backup, a restore and the end of a record take them along.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.rating.artefacts import Help
from mastery.rating.contents import Kind
from models.base import Base, DistrictKey, Key, KeyInPrimary, Surrogate, one_of, owned


class ArtefactContent(Base):
    """The bytes of a file under their SHA-256, once in a district."""

    __tablename__ = "artefact_content"

    district_id: Mapped[DistrictKey]
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArtefactRow(Base):
    """A file as a student's work; `size` in bytes. The same bytes handed in anew are the same work."""

    __tablename__ = "artefact"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("added_by", to="person"),
        ForeignKeyConstraint(
            ["district_id", "digest"], ["artefact_content.district_id", "artefact_content.digest"]
        ),
        UniqueConstraint("district_id", "student_id", "digest"),
        Index(None, "district_id", "digest"),
        one_of("kind", Kind),
    )  # fmt: skip

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    added_by: Mapped[Key]
    added_at: Mapped[datetime]


class ArtefactStatement(Base):
    """Whose work a file is, and what helped; the newest one counts."""

    __tablename__ = "artefact_statement"
    __table_args__ = (
        owned("artefact_id", to="artefact"),
        owned("said_by", to="person"),
        Index(None, "district_id", "artefact_id"),
        CheckConstraint(f"help <@ ARRAY[{', '.join(repr(str(one)) for one in Help)}]::text[]", name="help"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    artefact_id: Mapped[Key]
    own_work: Mapped[bool]
    help: Mapped[list[str]]
    help_words: Mapped[str]
    with_others: Mapped[bool]
    own_part: Mapped[str]
    said_by: Mapped[Key]
    said_at: Mapped[datetime]


class DecisionArtefact(Base):
    """A file that was laid beside a signed act, where credit hangs on somebody's word (domain 2.4)."""

    __tablename__ = "decision_artefact"
    __table_args__ = (owned("confirmation_id", to="confirmation"), owned("artefact_id", to="artefact"))

    district_id: Mapped[DistrictKey]
    confirmation_id: Mapped[KeyInPrimary]
    artefact_id: Mapped[KeyInPrimary]
