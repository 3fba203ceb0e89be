"""From states and answers to new states: the one entry to the filter, for one student or for a million."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate import kernel
from mastery.estimate.hyperparameters import Hyperparameters
from mastery.estimate.kernel import NEVER, READING_COLUMNS, Answers, read_all, read_later, run_filter
from mastery.estimate.observations import Observations
from mastery.estimate.prerequisites import NO_PREREQUISITES, PrerequisiteTable
from mastery.estimate.slots import extend, find_slots
from mastery.estimate.state import LEVEL_COLUMNS, Floats, Integers, SubjectState


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What is known of M targets at some instant, as columns in logits; `table` [M, 6] holds them.

    mean and variance of general + target + practice, the sum that a success rate is read from; and the four parts
    general (g), target (s), form (f, not in the sum) and practice (lam ln(1 + n)).
    """

    table: Floats

    @property
    def mean(self) -> Floats:
        """Mean of the sum, [M]."""
        return self.table[:, 0]

    @property
    def variance(self) -> Floats:
        """Variance of the sum, [M]."""
        return self.table[:, 1]

    @property
    def general(self) -> Floats:
        """Mean of g, [M]."""
        return self.table[:, 2]

    @property
    def target(self) -> Floats:
        """Mean of s, [M]."""
        return self.table[:, 3]

    @property
    def form(self) -> Floats:
        """Mean of f, [M]: shown, but left out of the sum."""
        return self.table[:, 4]

    @property
    def practice(self) -> Floats:
        """lam ln(1 + n), [M]."""
        return self.table[:, 5]


@dataclass(frozen=True, slots=True, eq=False)
class Advanced:
    """What `advance` found, everything in the order of the rows.

    states: one new state per student.
    prediction [R]: expected success on each row before it was seen (in a summed sitting: before the sitting).
    logit, logit_variance [R]: the mean and variance (mu, Vt of measurement 2) that prediction was made from.
    ability, practised [R]: g + f + s + practice in it, and the ln(1 + n) that practice is lam times of.
    attempt [R]: which of `attempt_offsets` it has.
    first_row int64[M]: a run is rows of one sitting and one target that follow one another; this is its first row.
    before, after [M]: the run's target just before its sitting (as stored, not aged) and just after it.
    """

    states: tuple[SubjectState, ...]
    prediction: Floats
    logit: Floats
    logit_variance: Floats
    ability: Floats
    practised: Floats
    attempt: Integers
    first_row: Integers
    before: Levels
    after: Levels


def advance(
    states: Sequence[SubjectState],
    batch: Observations,
    hyper: Hyperparameters,
    prerequisites: PrerequisiteTable = NO_PREREQUISITES,
) -> Advanced:
    """Feed every student's answers to the filter; `states[i]` belongs to `batch` rows offsets[i] .. offsets[i+1]-1.

    The given states are left as they are. The result for a student depends on that student's state and rows alone, to
    the last bit: any number of students at once, and any split of a student's sittings over several calls, give the
    same. ValueError if the number of states is not that of students.

    One student, a quiz of two items on target 7:

        state = SubjectState.from_bytes(stored)  # or SubjectState.initial(hyper)
        batch = Observations.build(
            hyper, offsets=[0, 2], sitting=[0, 0], target=[7, 7], item=[70, 71], y=[1.0, 0.0], day=[20000.4, 20000.4]
        )
        done = advance([state], batch, hyper)
        done.states[0].to_bytes()  # to store
        before = readout(done.before.mean, done.before.variance, hyper, bar=0.75)
        after = readout(done.after.mean, done.after.variance, hyper, bar=0.75)
        batch.target[done.first_row]  # which target each of them is about

    Rebuild: all students' first states in one list, all rows in one batch, `offsets` where each student's rows start.
    An answer that counts for several targets is one row per target, one after another, weights summing to 1 (or less).
    """
    if len(states) != batch.students:
        raise ValueError(f"{len(states)} states for {batch.students} students")
    targets = _place(
        batch.offsets,
        batch.target,
        [state.target_ids for state in states],
        [state.targets for state in states],
        np.array([0.0, hyper.target_variance, 1.0, 1.0, 0.0, NEVER]),
    )
    items = _place(
        batch.offsets,
        batch.item,
        [state.item_ids for state in states],
        [state.items for state in states],
        np.array([0.0, hyper.item_variance, 0.0]),
    )
    level = np.array([state.level for state in states]).reshape(len(states), len(LEVEL_COLUMNS))
    predictions = np.empty((batch.rows, 6))
    first_row = np.empty(batch.rows, np.int64)
    before, after = np.empty((batch.rows, len(READING_COLUMNS))), np.empty((batch.rows, len(READING_COLUMNS)))
    runs = run_filter(
        batch.offsets,
        batch.sitting,
        targets.slots,
        items.slots,
        _answers(batch),
        _constants(hyper),
        level,
        targets.offsets,
        targets.rows,
        items.offsets,
        items.rows,
        targets.ids,
        prerequisites,
        predictions,
        first_row,
        before,
        after,
    )
    return Advanced(
        _split(level, targets, items),
        predictions[:, kernel.P],
        predictions[:, kernel.LOGIT],
        predictions[:, kernel.LOGIT_VARIANCE],
        predictions[:, kernel.ABILITY],
        predictions[:, kernel.PRACTISED],
        predictions[:, kernel.ATTEMPT].astype(np.int64),
        first_row[:runs],
        Levels(before[:runs]),
        Levels(after[:runs]),
    )


