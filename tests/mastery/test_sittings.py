"""The rows that the filter reads of a sitting, and answers that count for several of its targets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mastery.decide import rule_book
from mastery.estimate import DEFAULTS, UNCALIBRATED, SubjectState
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.policy import DEFAULT_POLICY
from mastery.progress import Progress, move_on, rebuild, steps_of
from mastery.sittings import Piece, Sitting, rows_of, shared

BOOK = rule_book([])


def piece(target: int, *items: int, weight: float = 1.0, y: float = 1.0) -> Piece:
    count = len(items)
    return Piece(target, items, (y,) * count, (weight,) * count, None, y, False, None)


def sitting(number: int, *pieces: Piece, summed: bool = False) -> Sitting:
    at = datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=number)
    return Sitting(
        OrderKey(at, at, "lms", str(number)), number, 1, Purpose.FORMATIVE, EvidenceType.QUIZ, at, date(2026, 9, 1),
        summed, shared(pieces),
    )  # fmt: skip


def test_an_answer_that_counts_for_several_targets_is_shared_among_them() -> None:
    one, two, three = shared([piece(1, 10, 11, weight=0.5), piece(2, 11, 12), piece(3, 11)])
    assert one.weights == (0.5, 0.5 / 3)
    assert two.weights == (1 / 3, 1.0)
    assert three.weights == (1 / 3,)


def test_answers_on_one_target_each_stay_as_they_are() -> None:
    pieces = (piece(1, 10, 11), piece(2, 12), piece(3))
    assert shared(pieces) == pieces


def test_the_rows_of_a_shared_answer_follow_one_another_where_its_first_target_has_it() -> None:
    rows = rows_of([[sitting(0, piece(1, 10, 11), piece(2, 9, 11, 12)), sitting(1, piece(2, 12))]])
    assert list(zip(rows.target, rows.item, strict=True)) == [
        (1, 10), (1, 11), (2, 11), (2, 9), (2, 12), (2, 12),
    ]  # fmt: skip
    assert rows.weight == [1.0, 0.5, 0.5, 1.0, 1.0, 1.0]
    assert rows.runs == [(0, 1), (0, 2), (1, 2)]


def test_rows_without_shared_answers_stand_target_by_target() -> None:
    rows = rows_of([[sitting(0, piece(1, 11, 12), piece(2, 9))], [], [sitting(5, piece(1), piece(2, 9))]])
    assert rows.item == [11, 12, 9, 9]
    assert rows.offsets == [0, 3, 3, 4]
    assert rows.runs == [(0, 1), (0, 2), (5, 2)]
    assert rows.run_offsets == [0, 2, 2, 3]


@pytest.mark.parametrize("summed", [False, True])
def test_runs_are_those_that_the_filter_finds(summed: bool) -> None:
    """Two shared answers take turns between the targets, so each target has two runs in one sitting."""
    some = [sitting(0, piece(1, 10, 11), piece(2, 10, 11), summed=summed), sitting(1, piece(1, 12))]
    rows = rows_of([some, some])
    assert rows.runs[:5] == [(0, 1), (0, 2), (0, 1), (0, 2), (1, 1)]
    (moved,) = rebuild([some], [[]], BOOK, UNCALIBRATED, DEFAULT_POLICY)
    progress = [Progress(SubjectState.initial(DEFAULTS), {})]
    (first,) = move_on(progress, [some[:1]], BOOK, UNCALIBRATED, DEFAULT_POLICY)
    (then,) = move_on([Progress(first.state, first.standings)], [some[1:]], BOOK, UNCALIBRATED, DEFAULT_POLICY)
    assert then.state.to_bytes() == moved.state.to_bytes()
    assert first.steps | then.steps == moved.steps == steps_of(some, BOOK, UNCALIBRATED, DEFAULT_POLICY)
    before, after = moved.steps[0, 1]
    assert (before.mean, moved.steps[1, 1][0].general) == (0.0, after.general)
    assert moved.estimates[1] == moved.steps[1, 1][1]
    assert moved.estimates[2] == moved.steps[0, 2][1]


@pytest.mark.parametrize("summed", [False, True])
def test_a_shared_answer_is_one_answer_to_the_general_level(summed: bool) -> None:
    (both,) = rebuild(
        [[sitting(0, piece(1, 10), piece(2, 10), summed=summed)]], [[]], BOOK, UNCALIBRATED, DEFAULT_POLICY
    )
    (one,) = rebuild([[sitting(0, piece(1, 10), summed=summed)]], [[]], BOOK, UNCALIBRATED, DEFAULT_POLICY)
    assert both.state.general_mean == pytest.approx(one.state.general_mean, rel=0.15)
    assert both.state.general_variance == pytest.approx(one.state.general_variance, rel=0.05)
    assert both.estimates[1].mean == both.estimates[2].mean > 0.0
