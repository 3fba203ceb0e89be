"""Codes of letters: read as they are spelled, however they are typed."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access import Viewer
from mastery.letters import SECRET_SIGNS, SIGNS, ends_at, last_day, may_make_letters, read_code, spelled

secrets = st.text(SIGNS, min_size=SECRET_SIGNS, max_size=SECRET_SIGNS)


@given(st.integers(1, 2**30 - 1), secrets, st.sampled_from([" ", "-", "", "–"]))
def test_a_code_is_read_as_it_is_spelled(district: int, secret: str, between: str) -> None:
    printed = spelled(district, secret)
    assert read_code(printed) == (district, secret)
    typed = printed.lower().replace("0", "o").replace("1", "l").replace("-", between)
    assert read_code(typed) == (district, secret)


@given(st.text(max_size=30))
def test_anything_else_is_read_as_nothing_or_as_a_code(typed: str) -> None:
    read = read_code(typed)
    assert read is None or (0 <= read[0] < 2**30 and len(read[1]) == SECRET_SIGNS)


def test_a_secret_has_sixty_bits() -> None:
    assert len(set(SIGNS)) ** SECRET_SIGNS == 2**60


@pytest.mark.parametrize(("zone", "hours"), [("America/New_York", 5), ("America/Los_Angeles", 8)])
def test_the_last_day_is_whole_where_the_school_is(zone: str, hours: int) -> None:
    day = last_day(date(2026, 10, 5))
    assert day == date(2026, 12, 4)
    assert ends_at(day, ZoneInfo(zone)).utctimetuple()[2:5] == (5, hours, 0)


def test_administrators_make_letters() -> None:
    assert may_make_letters(Viewer(1, 2, schools=frozenset({3})))
    assert may_make_letters(Viewer(1, 2, administers_district=True))
    assert not may_make_letters(Viewer(1, 2, sections=frozenset({3}), wards=frozenset({4})))
