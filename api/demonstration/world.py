"""The schools and classes of the demonstration district, and its school year's first term, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SEED = "maple-hollow-2"
TIME_ZONE = "America/New_York"
ZONE = ZoneInfo(TIME_ZONE)

YEAR_BEGINS, YEAR_ENDS = date(2026, 8, 24), date(2027, 6, 18)
FIRST_DAY, LAST_DAY = date(2026, 9, 8), date(2026, 12, 18)
DAYS_OFF = frozenset(
    {date(2026, 10, 12), date(2026, 11, 3), date(2026, 11, 11), date(2026, 11, 25), date(2026, 11, 26)}
    | {date(2026, 11, 27)}
)
_SATURDAY = 5

# what the district's clock shows when a stranger comes: a Tuesday, before school
OPENS_AT = datetime(2026, 11, 17, 7, 40, 50, tzinfo=ZONE)
# the plugin brings what there was before, and then every assessment of the year
CONNECTED_AT = datetime(2026, 8, 27, 10, 0, tzinfo=ZONE)

DISTRICT = "org-district"
DISTRICT_NAME = "Maple Hollow School District"


@dataclass(frozen=True, slots=True)
class School:
    """A school of the district, with the person who leads it."""

    sourced_id: str
    name: str
    principal: str


@dataclass(frozen=True, slots=True)
class Section:
    """A class of a grade ("03" to "08"): who teaches it, when it meets, and how many days it is behind the plan."""

    sourced_id: str
    title: str
    grade: str
    school: str
    teacher: str
    period: str
    meets: time
    lag: int

    @property
    def place(self) -> int:
        """Its place in `SECTIONS`."""
        return SECTIONS.index(self)


ALDER = School("org-alder", "Alder Brook Elementary School", "staff-principal-alder")
CEDAR = School("org-cedar", "Cedar Hill Elementary School", "staff-principal-cedar")
MIDDLE = School("org-middle", "Maple Hollow Middle School", "staff-principal-middle")
SCHOOLS = (ALDER, CEDAR, MIDDLE)

TEACHER = "staff-ellis"
SECTIONS = (
    Section("alder-3", "Mathematics 3", "03", ALDER.sourced_id, "staff-osei", "1", time(9, 0), 0),
    Section("alder-4", "Mathematics 4", "04", ALDER.sourced_id, "staff-lindgren", "2", time(10, 0), -1),
    Section("alder-5", "Mathematics 5", "05", ALDER.sourced_id, "staff-castillo", "3", time(11, 0), 1),
    Section("cedar-3", "Mathematics 3", "03", CEDAR.sourced_id, "staff-brandt", "1", time(9, 0), 1),
    Section("cedar-4", "Mathematics 4", "04", CEDAR.sourced_id, "staff-tran", "2", time(10, 0), 0),
    Section("cedar-5", "Mathematics 5", "05", CEDAR.sourced_id, "staff-gaines", "3", time(11, 0), -1),
    Section("middle-6-1", "Mathematics 6", "06", MIDDLE.sourced_id, TEACHER, "1", time(8, 15), 0),
    Section("middle-7-3", "Mathematics 7", "07", MIDDLE.sourced_id, TEACHER, "3", time(9, 55), -1),
    Section("middle-8-5", "Mathematics 8", "08", MIDDLE.sourced_id, TEACHER, "5", time(12, 20), 1),
    Section("middle-6-2", "Mathematics 6", "06", MIDDLE.sourced_id, "staff-berg", "2", time(9, 5), 1),
    Section("middle-7-4", "Mathematics 7", "07", MIDDLE.sourced_id, "staff-berg", "4", time(10, 45), 0),
    Section("middle-8-6", "Mathematics 8", "08", MIDDLE.sourced_id, "staff-rahimi", "6", time(13, 10), -1),
)
SECTION = {one.sourced_id: one for one in SECTIONS}
STUDENTS_PER_SECTION = 25


@cache
def school_days() -> tuple[date, ...]:
    """The days of the term on which there is school, oldest first."""

    def days() -> Iterator[date]:
        day = FIRST_DAY
        while day <= LAST_DAY:
            if day.weekday() < _SATURDAY and day not in DAYS_OFF:
                yield day
            day += timedelta(days=1)

    return tuple(days())


def at(day: date, moment: time) -> datetime:
    """An instant of a day in the district."""
    return datetime.combine(day, moment, ZONE)
