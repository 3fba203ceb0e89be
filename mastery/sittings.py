"""A student's results as the law folds them, and as the rows of answers that the filter reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from mastery.estimate import Model, Observations
from mastery.evidence import EvidenceType, OrderKey, Purpose

_SECONDS_A_DAY = 86400.0


class Piece(NamedTuple):
    """What one sitting says about one target. `items`, `ys`, `weights` run in parallel, in the order of item names.

    So do `guessing`, the chance to be right without knowing, empty where no answer can be guessed, and `points`, in how
    many steps each was scored, empty where all are right or wrong.
    """

    target: int
    items: tuple[int, ...]
    ys: tuple[float, ...]
    weights: tuple[float, ...]
    level: float | None
    share: float
    certifying: bool
    dok: int | None
    guessing: tuple[float, ...] = ()
    points: tuple[int, ...] = ()


class Sitting(NamedTuple):
    """One result of one student in one subject; `pieces` in the order of target GUIDs."""

    order: OrderKey
    result: int
    assessment: int
    purpose: Purpose
    evidence_type: EvidenceType
    performed_at: datetime
    local_date: date
    summed: bool
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class Rows:
    """Answers of N students; the columns are those of `Observations`, and row r belongs to student i where
    offsets[i] <= r < offsets[i+1].

    runs: (result, target) of the rows that one sitting has on one target, in order.
    """

    offsets: list[int] = field(default_factory=lambda: [0])
    runs: list[tuple[int, int]] = field(default_factory=list)
    sitting: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    day: list[float] = field(default_factory=list)
    summed: list[bool] = field(default_factory=list)
    guessing: list[float] = field(default_factory=list)
    points: list[int] = field(default_factory=list)

    def observations(self, model: Model) -> Observations:
        """The answers as the filter takes them, read with a model."""
        of = model.columns(self.item, self.target)
        return Observations.build(
            model.hyper,
            offsets=self.offsets,
            sitting=self.sitting,
            target=self.target,
            item=self.item,
            y=self.y,
            weight=self.weight,
            day=self.day,
            summed=self.summed,
            guessing=self.guessing,
            points=self.points,
            **of._asdict(),
        )


def rows_of(sittings: Sequence[Sequence[Sitting]]) -> Rows:
    """The answers of students, each with all sittings in their total order."""
    rows = Rows()
    for of_student in sittings:
        for number, sitting in enumerate(of_student):
            day = sitting.performed_at.timestamp() / _SECONDS_A_DAY
            for piece in sitting.pieces:
                count = len(piece.items)
                if not count:
                    continue
                rows.runs.append((sitting.result, piece.target))
                rows.sitting += [number] * count
                rows.target += [piece.target] * count
                rows.item += piece.items
                rows.y += piece.ys
                rows.weight += piece.weights
                rows.day += [day] * count
                rows.summed += [sitting.summed] * count
                rows.guessing += piece.guessing or (0.0,) * count
                rows.points += piece.points or (1,) * count
        rows.offsets.append(len(rows.target))
    return rows
