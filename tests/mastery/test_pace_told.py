"""The word that is told, the flag that keeps quiet, the learning plan that falls due (domain 3.4)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, weekdays

from mastery.pace.own_calendar import Pause, own_calendar
from mastery.pace.status import Status
from mastery.pace.told import LearningPlanDue, Support, Word, keeps_quiet, learning_plan, word
from mastery.policy import DEFAULT_POLICY as POLICY

YEAR = weekdays(MONDAY, 180)


def nth(number: float) -> date:
    day = YEAR.reached(number)
    assert day is not None
    return day


def test_the_four_words_and_those_beside_them() -> None:
    assert {status: word(status) for status in Status} == {
        Status.TOO_EARLY: Word.TOO_EARLY, Status.AHEAD: Word.AHEAD, Status.ON_PACE: Word.ON,
        Status.WATCH: Word.A_LITTLE_BEHIND, Status.BEHIND: Word.BEHIND, Status.COMPLETE: Word.DONE,
        Status.PAUSED: Word.PAUSED,
    }  # fmt: skip


@pytest.mark.parametrize(("met", "quiet"), [(True, True), (False, False), (None, False)])
def test_behind_with_help_is_catching_up_and_quiet_while_the_help_works(met: bool | None, quiet: bool) -> None:
    support = Support(met)
    assert word(Status.BEHIND, support) is Word.CATCHING_UP
    assert keeps_quiet(Status.BEHIND, support) is quiet
    for status in set(Status) - {Status.BEHIND}:
        assert word(status, support) is word(status)
        assert not keeps_quiet(status, support)
    assert not keeps_quiet(Status.BEHIND, None)


def test_a_learning_plan_is_due_within_ten_days_after_twenty_behind() -> None:
    def due(today: float, changed: float | None = None) -> LearningPlanDue | None:
        return learning_plan(nth(50), None if changed is None else nth(changed), nth(today), YEAR, POLICY)

    assert due(50) == LearningPlanDue(0, nth(70), nth(80), False)
    assert due(69) == LearningPlanDue(19, nth(70), nth(80), False)
    assert due(70) == LearningPlanDue(20, nth(70), nth(80), True)
    assert due(75, changed=40) == LearningPlanDue(25, nth(70), nth(80), True)
    assert due(75, changed=72) == LearningPlanDue(3, nth(92), nth(102), False)
    # what is agreed later changes nothing today
    assert due(70, changed=72) == LearningPlanDue(20, nth(70), nth(80), True)
    assert learning_plan(None, None, nth(75), YEAR, POLICY) is None


def test_at_the_end_of_the_calendar_it_falls_due_on_no_day_that_is_made_up() -> None:
    assert learning_plan(nth(155), None, nth(180), YEAR, POLICY) == LearningPlanDue(25, nth(175), None, True)
    assert learning_plan(nth(170), None, nth(180), YEAR, POLICY) == LearningPlanDue(10, None, None, False)


@UNHURRIED
@given(st.integers(1, 100), st.integers(0, 40), st.integers(0, 30))
def test_days_of_a_pause_do_not_count(since: int, later: int, away: int) -> None:
    pause = [Pause(nth(since + 1), nth(since + away))] if away else []
    own = own_calendar(YEAR, MONDAY, pause)
    found = learning_plan(nth(since), None, nth(since + later), own, POLICY)
    assert found is not None
    assert found.days == max(later - away, 0)
    assert found.required is (found.days >= 20)
    assert found.required_on == nth(since + away + 20)
    assert nth(since) < found.required_on
