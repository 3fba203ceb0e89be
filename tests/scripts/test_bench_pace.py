"""The benchmark of the nightly pace measures the district that its table names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mastery.pace.night import nightly
from mastery.pace.status import STATUSES, Status


@pytest.fixture(scope="module")
def pace() -> Iterator[ModuleType]:
    """The benchmark, which only its command has on its path."""
    before = sys.path[:]
    sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
    try:
        import bench.pace

        yield bench.pace
    finally:
        sys.path[:] = before


def test_schools_of_two_thousand_students_by_forty_targets_of_all_kinds(pace: ModuleType) -> None:
    calendar, students = pace.school(3)
    assert students.weight.shape == students.due.shape == (2000, 40)
    assert (students.weight > 0).all()
    night = nightly(students, calendar, pace.TODAY.toordinal(), pace.DEFAULT_POLICY)
    seen = {STATUSES[code] for code in night.judged.status.tolist()}
    assert seen >= {Status.AHEAD, Status.ON_PACE, Status.WATCH, Status.BEHIND, Status.COMPLETE}
    assert night.projected.mean() > 0.8
    assert night.late.any()
    assert len(students.pauses.student) > 20


def test_so_many_students_are_so_many(pace: ModuleType) -> None:
    schools = [pace.school(number) for number in range(2)]
    for count in (2000, 2500, 4000):
        assert sum(len(students.start) for _, students in pace.some(schools, count)) == count


def test_the_reference_says_what_the_night_says(pace: ModuleType) -> None:
    assert pace.one_by_one(*pace.school(5)) > 0
