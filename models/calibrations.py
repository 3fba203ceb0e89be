"""Calibrations of a district's subjects: what each found, which one is in force, and which was before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.estimate import UNCALIBRATED, Head, Hyperparameters, ItemParameters, Model, TargetParameters
from models.assessment import Assessment, Item
from models.base import Base, DistrictKey, ExactJSON, KeyInPrimary, OptionalKey, Surrogate, owned
from models.bulk import insert_rows


class Calibration(Base):
    """What one run of the batch step found for a subject, and from what evidence. Append-only.

    `version` names exactly these numbers; `settings` holds the hyperparameters, the spreads of the batch step's
    priors and the head, `figures` what was predicted of students that were held out, and what thresholds for mastery do
    to students simulated with it. `anchored_to` is the calibration whose scale it is on, none for the first.
    """

    __tablename__ = "calibration"
    __table_args__ = (
        UniqueConstraint("district_id", "subject", "version"),
        owned("anchored_to", to="calibration"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    subject: Mapped[str]
    version: Mapped[str]
    created_at: Mapped[datetime]
    answers: Mapped[int]
    students: Mapped[int]
    # when the newest result that it saw was received
    newest: Mapped[datetime]
    settings: Mapped[ExactJSON]
    figures: Mapped[ExactJSON]
    anchored_to: Mapped[OptionalKey]


class ItemCalibration(Base):
    """Parameters of one item, in logits, from so many answers; `drift` against the calibration anchored to, in
    standard errors, where that one has the item. Append-only."""

    __tablename__ = "item_calibration"
    __table_args__ = (owned("calibration_id", to="calibration"), owned("item_id", to="item"))

    district_id: Mapped[DistrictKey]
    calibration_id: Mapped[KeyInPrimary]
    item_id: Mapped[KeyInPrimary]
    slope: Mapped[float]
    easiness: Mapped[float]
    easiness_variance: Mapped[float]
    answers: Mapped[int]
    drift: Mapped[float | None]


class TargetCalibration(Base):
    """The easiness of a target's typical item and the slope of practice on it, in logits. Append-only."""

    __tablename__ = "target_calibration"
    __table_args__ = (owned("calibration_id", to="calibration"), owned("target_id", to="node"))

    district_id: Mapped[DistrictKey]
    calibration_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    easiness: Mapped[float]
    practice_slope: Mapped[float]


class PrerequisiteCalibration(Base):
    """A direct prerequisite of a target as the graph had it, where the calibration reads the graph. Append-only."""

    __tablename__ = "prerequisite_calibration"
    __table_args__ = (
        owned("calibration_id", to="calibration"),
        owned("target_id", to="node"),
        owned("prerequisite_id", to="node"),
    )

    district_id: Mapped[DistrictKey]
    calibration_id: Mapped[KeyInPrimary]
    target_id: Mapped[KeyInPrimary]
    prerequisite_id: Mapped[KeyInPrimary]


class SubjectCalibration(Base):
    """Which calibration a subject's answers are read with, and which was before; none stands for the defaults."""

    __tablename__ = "subject_calibration"
    __table_args__ = (owned("in_force", to="calibration"), owned("before", to="calibration"))

    district_id: Mapped[DistrictKey]
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    in_force: Mapped[OptionalKey]
    before: Mapped[OptionalKey]
    changed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Switch:
    """Keys of the calibration in force and of the one before; None is the defaults."""

    in_force: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class FoundItem:
    """A row of ItemCalibration beside its parameters."""

    answers: int
    drift: float | None


def switches(session: Session, district_id: int) -> dict[str, Switch]:
    """By subject, for those that were ever switched."""
    rows = session.scalars(select(SubjectCalibration).where(SubjectCalibration.district_id == district_id))
    return {row.subject: Switch(row.in_force, row.before) for row in rows}


def put_switch(session: Session, district_id: int, subject: str, switch: Switch, now: datetime) -> None:
    """Store which calibration is in force, in place of what was."""
    values = {"in_force": switch.in_force, "before": switch.before, "changed_at": now}
    session.execute(
        insert(SubjectCalibration)
        .values(district_id=district_id, subject=subject, **values)
        .on_conflict_do_update(index_elements=["district_id", "subject"], set_=values)
    )


