"""Putting a school's calendar on file, and changing a day of it, as for snow (domain 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from mastery.audit import Act
from mastery.links import LinkError
from mastery.offices import Affair
from mastery.pace.calendar import DayKind, SchoolDay, school_day
from mastery.policy import DEFAULT_POLICY
from models.audit import record
from models.calendars import CalendarChange, CalendarDay
from models.roster import School

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file made of a calendar. `kept` are days that somebody changed by hand to what the file does not say."""

    added: int
    changed: int
    unchanged: int
    kept: tuple[date, ...]


def put_calendar(session: Session, desk: Desk, school: int, days: Sequence[SchoolDay], now: datetime) -> Imported:
    """Bring a school's calendar to what a file says of its days; the same file again changes nothing.

    Days of which it does not speak stay, and so does what was changed by hand: a file from August knows of no snow.
    Raises NotYoursError. The caller commits.
    """
    _mine(session, desk, school, now)
    on_file = _on_file(session, desk.district, school, [one.day for one in days])
    new = [one for one in days if one.day not in on_file]
    other = [one for one in days if one.day in on_file and not _is(on_file[one.day], one)]
    changed = [one for one in other if not on_file[one.day].by_hand]
    if new:
        key = {"district_id": desk.district, "school_id": school, "by_hand": False}
        session.execute(
            insert(CalendarDay), [{**key, "day": one.day, "kind": one.kind, "weight": one.weight} for one in new]
        )
    for one in changed:
        _make(on_file[one.day], one, by_hand=False)
    if new or changed:
        _history(session, desk, school, [*new, *changed], None, now)
        detail = {
            "school": school, "first": days[0].day.isoformat(), "last": days[-1].day.isoformat(),
            "added": len(new), "changed": len(changed),
        }  # fmt: skip
        record(session, desk.district, desk.by, Act.CALENDAR_CHANGED, now, detail=detail)
    kept = tuple(one.day for one in other if on_file[one.day].by_hand)
    return Imported(len(new), len(changed), len(days) - len(new) - len(other), kept)


def change_day(
    session: Session, desk: Desk, school: int, day: date, kind: DayKind, reason: str, now: datetime
) -> SchoolDay:
    """Make a day of a school's calendar something else, such as a closure, or what it was before.

    Raises NotYoursError, or LinkError for a day that is not in the calendar or no reason. The caller commits.
    """
    _mine(session, desk, school, now)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise LinkError("reason", f"has from 1 to {LONGEST_REASON} characters")
    row = _on_file(session, desk.district, school, [day]).get(day)
    if row is None:
        raise LinkError("day", "is not in the calendar of this school")
    wanted = school_day(day, kind, DEFAULT_POLICY)
    if not _is(row, wanted):
        _make(row, wanted, by_hand=True)
        _history(session, desk, school, [wanted], reason, now)
        detail = {"school": school, "day": day.isoformat(), "kind": str(kind)}
        record(session, desk.district, desk.by, Act.CALENDAR_CHANGED, now, detail=detail)
    return wanted


def _mine(session: Session, desk: Desk, school: int, now: datetime) -> None:
    """The school's calendar is the desk's to change, and nobody else changes it meanwhile."""
    row = session.get(School, (desk.district, school), with_for_update={"key_share": True})
    if row is None or not desk.remit(Affair.CALENDARS, now).covers_school(school):
        raise NotYoursError


def _on_file(session: Session, district_id: int, school: int, days: Iterable[date]) -> dict[date, CalendarDay]:
    rows = session.scalars(
        select(CalendarDay).where(
            CalendarDay.district_id == district_id, CalendarDay.school_id == school, CalendarDay.day.in_(list(days))
        )
    )
    return {one.day: one for one in rows}


def _is(row: CalendarDay, one: SchoolDay) -> bool:
    return (row.kind, row.weight) == (one.kind, one.weight)


def _make(row: CalendarDay, one: SchoolDay, *, by_hand: bool) -> None:
    row.kind, row.weight, row.by_hand = one.kind, one.weight, by_hand


def _history(
    session: Session, desk: Desk, school: int, days: Iterable[SchoolDay], reason: str | None, now: datetime
) -> None:
    key = {"district_id": desk.district, "school_id": school, "reason": reason, "by_person": desk.person, "at": now}
    session.execute(
        insert(CalendarChange), [{**key, "day": one.day, "kind": one.kind, "weight": one.weight} for one in days]
    )
    session.flush()
