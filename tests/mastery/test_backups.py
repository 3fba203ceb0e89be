"""Which backups are over, and when the newest is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mastery.backups import KEPT, is_late, over

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_what_is_older_than_it_is_kept_is_over_and_the_newest_never() -> None:
    taken = [NOW - timedelta(days=days) for days in (1, 35, 36, 400)]
    assert over(taken, KEPT, NOW) == {taken[2], taken[3]}
    assert over(taken[2:], KEPT, NOW) == {taken[3]}
    assert over([], KEPT, NOW) == frozenset()


def test_two_nights_without_a_backup_are_late() -> None:
    assert not is_late(NOW - timedelta(hours=48), NOW)
    assert is_late(NOW - timedelta(hours=49), NOW)