def load_model(session: Session, district_id: int, calibration: int | None) -> Model:
    """The model that a calibration made; the defaults for None. LookupError where there is no such calibration."""
    if calibration is None:
        return UNCALIBRATED
    settings = session.scalar(
        select(Calibration.settings).where(Calibration.district_id == district_id, Calibration.id == calibration)
    )
    if settings is None:
        raise LookupError(f"there is no calibration {calibration}")
    items, targets = ItemCalibration, TargetCalibration
    found = session.execute(
        select(items.item_id, items.slope, items.easiness, items.easiness_variance).where(
            items.district_id == district_id, items.calibration_id == calibration
        )
    )
    typical = session.execute(
        select(targets.target_id, targets.easiness, targets.practice_slope).where(
            targets.district_id == district_id, targets.calibration_id == calibration
        )
    )
    return Model(
        hyper_of(settings["hyper"]),
        {key: ItemParameters(*values) for key, *values in found},
        {key: TargetParameters(*values) for key, *values in typical},
        None if settings["head"] is None else Head(**settings["head"]),
        _prerequisites(session, district_id, calibration),
    )


def _prerequisites(session: Session, district_id: int, calibration: int) -> dict[int, tuple[int, ...]]:
    edges = PrerequisiteCalibration
    found: dict[int, tuple[int, ...]] = {}
    for target, before in session.execute(
        select(edges.target_id, edges.prerequisite_id)
        .where(edges.district_id == district_id, edges.calibration_id == calibration)
        .order_by(edges.target_id, edges.prerequisite_id)
    ):
        found[target] = (*found.get(target, ()), before)
    return found


def hyper_of(stored: dict[str, Any]) -> Hyperparameters:
    """Hyperparameters as `asdict` and JSON wrote them."""
    return Hyperparameters(**{**stored, "attempt_offsets": tuple(stored["attempt_offsets"])})


def store_calibration(
    session: Session, row: Calibration, model: Model, found: dict[int, FoundItem], spreads: dict[str, float]
) -> int:
    """Store a calibration with its items and targets; returns its key. `row` lacks version and settings."""
    row.version = model.digest
    row.settings = {
        "hyper": asdict(model.hyper),
        "spreads": spreads,
        "head": None if model.head is None else asdict(model.head),
    }
    session.add(row)
    session.flush()
    district_id, key = row.district_id, row.id
    insert_rows(
        session,
        ItemCalibration,
        ("district_id", "calibration_id", "item_id", "slope", "easiness", "easiness_variance", "answers", "drift"),
        [
            (district_id, key, item, *values, found[item].answers, found[item].drift)
            for item, values in model.items.items()
        ],
    )
    insert_rows(
        session,
        TargetCalibration,
        ("district_id", "calibration_id", "target_id", "easiness", "practice_slope"),
        [(district_id, key, target, *values) for target, values in model.targets.items()],
    )
    insert_rows(
        session,
        PrerequisiteCalibration,
        ("district_id", "calibration_id", "target_id", "prerequisite_id"),
        [(district_id, key, target, one) for target, before in model.prerequisites.items() for one in before],
    )
    return key


def calibrations_of(session: Session, district_id: int, subject: str | None = None) -> list[Calibration]:
    """All calibrations of a district, or of one subject of it, by subject and the newest first."""
    query = select(Calibration).where(Calibration.district_id == district_id)
    if subject is not None:
        query = query.where(Calibration.subject == subject)
    return list(session.scalars(query.order_by(Calibration.subject, Calibration.id.desc())))


def items_of(session: Session, district_id: int, calibration: int) -> list[tuple[ItemCalibration, str, str]]:
    """The items of a calibration with the names of assessment and item, by those names."""
    rows = session.execute(
        select(ItemCalibration, Assessment.name, Item.name)
        .join(Item, (Item.district_id == ItemCalibration.district_id) & (Item.id == ItemCalibration.item_id))
        .join(Assessment, (Assessment.district_id == Item.district_id) & (Assessment.id == Item.assessment_id))
        .where(ItemCalibration.district_id == district_id, ItemCalibration.calibration_id == calibration)
        .order_by(Assessment.name, Item.name, Item.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def drift_of(session: Session, district_id: int, calibration: int | None) -> dict[int, float]:
    """By item, how far it had moved when a calibration found it, in standard errors; empty for the defaults."""
    rows = session.execute(
        select(ItemCalibration.item_id, ItemCalibration.drift).where(
            ItemCalibration.district_id == district_id,
            ItemCalibration.calibration_id == calibration,
            ItemCalibration.drift.is_not(None),
        )
    )
    return {item: drift for item, drift in rows if drift is not None}
