"""The truth: results as posted and the evidence in them, append-only; and what waits for a name to be known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Sequence, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from mastery.evidence import Feedback, Independence, Purpose, ScoreStatus
from models.base import (
    Allocated,
    Base,
    DistrictKey,
    ExactJSON,
    Key,
    KeyInPrimary,
    OptionalKey,
    Surrogate,
    one_of,
    owned,
)

# ids are taken in blocks, so that a bulk insert knows them beforehand
RESULT_ID_BLOCK = 1000
result_id_sequence = Sequence("result_id", metadata=Base.metadata, increment=RESULT_ID_BLOCK)


class ResultRow(Base):
    """One sitting as posted: the header that its evidence shares. Append-only, deleted at the end of the record."""

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("district_id", "client_pk", "source_id", "revision"),
        owned("client_pk", to="client"),
        owned("student_id", to="person"),
        # of the form's assessment, which is there because the form is
        ForeignKeyConstraint(
            ["district_id", "assessment_id", "form_id"],
            ["assessment_form.district_id", "assessment_form.assessment_id", "assessment_form.id"],
        ),
        Index(None, "district_id", "student_id"),
        # results come in by time, so ranges of blocks find those of a day, and adding to it costs nothing
        Index(None, "received_at", postgresql_using="brin"),
        one_of("purpose", Purpose),
        one_of("independence", Independence),
        one_of("feedback", Feedback),
        one_of("status", ScoreStatus),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Allocated]
    client_pk: Mapped[Key]
    source_id: Mapped[str]
    revision: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    student_id: Mapped[Key]
    assessment_id: Mapped[Key]
    form_id: Mapped[Key]
    purpose: Mapped[str]
    evidence_type: Mapped[str]
    scorer: Mapped[str]
    # whether the scorer was a certified educator when the result was received
    scorer_certified: Mapped[bool]
    independence: Mapped[str]
    feedback: Mapped[str]
    proctoring: Mapped[str]
    status: Mapped[str]
    setting: Mapped[str]
    accommodations: Mapped[list[str]]
    duration_seconds: Mapped[float | None]
    performed_at: Mapped[datetime]
    scored_at: Mapped[datetime]
    received_at: Mapped[datetime]
    # nobody knew on which day the work was done: performed_at is when it was scored
    date_estimated: Mapped[bool] = mapped_column(default=False, server_default=false())


class Evidence(Base):
    """What one result says about one target. Append-only but for what no estimate reads (models.reduced_answers)."""

    __tablename__ = "evidence"
    __table_args__ = (owned("result_id", to="result"), owned("target_id", to="node"))

    district_id: Mapped[DistrictKey]
    result_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    score: Mapped[float | None]
    max: Mapped[float | None]
    level: Mapped[float | None]
    # [item name, item key, score, max, try, hints, seconds] per response, in order of item name and try; after the
    # district's time for them what is in mastery.evidence.lasting alone
    items: Mapped[ExactJSON]
    # the pseudo-item that a form as a whole is, where no items were sent
    whole_item_id: Mapped[OptionalKey]


class Quarantine(Base):
    """A result that names something unknown; tried again when roster, graph or registry learns of it."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("district_id", "client_pk", "source_id", "revision"),
        owned("client_pk", to="client"),
        Index(None, "district_id", "state", "missing_kind"),
        one_of("missing_kind", ("student", "target", "assessment", "form")),
        one_of("state", ("waiting", "released", "superseded", "rejected")),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    client_pk: Mapped[Key]
    source_id: Mapped[str]
    revision: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[ExactJSON]
    missing_kind: Mapped[str] = mapped_column(Text)
    missing_reference: Mapped[str]
    candidates: Mapped[list[str]]
    state: Mapped[str]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
