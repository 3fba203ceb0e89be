"""Going on sooner: the next course, a competency shown at once, a skip that can be taken back (domain 3.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from evidence_records import record
from hypothesis import given
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, weekdays

from mastery.body.rule import missing
from mastery.decide import TargetRule, fold, rule_book
from mastery.pace.acceleration import (
    Course,
    Diagnostic,
    DiagnosticGap,
    Seat,
    Skip,
    completed_courses,
    is_reversible,
    next_courses,
    reversible_until,
    shown_at_once,
)
from mastery.policy import DEFAULT_POLICY as POLICY

COURSES = (
    Course("algebra 1", frozenset("ab")),
    Course("algebra 2", frozenset("cd"), frozenset({"algebra 1"})),
    Course("geometry", frozenset("ef"), frozenset({"algebra 1"})),
    Course("physics", frozenset("g"), frozenset({"algebra 2", "geometry"})),
    Course("homeroom", frozenset()),
)


def test_the_next_course_opens_the_day_the_last_competency_is_mastered() -> None:
    assert next_courses(COURSES, "a") == ()
    assert next_courses(COURSES, "ab") == ("algebra 2", "geometry")
    assert next_courses(COURSES, "ab", taken={"geometry"}) == ("algebra 2",)
    assert next_courses(COURSES, "abcd") == ("geometry",)
    assert next_courses(COURSES, "abcdef") == ("physics",)
    assert next_courses(COURSES, "abcdefg") == ()


def test_a_course_that_asks_for_nothing_is_never_done_by_itself() -> None:
    assert completed_courses(COURSES, "abcdefg") == {"algebra 1", "algebra 2", "geometry", "physics"}


def test_a_skipped_course_opens_what_comes_after_it_and_is_not_offered() -> None:
    assert next_courses(COURSES, "", skipped={"algebra 1"}) == ("algebra 2", "geometry")
    assert next_courses(COURSES, "ef", skipped={"algebra 1", "algebra 2"}) == ("physics",)


@UNHURRIED
@given(st.permutations(COURSES), st.sets(st.sampled_from("abcdefg")), st.sampled_from("abcdefg"))
def test_order_changes_nothing_and_more_mastered_completes_no_less(
    courses: list[Course], mastered: set[str], more: str
) -> None:
    assert next_courses(courses, mastered) == next_courses(COURSES, mastered)
    assert completed_courses(courses, mastered) <= completed_courses(courses, mastered | {more})


PASSED = Diagnostic(frozenset({1, 2}), items=20, share=0.80, secure=True, summative=True)


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({}, ()),
        ({"items": 19}, (DiagnosticGap.RESULT,)),
        ({"share": 0.79}, (DiagnosticGap.RESULT,)),
        ({"items": 1, "share": 0.0, "raters": 2, "level": 3.0}, ()),
        ({"items": 1, "raters": 1, "level": 4.0}, (DiagnosticGap.RESULT,)),
        ({"items": 1, "raters": 2, "level": 2.5}, (DiagnosticGap.RESULT,)),
        ({"items": 1, "raters": 2, "level": None}, (DiagnosticGap.RESULT,)),
        ({"secure": False}, (DiagnosticGap.SECURE,)),
        ({"summative": False}, (DiagnosticGap.SUMMATIVE,)),
        ({"targets": frozenset({1})}, (DiagnosticGap.WHOLE,)),
    ],
)
def test_one_test_shows_a_competency_by_twenty_items_or_by_two_raters(
    change: dict[str, object], gaps: tuple[DiagnosticGap, ...]
) -> None:
    diagnostic = replace(PASSED, **change)  # type: ignore[arg-type]
    found = shown_at_once(diagnostic, {1, 2}, {1: (), 2: ()}, POLICY)
    assert (found.test, found.passed) == (gaps, not gaps)


def test_nothing_is_shown_of_no_target_and_every_target_is_asked_about() -> None:
    assert shown_at_once(PASSED, (), {}, POLICY).test == (DiagnosticGap.WHOLE,)
    with pytest.raises(KeyError):
        shown_at_once(PASSED, {1, 2}, {1: ()}, POLICY)


def test_records_and_dates_are_waived_and_the_rest_of_the_body_of_evidence_is_not() -> None:
    def found(estimate: float, dok: int | None, rule: TargetRule, summative: float | None = 3.0) -> list[int]:
        one = record(1, 0, summative=summative, estimate=estimate, dok=dok)
        tally = fold([one], [], rule_book([rule]), POLICY)[1].tally
        body = missing(tally, rule, {}, POLICY)
        assert {2, 3} <= {gap.line for gap in body}, "one test is one record on one date"
        shown = shown_at_once(replace(PASSED, targets=frozenset({1})), {1}, {1: body}, POLICY)
        return [gap.line for gap in shown.targets[1]]

    assert found(0.95, None, TargetRule(1)) == []
    assert found(0.85, None, TargetRule(1)) == [1]
    assert found(0.95, 1, TargetRule(1, dok=2)) == [5]
    assert found(0.95, None, TargetRule(1, prerequisites=(7,))) == [8]
    # the raised line takes the place of the one on a certifying record
    assert found(0.95, None, TargetRule(1), summative=None) == []


YEAR = weekdays(MONDAY, 60, off=[date(2026, 9, 7)])
COMMITTEE = {seat: n for n, seat in enumerate(Seat)}


def test_a_skip_can_be_taken_back_within_twenty_days_of_instruction() -> None:
    skip = Skip("algebra 1", date(2026, 9, 4), COMMITTEE, "has shown it all")
    last = date(2026, 10, 5)
    assert reversible_until(skip, YEAR, POLICY) == last
    assert [is_reversible(skip, last + timedelta(days=n), YEAR, POLICY) for n in (-1, 0, 1)] == [True, True, False]
    assert not is_reversible(skip, date(2026, 9, 3), YEAR, POLICY)


def test_at_the_end_of_the_calendar_a_skip_stays_reversible() -> None:
    skip = replace(Skip("algebra 1", date(2026, 9, 4), COMMITTEE, "has shown it all"), decided_on=YEAR.last)
    assert reversible_until(skip, YEAR, POLICY) is None
    assert is_reversible(skip, YEAR.last + timedelta(days=60), YEAR, POLICY)


def test_a_committee_of_four_decides_and_says_why() -> None:
    for seat in Seat:
        with pytest.raises(ValueError, match="committee"):
            Skip("algebra 1", MONDAY, {one: 1 for one in Seat if one is not seat}, "has shown it all")
    with pytest.raises(ValueError, match="reason"):
        Skip("algebra 1", MONDAY, COMMITTEE, " ")
