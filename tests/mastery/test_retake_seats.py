"""Seats in windows, what a request waits for, the policy as data, and the result of a whole test (domain 2.5, 2.6)."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.calendar import days_between
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassess import BlueprintLine, assessment_readiness, target_readiness
from mastery.reassessment.again import Known
from mastery.reassessment.fields import Chosen, FieldError, Preset, check, kind_of, policy_object
from mastery.reassessment.seats import Asker, Placed, Seats, Wait, place, used, with_seat
from mastery.reassessment.steps import MAY, By, Held, Step, Taken, done_since, held
from mastery.reassessment.whole import score_on, whole_level
from mastery.reassessment.windows import Window, instant
from mastery.reassessment.words import Before, ByScore, Counts, Kind, RetakePolicy, Rule, Try

EASTERN = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)


def local(*parts: int, end: bool = False) -> datetime:
    return instant(datetime(*parts), EASTERN, end=end)  # type: ignore[arg-type,misc]  # noqa: DTZ001


def window(first: int, last: int, month: int = 10, **more: object) -> Window:
    start = Window("fall", EASTERN, local(2026, month, first, 8), local(2026, month, last, 16))
    return replace(start, **more)  # type: ignore[arg-type]


FALL = Seats("fall", window(12, 16))
WINTER = Seats("winter", window(7, 11, 12, administration="winter"))


def rule(preset: Preset = Preset.CLASSROOM_QUIZ, **fields: object) -> RetakePolicy:
    return policy_object(Chosen(Kind.SUMMATIVE, preset, fields), POLICY)


STATE = rule(tries=1, tries_days=None, per_window=True, leave=False, require_before=[], forms_apart=0)


def ask(
    policy: RetakePolicy,
    seats: list[Seats],
    now: datetime,
    tries: tuple[Try, ...] = (),
    *,
    ready: bool = True,
    override: bool = False,
    done: frozenset[Before] = frozenset(),
) -> Placed:
    asker = Asker("ada", tries, Known(done=done), ready, override)
    return place(policy, Kind.SUMMATIVE, asker, seats, now, now.astimezone(EASTERN).date(), days_between)


def sat(at: datetime, level: float | None = 2.0, administration: str | None = "fall", **more: object) -> Try:
    day = at.astimezone(EASTERN).date()
    one = Try(at.isoformat(), at, day, "A", level, administration=administration)
    return replace(one, **more)  # type: ignore[arg-type]


# --- seats ------------------------------------------------------------------------------------------------------------


def test_the_soonest_open_window_with_room_is_the_one() -> None:
    now = local(2026, 10, 5, 12)
    assert ask(rule(), [WINTER, FALL], now).window == "fall"
    full = replace(FALL, window=replace(FALL.window, capacity=1), taken=frozenset({"alan"}))
    assert ask(rule(), [WINTER, full], now).window == "winter"
    assert ask(rule(), [full], now).waits is Wait.FULL
    assert ask(rule(), [], now).waits is Wait.NO_WINDOW


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        (local(2026, 11, 1, 0, 30), local(2026, 11, 1, 1, 30, end=True)),  # the hour that is there twice
        (local(2026, 3, 8, 1), local(2026, 3, 8, 3)),  # the hour that is not there
        (local(2028, 2, 29, 0), local(2028, 3, 1, 0)),  # a leap day
        (local(2026, 10, 12, 0), local(2026, 10, 13, 0)),
    ],
)
def test_registration_is_open_until_the_second_in_which_it_closes(opens: datetime, closes: datetime) -> None:
    one = Seats("w", Window("w", EASTERN, opens, closes))
    assert ask(rule(), [one], closes - SECOND).window == "w"
    assert ask(rule(), [one], closes).waits is Wait.NO_WINDOW
    early = replace(one, window=replace(one.window, register_by=opens - SECOND))
    assert ask(rule(), [early], opens - 2 * SECOND).window == "w"
    assert ask(rule(), [early], opens - SECOND).waits is Wait.NO_WINDOW


def test_another_try_opens_at_midnight_of_the_school_and_not_of_greenwich() -> None:
    first = sat(local(2026, 10, 12, 23), administration=None)
    week = Seats("w", window(12, 16))
    found = ask(rule(forms_apart=0), [week], local(2026, 10, 12, 23, 59), (first,), done=frozenset({Before.SIGN_OFF}))
    assert (found.window, found.day) == ("w", date(2026, 10, 13))


@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize("override", [True, False])
def test_being_ready_holds_back_only_where_a_window_has_a_single_try(*, ready: bool, override: bool) -> None:
    now = local(2026, 10, 5, 12)
    assert ask(rule(), [FALL], now, ready=ready, override=override).window == "fall"
    scarce = ask(STATE, [FALL], now, ready=ready, override=override)
    assert scarce.waits is (None if ready or override else Wait.NOT_READY)


def test_a_teacher_lets_one_more_try_be_where_the_policy_gives_leave_and_nowhere_else() -> None:
    now, three = local(2026, 10, 5, 12), tuple(sat(local(2026, 9, day), administration=None) for day in (10, 15, 20))
    policy, done = rule(forms_apart=0), frozenset({Before.SIGN_OFF})
    assert ask(policy, [FALL], now, three, done=done).waits is Wait.NEEDS_LEAVE
    assert ask(policy, [FALL], now, three, done=done, override=True).window == "fall"
    spent = (sat(local(2026, 10, 12, 9)),)
    assert ask(STATE, [FALL], local(2026, 10, 13, 9), spent, override=True).refused_by is Rule.MAX_ATTEMPTS


def test_one_count_in_two_schools_and_the_seat_itself_is_the_try_until_its_result_is_there() -> None:
    other = replace(FALL, key="fall elsewhere", window=window(14, 20))
    seat = Held(asked_at=local(2026, 10, 5), window="fall", since=local(2026, 10, 5))
    at = local(2026, 10, 14, 12)
    pending = with_seat((), seat, FALL.window, at)
    assert ask(STATE, [other], at, pending).refused_by is Rule.ELIGIBLE_IF
    result = sat(local(2026, 10, 12, 10))
    assert used(seat, [result], FALL.window)
    assert ask(STATE, [other], at, with_seat((result,), seat, FALL.window, at)).refused_by is Rule.MAX_ATTEMPTS
    assert ask(STATE, [other, WINTER], at, (result,)).window == "winter"
    assert with_seat((), replace(seat, missed=True), FALL.window, at) == ()
    assert with_seat((), seat, FALL.window, FALL.window.opens_at - SECOND) == ()


@given(st.permutations(range(4)), st.lists(st.sampled_from([None, 2.0, 3.0, 3.5]), min_size=4, max_size=4))
def test_the_order_of_arrival_changes_nothing(order: list[int], levels: list[float | None]) -> None:
    tries = [sat(local(2026, 9, 10 + 3 * n), level, None) for n, level in enumerate(levels)]
    now = local(2026, 10, 5, 12)
    told, again = (ask(rule(), [FALL, WINTER], now, tuple(some)) for some in (tries, [tries[n] for n in order]))
    assert told == again
    seats = [FALL, WINTER]
    assert {ask(rule(), list(some), now).window for some in permutations(seats)} == {"fall"}


def test_nothing_about_readiness_or_a_seat_asks_for_age_hours_or_grade() -> None:
    named = {
        name
        for function in (assessment_readiness, target_readiness, place)
        for name in inspect.signature(function).parameters
    } | set(Asker.__dataclass_fields__)
    assert not {name for name in named for word in ("age", "hour", "grade", "rank") if word in name.split("_")}
    # of what is known a grade is asked for a family's consent to another try alone
    now = local(2026, 10, 5, 12)
    for grade in (None, 3, 12):
        asker = Asker("ada", (), Known(grade=grade), ready=True)
        assert place(STATE, Kind.SUMMATIVE, asker, [FALL], now, now.date(), days_between).window == "fall"


# --- steps ------------------------------------------------------------------------------------------------------------


def steps(*some: Step) -> list[Taken]:
    start = datetime(2026, 10, 5, 12, tzinfo=UTC)
    seats = (Step.REGISTERED, Step.MISSED)
    return [
        Taken(number, one, start + timedelta(hours=number), "fall" if one in seats else None)
        for number, one in enumerate(some)
    ]


def test_the_newest_step_says_where_it_is_in_whichever_order_they_are_told() -> None:
    assert held([]) == Held()
    assert held(steps(Step.REQUESTED)).waits
    assert held(steps(Step.REQUESTED, Step.REGISTERED)).window == "fall"
    assert held(steps(Step.REGISTERED, Step.MISSED)).missed
    for end in (Step.WITHDRAWN, Step.VOID):
        assert held(steps(Step.REQUESTED, Step.REGISTERED, end)) == Held()
    told = steps(Step.REQUESTED, Step.SIGN_OFF, Step.REGISTERED, Step.WITHDRAWN, Step.REQUESTED)
    assert {held(some) for some in permutations(told)} == {held(told)}


def test_a_void_result_leaves_a_later_seat_alone() -> None:
    told = [*steps(Step.REGISTERED), Taken(9, Step.VOID, datetime(2026, 10, 9, tzinfo=UTC), result=77)]
    found = held(told)
    assert (found.window, found.void) == ("fall", frozenset({77}))


def test_what_was_done_counts_from_the_last_try_on() -> None:
    told = steps(Step.SIGN_OFF, Step.CORRECTIONS)
    assert done_since(told, None) == {Before.SIGN_OFF, Before.CORRECTIONS}
    assert done_since(told, told[0].at) == {Before.CORRECTIONS}


def test_who_may_take_which_step() -> None:
    assert MAY.keys() == set(Step)
    assert MAY[Step.VOID] == {By.OFFICE}
    assert MAY[Step.SIGN_OFF] == {By.TEACHER}
    assert MAY[Step.CONSENT] == {By.FAMILY}
    assert By.STUDENT not in MAY[Step.REGISTERED]


# --- the policy as data -----------------------------------------------------------------------------------------------


def test_each_preset_is_there_by_its_name_and_its_fields_can_be_changed() -> None:
    for preset in Preset:
        assert policy_object(Chosen(kind_of(preset), preset, {}), POLICY).name == preset
    stricter = replace(POLICY, retake_attempts=2)
    assert policy_object(Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_QUIZ, {}), stricter).max_attempts.summative.tries == 2
    own = rule(
        cooldown_days=7, tries=1, latest_days=10, score_cap=0.9, penalty=0.1, counts="most_recent", partial=False,
        items_min=5, consent_grades=[3, 4], shared_items=0.5, require_before=["corrections"],
    )  # fmt: skip
    assert (own.cooldown_days.summative, own.max_attempts.summative.tries, own.latest.days) == (7, 1, 10)
    assert (own.score_cap, own.penalty, own.counts, own.partial) == (0.9, 0.1, Counts.MOST_RECENT, False)
    assert (own.items_min, own.parent_consent.summative, own.form_rule.shared_at_most) == (5, {3, 4}, 0.5)
    assert own.require_before == (Before.CORRECTIONS,)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cooldown_days", -1), ("cooldown_days", 1.5), ("cooldown_days", True), ("tries", "3"), ("score_cap", 1.1),
        ("penalty", None), ("counts", "average"), ("require_before", ["consent"]), ("consent_grades", [13]),
        ("partial", 1), ("age", 8),
    ],
)  # fmt: skip
def test_a_field_that_there_is_not_and_a_value_that_it_does_not_hold_are_refused_by_name(
    field: str, value: object
) -> None:
    with pytest.raises(FieldError) as refused:
        check(Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_QUIZ, {field: value}), POLICY)
    assert refused.value.field == field


def test_a_try_that_is_due_before_it_may_be_taken_is_refused() -> None:
    with pytest.raises(FieldError, match="due before"):
        check(Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_QUIZ, {"cooldown_days": 5, "latest_days": 3}), POLICY)


# --- the result of a whole test ---------------------------------------------------------------------------------------


def test_a_test_is_at_the_level_that_four_fifths_of_its_weight_have_reached() -> None:
    lines = [BlueprintLine(1, 4.0), BlueprintLine(2, 1.0)]
    assert whole_level(lines, {1: 3.0, 2: 1.0}, 0.8) == 3.0
    assert whole_level(lines, {1: 3.0, 2: None}, 0.8) == 3.0
    assert whole_level(lines, {1: None, 2: 4.0}, 0.8) is None
    # two high ones do not make up for a low one
    assert whole_level([BlueprintLine(n, 1.0) for n in (1, 2, 3)], {1: 4.0, 2: 4.0, 3: 1.0}, 0.8) == 1.0
    assert whole_level([], {7: 2.5}, 0.8) == 2.5
    assert whole_level(lines, {}, 0.8) is None


def test_a_score_counts_on_the_scale_of_its_rule_alone() -> None:
    percent, scaled = ByScore(80), ByScore(400, out_of=600)
    assert score_on(percent, 40, 50) == 80
    assert score_on(scaled, 390, 600) == 390
    assert score_on(scaled, 40, 50) is None
    assert score_on(percent, None, 50) is None
    assert score_on(percent, 0, 0) is None
