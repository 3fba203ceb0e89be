"""The end of a district's contract: by when all of it is destroyed, and what stands against that (domain 7.8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mastery.retention_schedule import Hold

DESTROYED_WITHIN = timedelta(days=60)
"""Calendar days from the last day of the contract to the certificate of destruction."""
NEAR = timedelta(days=14)
"""So long before the last day somebody should be reminded."""
SETTLED = timedelta(minutes=1)
"""A process may take a program's token for some seconds after the end; an export of then could miss what it sent."""


class Obstacle(StrEnum):
    """Why a district may not be destroyed yet."""

    HELD = "held"
    NO_EXPORT = "no_export"
    EXPORT_TOO_EARLY = "export_too_early"
    OTHER_EXPORT = "other_export"


class Haste(StrEnum):
    """How near the last day is."""

    FAR = "far"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Export:
    """A complete export whose every file is what its manifest says: which moment it is of, and the manifest's hash."""

    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class ContractEnd:
    """A contract that ended: its last day, when that was put on record and access ended.

    `begun_with`: the export with which destruction began, after which a new one would not be complete.
    """

    ended_on: date
    recorded_at: datetime
    begun_with: Export | None = None

    @property
    def last_day(self) -> date:
        """The last day on which the certificate is in time."""
        return self.ended_on + DESTROYED_WITHIN

    @property
    def exported_from(self) -> datetime:
        """From when on an export holds all that came in."""
        return self.recorded_at + SETTLED


def obstacles(end: ContractEnd, export: Export | None, holds: Collection[Hold], today: date) -> list[Obstacle]:
    """What stands against destroying the district today, if anything; any hold of any record does."""
    found = [Obstacle.HELD] if any(hold.stands(today) for hold in holds) else []
    if export is None:
        found.append(Obstacle.NO_EXPORT)
    elif end.begun_with is not None:
        found += [Obstacle.OTHER_EXPORT] if export.sha256 != end.begun_with.sha256 else []
    elif export.at < end.exported_from:
        found.append(Obstacle.EXPORT_TOO_EARLY)
    return found


def haste(end: ContractEnd, today: date) -> Haste:
    """How near the last day is today."""
    if today > end.last_day:
        return Haste.OVER
    return Haste.NEAR if today >= end.last_day - NEAR else Haste.FAR
