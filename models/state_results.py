"""The ledger of state results: beside the local levels, and an input to none of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DistrictKey, ExactJSON, Key, Surrogate, owned


class StateResult(Base):
    """A result as the state sent it; of those with the same test, administration and day the newest counts.

    Append-only. `level` and `passed` are the state's own words; `score` is on the state's scale.
    """

    __tablename__ = "state_result"
    __table_args__ = (owned("student_id", to="person"), Index(None, "district_id", "student_id"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    test: Mapped[str]
    subject: Mapped[str]
    administration: Mapped[str]
    taken_on: Mapped[date]
    score: Mapped[float | None]
    level: Mapped[str]
    passed: Mapped[bool | None]
    imported_at: Mapped[datetime]


class StateResultHeld(Base):
    """A row of a file whose student nobody knows yet; it is taken in once somebody does. `row` is as it was read."""

    __tablename__ = "state_result_held"
    __table_args__ = (UniqueConstraint("district_id", "digest"), Index(None, "district_id", "student"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student: Mapped[str]
    row: Mapped[ExactJSON]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    held_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class StateLine:
    """A state result; `corrected`: it came in the place of another."""

    test: str
    subject: str
    administration: str
    taken_on: date
    score: float | None
    level: str
    passed: bool | None
    corrected: bool = False

    @property
    def place(self) -> tuple[str, str, date]:
        """Which result of a student it is."""
        return self.test, self.administration, self.taken_on


def state_results_of(
    session: Session, district_id: int, students: Collection[int]
) -> Mapping[int, Sequence[StateLine]]:
    """The results in force of some students, the newest first; one statement."""
    key = (StateResult.student_id, StateResult.test, StateResult.administration, StateResult.taken_on)
    number = func.row_number().over(partition_by=key, order_by=StateResult.id.desc()).label("number")
    times = func.count().over(partition_by=key).label("times")
    rows = (
        select(StateResult, number, times)
        .where(StateResult.district_id == district_id, StateResult.student_id == func.any(sorted(students)))
        .subquery("rows")
    )
    found: dict[int, list[StateLine]] = {}
    for row in session.execute(
        select(rows).where(rows.c.number == 1).order_by(rows.c.taken_on.desc(), rows.c.test, rows.c.administration)
    ):
        line = StateLine(
            row.test, row.subject, row.administration, row.taken_on, row.score, row.level, row.passed, row.times > 1
        )
        found.setdefault(row.student_id, []).append(line)
    return found


def add_state_results(
    session: Session, district_id: int, rows: Sequence[tuple[int, StateLine]], now: datetime
) -> None:  # fmt: skip
    """Add results by student."""
    if rows:
        session.execute(
            insert(StateResult),
            [
                {
                    "district_id": district_id, "student_id": student, "test": one.test, "subject": one.subject,
                    "administration": one.administration, "taken_on": one.taken_on, "score": one.score,
                    "level": one.level, "passed": one.passed, "imported_at": now,
                }
                for student, one in rows
            ],
        )  # fmt: skip


def hold(session: Session, district_id: int, rows: Sequence[tuple[str, object, bytes]], now: datetime) -> int:
    """Hold rows (student, row, digest) until somebody knows their student; how many were not held already."""
    if not rows:
        return 0
    done = session.execute(
        insert(StateResultHeld)
        .values(
            [
                {
                    "district_id": district_id, "student": student, "row": row, "digest": digest, "held_at": now,
                    "released_at": None,
                }
                for student, row, digest in rows
            ]
        )
        .on_conflict_do_nothing(index_elements=["district_id", "digest"])
        .returning(StateResultHeld.id)
    )  # fmt: skip
    return len(done.all())


def held_rows(session: Session, district_id: int) -> Sequence[StateResultHeld]:
    """The rows that are held, the oldest first."""
    return session.scalars(
        select(StateResultHeld)
        .where(StateResultHeld.district_id == district_id, StateResultHeld.released_at.is_(None))
        .order_by(StateResultHeld.id)
    ).all()