def levels_after(state: SubjectState, hyper: Hyperparameters, days: float, practice_slope: npt.ArrayLike) -> Levels:
    """All targets of a state as an answer so many days (0 or more) after the last on each would find them.

    s shrunk by exp(-phi ln(1 + days)) where it is above 0, since time teaches nothing, and widened by psi ln(1 + days);
    in the order of `state.target_ids`.
    """
    slopes = np.empty(len(state.target_ids))
    slopes[:] = practice_slope
    return Levels(read_later(state.level, state.targets, slopes, days, _constants(hyper)))


def levels(state: SubjectState, hyper: Hyperparameters, practice_slope: npt.ArrayLike | None = None) -> Levels:
    """All targets of a state as they are stored, in the order of `state.target_ids`.

    An answer on one target moves the general level and with it every other target a little: what `advance` returns as
    `after` is about the sitting's own targets, this about all. `practice_slope` [K] is lam per target, else `hyper`'s.
    """
    slopes = np.empty(len(state.target_ids))
    slopes[:] = hyper.practice_slope if practice_slope is None else practice_slope
    return Levels(read_all(state.level, state.targets, slopes))


def warm_up(hyper: Hyperparameters) -> None:
    """Load the compiled kernels, so that no request waits for it: about .2 s, or 10 s the first time on a machine."""
    batch = Observations.build(hyper, offsets=[0, 1], sitting=[0], target=[0], item=[0], y=[1.0], day=[0.0])
    known = advance([SubjectState.initial(hyper)], batch, hyper).states[0]
    levels(known, hyper)
    levels_after(known, hyper, 1.0, hyper.practice_slope)


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """All students' targets (or items) in one table, and where each row of the batch finds its own."""

    slots: Integers
    offsets: Integers
    ids: Integers
    rows: Floats


def _place(offsets: Integers, ids: Integers, known: list[Integers], columns: list[Floats], prior: Floats) -> _Placed:
    known_offsets = np.zeros(len(known) + 1, np.int64)
    np.cumsum([len(one) for one in known], out=known_offsets[1:])
    known_ids = np.concatenate(known) if known else np.empty(0, np.int64)
    known_rows = np.concatenate(columns) if columns else np.empty((0, len(prior)))
    slots, counts = find_slots(offsets, ids, known_offsets, known_ids)
    new_offsets = np.zeros_like(known_offsets)
    np.cumsum(counts, out=new_offsets[1:])
    new_ids, rows = extend(offsets, ids, slots, known_offsets, known_ids, known_rows, new_offsets, prior)
    return _Placed(slots, new_offsets, new_ids, rows)


def _answers(batch: Observations) -> Answers:
    return Answers(
        batch.y,
        batch.weight,
        batch.day,
        batch.slope,
        batch.easiness,
        batch.easiness_variance,
        batch.practice_slope,
        batch.summed,
        batch.guessing,
        batch.points,
    )


def _constants(hyper: Hyperparameters) -> Floats:
    """The numbers of `hyper` where the kernel expects them."""
    return np.array(
        [
            hyper.general_variance,
            hyper.general_drift,
            hyper.form_variance,
            hyper.form_persistence,
            hyper.target_variance,
            hyper.target_drift,
            hyper.learning_right,
            hyper.learning_wrong,
            hyper.item_variance,
            hyper.item_learning_right,
            hyper.item_learning_wrong,
            hyper.forgetting,
            hyper.forgetting_variance,
            hyper.prerequisite_share,
            *hyper.attempt_offsets,
        ]
    )


def _split(level: Floats, targets: _Placed, items: _Placed) -> tuple[SubjectState, ...]:
    target_ends, item_ends = targets.offsets.tolist(), items.offsets.tolist()
    return tuple(
        SubjectState(
            level[n],
            targets.ids[target_ends[n] : target_ends[n + 1]],
            targets.rows[target_ends[n] : target_ends[n + 1]],
            items.ids[item_ends[n] : item_ends[n + 1]],
            items.rows[item_ends[n] : item_ends[n + 1]],
        )
        for n in range(len(level))
    )
