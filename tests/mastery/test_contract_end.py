"""By when a district is destroyed after its contract ended, and what stands against it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mastery.contract_end import SETTLED, ContractEnd, Export, Haste, Obstacle, haste, obstacles
from mastery.retention_schedule import Hold, Kind

RECORDED = datetime(2026, 7, 1, 14, tzinfo=UTC)
END = ContractEnd(date(2026, 6, 30), RECORDED)
TODAY = date(2026, 7, 2)
WHOLE = Export(RECORDED + SETTLED, "ab")


def test_the_last_day_is_the_sixtieth() -> None:
    assert END.last_day == date(2026, 8, 29)


@pytest.mark.parametrize(
    ("day", "how_near"),
    [
        (date(2026, 8, 14), Haste.FAR),
        (date(2026, 8, 15), Haste.NEAR),
        (date(2026, 8, 29), Haste.NEAR),
        (date(2026, 8, 30), Haste.OVER),
    ],
)
def test_how_near_the_last_day_is(day: date, how_near: Haste) -> None:
    assert haste(END, day) is how_near


def test_nothing_stands_against_it_once_it_is_exported() -> None:
    assert obstacles(END, WHOLE, [], TODAY) == []
    assert obstacles(END, None, [], TODAY) == [Obstacle.NO_EXPORT]
    early = Export(WHOLE.at - timedelta(seconds=1), "ab")
    assert obstacles(END, early, [], TODAY) == [Obstacle.EXPORT_TOO_EARLY]


@pytest.mark.parametrize("hold", [Hold(), Hold(student=7), Hold(kind=Kind.AUDIT), Hold(until=TODAY)])
def test_any_hold_stands_against_it_until_it_is_over(hold: Hold) -> None:
    assert obstacles(END, WHOLE, [Hold(until=TODAY - timedelta(days=1)), hold], TODAY) == [Obstacle.HELD]
    assert obstacles(END, WHOLE, [Hold(until=TODAY - timedelta(days=1))], TODAY) == []


def test_what_was_begun_goes_on_with_the_export_it_was_begun_with() -> None:
    begun = ContractEnd(END.ended_on, END.recorded_at, WHOLE)
    assert obstacles(begun, WHOLE, [], TODAY) == []
    assert obstacles(begun, Export(WHOLE.at + timedelta(days=1), "cd"), [], TODAY) == [Obstacle.OTHER_EXPORT]
