"""Work that people score: rubrics, tasks, what is handed in, and all that raters said of it. Append-only.

A rubric is never changed: another version of it is another rubric, which `replaces_id` names.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mastery.rating.resolution import Outcome
from mastery.rating.work import TaskKind
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned

# a level of 0 to 4 in halves, or null: there was nothing to see
_HALVES = "{0} IS NULL OR ({0} BETWEEN 0 AND 4 AND {0} * 2 = floor({0} * 2))"


def _level(column: str = "level") -> CheckConstraint:
    return CheckConstraint(_HALVES.format(column), name=column)


class RubricRow(Base):
    """A version of a rubric."""

    __tablename__ = "rubric"
    __table_args__ = (
        owned("replaces_id", to="rubric"),
        owned("made_by", to="person"),
        UniqueConstraint("district_id", "replaces_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    title: Mapped[str]
    replaces_id: Mapped[OptionalKey]
    made_by: Mapped[Key]
    made_at: Mapped[datetime]


class CriterionRow(Base):
    """A criterion of a rubric: its place from 1, its one target, and what each level looks like, from 0 to 4."""

    __tablename__ = "criterion"
    __table_args__ = (
        owned("rubric_id", to="rubric"),
        owned("target_id", to="node"),
        UniqueConstraint("district_id", "rubric_id", "target_id"),
    )

    district_id: Mapped[DistrictKey]
    rubric_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    target_id: Mapped[Key]
    title: Mapped[str]
    levels: Mapped[list[str]]


class TaskRow(Base):
    """A task that was given to a class; its assessment is what its results name."""

    __tablename__ = "task"
    __table_args__ = (
        owned("section_id", to="section"),
        owned("rubric_id", to="rubric"),
        owned("assessment_id", to="assessment"),
        owned("given_by", to="person"),
        Index(None, "district_id", "section_id"),
        one_of("kind", TaskKind),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    section_id: Mapped[Key]
    rubric_id: Mapped[Key]
    assessment_id: Mapped[Key]
    kind: Mapped[str]
    title: Mapped[str]
    words: Mapped[str]
    credit_bearing: Mapped[bool]
    due_on: Mapped[date | None]
    given_by: Mapped[Key]
    given_at: Mapped[datetime]


class Submission(Base):
    """What a student handed in for a task; `raters`: how many must score it, `source`: the id of its results."""

    __tablename__ = "submission"
    __table_args__ = (
        owned("task_id", to="task"),
        owned("student_id", to="person"),
        Index(None, "district_id", "task_id", "student_id"),
        Index(None, "district_id", "student_id"),
        UniqueConstraint("district_id", "source"),
        CheckConstraint("raters >= 1", name="raters"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    task_id: Mapped[Key]
    student_id: Mapped[Key]
    source: Mapped[str]
    words: Mapped[str]
    raters: Mapped[int] = mapped_column(SmallInteger)
    handed_in_by: Mapped[Key]
    handed_in_at: Mapped[datetime]


class SubmissionPart(Base):
    """A file laid before a target."""

    __tablename__ = "submission_part"
    __table_args__ = (
        owned("submission_id", to="submission"),
        owned("artefact_id", to="artefact"),
        owned("target_id", to="node"),
    )

    district_id: Mapped[DistrictKey]
    submission_id: Mapped[KeyInPrimary]
    artefact_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]


class RaterCall(Base):
    """Somebody from elsewhere who was asked to score a piece of work; `lead`: to settle what others did not."""

    __tablename__ = "rater_call"
    __table_args__ = (
        owned("submission_id", to="submission"),
        owned("rater_id", to="person"),
        owned("called_by", to="person"),
        Index(None, "district_id", "rater_id"),
    )

    district_id: Mapped[DistrictKey]
    submission_id: Mapped[KeyInPrimary]
    rater_id: Mapped[KeyInPrimary]
    called_by: Mapped[Key]
    called_at: Mapped[datetime]


class ScoreSheet(Base):
    """One rater's scores of a piece of work, as they were handed in."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        owned("submission_id", to="submission"),
        owned("rater_id", to="person"),
        UniqueConstraint("district_id", "submission_id", "rater_id"),
        Index(None, "district_id", "rater_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    submission_id: Mapped[Key]
    rater_id: Mapped[Key]
    lead: Mapped[bool]
    words: Mapped[str]
    submitted_at: Mapped[datetime]


class CriterionScore(Base):
    """What a rater gave for a criterion; null: there was nothing to see of it, which is not zero."""

    __tablename__ = "criterion_score"
    __table_args__ = (owned("sheet_id", to="score_sheet"), _level())

    district_id: Mapped[DistrictKey]
    sheet_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    level: Mapped[float | None]


class CriterionTalk(Base):
    """What the raters agreed on in a talk."""

    __tablename__ = "criterion_talk"
    __table_args__ = (owned("submission_id", to="submission"), owned("said_by", to="person"), _level())

    district_id: Mapped[DistrictKey]
    submission_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    level: Mapped[float]
    said_by: Mapped[Key]
    said_at: Mapped[datetime]


class CriterionResult(Base):
    """What a criterion came to; null: nothing was shown. Written once, when all criteria of the work are settled."""

    __tablename__ = "criterion_result"
    __table_args__ = (owned("submission_id", to="submission"), _level(), one_of("outcome", Outcome))

    district_id: Mapped[DistrictKey]
    submission_id: Mapped[KeyInPrimary]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    outcome: Mapped[str]
    level: Mapped[float | None]
    settled_at: Mapped[datetime]
