"""Secrets of machine clients: never more than two work, and none longer than was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.credentials import LONGEST_OVERLAP, OLD_AFTER, OVERLAP, Secret, ends_at_rotation, is_noted

START = datetime(2026, 8, 24, tzinfo=UTC)
rotations = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=12)


@given(rotations)
def test_however_often_a_secret_is_rotated_at_most_two_work_and_the_newest_does(steps: list[tuple[int, int]]) -> None:
    now, secrets = START, {1: Secret(1, START)}
    for key, (later, overlap) in enumerate(steps, start=2):
        now += timedelta(days=later)
        before = {key for key, one in secrets.items() if one.works(now)}
        ends = ends_at_rotation(secrets.values(), now, timedelta(days=overlap))
        assert ends.keys() == before
        for old, end in ends.items():
            one = secrets[old]
            assert end <= now + timedelta(days=overlap)
            assert one.expires_at is None or end <= one.expires_at
            secrets[old] = Secret(old, one.made_at, end, now if end <= now else None)
        secrets[key] = Secret(key, now)
        working = [key for key, one in secrets.items() if one.works(now)]
        assert working[-1] == key
        assert len(working) == (2 if overlap else 1)
        assert not any(one.works(now + timedelta(days=overlap)) for old, one in secrets.items() if old != key)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), LONGEST_OVERLAP + timedelta(seconds=1)])
def test_an_overlap_of_less_than_nothing_or_for_ever_is_refused(overlap: timedelta) -> None:
    with pytest.raises(ValueError, match="0 to 365 days"):
        ends_at_rotation([], START, overlap)


def test_a_secret_is_old_after_ninety_days_while_it_works() -> None:
    later = START + OLD_AFTER
    assert not Secret(1, START).is_old(later)
    assert Secret(1, START).is_old(later + timedelta(seconds=1))
    assert not Secret(1, START, ended_at=later).is_old(later + timedelta(seconds=1))
    assert timedelta(days=14) == OVERLAP


def test_uses_within_the_hour_are_noted_once() -> None:
    assert not is_noted(None, START)
    assert is_noted(START, START + timedelta(minutes=59))
    assert not is_noted(START, START + timedelta(hours=1))
