"""The terms that a measurement is told by: the roster's, else the school years; days are those of the district."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.measure.terms import ALL_TIME, Term, terms_of

ZONE = ZoneInfo("America/New_York")
FALL = Term("Fall", date(2026, 8, 24), date(2026, 12, 18))
SPRING = Term("Spring", date(2027, 1, 4), date(2027, 6, 11))


def _day(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp() / 86400.0  # type: ignore[misc, arg-type]


def test_a_term_begins_and_ends_at_midnight_of_the_district() -> None:
    # New York is four hours behind in August, five in December
    days = [_day(2026, 8, 24, 3, 59), _day(2026, 8, 24, 4, 0), _day(2026, 12, 19, 4, 59), _day(2026, 12, 19, 5, 0)]
    assert FALL.rows(np.array(days), ZONE).tolist() == [False, True, True, False]
    assert ALL_TIME.rows(np.array(days), ZONE).all()


def test_names_of_terms_in_addresses() -> None:
    assert (ALL_TIME.key, FALL.key) == ("all", "2026-08-24--2026-12-18")


def test_terms_of_the_roster_in_which_there_are_answers_come_newest_first() -> None:
    year = Term("2026-27", date(2026, 8, 24), date(2027, 6, 11))
    summer, doubled = Term("Summer", date(2027, 7, 1), date(2027, 7, 31)), Term("Also fall", FALL.begins, FALL.ends)
    days = np.array([_day(2026, 9, 1), _day(2027, 2, 1)])
    assert terms_of([FALL, year, SPRING, doubled, summer], days, ZONE) == [ALL_TIME, SPRING, year, FALL]


def test_years_before_the_roster_are_school_years() -> None:
    days = np.array([_day(2024, 9, 1), _day(2026, 5, 1), _day(2026, 7, 20), _day(2026, 9, 1)])
    found = terms_of([FALL, SPRING], days, ZONE)
    assert [one.key for one in found] == ["all", FALL.key, "2025-07-01--2026-06-30", "2024-07-01--2025-06-30"]


def test_a_session_may_be_without_an_end_in_sight() -> None:
    ever = Term("Ever", date(1, 1, 1), date.max)
    days = np.array([_day(2024, 9, 1), _day(2026, 9, 1)])
    assert terms_of([ever], days, ZONE) == [ALL_TIME, ever]
    assert ever.rows(days, ZONE).all()


def test_terms_overlap_that_have_a_day_in_common() -> None:
    august = Term(None, date(2026, 8, 1), date(2026, 8, 24))
    assert FALL.overlaps(august)
    assert august.overlaps(FALL)
    assert not SPRING.overlaps(FALL)
    assert ALL_TIME.overlaps(FALL)


def test_without_a_roster_the_years_are_july_to_june() -> None:
    days = np.array([_day(2025, 7, 1, 3, 59), _day(2025, 7, 1, 4, 0), _day(2027, 9, 1)])
    found = terms_of([], days, ZONE)
    assert [one.key for one in found] == [
        "all", "2027-07-01--2028-06-30", "2025-07-01--2026-06-30", "2024-07-01--2025-06-30",
    ]  # fmt: skip
    assert [int(one.rows(days, ZONE).sum()) for one in found] == [3, 1, 1, 1]


@given(st.lists(st.floats(18_000.0, 22_000.0), min_size=1, max_size=30))
def test_every_answer_is_in_one_school_year(times: list[float]) -> None:
    days = np.array(times)
    years = terms_of([], days, ZONE)[1:]
    assert sum(one.rows(days, ZONE).astype(int) for one in years).tolist() == [1] * len(days)  # type: ignore[union-attr]
    assert all(one.rows(days, ZONE).any() for one in years)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Anchorage", "UTC"])
def test_the_year_of_an_answer_is_that_of_the_zone(zone: str) -> None:
    found = terms_of([], np.array([_day(2026, 6, 30, 12, 0)]), ZoneInfo(zone))
    assert [one.key for one in found[1:]] == [
        "2026-07-01--2027-06-30" if zone == "Pacific/Kiritimati" else "2025-07-01--2026-06-30"
    ]
