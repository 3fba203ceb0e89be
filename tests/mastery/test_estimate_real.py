"""The filter on real students' answers, with its defaults and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import rankdata
from shared_data import needs_shared, shared

from mastery.estimate import DEFAULTS, Observations, SubjectState, advance

pytestmark = needs_shared
H = DEFAULTS


def fold_zero(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows (user, item, time, correct, skill) of the test students of fold 0, by user, and where each user starts."""
    table = np.loadtxt(shared("data", "responses", name, "responses.csv"), np.int64, delimiter=",", skiprows=1)
    _, first, inverse = np.unique(table[:, 0], return_index=True, return_inverse=True)
    user = np.argsort(np.argsort(first))[inverse]
    place = np.empty(len(first), np.int64)
    place[np.random.RandomState(42).permutation(len(first))] = np.arange(len(first))
    chosen = table[place[user] % 5 == 0]
    chosen = chosen[np.argsort(chosen[:, 0], kind="stable")]
    return chosen, np.flatnonzero(np.r_[True, chosen[1:, 0] != chosen[:-1, 0], True])


def batch_of(rows: np.ndarray, offsets: np.ndarray) -> Observations:
    """Every answer a sitting of its own, a second after the one before."""
    numbers = np.arange(len(rows))
    return Observations.build(
        H,
        offsets=offsets,
        sitting=numbers,
        target=rows[:, 4],
        item=rows[:, 1],
        y=rows[:, 3],
        day=20000.0 + numbers / 86400.0,
    )


def part(batch: Observations, start: int, end: int) -> Observations:
    """Rows start..end-1 as one student's."""
    columns = [getattr(batch, field.name)[start:end] for field in dataclasses.fields(batch)[1:]]
    return Observations(np.array([0, end - start]), *columns)


@pytest.mark.parametrize(
    ("name", "least_auc", "most_loss"), [("assist2009", 0.705, 0.570), ("statics2011", 0.69, 0.530)]
)
def test_defaults_without_item_parameters_predict_students_they_never_saw(
    name: str, least_auc: float, most_loss: float
) -> None:
    """Fold 0 of measurement 4; the skill mean's AUC is .629 and .620."""
    rows, offsets = fold_zero(name)
    p = advance([SubjectState.initial(H)] * (len(offsets) - 1), batch_of(rows, offsets), H).prediction
    y = rows[:, 3]
    right = int(y.sum())
    auc = (rankdata(p)[y == 1].sum() - right * (right + 1) / 2) / (right * (len(y) - right))
    loss = -float(np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))
    assert auc >= least_auc
    assert loss <= most_loss
    assert abs(float(p.mean()) - float(y.mean())) < 0.02


def test_real_students_all_at_once_one_by_one_and_answer_by_answer_are_the_same_bits() -> None:
    rows, offsets = fold_zero("assist2009")
    batch = batch_of(rows, offsets)
    fresh = SubjectState.initial(H)
    together = advance([fresh] * batch.students, batch, H)
    for student in range(0, batch.students, 7):
        start, end = int(offsets[student]), int(offsets[student + 1])
        alone = advance([fresh], part(batch, start, end), H)
        assert alone.states[0].to_bytes() == together.states[student].to_bytes()
        assert alone.prediction.tobytes() == together.prediction[start:end].tobytes()
    shortest = int(np.argmin(np.abs(np.diff(offsets) - 60)))
    state = fresh
    for row in range(int(offsets[shortest]), int(offsets[shortest + 1])):
        step = advance([state], part(batch, row, row + 1), H)
        state = SubjectState.from_bytes(step.states[0].to_bytes())
    assert state.to_bytes() == together.states[shortest].to_bytes()
