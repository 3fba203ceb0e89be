"""Of those called ready who then sat the test, 75 to 90% are to pass it (domain 2.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.ready_calibration import Called, Sat, Verdict, pass_rates

DAY = datetime(2026, 10, 5, tzinfo=UTC)


def group(passed: int, of: int) -> tuple[list[Called], list[Sat]]:
    called = [Called(student, 1, DAY) for student in range(of)]
    return called, [Sat(student, 1, DAY + timedelta(days=1), student < passed) for student in range(of)]


@pytest.mark.parametrize(
    ("passed", "of", "verdict"),
    [
        (330, 400, Verdict.AS_WANTED), (200, 400, Verdict.TOO_LOW), (396, 400, Verdict.TOO_HIGH),
        (8, 10, Verdict.UNSURE),
    ],
)  # fmt: skip
def test_a_verdict_is_given_where_the_interval_is_on_one_side(passed: int, of: int, verdict: Verdict) -> None:
    (found,) = pass_rates(*group(passed, of))
    assert (found.called, found.sat, found.passed, found.verdict) == (of, of, passed, verdict)
    assert found.rate == passed / of
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.rate < found.high


def test_wilson_of_eight_in_ten() -> None:
    (found,) = pass_rates(*group(8, 10))
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)


def test_a_student_counts_once_by_the_first_sitting_after_being_called_ready() -> None:
    called = [Called(1, 1, DAY), Called(1, 1, DAY - timedelta(days=3))]
    sat = [
        Sat(1, 1, DAY - timedelta(days=4), passed=False),
        Sat(1, 1, DAY - timedelta(days=3), passed=True),
        Sat(1, 1, DAY, passed=False),
        Sat(2, 1, DAY, passed=False),
    ]
    expected = pass_rates(called, sat)
    assert [(one.called, one.sat, one.passed) for one in expected] == [(1, 1, 1)]
    assert all(pass_rates(called, some) == expected for some in permutations(sat))


def test_without_anybody_who_sat_it_there_is_no_rate() -> None:
    (found,) = pass_rates([Called(1, 7, DAY)], [Sat(1, 7, DAY, None)])
    assert (found.sat, found.unscored, found.rate, found.verdict) == (0, 1, None, Verdict.NOBODY)
    assert pass_rates([], [Sat(1, 7, DAY, passed=True)]) == ()


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 5), st.booleans()), max_size=20))
def test_figures_add_up(rows: list[tuple[int, int, int, bool]]) -> None:
    called = [Called(student, test, DAY + timedelta(days=day)) for student, test, day, _ in rows]
    sat = [Sat(student, test, DAY + timedelta(days=day + 1), passed) for student, test, day, passed in rows]
    for one in pass_rates(called, sat):
        assert one.passed <= one.sat <= one.called == len({s for s, test, *_ in rows if test == one.assessment})
