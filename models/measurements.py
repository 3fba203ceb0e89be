"""How well subjects were measured, term by term: the newest figures of each, and every question with its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session

from mastery.measure.item_check import Checked
from mastery.measure.terms import Term
from models.assessment import Assessment, Item
from models.base import Base, DistrictKey, ExactJSON, Key, KeyInPrimary, OptionalKey, Surrogate, owned
from models.bulk import insert_rows
from models.calibrations import ItemCalibration
from models.roster import Term as RosterTerm


class Measurement(Base):
    """The figures of a subject in a term, by which model and from what evidence; a newer run takes its place.

    `term` is the term's key, `place` its place among those of the subject. `newest`: when the newest result that it saw
    was received. `version` names the model, `calibration_id` its calibration, none for the defaults.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("district_id", "subject", "term"),
        owned("calibration_id", to="calibration"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    subject: Mapped[str]
    term: Mapped[str]
    place: Mapped[int]
    title: Mapped[str | None]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    version: Mapped[str]
    calibration_id: Mapped[OptionalKey]
    measured_at: Mapped[datetime]
    newest: Mapped[datetime]
    answers: Mapped[int]
    students: Mapped[int]
    items: Mapped[int]
    to_look_at: Mapped[int]
    figures: Mapped[ExactJSON]


class ItemMeasurement(Base):
    """A question in a measurement (`mastery.measure.item_check.Checked`); those to look at have the first places."""

    __tablename__ = "item_measurement"
    __table_args__ = (owned("measurement_id", to="measurement", ondelete="CASCADE"), owned("item_id", to="item"))

    district_id: Mapped[DistrictKey]
    measurement_id: Mapped[KeyInPrimary]
    place: Mapped[KeyInPrimary]
    item_id: Mapped[Key]
    answers: Mapped[int]
    students: Mapped[int]
    observed: Mapped[float]
    expected: Mapped[float]
    residual: Mapped[float]
    slope: Mapped[float]
    slope_error: Mapped[float]
    misfit: Mapped[float]
    drift: Mapped[float | None]
    reasons: Mapped[list[str]]


_ITEM_COLUMNS = tuple(column.name for column in ItemMeasurement.__table__.columns)


@dataclass(frozen=True, slots=True)
class Measured:
    """A question as it is told: where it stands, its figures, and a and b (with SE_b) that answers are read with."""

    row: ItemMeasurement
    assessment: str
    title: str
    item: str
    slope: float | None
    easiness: float | None
    easiness_variance: float | None


def sessions_of(session: Session, district_id: int) -> list[Term]:
    """The roster's terms that have days, those that are still listed first."""
    rows = session.execute(
        select(RosterTerm.title, RosterTerm.begins_on, RosterTerm.ends_on)
        .where(
            RosterTerm.district_id == district_id, RosterTerm.begins_on.is_not(None), RosterTerm.ends_on.is_not(None)
        )
        .order_by(RosterTerm.active.desc(), RosterTerm.begins_on, RosterTerm.ends_on, RosterTerm.title)
    )
    return [Term(*row) for row in rows]


def measurements_of(session: Session, district_id: int, subject: str | None = None) -> list[Measurement]:
    """The measurements of a district, or of one subject of it, by subject; all time first, then the newest term."""
    query = select(Measurement).where(Measurement.district_id == district_id)
    if subject is not None:
        query = query.where(Measurement.subject == subject)
    return list(session.scalars(query.order_by(Measurement.subject, Measurement.place)))


def put_measurements(session: Session, made: Sequence[tuple[Measurement, Sequence[tuple[int, Checked]]]]) -> None:
    """Store the measurements of a subject, each with the keys and figures of its items, in place of those before."""
    district_id, subject = made[0][0].district_id, made[0][0].subject
    session.execute(delete(Measurement).where(Measurement.district_id == district_id, Measurement.subject == subject))
    for row, items in made:
        session.add(row)
        session.flush()
        rows = [
            (
                district_id, row.id, place, key, one.answers, one.students, one.observed, one.expected, one.residual,
                one.slope, one.slope_error, one.misfit, one.drift, [str(reason) for reason in one.reasons],
            )
            for place, (key, one) in enumerate(items)
        ]  # fmt: skip
        insert_rows(session, ItemMeasurement, _ITEM_COLUMNS, rows)


def items_after(session: Session, measurement: Measurement, limit: int, after: int | None) -> list[Measured]:
    """Items of a measurement in their order, from the one after a place on."""
    query = _items(measurement).where(ItemMeasurement.place > (-1 if after is None else after))
    return _measured(session.execute(query.order_by(ItemMeasurement.place).limit(limit)).all())


def farthest_drifted(session: Session, measurement: Measurement, limit: int) -> tuple[list[Measured], int]:
    """The items of a measurement that moved farthest, from the one that became hardest; and how many have a drift."""
    query = _items(measurement).where(ItemMeasurement.drift.is_not(None))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(
        query.order_by(func.abs(ItemMeasurement.drift).desc(), ItemMeasurement.place).limit(limit)
    ).all()
    return sorted(_measured(rows), key=lambda one: (one.row.drift or 0.0, one.row.place)), total


def _items(measurement: Measurement) -> Select[ItemMeasurement, str, str, str, float, float, float]:
    row, known = ItemMeasurement, ItemCalibration
    return (
        select(row, Assessment.name, Assessment.title, Item.name, known.slope, known.easiness, known.easiness_variance)
        .join(Item, (Item.district_id == row.district_id) & (Item.id == row.item_id))
        .join(Assessment, (Assessment.district_id == Item.district_id) & (Assessment.id == Item.assessment_id))
        .outerjoin(
            known,
            (known.district_id == row.district_id)
            & (known.calibration_id == measurement.calibration_id)
            & (known.item_id == row.item_id),
        )
        .where(row.district_id == measurement.district_id, row.measurement_id == measurement.id)
    )


def _measured(rows: Sequence[Row[ItemMeasurement, str, str, str, float, float, float]]) -> list[Measured]:
    return [Measured(*row) for row in rows]
