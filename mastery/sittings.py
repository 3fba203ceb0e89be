"""A student's results as the law folds them, and as the rows of answers that the filter reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
    """One result of one student in one subject; `pieces` in the order of target GUIDs, as `shared` leaves them."""

    order: OrderKey
    result: int
    assessment: int
    purpose: Purpose
    evidence_type: EvidenceType
    performed_at: datetime
    local_date: date
    summed: bool
    pieces: tuple[Piece, ...]


def shared(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a sitting, an answer to an item that stands under K of its targets weighing 1/K on each.

    So it is one answer: its likelihood is the K-th root of the product of what it says of each target, a composite
    likelihood of its margins with weights 1/K (Varin, Reid and Firth 2011). The compensatory model (Reckase 2009) loads
    the answer on the mean of its targets instead: simulated, its error is 1% less, and its 80% ranges cover .80 for .78
    (docs/measurement.md).
    """
    if not _is_shared(pieces):
        return tuple(pieces)
    under = Counter(item for piece in pieces for item in piece.items)
    return tuple(
        piece._replace(
            weights=tuple(weight / under[item] for item, weight in zip(piece.items, piece.weights, strict=True))
        )
        for piece in pieces
    )


def _is_shared(pieces: Sequence[Piece]) -> bool:
    """Whether an item stands under several targets; under one of them it stands once."""
    if len(pieces) < 2:
        return False
    return len({item for piece in pieces for item in piece.items}) < sum(len(piece.items) for piece in pieces)


@dataclass(slots=True)
class Rows:
    """Answers of N students; the columns are those of `Observations`, and row r belongs to student i where
    offsets[i] <= r < offsets[i+1], run n where run_offsets[i] <= n < run_offsets[i+1].

    runs: (result, target) of rows of one sitting and target that follow one another, in order. Where answers count for
    several targets a sitting may have several runs on one; what is told before and after them is that of the sitting.
    """

    offsets: list[int] = field(default_factory=lambda: [0])
    run_offsets: list[int] = field(default_factory=lambda: [0])
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
            before: int | None = None
            for piece in _in_steps(sitting.pieces):
                count = len(piece.items)
                if not count:
                    continue
                if piece.target != before:
                    rows.runs.append((sitting.result, piece.target))
                before = piece.target
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
        rows.run_offsets.append(len(rows.runs))
    return rows


def _in_steps(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, cut where an answer counts for several targets: its rows follow one another, since the filter takes
    such rows in one step. It comes where it stands under the first of its targets.
    """
    if not _is_shared(pieces):
        yield from pieces
        return
    done: set[int] = set()
    for place, piece in enumerate(pieces):
        for number, item in enumerate(piece.items):
            if item in done:
                continue
            done.add(item)
            yield _only(piece, number)
            for other in pieces[place + 1 :]:
                if item in other.items:
                    yield _only(other, other.items.index(item))


def _only(piece: Piece, number: int) -> Piece:
    """One answer of a piece."""
    at = slice(number, number + 1)
    return piece._replace(
        items=piece.items[at],
        ys=piece.ys[at],
        weights=piece.weights[at],
        guessing=piece.guessing[at],
        points=piece.points[at],
    )
