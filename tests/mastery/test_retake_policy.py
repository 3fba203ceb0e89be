"""The retake policy object: whether a test may be tried again, when, and after what (domain 2.5; rules of 9.1)."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retake_oracle import Attempt, try_again

from mastery.calendar import days_between
from mastery.evidence import ScoreStatus
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassessment.again import Again, Aim, Known, Verdict, next_try, targets_again
from mastery.reassessment.forms import Form
from mastery.reassessment.presets import classroom_quiz, classroom_summative
from mastery.reassessment.tries import consuming, first_day, left_in, sittings, voidable
from mastery.reassessment.words import Before, ByKind, Kind, Latest, Limit, RetakePolicy, Rule, Try, Void

MONDAY = date(2026, 10, 5)
CLASSROOM, QUIZ = classroom_summative(POLICY), classroom_quiz(POLICY)
DONE = Known(done=frozenset(Before))
LEVELS = [0.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0]


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def one(number: int, level: float | None = 2.0, **changes: object) -> Try:
    """A sitting on a day, on a form of its own, of all ten items."""
    at = datetime.combine(day(number), time(9), UTC)
    plain = Try(f"sitting {number}", at, day(number), f"form {number}", level, items=10, seen=10, items_on_target=10)
    return replace(plain, **changes)  # type: ignore[arg-type]


def weekdays(closed: frozenset[date] = frozenset()):
    """A calendar that counts the school days after one date up to another and with it, Monday to Friday."""

    def count(earlier: date, later: date) -> int:
        span = (earlier + timedelta(days=n + 1) for n in range(days_between(earlier, later)))
        return sum(each.weekday() < 5 and each not in closed for each in span)

    return count


def again(*tries: Try, today: int = 100, policy: RetakePolicy = CLASSROOM, known: Known = DONE, **changes) -> Again:
    kind, count = changes.get("kind", Kind.SUMMATIVE), changes.get("count", days_between)
    return next_try(policy, kind, tries, day(today), count, known)


# --- the classroom's rule, told twice -------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 200), st.none() | st.sampled_from(LEVELS)), max_size=8),
    st.integers(0, 30),
    st.integers(0, 5),
    st.integers(1, 4),
)
def test_the_default_is_the_classrooms_rule(
    some: list[tuple[int, float | None]], later: int, cooldown: int, limit: int
) -> None:
    some = sorted(some, key=lambda each: each[0])
    parameters = replace(POLICY, retake_cooldown_days=cooldown, retake_attempts=limit)
    today = (some[-1][0] if some else 0) + later
    expected = try_again([Attempt(day(number), level) for number, level in some], day(today), parameters)
    tries = [replace(one(number, level), sitting=n) for n, (number, level) in enumerate(some)]
    tries = [replace(each, at=each.at + timedelta(minutes=n)) for n, each in enumerate(tries)]
    found = again(*tries, today=today, policy=classroom_summative(parameters))
    if expected is None:
        assert found.refused_by is Rule.ELIGIBLE_IF or found.aim is Aim.FIRST
        return
    assert (str(found.aim), found.opens_on, found.needs_leave) == (
        str(expected.aim), expected.opens_on, expected.needs_leave,
    )  # fmt: skip


# --- what counts as a try -------------------------------------------------------------------------------------------

tries = st.lists(
    st.builds(
        one,
        st.integers(0, 40),
        st.none() | st.sampled_from(LEVELS),
        seen=st.integers(0, 10),
        void=st.none() | st.sampled_from(Void),
        status=st.sampled_from(ScoreStatus),
        school=st.sampled_from(["north", "south"]),
        administration=st.sampled_from(["fall", "spring"]),
    ),
    max_size=8,
)


@given(tries, st.randoms(), st.integers(0, 60))
def test_neither_the_order_of_arrival_nor_a_second_telling_matters(some: list[Try], chance: object, today: int) -> None:
    some = list({each.sitting: each for each in some}.values())
    told = some * 2
    chance.shuffle(told)  # type: ignore[attr-defined]
    assert again(*told, today=today) == again(*some, today=today)
    elsewhere = [replace(each, school="elsewhere") for each in some]
    assert again(*elsewhere, today=today) == again(*some, today=today)


@given(tries, st.integers(0, 60))
def test_what_is_no_try_changes_nothing(some: list[Try], today: int) -> None:
    """Rules 4 and 10 of 9.1: missing is not zero and not exempt, void and hardly seen tries do not count."""
    some = list({each.sitting: each for each in some}.values())
    assert again(*consuming(CLASSROOM, some), today=today) == again(*some, today=today)
    for none in (
        one(60, 0.0, void=Void.TECHNICAL), one(60, 0.0, seen=0), one(60, 0.0, items=100, seen=9),
        one(60, None, status=ScoreStatus.NOT_SUBMITTED), one(60, None, status=ScoreStatus.EXEMPT),
    ):  # fmt: skip
        assert again(*some, none, today=today) == again(*some, today=today)


@pytest.mark.parametrize(
    ("items", "seen", "counts"),
    [(10, 1, True), (10, 0, False), (100, 10, True), (100, 9, False), (19, 2, True), (None, 0, True), (10, None, True)],
)
def test_less_than_a_tenth_of_the_items_is_no_try(items: int | None, seen: int | None, counts: bool) -> None:
    assert bool(consuming(CLASSROOM, [one(0, items=items, seen=seen)])) is counts


def test_work_that_waits_for_its_score_is_a_try_without_a_result() -> None:
    pending = one(10, None, status=ScoreStatus.PENDING_MANUAL)
    assert again(one(0), pending).refused_by is Rule.ELIGIBLE_IF
    assert consuming(CLASSROOM, [pending]) == (pending,)


def test_where_one_school_says_void_it_is() -> None:
    north = one(0, school="north")
    south = replace(north, school="south", void=Void.TECHNICAL, at=north.at + timedelta(minutes=1))
    assert consuming(CLASSROOM, [north, south]) == ()
    assert len(sittings([north, south])) == 1


def test_a_student_of_two_schools_has_one_count_for_a_window() -> None:
    both = [one(0, school="north", administration="fall"), one(1, school="south", administration="fall")]
    assert left_in(Limit(3, per_window=True), both, "fall") == 1
    assert left_in(Limit(3, per_window=True), both, "spring") == 3
    assert left_in(Limit(1, per_window=True), both, "fall") == 0
    assert left_in(Limit(), both, "fall") is None


def test_what_an_accommodation_was_not_applied_to_can_be_declared_void() -> None:
    sat = one(0, unmet=frozenset({"extended time"}))
    assert voidable(CLASSROOM, sat)
    assert not voidable(CLASSROOM, one(0))
    assert not voidable(CLASSROOM, replace(sat, void=Void.ACCOMMODATIONS))
    assert not voidable(replace(CLASSROOM, accommodations=False), sat)
    assert consuming(CLASSROOM, [sat]) == (sat,), "until somebody asks, it counts"


# --- eligible_if, cooldown_days, max_attempts, latest -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "aim"),
    [
        ((2.5,), Aim.REACH), ((3.0,), Aim.IMPROVE), ((3.5,), Aim.IMPROVE), ((4.0,), None), ((3.0, 3.5), None),
        ((2.0, 3.0), Aim.IMPROVE), ((3.0, 2.5), Aim.REACH), ((), Aim.FIRST),
    ],
)  # fmt: skip
def test_below_mastery_there_is_another_try_and_up_to_three_and_a_half_one_more(
    levels: tuple[float, ...], aim: Aim | None
) -> None:
    found = again(*(one(10 * n, level) for n, level in enumerate(levels)))
    assert found.aim is aim
    assert (found.refused_by is Rule.ELIGIBLE_IF) == (aim is None)


def test_days_of_rest_are_school_days_and_a_snow_day_moves_them() -> None:
    """Rule 13 of 9.1."""
    thursday = one(3)
    assert again(thursday, count=weekdays()).opens_on == day(8)
    assert again(thursday, count=weekdays(frozenset({day(7)}))).opens_on == day(9)
    assert again(thursday).opens_on == day(6)


@given(st.integers(0, 60), st.integers(0, 20), st.sets(st.integers(0, 120)))
def test_a_closure_keeps_the_distance_in_school_days(start: int, days: int, closed: set[int]) -> None:
    count = weekdays(frozenset(day(number) for number in closed))
    found = first_day(count, day(start), days)
    assert found is not None
    assert count(day(start), found) == days
    assert days == 0 or count(day(start), found - timedelta(days=1)) == days - 1


def test_a_calendar_that_ends_does_not_say_when() -> None:
    ended = again(one(0), count=lambda earlier, later: min(days_between(earlier, later), 2))
    assert (ended.opens_on, ended.refused_by, ended.verdict(day(500))) == (None, None, Verdict.LATER)


def test_a_summative_is_never_tried_twice_on_one_day_and_practice_is() -> None:
    assert again(one(0), policy=QUIZ).opens_on == day(1)
    assert again(one(4), policy=QUIZ, count=weekdays()).opens_on == day(5), (
        "the next day of the calendar, not of school"
    )
    assert again(one(0), policy=QUIZ, kind=Kind.FORMATIVE).opens_on == day(0)


def test_a_quiz_costs_the_teacher_one_tap() -> None:
    known = Known()
    assert again(one(0), policy=QUIZ, known=known).first == (Before.SIGN_OFF,)
    assert again(one(0), known=known).first == (Before.CORRECTIONS, Before.RELEARNING, Before.SIGN_OFF)
    some = Known(done=frozenset({Before.RELEARNING}))
    assert again(one(0), known=some).first == (Before.CORRECTIONS, Before.SIGN_OFF)
    assert again(known=known).first == (), "nothing comes before the first try"


def test_practice_has_no_limit_and_a_fourth_test_in_sixty_days_needs_leave() -> None:
    three = [one(0), one(10), one(20)]
    assert not again(*(one(n) for n in range(40)), kind=Kind.FORMATIVE).needs_leave
    found = again(*three, today=30)
    assert (found.opens_on, found.needs_leave, found.verdict(day(30))) == (day(60), True, Verdict.NEEDS_LEAVE)
    assert again(*three, today=60).verdict(day(60)) is Verdict.NOW
    allowed = again(*three, today=30, known=replace(DONE, leave=True))
    assert (allowed.opens_on, allowed.needs_leave) == (day(23), False)
    assert not again(*three[:2], replace(three[2], void=Void.TECHNICAL), today=30).needs_leave
    assert again(*three, today=30, count=weekdays()).opens_on == day(84)


def test_until_the_course_ends_there_is_no_last_day_unless_a_district_sets_one() -> None:
    assert again(one(0), today=2000).refused_by is None
    closed = replace(DONE, course_ends=day(50))
    assert again(one(0), today=50, known=closed).refused_by is None
    assert again(one(0), today=51, known=closed).refused_by is Rule.LATEST
    assert again(one(48), today=49, known=closed).refused_by is Rule.LATEST
    ten = replace(CLASSROOM, latest=Latest(days=10))
    assert again(one(0), today=10, policy=ten).refused_by is None
    assert again(one(0), today=11, policy=ten).refused_by is Rule.LATEST
    assert again(one(0), today=14, policy=ten, count=weekdays()).refused_by is None
    assert again(one(0), today=15, policy=ten, count=weekdays()).refused_by is Rule.LATEST


def test_a_limit_for_good_refuses_unless_a_teacher_may_allow_more() -> None:
    once = Limit(2)
    for limit, refused, leave in ((once, Rule.MAX_ATTEMPTS, False), (replace(once, leave=True), None, True)):
        policy = replace(CLASSROOM, max_attempts=ByKind(limit, limit, limit))
        found = again(one(0), one(10), policy=policy)
        assert (found.refused_by, found.needs_leave) == (refused, leave)
        assert again(one(0), one(10), policy=policy, known=replace(DONE, leave=True)).verdict(day(100)) is Verdict.NOW
    assert again(one(0), policy=replace(CLASSROOM, max_attempts=ByKind(once, once, once))).refused_by is None


def test_only_what_is_not_met_is_tried_again_unless_a_policy_wants_it_whole() -> None:
    levels = {"a": 3.0, "b": 2.5, "c": None}
    assert targets_again(CLASSROOM, levels, 3.0) == ("b", "c")
    assert targets_again(replace(CLASSROOM, partial=False), levels, 3.0) == ("a", "b", "c")


def test_forms_come_with_the_answer_and_without_one_a_teacher_approves_another_task() -> None:
    sat = [one(0, form="A"), one(10, form="B")]
    forms = [Form("A"), Form("B"), Form("C")]
    assert again(*sat, known=replace(DONE, forms=forms)).forms == ("C",)
    known = Known(done=frozenset({Before.SIGN_OFF, Before.RELEARNING, Before.CORRECTIONS}), forms=forms[:2])
    assert again(*sat, known=known).first == (Before.ALTERNATIVE,)
    assert again(*sat, known=replace(known, done=frozenset(Before))).verdict(day(100)) is Verdict.NOW
    assert again(*sat).forms is None


# --- what may not come in ---------------------------------------------------------------------------------------------


@given(tries, st.integers(0, 60), st.integers(0, 12))
def test_a_grade_asks_for_consent_and_for_nothing_else(some: list[Try], today: int, grade: int) -> None:
    """Rule 12 of 9.1: hours, age and calendar never gate."""
    for kind in Kind:
        known = replace(DONE, openings=None)
        one_answer = again(*some, today=today, kind=kind, known=replace(known, grade=grade))
        assert one_answer == again(*some, today=today, kind=kind, known=known)


def test_nothing_about_age_hours_or_rank_can_reach_it() -> None:
    assert list(inspect.signature(next_try).parameters) == ["policy", "kind", "tries", "today", "count", "known"]
    names = {each.name for what in (Known, Try, RetakePolicy) for each in fields(what)}
    assert not names & {"age", "birth", "hours", "rank", "percentile", "duration"}


@given(tries, st.integers(0, 60))
def test_it_never_opens_before_the_day_after_and_says_one_thing(some: list[Try], today: int) -> None:
    counted = consuming(CLASSROOM, some)
    found = again(*some, today=today, known=Known())
    if found.refused_by is not None:
        assert found == Again(refused_by=found.refused_by)
    elif counted:
        assert found.opens_on is not None
        assert found.opens_on > counted[-1].day
    assert (found.verdict(day(today)) is Verdict.REFUSED) == (found.refused_by is not None)


@pytest.mark.parametrize(
    "changes",
    [
        {"latest": Latest(days=2)}, {"cooldown_days": ByKind(0, -1, 0)}, {"score_cap": 70.0}, {"penalty": -0.1},
        {"seen_at_least": 1.5}, {"max_attempts": ByKind(Limit(), Limit(0), Limit())},
    ],
)  # fmt: skip
def test_a_policy_that_no_day_can_meet_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(CLASSROOM, **changes)  # type: ignore[arg-type]
