"""A school's calendar for tests: a term of weekdays with a holiday, put on file as a file would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from factories import NOW
from sqlalchemy import Engine

from api.actions.calendars import put_calendar
from api.actions.desk import Desk
from mastery.pace.calendar import DayKind, SchoolDay, school_day
from mastery.policy import DEFAULT_POLICY
from models.unit_of_work import district_transaction

FIRST, LAST = date(2026, 9, 1), date(2026, 12, 18)
COLUMBUS_DAY = date(2026, 10, 12)


def term(first: date = FIRST, last: date = LAST, holidays: Iterable[date] = (COLUMBUS_DAY,)) -> tuple[SchoolDay, ...]:
    """The weekdays of a term, of which some are holidays."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    kinds = dict.fromkeys(holidays, DayKind.HOLIDAY)
    return tuple(
        school_day(day, kinds.get(day, DayKind.INSTRUCTIONAL), DEFAULT_POLICY) for day in days if day.weekday() < 5
    )


def as_csv(days: Iterable[SchoolDay]) -> str:
    """The same as a file."""
    return "\n".join(["date,kind", *(f"{one.day},{one.kind}" for one in days)]) + "\n"


def put_on_file(engine: Engine, district_id: int, school: int, days: tuple[SchoolDay, ...] | None = None) -> None:
    """Put a calendar on file as a command does."""
    with district_transaction(engine, district_id) as session:
        put_calendar(session, Desk(district_id), school, days or term(), NOW)
        session.commit()
