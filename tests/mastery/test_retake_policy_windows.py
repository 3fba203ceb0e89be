"""Windows of a school in its zone, and the presets of two states (domain 2.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.calendar import days_between
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassessment.again import Again, Aim, Known, next_try
from mastery.reassessment.counts import reported
from mastery.reassessment.presets import TEXAS_CREDIT_BY_EXAM, VIRGINIA_EXPEDITED, classroom_summative
from mastery.reassessment.windows import Opening, Shut, Window, instant, may_register, may_sit, quarters_without
from mastery.reassessment.words import Before, ByScore, Kind, Limit, RetakePolicy, Rule, Try, Void

EASTERN, CENTRAL = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
SECOND = timedelta(seconds=1)


def local(*parts: int, zone: ZoneInfo = EASTERN, end: bool = False) -> datetime:
    return instant(datetime(*parts), zone, end=end)  # type: ignore[arg-type,misc]  # noqa: DTZ001


FALL = Window("fall", EASTERN, local(2026, 10, 12, 8), local(2026, 10, 17, 0))


# --- windows ----------------------------------------------------------------------------------------------------------


def test_its_start_belongs_to_it_and_its_end_does_not() -> None:
    found = [
        may_sit(FALL, 1, at) for at in (FALL.opens_at - SECOND, FALL.opens_at, FALL.closes_at - SECOND, FALL.closes_at)
    ]
    assert found == [Shut.NOT_YET, None, None, Shut.OVER]
    assert FALL.days == Opening("fall", date(2026, 10, 12), date(2026, 10, 16))
    assert replace(FALL, closes_at=FALL.closes_at + SECOND).days.last == date(2026, 10, 17)


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        ((2026, 11, 1, 0), (2026, 11, 2, 0), 25), ((2026, 3, 8, 0), (2026, 3, 9, 0), 23),
        ((2026, 11, 1, 1), (2026, 11, 1, 1, 30), 1.5), ((2028, 2, 28, 0), (2028, 3, 1, 0), 48),
    ],
)  # fmt: skip
def test_times_are_those_of_the_schools_clock_also_where_it_is_put_back(
    opens: tuple[int, ...], closes: tuple[int, ...], hours: float
) -> None:
    window = Window("w", EASTERN, local(*opens), local(*closes, end=True))
    assert window.closes_at - window.opens_at == timedelta(hours=hours)


def test_the_same_times_in_two_zones_are_two_windows_and_one_administration() -> None:
    east, west = (
        Window("fall", zone, local(2026, 10, 12, 8, zone=zone), local(2026, 10, 12, 16, zone=zone))
        for zone in (EASTERN, CENTRAL)
    )
    at = local(2026, 10, 12, 8, 30)
    assert (may_sit(east, 1, at), may_sit(west, 1, at)) == (None, Shut.NOT_YET)
    assert east.days == west.days


def test_makeup_days_are_for_who_missed_it_and_blackout_days_for_nobody() -> None:
    monday = date(2026, 10, 19)
    window = replace(FALL, makeup=frozenset({monday}), blackout=frozenset({date(2026, 10, 14)}))
    assert may_sit(window, 1, local(2026, 10, 14, 10)) is Shut.BLACKOUT
    assert may_sit(window, 1, local(2026, 10, 19, 10)) is Shut.FOR_WHO_MISSED_IT
    assert may_sit(window, 1, local(2026, 10, 19, 10), missed=True) is None
    assert may_sit(window, 1, local(2026, 10, 20, 10), missed=True) is Shut.OVER
    # 23:30 of that day at the school, the next day in UTC
    assert may_sit(window, 1, local(2026, 10, 19, 23, 30), missed=True) is None
    both = replace(window, blackout=frozenset({monday}))
    assert may_sit(both, 1, local(2026, 10, 19, 10), missed=True) is Shut.BLACKOUT
    assert may_sit(replace(window, excluded=frozenset({1})), 1, local(2026, 10, 13, 10)) is Shut.EXCLUDED


def test_who_is_registered_stays_and_the_last_place_goes_once() -> None:
    window = replace(FALL, capacity=2, register_by=local(2026, 10, 10, 0))
    before, deadline = window.register_by - SECOND, window.register_by  # type: ignore[operator]
    assert may_register(window, 1, before, set()) is None
    assert may_register(window, 3, before, {1, 2}) is Shut.FULL
    assert may_register(window, 3, before, [1, 1]) is None
    assert may_register(window, 1, before, {1, 2}) is None
    assert may_register(window, 3, deadline, {1}) is Shut.REGISTRATION_OVER
    assert may_register(replace(window, excluded=frozenset({3})), 3, before, set()) is Shut.EXCLUDED
    assert may_sit(window, 3, FALL.opens_at, {1}) is Shut.NOT_REGISTERED
    assert may_sit(window, 1, FALL.opens_at, {1}) is None
    until_it_closes = replace(window, register_by=None)
    assert may_register(until_it_closes, 3, FALL.closes_at - SECOND, {1}) is None
    assert may_register(until_it_closes, 3, FALL.closes_at, {1}) is Shut.REGISTRATION_OVER


@given(st.integers(-10, 10), st.integers(-10, 10), st.sets(st.integers(-10, 10)))
def test_the_first_day_of_a_window_from_a_day_on(start: int, since: int, blackout: set[int]) -> None:
    def day(number: int) -> date:
        return date(2026, 10, 12) + timedelta(days=number)

    opening = Opening("w", day(start), day(start + 5), frozenset(day(number) for number in blackout))
    days = [day(n) for n in range(start, start + 6) if n >= since and n not in blackout]
    assert opening.first_from(day(since)) == (days[0] if days else None)


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": FALL.opens_at}, {"opens_at": datetime(2026, 10, 12)}, {"capacity": 0},  # noqa: DTZ001
        {"register_by": datetime(2026, 10, 1)},  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_window_that_can_not_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(FALL, **changes)  # type: ignore[arg-type]


def test_which_quarters_have_no_window() -> None:
    def window(month: int) -> Window:
        return Window(month, CENTRAL, local(2026, month, 1, zone=CENTRAL), local(2026, month, 8, zone=CENTRAL))

    assert quarters_without([window(month) for month in (3, 4, 9, 10)], 2026) == ()
    assert quarters_without([window(month) for month in (1, 2, 12)], 2026) == (2, 3)
    assert quarters_without([window(1)], 2027) == (1, 2, 3, 4)
    # the last evening of a quarter at the school, the first of the next in UTC
    late = Window("late", CENTRAL, local(2026, 3, 31, 20, zone=CENTRAL), local(2026, 4, 3, zone=CENTRAL))
    assert quarters_without([late], 2026) == (2, 3, 4)


# --- tries in windows -------------------------------------------------------------------------------------------------

START = date(2026, 10, 12)


def day(number: int) -> date:
    return START + timedelta(days=number)


def sat(number: int, score: float | None = 380, **changes: object) -> Try:
    at = datetime.combine(day(number), time(14), UTC)
    plain = Try(number, at, day(number), f"form {number}", score=score, administration="fall", items=50, seen=50)
    return replace(plain, **changes)  # type: ignore[arg-type]


OPENINGS = (Opening("fall", day(0), day(20)), Opening("spring", day(150), day(170)))
CONSENT = frozenset({Before.CONSENT})


def again(policy: RetakePolicy, *tries: Try, today: int = 5, **known: object) -> Again:
    told = Known(done=CONSENT, openings=OPENINGS, **known)  # type: ignore[arg-type]
    return next_try(policy, Kind.STATE, tries, day(today), days_between, told)


def test_in_class_a_window_only_says_on_which_days() -> None:
    classroom = classroom_summative(POLICY)
    tried = Try(1, datetime.combine(day(19), time(14), UTC), day(19), "A", 2.0)
    known = Known(openings=OPENINGS)
    found = next_try(classroom, Kind.SUMMATIVE, [tried], day(19), days_between, known)
    assert (found.opens_on, found.refused_by) == (day(150), None)
    late = next_try(classroom, Kind.SUMMATIVE, [tried], day(171), days_between, known)
    assert late.refused_by is Rule.WINDOW


def test_a_state_test_is_sat_once_in_a_window_and_then_in_the_next() -> None:
    state = replace(classroom_summative(POLICY), eligible_if=ByScore(passing=400))
    assert again(state).aim is Aim.FIRST
    assert again(state).opens_on == day(5)
    assert again(state, sat(0)).opens_on == day(150)
    assert again(state, sat(0, void=Void.TECHNICAL)).opens_on == day(5)
    assert again(state, sat(0, seen=4)).opens_on == day(5)
    assert again(state, sat(0, school="north"), sat(150, administration="spring"), today=151).refused_by is (
        Rule.MAX_ATTEMPTS
    )
    no_windows = next_try(state, Kind.STATE, [], day(0), days_between, Known())
    assert no_windows.refused_by is Rule.WINDOW, "a limit in each window needs to know them"


def test_a_teacher_may_allow_one_more_where_the_policy_says_so() -> None:
    limit = Limit(1, per_window=True, leave=True)
    state = replace(VIRGINIA_EXPEDITED, max_attempts=replace(VIRGINIA_EXPEDITED.max_attempts, state=limit))
    found = again(state, sat(0))
    assert (found.needs_leave, found.refused_by) == (True, None)
    allowed = again(state, sat(0), leave=True)
    assert (allowed.needs_leave, allowed.opens_on) == (False, day(5))


# --- Virginia ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "eligible", "extenuating"),
    [(374, False, True), (375, True, True), (399, True, True), (400, False, False), (None, False, False)],
)
def test_virginia_lets_375_to_399_try_again_and_lower_ones_for_reasons_that_a_person_found(
    score: float | None, eligible: bool, extenuating: bool
) -> None:
    assert (again(VIRGINIA_EXPEDITED, sat(0, score)).refused_by is None) is eligible
    assert (again(VIRGINIA_EXPEDITED, sat(0, score), extenuating=True).refused_by is None) is extenuating


def test_virginia_has_one_retake_in_the_same_administration() -> None:
    assert again(VIRGINIA_EXPEDITED, sat(0), today=0).opens_on == day(1)
    assert again(VIRGINIA_EXPEDITED, sat(0), today=20).refused_by is None
    assert again(VIRGINIA_EXPEDITED, sat(0), today=21).refused_by is Rule.LATEST
    assert again(VIRGINIA_EXPEDITED, sat(20), today=20).refused_by is Rule.LATEST
    assert again(VIRGINIA_EXPEDITED, sat(0), sat(3)).refused_by is Rule.MAX_ATTEMPTS
    assert again(VIRGINIA_EXPEDITED, sat(0), sat(3, school="south")).refused_by is Rule.MAX_ATTEMPTS
    assert again(VIRGINIA_EXPEDITED, sat(0), sat(3, void=Void.TECHNICAL)).refused_by is None


def test_virginia_asks_the_family_in_grades_3_to_8() -> None:
    def first(grade: int | None) -> tuple[Before, ...]:
        known = Known(openings=OPENINGS, grade=grade)
        return next_try(VIRGINIA_EXPEDITED, Kind.STATE, [sat(0)], day(5), days_between, known).first

    assert [bool(first(grade)) for grade in (2, 3, 8, 9, 12)] == [False, True, True, False, False]
    assert first(None) == (Before.CONSENT,), "whose grade is not known is asked"
    assert again(VIRGINIA_EXPEDITED, sat(0), grade=5).first == ()
    assert (
        next_try(VIRGINIA_EXPEDITED, Kind.STATE, [], day(5), days_between, Known(openings=OPENINGS, grade=5)).first
        == ()
    ), "the test itself needs none"


@pytest.mark.parametrize(("retake", "counted"), [(400, 400), (399, 380), (350, 380), (None, 380)])
def test_virginia_takes_a_passing_retake_and_ignores_a_failing_one(retake: float | None, counted: float) -> None:
    found = reported(VIRGINIA_EXPEDITED, Kind.STATE, [sat(0, 380), sat(3, retake)])
    assert found is not None
    assert found.score == counted


# --- Texas ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "taught", "passed"), [(80, False, True), (79, False, False), (70, True, True), (69, True, False)]
)
def test_texas_passes_at_80_percent_and_at_70_with_instruction_before(score: float, taught: bool, passed: bool) -> None:
    found = again(TEXAS_CREDIT_BY_EXAM, sat(0, score), taught=taught)
    assert (found.refused_by is Rule.ELIGIBLE_IF) is passed
    counted = reported(TEXAS_CREDIT_BY_EXAM, Kind.STATE, [sat(0, 10), sat(150, score)], taught=taught)
    assert counted is not None
    assert (counted.score == score) is passed


def test_texas_gives_an_exam_once_in_a_window() -> None:
    assert TEXAS_CREDIT_BY_EXAM.each_quarter
    assert again(TEXAS_CREDIT_BY_EXAM, sat(0, 50)).opens_on == day(150)


def test_texas_lets_who_arrives_late_from_foster_care_or_homeless_sit_it_any_time() -> None:
    between = again(TEXAS_CREDIT_BY_EXAM, today=60)
    assert between.opens_on == day(150)
    assert again(TEXAS_CREDIT_BY_EXAM, today=60, late_arrival=True).opens_on == day(60)
    assert again(VIRGINIA_EXPEDITED, today=60, late_arrival=True).opens_on == day(150), "a rule of Texas alone"


@given(st.sampled_from([VIRGINIA_EXPEDITED, TEXAS_CREDIT_BY_EXAM]), st.lists(st.integers(0, 100), max_size=4))
def test_what_is_offered_is_on_a_day_of_a_window(policy: RetakePolicy, days: list[int]) -> None:
    tries = [sat(number, 380 if policy is VIRGINIA_EXPEDITED else 50) for number in sorted(set(days))]
    found = again(policy, *tries, today=max(days, default=0))
    if found.refused_by is None:
        assert found.opens_on is not None
        assert any(opening.first <= found.opens_on <= opening.last for opening in OPENINGS)
        assert not tries or found.opens_on > tries[-1].day
