"""What is asked about again after a summer (domain 3.8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pace_calendars import MONDAY, weekdays

from mastery.decide import State
from mastery.pace.welcome_back import LastYears, welcome_back
from mastery.policy import DEFAULT_POLICY as POLICY

YEAR = weekdays(MONDAY, 180)
END = YEAR.last


def on(number: float) -> date:
    day = YEAR.reached(number)
    assert day is not None
    return day


def one(target: int, day: date | None, *, priority: bool = True, state: State = State.MASTERED) -> LastYears:
    return LastYears(target, priority, state, day)


def test_priority_targets_mastered_in_the_last_forty_days_are_asked_about_again() -> None:
    targets = [one(1, on(140)), one(2, on(141)), one(3, on(180)), one(4, on(150)), one(5, on(20))]
    assert welcome_back(targets, YEAR, END, POLICY) == (2, 4, 3)
    assert welcome_back(targets[::-1], YEAR, END, POLICY) == (2, 4, 3)


def test_others_are_not() -> None:
    late = on(170)
    assert (
        welcome_back([one(1, late, priority=False), one(2, None), one(3, END + timedelta(days=9))], YEAR, END, POLICY)
        == ()
    )


@pytest.mark.parametrize("state", list(State))
def test_what_lost_its_mastery_is_worked_on_anyway(state: State) -> None:
    found = welcome_back([one(1, on(170), state=state)], YEAR, END, POLICY)
    assert found == ((1,) if state in (State.MASTERED, State.MASTERED_PROVISIONAL) else ())


def test_the_last_days_are_of_instruction() -> None:
    shorter = weekdays(MONDAY, 180, off=[END - timedelta(days=n) for n in range(3, 10)])
    # what was mastered just before a break near the end is within forty days of the later end
    day = shorter.reached(141)
    assert day is not None
    assert (shorter.last - day).days > (END - on(141)).days - 1
    assert welcome_back([one(1, day)], shorter, shorter.last, POLICY) == (1,)
