"""Values of policy parameters that somebody signed, from a day on, for a state, a district or a school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Index, Select, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.audit import Act
from mastery.policy_parameters import stored_value, written
from mastery.policy_records import Asked, Level, Places, Signed
from models.audit import SYSTEM, By, record
from models.base import Base, DistrictKey, OptionalKey, Surrogate, one_of, owned
from models.queries_people import is_student
from models.roster import School

STORED = (Level.STATE, Level.DISTRICT, Level.SCHOOL)
"""The levels whose records there can be: nothing asks yet for those of a course or a target."""


class PolicyRecord(Base):
    """One signed value of a parameter (mastery.policy_records), from a day on. Append-only.

    `value` is as `mastery.policy_parameters.written` has it; None: from then on the place says nothing of its own.
    """

    __tablename__ = "policy_record"
    __table_args__ = (
        owned("school_id", to="school"),
        Index(None, "district_id", "effective_from"),
        one_of("level", STORED),
        CheckConstraint("(level = 'school') = (school_id IS NOT NULL)", name="place"),
        CheckConstraint("value IS NOT NULL OR NOT binding", name="binding"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    parameter: Mapped[str]
    value: Mapped[str | None]
    level: Mapped[str]
    school_id: Mapped[OptionalKey]
    binding: Mapped[bool] = mapped_column(Boolean)
    legal_basis: Mapped[str]
    signed_by: Mapped[str]
    effective_from: Mapped[date]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """A record with who signed it, and the name of its school."""

    signed: Signed
    by: str
    school: str | None


def put_record(
    session: Session, district_id: int, asked: Asked, school_id: int | None, by: str, now: datetime, actor: By = SYSTEM
) -> int:
    """Keep what the law let through, and put it on record; its number. `by` is who signed it, in words."""
    value = None if asked.value is None else written(asked.value)
    row = PolicyRecord(
        district_id=district_id, parameter=asked.parameter, value=value, level=asked.level, school_id=school_id,
        binding=asked.binding, legal_basis=asked.basis.strip(), signed_by=by, effective_from=asked.effective_from,
        at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {
        "what": "parameter", "parameter": asked.parameter, "value": value, "level": asked.level, "number": row.id,
        "basis": row.legal_basis, "from": asked.effective_from.isoformat(), "by": by,
    }  # fmt: skip
    record(session, district_id, actor, Act.POLICY_CHANGED, now, detail=detail)
    return row.id


def records_of(session: Session, district_id: int) -> Sequence[Told]:
    """Everything that was signed in a district, in the order of signing."""
    return _told(session, _records(district_id))


def records_of_student(session: Session, district_id: int, student_id: int, day: date, at: datetime) -> Sequence[Told]:
    """What is about a student on a day, who is at the schools of an instant, in the order of signing; one statement."""
    mine = is_student(district_id, at).subquery("mine")
    schools = select(mine.c.school_id).where(mine.c.person_id == student_id)
    here = or_(PolicyRecord.school_id.is_(None), PolicyRecord.school_id.in_(schools))
    return _told(session, _records(district_id).where(here, PolicyRecord.effective_from <= day))


def places_of(found: Sequence[Told]) -> Places:
    """The places that records found for a student are about."""
    return Places(schools=frozenset(one.signed.place for one in found if one.signed.place is not None))


def _records(district_id: int) -> Select[PolicyRecord, str | None, str | None]:
    return (
        select(PolicyRecord, School.sourced_id, School.name)
        .outerjoin(School, (School.district_id == PolicyRecord.district_id) & (School.id == PolicyRecord.school_id))
        .where(PolicyRecord.district_id == district_id)
        .order_by(PolicyRecord.id)
    )


def _told(session: Session, query: Select[PolicyRecord, str | None, str | None]) -> Sequence[Told]:
    return [Told(_signed(row, place), row.signed_by, name) for row, place, name in session.execute(query)]


def _signed(row: PolicyRecord, place: str | None) -> Signed:
    value = None if row.value is None else stored_value(row.parameter, row.value)
    return Signed(
        row.id, row.parameter, value, Level(row.level), place, row.legal_basis, row.effective_from, row.at, row.binding
    )
