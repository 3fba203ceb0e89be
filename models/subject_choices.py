"""What was chosen for a subject, by whom and when: its score rules, and the calibration its answers are read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.audit import Act
from models.audit import SYSTEM, record
from models.base import Base, DistrictKey, ExactJSON, Surrogate


class ChoiceKind(StrEnum):
    """What was chosen."""

    METHODS = "methods"
    CALIBRATION = "calibration"


class SubjectChoice(Base):
    """One change of what a subject goes by, as it was and as it is since. Append-only.

    Methods are as in SubjectMethod, a calibration is its version or `defaults`. `by` is the name that was given, None
    where nobody gave one.
    """

    __tablename__ = "subject_choice"
    __table_args__ = (Index(None, "district_id", "kind", "subject"),)

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    subject: Mapped[str]
    kind: Mapped[str]
    before: Mapped[ExactJSON]
    after: Mapped[ExactJSON]
    by: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


def note_choice(
    session: Session,
    district_id: int,
    subject: str,
    kind: ChoiceKind,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: str | None,
    now: datetime,
) -> None:
    """Keep a change and put it on record, in the transaction in which it is made.

    It is made by a command; `by` whom one says stays with the change, which the record names by its key.
    """
    choice = SubjectChoice(
        district_id=district_id,
        subject=subject,
        kind=kind.value,
        before=dict(before),
        after=dict(after),
        by=by,
        at=now,
    )
    session.add(choice)
    session.flush()
    detail = {"what": kind, "subject": subject, "version": choice.id, "before": before, "after": after}
    record(session, district_id, SYSTEM, Act.POLICY_CHANGED, now, detail=detail)


def choices_of(
    session: Session, district_id: int, kind: ChoiceKind, subject: str | None = None
) -> Sequence[SubjectChoice]:
    """The changes of a kind in a district, or of one subject of it, the newest first."""
    query = select(SubjectChoice).where(SubjectChoice.district_id == district_id, SubjectChoice.kind == kind.value)
    if subject is not None:
        query = query.where(SubjectChoice.subject == subject)
    return session.scalars(query.order_by(SubjectChoice.id.desc())).all()
