"""The nightly run: all students at once are each of them alone, to the last bit (law 2)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace_calendars import MONDAY, UNHURRIED, weekdays
from pace_nights import One, alone, in_columns, some_rows

from mastery.pace.calendar import NO_DATE, OutsideCalendar, closed
from mastery.pace.lines import PlannedTarget
from mastery.pace.night import Night, nightly
from mastery.pace.own_calendar import Pause
from mastery.pace.status import STATUSES, Carried, Status
from mastery.policy import DEFAULT_POLICY as POLICY

YEAR = closed(weekdays(MONDAY, 200), [date(2026, 12, 1), date(2026, 12, 2)])
TODAY = date(2027, 1, 15)

dates = st.integers(-20, 190).map(lambda n: MONDAY + timedelta(days=n))


@st.composite
def students(draw: st.DrawFn) -> One:
    count = draw(st.integers(1, 8))
    targets = tuple(
        PlannedTarget(n, draw(st.integers(0, 1500)) / 10, draw(st.integers(1, 30)) / 10, draw(st.booleans()))
        for n in range(count)
    )
    own = tuple(PlannedTarget(one.target, draw(st.integers(0, 2000)) / 10, one.weight, one.priority) for one in targets)
    ends = sorted(draw(st.sets(dates, max_size=4)))
    pauses = [Pause(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    if len(ends) % 2:
        pauses.append(Pause(ends[-1]))
    carried = draw(st.sampled_from([Carried(), Carried(MONDAY, 0), Carried(MONDAY, 1), Carried(None, 5)]))
    done = {one.target: draw(dates) for one in targets if draw(st.booleans())}
    start = draw(st.sampled_from([MONDAY, MONDAY + timedelta(days=33), TODAY]))
    return One(start, tuple(pauses), targets, own, done, draw(st.integers(0, 5)), carried)


def row(night: Night, n: int) -> tuple[bytes, ...]:
    columns = [*(column for column in night if isinstance(column, np.ndarray)), *night.judged]
    return tuple(np.ascontiguousarray(column[n]).tobytes() for column in columns)


@settings(UNHURRIED, max_examples=60)
@given(st.lists(students(), min_size=1, max_size=6), st.sampled_from([1.0, 2.5]))
def test_a_student_of_a_night_is_that_student_alone(some: list[One], widening: float) -> None:
    night = nightly(in_columns(some, YEAR), YEAR, TODAY.toordinal(), POLICY, widening)
    for n, one in enumerate(some):
        pace, told, found = alone(one, YEAR, TODAY, widening)
        assert STATUSES[night.judged.status[n]] is pace.status
        assert (night.gap[n], night.plan_gap[n], night.done[n]) == (pace.gap, pace.plan_gap, pace.done)
        assert tuple(np.flatnonzero(night.late[n]).tolist()) == pace.late
        since = int(night.judged.behind_since[n])
        assert (date.fromordinal(since) if since else None) == pace.carried.behind_since
        assert night.judged.close[n] == pace.carried.close
        assert bool(night.projected[n]) is (told is not None)
        if told is not None and found is not None:
            assert night.finish[n].tolist() == [found.p10, found.p20, found.p50, found.p80, found.p90]
            weeks = [None if one == NO_DATE else date.fromordinal(one) for one in night.weeks[n].tolist()]
            assert weeks == [told.earliest, told.middle, told.latest]


@settings(UNHURRIED, max_examples=40)
@given(st.lists(students(), min_size=2, max_size=6), st.data())
def test_neither_order_nor_company_changes_a_bit(some: list[One], data: st.DataObject) -> None:
    columns = in_columns(some, YEAR)
    night = nightly(columns, YEAR, TODAY.toordinal(), POLICY)
    order = data.draw(st.permutations(range(len(some))))
    again = nightly(some_rows(columns, order), YEAR, TODAY.toordinal(), POLICY)
    for place, n in enumerate(order):
        assert row(again, place) == row(night, n)
    (single,) = (nightly(some_rows(columns, [n]), YEAR, TODAY.toordinal(), POLICY) for n in order[:1])
    assert row(single, 0) == row(night, order[0])


def plain(**given: object) -> One:
    targets = tuple(PlannedTarget(n, 5.0 * n) for n in range(1, 37))
    values = {"start": MONDAY, "pauses": (), "targets": targets, "own": targets, "mastered_on": {},
              "decisions": 0, "carried": Carried()}  # fmt: skip
    return One(**{**values, **given})  # type: ignore[arg-type]


def status_on(one: One, day: date) -> Status:
    night = nightly(in_columns([one], YEAR), YEAR, day.toordinal(), POLICY)
    return STATUSES[night.judged.status[0]]


def test_stepped_across_midnight_what_was_mastered_counts_from_its_day_on() -> None:
    day = YEAR.reached(60)
    assert day is not None
    eve = day - timedelta(days=1)
    before = dict.fromkeys(range(1, 10), eve)
    assert status_on(plain(mastered_on=before), day) is Status.BEHIND
    assert status_on(plain(mastered_on={**before, 10: day}), day) is Status.BEHIND
    more = {**before, 10: day, 11: day}
    assert status_on(plain(mastered_on=more), day) is Status.WATCH
    assert status_on(plain(mastered_on={**more, 11: day + timedelta(days=1)}), day) is Status.BEHIND


def test_a_weekend_a_break_and_a_closure_move_nobody() -> None:
    friday, sunday = date(2026, 11, 27), date(2026, 11, 29)
    closure = date(2026, 12, 2)
    nights = [nightly(in_columns([plain()], YEAR), YEAR, day.toordinal(), POLICY) for day in (friday, sunday)]
    assert nights[0].gap.tolist() == nights[1].gap.tolist()
    monday = nightly(in_columns([plain()], YEAR), YEAR, closure.toordinal(), POLICY)
    assert monday.elapsed.tolist() == [YEAR.through(date(2026, 11, 30))]


def test_after_the_calendar_no_night_is_run() -> None:
    late = YEAR.last + timedelta(days=1)
    with pytest.raises(OutsideCalendar):
        nightly(in_columns([plain()], YEAR), YEAR, late.toordinal(), POLICY)


def test_who_starts_next_week_has_not_begun() -> None:
    assert status_on(plain(start=TODAY + timedelta(days=4)), TODAY) is Status.TOO_EARLY
