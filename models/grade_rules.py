"""A district's, school's or course's rule by which mastery is printed as a grade, from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.audit import Act
from mastery.grading import AskedRule, GradeLevel, SignedRule, rule_from_json, rule_to_json
from models.audit import SYSTEM, By, record
from models.base import Base, DistrictKey, OptionalKey, Surrogate, one_of, owned
from models.roster import School


class GradeRule(Base):
    """A rule as it was signed (mastery.grading), from a day on. Append-only.

    `rule` None: from then on the place says nothing of its own. `course` is the roster's sourcedId of a course.
    """

    __tablename__ = "grade_rule"
    __table_args__ = (
        owned("school_id", to="school"),
        Index(None, "district_id", "effective_from"),
        one_of("level", GradeLevel),
        CheckConstraint("(level = 'school') = (school_id IS NOT NULL)", name="school"),
        CheckConstraint("(level = 'course') = (course IS NOT NULL)", name="course"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    level: Mapped[str]
    school_id: Mapped[OptionalKey]
    course: Mapped[str | None]
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    legal_basis: Mapped[str]
    signed_by: Mapped[str]
    effective_from: Mapped[date]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class ToldRule:
    """A rule with who signed it, and the name of its school."""

    signed: SignedRule
    by: str
    school: str | None


def put_rule(
    session: Session, district_id: int, asked: AskedRule, by: str, now: datetime, actor: By = SYSTEM
) -> int:  # fmt: skip
    """Keep what the law let through, and put it on record; its number. `by` is who signed it, in words."""
    said = None if asked.rule is None else rule_to_json(asked.rule)
    row = GradeRule(
        district_id=district_id, level=asked.level, school_id=asked.school, course=asked.course, rule=said,
        legal_basis=asked.basis.strip(), signed_by=by, effective_from=asked.since, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {
        "what": "grade_rule", "level": asked.level, "rule": said, "number": row.id, "basis": row.legal_basis,
        "from": asked.since.isoformat(), "by": by,
    }  # fmt: skip
    record(session, district_id, actor, Act.POLICY_CHANGED, now, detail=detail)
    return row.id


def grade_rules_of(session: Session, district_id: int) -> Sequence[ToldRule]:
    """Everything that was signed in a district, in the order of signing; one statement."""
    rows = session.execute(
        select(GradeRule, School.name)
        .outerjoin(School, (School.district_id == GradeRule.district_id) & (School.id == GradeRule.school_id))
        .where(GradeRule.district_id == district_id)
        .order_by(GradeRule.id)
    )
    return [ToldRule(_signed(row), row.signed_by, school) for row, school in rows]


def _signed(row: GradeRule) -> SignedRule:
    rule = None if row.rule is None else rule_from_json(row.rule)
    return SignedRule(
        row.id, GradeLevel(row.level), row.school_id, row.course, rule, row.legal_basis, row.effective_from
    )
