"""The bucket's laws: never more than was said, never less, and waiting as told is enough."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.rate import Bucket, Limit, filled, take

limits = st.builds(Limit, st.floats(0.1, 1e6), st.floats(1, 1e4))
pauses = st.lists(st.floats(0, 100), min_size=1, max_size=60)


@given(limits, pauses)
def test_no_more_pass_than_the_burst_and_what_flowed_in_since(limit: Limit, times: list[float]) -> None:
    bucket, now, passed = None, 0.0, 0
    for pause in times:
        now += pause
        bucket, wait = take(bucket, limit, now)
        passed += wait == 0
        assert 0 <= bucket.tokens <= limit.burst
    assert passed <= limit.burst + (now - times[0]) * limit.per_second + 1e-6


@given(limits, pauses)
def test_whoever_waits_as_told_is_let_through(limit: Limit, times: list[float]) -> None:
    bucket, now = None, 0.0
    for pause in times:
        now += min(pause, 0.001)
        bucket, wait = take(bucket, limit, now)
        if wait:
            now += wait * (1 + 1e-9) + 1e-9
            bucket, again = take(bucket, limit, now)
            assert again < 1e-6 / limit.per_second + 1e-6


@given(limits, st.floats(1, 3600))
def test_a_steady_sender_within_the_limit_is_never_refused(limit: Limit, start: float) -> None:
    bucket, now = None, start
    for _ in range(50):
        bucket, wait = take(bucket, limit, now)
        assert wait == 0
        now += 1.001 / limit.per_second


@given(limits, st.floats(0, 100), st.floats(0, 100))
def test_a_clock_that_goes_back_gives_and_takes_nothing(limit: Limit, at: float, earlier: float) -> None:
    bucket = Bucket(min(0.5, limit.burst), at + earlier)
    assert filled(bucket, limit, at) == bucket.tokens


@given(limits)
def test_rest_fills_the_bucket_and_no_more(limit: Limit) -> None:
    assert filled(Bucket(0, 0), limit, 1e9) == filled(None, limit, 0) == limit.burst


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0.5), (math.inf, 1), (1, math.inf), (math.nan, 1)])
def test_what_is_no_limit_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="requests a minute"):
        Limit(rate, burst)
