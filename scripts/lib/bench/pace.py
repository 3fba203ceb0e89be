"""The nightly pace of a district, by the time of its own process: pace.py [--write]

What a night does of every student: own days, gaps to the teacher's line and to the plan, status with its memory,
priority targets long due, and the range of the finish as weeks; of 40 active targets each, in schools of 2,000 with
calendars of their own. The reference of three sizes is the smallest of them, and of the whole the functions for one
student, which the tests hold it to, on the first students.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

import numpy as np
from pace_nights import One, alone

from bench.report import Row, table, write
from mastery.pace.calendar import SchoolCalendar, SchoolDay, closed
from mastery.pace.lines import PlannedTarget
from mastery.pace.night import Night, Students, nightly
from mastery.pace.own_calendar import Pause, Pauses
from mastery.pace.status import Carried
from mastery.policy import DEFAULT_POLICY

SIZES = (25_000, 50_000, 100_000)
SCHOOL, TARGETS = 2_000, 40
FIRST, TODAY = date(2026, 8, 31), date(2027, 2, 5)
_ALONE = 300


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_pace", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="how many nights, the fastest of which counts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    report = table(list(_rows(options.repeats)), "one after the other")
    print(report)
    if options.write:
        write("pace", report)
    return 0


def _rows(repeats: int) -> Iterator[Row]:
    schools = [school(number) for number in range(SIZES[-1] // SCHOOL)]
    night(schools[:1])
    seconds = {size: min(night(some(schools, size)) for _ in range(repeats)) for size in SIZES}
    smallest = seconds[SIZES[0]]
    for size in SIZES:
        linear = f"{size / SIZES[0]:.2f} is linear"
        yield Row(
            f"nightly pace of {size:,} students by {TARGETS} active targets, one core", f"{seconds[size]:.2f} s",
            f"{SIZES[0]:,} students, {smallest:.2f} s", f"{seconds[size] / smallest:.2f}",
            f"< 60 s on two cores; {linear}" if size == SIZES[-1] else linear,
        )  # fmt: skip
    each, batch = one_by_one(*schools[0]), seconds[SIZES[-1]] / SIZES[-1]
    yield Row(
        f"a student among {SIZES[-1]:,}", f"{batch * 1e6:,.0f} us",
        f"the functions for one student, {each * 1e6:,.0f} us", f"{batch / each:.4f}", "",
    )  # fmt: skip


def some(schools: list[tuple[SchoolCalendar, Students]], students: int) -> list[tuple[SchoolCalendar, Students]]:
    """As many schools as have so many students, the last of them in part."""
    whole, rest = divmod(students, SCHOOL)
    part = [(schools[whole][0], first(schools[whole][1], rest))] if rest else []
    return [*schools[:whole], *part]


def night(schools: list[tuple[SchoolCalendar, Students]]) -> float:
    """What a night takes, in seconds of this process."""
    start = time.process_time()
    for calendar, students in schools:
        nightly(students, calendar, TODAY.toordinal(), DEFAULT_POLICY)
    return time.process_time() - start


def one_by_one(calendar: SchoolCalendar, students: Students) -> float:
    """What a student takes by the functions for one, in seconds of this process; what they say is the same."""
    ones = [student(students, n) for n in range(_ALONE)]
    start = time.process_time()
    found = [alone(one, calendar, TODAY, 1.0) for one in ones]
    taken = (time.process_time() - start) / _ALONE
    together: Night = nightly(first(students, _ALONE), calendar, TODAY.toordinal(), DEFAULT_POLICY)
    if together.gap.tolist() != [pace.gap for pace, _, _ in found]:
        raise RuntimeError("a student of the night is not that student alone")
    return taken


def school(number: int) -> tuple[SchoolCalendar, Students]:
    """A school with two closures of its own; late starts, pauses, own dates, and work at rates of all kinds."""
    draw = np.random.default_rng(number)
    dates = [FIRST + timedelta(days=n) for n in range(290)]
    year = SchoolCalendar(tuple(SchoolDay(day) for day in dates if day.weekday() < 5))
    shut = draw.choice(len(year.days), 2, replace=False).tolist()
    calendar = closed(year, [year.days[n].day for n in shut])
    due = np.repeat([4.5 * np.arange(1, TARGETS + 1)], SCHOOL, axis=0)
    late = draw.random(SCHOOL) < 0.1
    start = FIRST.toordinal() + np.where(late, draw.integers(10, 90, SCHOOL), 0)
    rate = draw.lognormal(0, 0.4, SCHOOL)
    on = start[:, None] + due / rate[:, None] * 7 / 5 + draw.integers(-5, 20, due.shape)
    mastered_on = np.where(on <= TODAY.toordinal(), np.maximum(on, start[:, None]), 0).astype(np.int64)
    paused = np.flatnonzero(draw.random(SCHOOL) < 0.03)
    away = np.full(len(paused), FIRST.toordinal()) + draw.integers(20, 150, len(paused))
    columns = Students(
        start=start,
        pauses=Pauses(paused, away, away + draw.integers(5, 30, len(paused))),
        due=due,
        own_due=np.round(due * draw.choice([1.0, 1.0, 1.0, 1.5], SCHOOL)[:, None], 6),
        weight=draw.integers(1, 4, due.shape).astype(np.float64),
        priority=draw.random(due.shape) < 0.25,
        mastered_on=mastered_on,
        decisions=np.count_nonzero(mastered_on, axis=1),
        behind_since=np.where(draw.random(SCHOOL) < 0.1, TODAY.toordinal() - 10, 0),
        close=draw.integers(0, 2, SCHOOL),
    )
    return calendar, columns


def first(students: Students, count: int) -> Students:
    """The first students of a school."""
    pauses = students.pauses
    held = pauses.student < count
    return Students(
        students.start[:count], Pauses(pauses.student[held], pauses.first[held], pauses.last[held]),
        students.due[:count], students.own_due[:count], students.weight[:count],
        students.priority[:count], students.mastered_on[:count], students.decisions[:count],
        students.behind_since[:count], students.close[:count],
    )  # fmt: skip


def student(students: Students, n: int) -> One:
    """A student of a school by themselves."""

    def planned(due: np.ndarray) -> tuple[PlannedTarget, ...]:
        columns = (due[n], students.weight[n], students.priority[n])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return tuple(PlannedTarget(target, *row) for target, row in enumerate(rows))

    mine = np.flatnonzero(students.pauses.student == n).tolist()
    since = int(students.behind_since[n])
    return One(
        start=date.fromordinal(int(students.start[n])),
        pauses=tuple(
            Pause(*(date.fromordinal(int(day[row])) for day in (students.pauses.first, students.pauses.last)))
            for row in mine
        ),
        targets=planned(students.due),
        own=planned(students.own_due),
        mastered_on={target: date.fromordinal(on) for target, on in enumerate(students.mastered_on[n].tolist()) if on},
        decisions=int(students.decisions[n]),
        carried=Carried(date.fromordinal(since) if since else None, int(students.close[n])),
    )


if __name__ == "__main__":
    sys.exit(main())
