"""Figures of merit against plain transcriptions of their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.measure.metrics import BINS, CLIP, accuracy, auc, ece, log_loss, reliability, rmse

shares = st.one_of(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.25, 1.0]))
chances = st.sampled_from([0.0, 1e-9, 0.1, 0.25, 0.5, 0.500001, 0.75, 1.0])
pairs = st.lists(st.tuples(shares, chances), min_size=1, max_size=40)


def columns(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([y for y, _ in rows]), np.array([p for _, p in rows])


@given(pairs)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, float]]) -> None:
    won = total = 0.0
    for right, higher in rows:
        for wrong, lower in rows:
            weight = right * (1.0 - wrong)
            total += weight
            won += weight * (1.0 if higher > lower else 0.5 if higher == lower else 0.0)
    found = auc(*columns(rows))
    assert math.isnan(found) if total == 0.0 else found == pytest.approx(won / total, abs=1e-12)


def test_auc_of_known_cases() -> None:
    y = np.array([0.0, 0.0, 1.0, 1.0])
    assert auc(y, np.array([0.1, 0.4, 0.35, 0.8])) == 0.75
    assert auc(y, np.full(4, 0.3)) == 0.5
    assert auc(y, y) == 1.0
    assert auc(y, 1.0 - y) == 0.0


@given(pairs)
def test_accuracy_log_loss_and_rmse_are_their_definitions(rows: list[tuple[float, float]]) -> None:
    y, p = columns(rows)
    right = [share if chance >= 0.5 else 1.0 - share for share, chance in rows]
    loss = [
        -(share * math.log(held) + (1.0 - share) * math.log(1.0 - held))
        for share, chance in rows
        for held in [min(max(chance, CLIP), 1.0 - CLIP)]
    ]
    assert accuracy(y, p) == pytest.approx(sum(right) / len(rows))
    assert log_loss(y, p) == pytest.approx(sum(loss) / len(rows))
    assert rmse(y, p) == pytest.approx(math.sqrt(sum((a - b) ** 2 for a, b in rows) / len(rows)), abs=1e-12)


def plain_ece(y: np.ndarray, p: np.ndarray) -> float:
    """Measurement 4 word for word: ties at random, 20 bins of equal mass."""
    shuffled = np.random.RandomState(0).permutation(len(p)).tolist()
    rows = sorted(shuffled, key=lambda row: p[row])
    wide, narrow = len(rows) % BINS, len(rows) // BINS
    error, start = 0.0, 0
    for place in range(BINS):
        some = rows[start : start + narrow + (place < wide)]
        start += len(some)
        if some:
            error += abs(sum(y[row] for row in some) / len(some) - sum(p[row] for row in some) / len(some)) * len(some)
    return error / len(rows)


@pytest.mark.parametrize("rows", [1, 19, 20, 21, 333, 2000])
def test_calibration_error_is_that_of_twenty_bins_of_equal_size(rows: int) -> None:
    random = np.random.default_rng(rows)
    p = random.integers(0, 8, rows) / 8.0
    y = (random.random(rows) < p).astype(float)
    assert ece(y, p) == pytest.approx(plain_ece(y, p), abs=1e-12)


def test_what_is_said_truly_has_a_small_calibration_error_and_what_is_not_a_large_one() -> None:
    random = np.random.default_rng(3)
    p = random.random(100_000)
    y = (random.random(100_000) < p).astype(float)
    assert ece(y, p) < 0.008
    assert ece(y, np.clip(p + 0.1, 0.0, 1.0)) == pytest.approx(0.1, abs=0.01)
    constant = np.full(100_000, y.mean())
    assert ece(y, constant) < 0.008


def test_bins_of_a_diagram_hold_equally_many_and_rise() -> None:
    random = np.random.default_rng(4)
    p = random.random(1003)
    y = (random.random(1003) < p).astype(float)
    table = reliability(y, p, bins=10)
    assert table.count.tolist() == [101, 101, 101, *[100] * 7]
    assert (np.diff(table.predicted) > 0).all()
    assert float(np.dot(table.count, table.observed)) == pytest.approx(y.sum())


def test_nothing_can_not_be_compared() -> None:
    with pytest.raises(ValueError, match="no rows"):
        ece(np.empty(0), np.empty(0))
