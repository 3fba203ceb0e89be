"""How long whole backups are kept, and which of them are over (domain 7.8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

KEPT = timedelta(days=35)
"""Backups are deleted after so long, so that what was deleted in the service is gone from them too."""
LATE = timedelta(days=2)
"""Backups are taken each night: when the newest is older than this, somebody should look."""


def over(taken: Collection[datetime], keep: timedelta, now: datetime) -> frozenset[datetime]:
    """The instants of the backups that may go: older than `keep`, and never the newest."""
    newest = max(taken, default=None)
    return frozenset(one for one in taken if one != newest and one + keep < now)


def is_late(newest: datetime, now: datetime) -> bool:
    """Whether the newest backup is too old."""
    return now - newest > LATE
