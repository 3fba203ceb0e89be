"""How one student's targets are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mastery.body.tally import Tally
from mastery.decide import Decision, Standing, State
from mastery.overview import GROUP_OF, Group, newest_work_first

AT = datetime(2026, 10, 5, tzinfo=UTC)


def standing(state: State, days_ago: int | None = 0) -> Standing:
    at = None if days_ago is None else AT - timedelta(days=days_ago)
    return Standing(Tally(last_at=at), Decision(state))


def test_every_state_has_its_group() -> None:
    assert set(GROUP_OF) == set(State)
    assert set(GROUP_OF.values()) == set(Group)
    assert GROUP_OF[State.NEEDS_REVIEW] is GROUP_OF[State.MASTERED_PROVISIONAL] is Group.LOOK


def test_open_work_comes_before_what_is_done_and_the_newest_first() -> None:
    standings = {
        1: standing(State.MASTERED, 0), 2: standing(State.IN_PROGRESS, 9), 3: standing(State.NOT_STARTED, None),
        4: standing(State.IN_PROGRESS, 1), 5: standing(State.WAIVED, None), 6: standing(State.MASTERED, 3),
        7: standing(State.IN_PROGRESS, 1),
    }  # fmt: skip
    assert newest_work_first(standings) == [4, 7, 2, 1, 6, 5]
