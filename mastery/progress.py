"""One student's progress in one subject: sittings in, estimates and decisions out. The same law for one and for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mastery.decide import Act, Record, RuleBook, Standing, fold, step
from mastery.estimate import Model, SubjectState
from mastery.policy import Policy
from mastery.sittings import Sitting, rows_of

# the value of a subject's primary method just after a result on a target, by (result, target)
SaidAfter = Mapping[tuple[int, int], float | None]


class TargetEstimate(NamedTuple):
    """What the filter says of one target after its newest evidence; rates and probability in 0..1, the rest in logits.

    `mean` and `variance` leave the present form out; general, target, form and practice are the parts of the sum.
    """

    rate: float
    low: float
    high: float
    probability: float
    mean: float
    variance: float
    general: float
    target: float
    form: float
    practice: float


@dataclass(slots=True)
class Progress:
    """The filter's state and the standings it led to; `standings` may hold only those a step can touch."""

    state: SubjectState
    standings: dict[int, Standing]


@dataclass(frozen=True, slots=True)
class Moved:
    """What some sittings changed.

    `state` is the new one; `standings` those that changed; `estimates` the newest of each touched target;
    `steps` maps (result, target) to the estimate before and after that sitting, before being None without evidence.
    """

    state: SubjectState
    standings: dict[int, Standing]
    estimates: dict[int, TargetEstimate]
    steps: dict[tuple[int, int], tuple[TargetEstimate, TargetEstimate]]


def move_on(
    progress: Sequence[Progress],
    sittings: Sequence[Sequence[Sitting]],
    book: RuleBook,
    model: Model,
    policy: Policy,
    said: Sequence[SaidAfter] = (),
) -> list[Moved]:
    """Add sittings, in their total order and none earlier than what is folded in, to each student's progress.

    `said` tells of each student what the subject's primary method says, where that is not the model.
    """
    filtered = _filter([one.state for one in progress], sittings, book, model, policy)
    return [
        _step_through(one, of_student, found, values, book, policy)
        for one, of_student, found, values in zip(progress, sittings, filtered, _of_each(said, filtered), strict=True)
    ]


def rebuild(
    sittings: Sequence[Sequence[Sitting]],
    acts: Sequence[Iterable[Act]],
    book: RuleBook,
    model: Model,
    policy: Policy,
    said: Sequence[SaidAfter] = (),
) -> list[Moved]:
    """Each student's progress from nothing: all sittings in their total order, and all signed acts.

    `said` tells of each student what the subject's primary method says, where that is not the model.
    """
    fresh = [SubjectState.initial(model.hyper) for _ in sittings]
    rebuilt = []
    filtered = _filter(fresh, sittings, book, model, policy)
    for found, of_student, signed, values in zip(filtered, sittings, acts, _of_each(said, filtered), strict=True):
        records = [record for sitting, tries in zip(of_student, found.tries, strict=True)
                   for record in _records(sitting, tries, found.steps, values)]  # fmt: skip
        rebuilt.append(Moved(found.state, fold(records, signed, book, policy), found.estimates, found.steps))
    return rebuilt


def _of_each(said: Sequence[SaidAfter], filtered: Sequence[_Filtered]) -> Sequence[SaidAfter]:
    return said or [{}] * len(filtered)


def steps_of(
    sittings: Sequence[Sitting], book: RuleBook, model: Model, policy: Policy
) -> dict[tuple[int, int], tuple[TargetEstimate, TargetEstimate]]:
    """One student's estimates from nothing, without decisions: before and after each sitting, by (result, target)."""
    (found,) = _filter([SubjectState.initial(model.hyper)], [sittings], book, model, policy)
    return found.steps


@dataclass(slots=True)
class _Filtered:
    state: SubjectState
    estimates: dict[int, TargetEstimate]
    steps: dict[tuple[int, int], tuple[TargetEstimate, TargetEstimate]]
    tries: list[list[tuple[float, ...]]]


def _filter(
    states: Sequence[SubjectState],
    sittings: Sequence[Sequence[Sitting]],
    book: RuleBook,
    model: Model,
    policy: Policy,
) -> list[_Filtered]:
    """Run the estimate over all students at once."""
    tries = []
    for state, of_student in zip(states, sittings, strict=True):
        seen = set(state.item_ids.tolist())
        tries.append([_first_tries(sitting, seen) for sitting in of_student])
    rows = rows_of(sittings)
    bars = [book.of(target).bar for _, target in rows.runs]
    done = model.advanced(states, rows.observations(model))
    before = _estimates(done.before.table, rows.runs, bars, model)
    after = _estimates(done.after.table, rows.runs, bars, model)
    found = []
    for state, (first, end), of_tries in zip(done.states, pairwise(rows.run_offsets), tries, strict=True):
        steps = {rows.runs[n]: (before[n], after[n]) for n in range(first, end)}
        found.append(_Filtered(state, {rows.runs[n][1]: after[n] for n in range(first, end)}, steps, of_tries))
    return found


def _estimates(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    runs: Sequence[tuple[int, int]],
    bars: list[float],
    model: Model,
) -> list[TargetEstimate]:
    if not bars:
        return []
    # one bar for each row, or the one that all have
    shared = bars[0] if len(set(bars)) == 1 else np.asarray(bars)
    said = model.told(table[:, 0], table[:, 1], [target for _, target in runs], shared)
    columns = (said.rate, said.low, said.high, said.probability, *(table[:, n] for n in range(6)))
    return list(map(TargetEstimate._make, zip(*(one.tolist() for one in columns), strict=True)))


def _first_tries(sitting: Sitting, seen: set[int]) -> list[tuple[float, ...]]:
    """Per piece the scores on items never met before; `seen` learns them."""
    found = []
    for piece in sitting.pieces:
        found.append(tuple(y for item, y in zip(piece.items, piece.ys, strict=True) if item not in seen))
    for piece in sitting.pieces:
        seen.update(piece.items)
    return found


def _records(
    sitting: Sitting,
    tries: list[tuple[float, ...]],
    steps: dict[tuple[int, int], tuple[TargetEstimate, TargetEstimate]],
    said: SaidAfter,
) -> list[Record]:
    made = []
    for piece, first in zip(sitting.pieces, tries, strict=True):
        moved = steps.get((sitting.result, piece.target))
        made.append(
            Record(
                order=sitting.order,
                result=sitting.result,
                assessment=sitting.assessment,
                target=piece.target,
                purpose=sitting.purpose,
                evidence_type=sitting.evidence_type,
                performed_at=sitting.performed_at,
                local_date=sitting.local_date,
                level=piece.level,
                certifying=piece.certifying,
                dok=piece.dok,
                counts_for_estimate=moved is not None,
                first_tries=first,
                share=piece.share,
                estimate_before=moved[0].probability if moved else None,
                estimate_after=moved[1].probability if moved else None,
                expected_rate=moved[1].rate if moved else None,
                said=said.get((sitting.result, piece.target)),
            )
        )
    return made


def _step_through(
    progress: Progress,
    sittings: Sequence[Sitting],
    found: _Filtered,
    said: SaidAfter,
    book: RuleBook,
    policy: Policy,
) -> Moved:
    standings = dict(progress.standings)
    changed: dict[int, Standing] = {}
    for sitting, tries in zip(sittings, found.tries, strict=True):
        news = step(standings, _records(sitting, tries, found.steps, said), book, policy)
        standings.update(news)
        changed.update(news)
    return Moved(found.state, changed, found.estimates, found.steps)
