"""On track to graduation: three ledgers, steps at the ends of terms, exact bounds (domain 3.6)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace_calendars import UNHURRIED

from mastery.pace.graduation import (
    Credit,
    Finish,
    Ledgers,
    Requirement,
    RequirementKind,
    Term,
    Track,
    Undated,
    all_paths,
    band_track,
    credit_track,
    earned,
    finish_track,
    grade_9_by_failures,
    grade_9_by_finishes,
    on_track,
    path_of,
    required_by_now,
    requirement_track,
    terms_late,
)
from mastery.policy import DEFAULT_POLICY as POLICY

# two terms a year from autumn 2026 on, the fourth year ending in June 2030, one of a leap year's Februaries inside
TERMS = tuple(Term(year, date(2026 + year, *end), Decimal(90)) for year in range(1, 8) for end in ((1, 22), (6, 11)))
FOUR = path_of(TERMS, 4)
DAY = timedelta(days=1)
ON, AT_RISK, OFF = Track.ON, Track.AT_RISK, Track.OFF


def end_of_year(year: int) -> date:
    return date(2026 + year, 6, 11)


def test_twenty_four_credits_are_six_a_year() -> None:
    for year, credits_ in ((1, 6), (2, 12), (3, 18), (4, 24)):
        assert required_by_now(Decimal(24), FOUR, end_of_year(year) + DAY) == credits_


def test_what_is_required_steps_at_the_end_of_a_term() -> None:
    def asked(day: date) -> Decimal:
        return required_by_now(Decimal(24), FOUR, day)

    assert asked(date(2026, 9, 1)) == 0
    assert [asked(date(2027, 1, day)) for day in (21, 22, 23)] == [0, 0, 3]
    assert [asked(end_of_year(1) + n * DAY) for n in (-1, 0, 1, 60)] == [3, 3, 6, 6]
    assert asked(date(2050, 1, 1)) == 24


def test_terms_weigh_by_their_days() -> None:
    uneven = (Term(1, date(2027, 1, 22), Decimal(80)), Term(1, date(2027, 6, 11), Decimal("99.5")))
    assert required_by_now(Decimal(6), uneven, date(2027, 2, 1)) == Decimal("2.67")


@UNHURRIED
@given(st.lists(st.integers(1, 400), min_size=1, max_size=8), st.integers(1, 30), st.integers(-1, 900))
def test_required_is_that_of_fractions_and_never_falls(days: list[int], total: int, after: int) -> None:
    first = date(2026, 9, 1)
    path = tuple(Term(1, first + timedelta(days=100 * n), Decimal(one)) for n, one in enumerate(days, start=1))
    today = first + timedelta(days=after)
    over = sum(one for n, one in enumerate(days, start=1) if 100 * n < after)
    found = required_by_now(Decimal(total), path, today)
    assert abs(Fraction(found) - Fraction(total * over, sum(days))) <= Fraction(1, 200)
    assert found <= required_by_now(Decimal(total), path, today + DAY) <= total


@pytest.mark.parametrize(
    ("deficit", "track"),
    [("-3", ON), ("0", ON), ("0.49", ON), ("0.5", AT_RISK), ("1.49", AT_RISK), ("1.5", OFF), ("9", OFF)],
)
def test_bounds_of_the_deficit(deficit: str, track: Track) -> None:
    assert credit_track(Decimal(deficit), POLICY) is track


@pytest.mark.parametrize(
    ("finish", "late", "track"),
    [
        (date(2029, 1, 1), 0, ON),
        (date(2030, 6, 11), 0, ON),
        (date(2030, 6, 12), 1, AT_RISK),
        (date(2031, 1, 22), 1, AT_RISK),
        (date(2031, 1, 23), 2, OFF),
        (date(2040, 1, 1), 7, OFF),
        (Undated.AFTER_CALENDAR, 7, OFF),
        (Undated.NOT_ENOUGH_WORK, None, None),
    ],
)
def test_bounds_of_a_late_finish(finish: Finish, late: int | None, track: Track | None) -> None:
    assert terms_late(finish, date(2030, 6, 11), TERMS) == late
    assert finish_track(late, POLICY) is track
    assert band_track(finish, date(2030, 6, 11), TERMS, POLICY) is track


def test_an_assessment_unmet_is_off_in_the_final_year_and_hours_are_a_risk() -> None:
    assessment = Requirement("civics test", RequirementKind.ASSESSMENT, met=False)
    hours = Requirement("service", RequirementKind.OTHER, met=False)
    final, end = end_of_year(3) + DAY, end_of_year(4)
    assert [requirement_track(assessment, FOUR, day) for day in (final - DAY, final, end + DAY)] == [ON, OFF, OFF]
    assert [requirement_track(hours, FOUR, day) for day in (final - DAY, final, end, end + DAY)] == [
        ON, AT_RISK, AT_RISK, OFF,
    ]  # fmt: skip
    met = Requirement("civics test", RequirementKind.ASSESSMENT, met=True)
    assert requirement_track(met, FOUR, end + DAY) is ON


def ledgers(credits_: str, finish: Finish | None = None, *, met: bool = True) -> Ledgers:
    competencies = {} if finish is None else {"Algebra": finish, "Civics": date(2028, 1, 1)}
    return Ledgers(
        Decimal(credits_), Decimal(24), competencies, (Requirement("civics test", RequirementKind.ASSESSMENT, met),)
    )


def test_all_three_must_be_on_track() -> None:
    today = end_of_year(3) + DAY

    def status(*args: object, **kwargs: bool) -> Track:
        return on_track(ledgers(*args, **kwargs), TERMS, today, POLICY).status  # type: ignore[arg-type]

    assert status("18") is ON
    assert status("17.75") is ON
    assert status("17.5") is AT_RISK
    assert status("16.5") is OFF
    assert status("18", date(2030, 6, 11)) is ON
    assert status("18", date(2031, 1, 22)) is AT_RISK
    assert status("18", date(2031, 1, 23)) is OFF
    assert status("18", met=False) is OFF


def test_it_says_what_is_late_unmet_and_not_known() -> None:
    today = end_of_year(3) + DAY
    found = on_track(ledgers("17.25", date(2031, 1, 1), met=False), TERMS, today, POLICY)
    assert (found.required, found.deficit) == (Decimal(18), Decimal("0.75"))
    assert (found.credits, found.competencies, found.requirements) == (AT_RISK, AT_RISK, OFF)
    assert (found.late, found.unmet, found.not_known) == (("Algebra",), ("civics test",), ())
    unsure = on_track(ledgers("18", Undated.NOT_ENOUGH_WORK), TERMS, today, POLICY)
    assert (unsure.status, unsure.competencies, unsure.not_known) == (ON, ON, ("Algebra",))
    none = Ledgers(Decimal(18), Decimal(24), {"Algebra": Undated.NOT_ENOUGH_WORK}, ())
    assert on_track(none, TERMS, today, POLICY).competencies is None
    assert on_track(none, TERMS, today, POLICY).status is ON


def test_partial_credit_counts_at_once() -> None:
    credits_ = [Credit(Decimal("5.25")), Credit(Decimal("0.25")), Credit(Decimal("0.5"), summer=True)]
    assert earned(credits_) == 6
    assert earned(credits_, with_summer=False) == Decimal("5.5")
    today = end_of_year(1) + DAY
    assert on_track(ledgers(str(earned(credits_))), TERMS, today, POLICY).status is ON
    assert on_track(ledgers(str(earned(credits_[:1]))), TERMS, today, POLICY).status is AT_RISK


def test_five_and_six_years_are_paths_of_their_own() -> None:
    found = all_paths(ledgers("15", date(2031, 3, 1)), TERMS, end_of_year(3) + DAY, POLICY)
    assert {years: one.status for years, one in found.items()} == {4: OFF, 5: ON, 6: ON}
    assert [one.required for one in found.values()] == [Decimal(18), Decimal("14.4"), Decimal(12)]


def test_the_grade_nine_reference() -> None:
    assert grade_9_by_failures(Decimal(5), 1, POLICY)
    assert not grade_9_by_failures(Decimal("4.75"), 0, POLICY)
    assert not grade_9_by_failures(Decimal(6), 2, POLICY)
    assert grade_9_by_finishes(Decimal(5), [0, 1, 1, 2, None], POLICY)
    assert not grade_9_by_finishes(Decimal(5), [2, 2], POLICY)
    assert not grade_9_by_finishes(Decimal("4.75"), [], POLICY)


def test_a_path_is_in_order_and_whole() -> None:
    with pytest.raises(ValueError, match="in order"):
        path_of(TERMS[1::-1], 1)
    with pytest.raises(ValueError, match="in order"):
        path_of((TERMS[0], TERMS[0]), 1)
    with pytest.raises(ValueError, match="has a term"):
        path_of(TERMS[:4], 4)
    for year, days in ((0, "1"), (1, "0")):
        with pytest.raises(ValueError, match="a term"):
            Term(year, date(2027, 1, 22), Decimal(days))
