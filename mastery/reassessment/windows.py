"""When a test can be sat: windows of a school, in its own zone (domain 2.5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mastery.body.words import Key


class Shut(StrEnum):
    """Why a student can not sit a test, or not register for it."""

    EXCLUDED = "excluded"
    BLACKOUT = "blackout"
    NOT_YET = "not_yet"
    OVER = "over"
    FOR_WHO_MISSED_IT = "for_who_missed_it"
    NOT_REGISTERED = "not_registered"
    REGISTRATION_OVER = "registration_over"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Opening:
    """The days of a window where the school is, the last of which belongs to it, but for blackout days."""

    administration: Key
    first: date
    last: date
    blackout: frozenset[date] = frozenset()

    def first_from(self, *days: date) -> date | None:
        """The first of its days that is on or after all of these; None where none is."""
        day = max(self.first, *days)
        while day in self.blackout:
            day += timedelta(days=1)
        return day if day <= self.last else None


@dataclass(frozen=True, slots=True)
class Window:
    """From one instant on until another that does not belong to it, as is the end of registration; ValueError else.

    `administration` is the same in all schools whose tries count together. Without a deadline and a capacity nobody
    registers. On `makeup` days who missed it may sit it, on `blackout` days nobody.
    """

    administration: Key
    zone: ZoneInfo
    opens_at: datetime
    closes_at: datetime
    register_by: datetime | None = None
    capacity: int | None = None
    makeup: frozenset[date] = frozenset()
    blackout: frozenset[date] = frozenset()
    excluded: frozenset[Key] = frozenset()

    def __post_init__(self) -> None:
        times = [one for one in (self.opens_at, self.closes_at, self.register_by) if one is not None]
        if any(one.tzinfo is None for one in times):
            raise ValueError("times of a window are instants: give them with a zone")
        if self.closes_at <= self.opens_at:
            raise ValueError("a window closes after it opens")
        if self.capacity is not None and self.capacity < 1:
            raise ValueError("a window has room for somebody")

    @property
    def registers(self) -> bool:
        """Whether one has to register."""
        return self.register_by is not None or self.capacity is not None

    @property
    def days(self) -> Opening:
        """The days of the window where the school is."""
        last = self.closes_at.astimezone(UTC) - timedelta.resolution
        return Opening(self.administration, self.day(self.opens_at), self.day(last), self.blackout)

    def day(self, at: datetime) -> date:
        """The date where the school is."""
        return at.astimezone(self.zone).date()


def instant(written: datetime, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """A time as it is written at the school, without a zone, as an instant.

    Where clocks go back it is there twice: a window opens with the first and closes with the second.
    """
    return written.replace(tzinfo=zone, fold=int(end)).astimezone(UTC)


def may_register(window: Window, student: Key, at: datetime, registered: Collection[Key]) -> Shut | None:
    """What keeps a student from registering; `registered` are those who have, and who has stays."""
    if student in window.excluded:
        return Shut.EXCLUDED
    if student in registered:
        return None
    if at >= (window.register_by or window.closes_at):
        return Shut.REGISTRATION_OVER
    return Shut.FULL if window.capacity is not None and len(set(registered)) >= window.capacity else None


def may_sit(
    window: Window, student: Key, at: datetime, registered: Collection[Key] = (), *, missed: bool = False
) -> Shut | None:
    """What keeps a student from sitting a test at an instant; `missed`: was away when they were to sit it."""
    day = window.day(at)
    if student in window.excluded:
        return Shut.EXCLUDED
    if window.registers and student not in registered:
        return Shut.NOT_REGISTERED
    if day in window.blackout:
        return Shut.BLACKOUT
    if window.opens_at <= at < window.closes_at:
        return None
    if day in window.makeup:
        return None if missed else Shut.FOR_WHO_MISSED_IT
    return Shut.NOT_YET if at < window.opens_at else Shut.OVER


def quarters_without(windows: Iterable[Window], year: int) -> tuple[int, ...]:
    """The quarters of a calendar year, from 1 to 4, in which no window opens."""
    opening = [window.days.first for window in windows]
    met = {(day.month + 2) // 3 for day in opening if day.year == year}
    return tuple(quarter for quarter in (1, 2, 3, 4) if quarter not in met)
