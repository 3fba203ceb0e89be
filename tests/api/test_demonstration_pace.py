"""The plans of the demonstration's classes, and what its pages of pace show."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from demo_world import Shown
from sqlalchemy import select

from api.actions.pace import pace_of_class
from api.demonstration.pacing import CLOSED, calendar, fill_pace, resting
from api.demonstration.story import with_a_part
from api.demonstration.world import OPENS_AT, SECTIONS, TEACHER, school_days
from mastery.pace.calendar import DayKind
from mastery.pace.status import Status
from models.calendars import CalendarDay
from models.course_plans import CoursePlan, PaceNight
from models.roster import Person, Section
from models.unit_of_work import district_transaction


def test_the_calendar_has_the_days_of_the_term_and_one_that_was_closed() -> None:
    taught = {one.day for one in calendar() if one.weight and one.day <= school_days()[-1]}
    assert taught - {CLOSED} == set(school_days())
    assert CLOSED not in school_days()
    assert resting().sourced_id not in with_a_part()
    guide = (Path(__file__).parents[2] / "docs" / "demonstration.md").read_text()
    assert "closed" in guide


def test_a_teacher_finds_students_at_each_place(shown: Shown) -> None:
    own = {one.sourced_id for one in SECTIONS if one.teacher == TEACHER}
    found: dict[str, Counter[Status]] = {}
    with district_transaction(shown.engine, shown.district_id) as session:
        sections = session.execute(select(Section.sourced_id, Section.id).where(Section.sourced_id.in_(own))).all()
        for name, key in sections:
            pace = pace_of_class(session, shown.district_id, key, OPENS_AT)
            assert pace is not None
            found[name] = Counter(one.pace.status for one in pace.students)
        paused = session.scalars(select(Person.id).where(Person.sourced_id == resting().sourced_id)).one()
        pace = pace_of_class(session, shown.district_id, dict(sections)["middle-7-3"], OPENS_AT, [paused])
        assert pace is not None
        assert [one.pace.status for one in pace.students] == [Status.PAUSED]
    seen = sum(found.values(), Counter[Status]())
    assert {Status.AHEAD, Status.ON_PACE, Status.WATCH, Status.BEHIND, Status.PAUSED} <= seen.keys(), found


def test_again_changes_nothing_and_the_night_was_worked_out(shown: Shown) -> None:
    with district_transaction(shown.engine, shown.district_id) as session:
        fill_pace(session, shown.district_id)
        assert len(session.scalars(select(CoursePlan.id)).all()) == len(SECTIONS)
        assert len(session.scalars(select(PaceNight.section_id)).all()) == len(SECTIONS)
        kinds = session.scalars(select(CalendarDay.kind).where(CalendarDay.day == CLOSED)).all()
        assert set(kinds) == {DayKind.CLOSURE}
        session.rollback()
