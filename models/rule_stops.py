"""How often a rule stopped somebody, by rule, school and day: what a district shows that asks for another rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, owned
from models.roster import School


class RuleStop(Base):
    """How often a rule, by the name of its parameter, stopped somebody in a school (None: in none) on a day."""

    __tablename__ = "rule_stop"
    __table_args__ = (
        owned("school_id", to="school"),
        UniqueConstraint("district_id", "day", "rule", "school_id", postgresql_nulls_not_distinct=True),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    day: Mapped[date]
    rule: Mapped[str]
    school_id: Mapped[OptionalKey]
    times: Mapped[Key]


@dataclass(frozen=True, slots=True)
class Stops:
    """How often a rule stopped somebody in a school, by name, within some days."""

    rule: str
    school: str | None
    times: int


def count_stop(session: Session, district_id: int, rule: str, school_id: int | None, day: date) -> None:
    """Count that a rule stopped somebody, in the transaction that stops them; whoever calls commits."""
    values = {"district_id": district_id, "day": day, "rule": rule, "school_id": school_id, "times": 1}
    session.execute(
        insert(RuleStop)
        .values(values)
        .on_conflict_do_update(
            index_elements=["district_id", "day", "rule", "school_id"], set_={"times": RuleStop.times + 1}
        )
    )


def stops_of(session: Session, district_id: int, first: date, last: date) -> Sequence[Stops]:
    """What was counted from one day to another, the most frequent first."""
    times = func.sum(RuleStop.times)
    rows = session.execute(
        select(RuleStop.rule, School.name, times)
        .outerjoin(School, (School.district_id == RuleStop.district_id) & (School.id == RuleStop.school_id))
        .where(RuleStop.district_id == district_id, RuleStop.day.between(first, last))
        .group_by(RuleStop.rule, RuleStop.school_id, School.name)
        .order_by(times.desc(), RuleStop.rule, School.name)
    )
    return [Stops(rule, school, int(count)) for rule, school, count in rows]
