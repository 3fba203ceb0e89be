"""Secrets of machine clients: how long each works, which ones a rotation ends, and when one is old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# how long the former secret goes on working after a rotation, where nobody says
OVERLAP = timedelta(days=14)
LONGEST_OVERLAP = timedelta(days=365)
# a secret in use for longer than this is asked to be rotated
OLD_AFTER = timedelta(days=90)
# uses closer together than this are noted once
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its key: when it was made, from when on it does not work (None: as long as nothing ends it)."""

    key: int
    made_at: datetime
    expires_at: datetime | None = None
    ended_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.ended_at is None and (self.expires_at is None or now < self.expires_at)

    def is_old(self, now: datetime) -> bool:
        """Whether it works and has done so for too long."""
        return self.works(now) and now - self.made_at > OLD_AFTER


def ends_at_rotation(secrets: Iterable[Secret], now: datetime, overlap: timedelta) -> dict[int, datetime]:
    """Until when each secret that works now goes on, by its key, once a new one is made.

    The newest goes on for `overlap` at most; every other ends now, so that never more than two work.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise ValueError(f"the overlap must be 0 to {LONGEST_OVERLAP.days} days")
    working = sorted((one for one in secrets if one.works(now)), key=lambda one: (one.made_at, one.key))
    ends = {one.key: now for one in working}
    if working:
        newest = working[-1]
        until = now + overlap
        ends[newest.key] = until if newest.expires_at is None else min(until, newest.expires_at)
    return ends


def is_noted(last_used_at: datetime | None, now: datetime) -> bool:
    """Whether a use now is told well enough by the last one that was noted."""
    return last_used_at is not None and now - last_used_at < NOTED_EVERY
