"""A day of a school begins at its own midnight: lists and items agree, in two zones of one district."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import Factory, new_district
from sqlalchemy import Engine, select

from mastery.access_questions import What, may
from models.queries_access import subject_of, viewer_of
from models.queries_api import api_students
from models.queries_people import visible_students
from models.queries_student import student_sections
from models.roster import Enrollment, Person, School, Section
from models.unit_of_work import district_transaction

EAST, WEST = "America/New_York", "America/Los_Angeles"
DAY = date(2026, 10, 5)
MINUTE = timedelta(minutes=1)


def midnight(zone: str, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass
class TwoZones:
    """A district that keeps eastern time, with a school in each zone, a class in each, and who teaches it."""

    engine: Engine
    district: int
    schools: dict[str, School] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def sees(self, who: str, at: datetime) -> set[int]:
        """Whose standing somebody may see; the list and each item say the same."""
        with district_transaction(self.engine, self.district) as session:
            viewer = viewer_of(session, self.district, self.people[who].id, at)
            listed = set(session.scalars(visible_students(viewer, What.STANDING)))
            subjects = (
                subject_of(session, self.district, one, at)
                for one in session.scalars(select(Person.id).where(Person.district_id == self.district))
            )
            items = {one.student for one in subjects if one and may(viewer, What.STANDING, one, at).allowed}
        assert listed == items
        return listed

    def classes(self, student: Person, at: datetime) -> set[int]:
        with district_transaction(self.engine, self.district) as session:
            return {one.id for one in student_sections(session, self.district, student.id, at)}


@pytest.fixture
def two(engine: Engine) -> TwoZones:
    found = TwoZones(engine, new_district(engine, zone=EAST))
    with district_transaction(engine, found.district) as session:
        make = Factory(session, found.district)
        for place, zone in (("east", None), ("west", WEST)):
            school = found.schools[place] = make.school(place, zone)
            section = found.sections[place] = make.section(school)
            found.people[f"{place} teacher"] = make.teacher(section)
            principal = found.people[f"{place} principal"] = make.person("Rosa", place)
            make.role(principal, "administrator", school.id)
        session.commit()
    return found


def add(two: TwoZones, **days: tuple[str, date | None, date | None]) -> dict[str, Person]:
    """Students by name, each in a class from and until a day, with a role at the school for as long."""
    made = {}
    with district_transaction(two.engine, two.district) as session:
        make = Factory(session, two.district)
        for name, (place, begins, ends) in days.items():
            student = made.get(name.split("_")[0]) or make.person(name, "Pupil")
            made[name.split("_")[0]] = student
            role = make.role(student, "student", two.schools[place].id, ends)
            role.begins_on = begins
            make.enrol(student, two.sections[place], begins=begins, ends=ends)
        session.commit()
    return made


@pytest.mark.parametrize(("place", "zone"), [("east", EAST), ("west", WEST)])
def test_an_enrolment_begins_and_ends_at_the_midnight_of_its_school(two: TwoZones, place: str, zone: str) -> None:
    student = add(two, one=(place, DAY, DAY))["one"]
    begins, ends = midnight(zone), midnight(zone, DAY + timedelta(days=1))
    for at, there in ((begins - MINUTE, False), (begins, True), (ends - MINUTE, True), (ends, False)):
        expected = {student.id} if there else set()
        assert two.sees(f"{place} teacher", at) == expected
        assert two.sees(f"{place} principal", at) == expected
        assert two.classes(student, at) == ({two.sections[place].id} if there else set())


def test_who_moves_west_belongs_to_both_schools_while_the_days_overlap(two: TwoZones) -> None:
    """The last day in the east is over three hours before the first one in the west begins."""
    student = add(two, one_east=("east", None, DAY), one_west=("west", DAY + timedelta(days=1), None))["one"]
    left, came = midnight(EAST, DAY + timedelta(days=1)), midnight(WEST, DAY + timedelta(days=1))
    assert came - left == timedelta(hours=3)
    for at, east, west in (
        (left - MINUTE, True, False),
        (left, False, False),
        (came - MINUTE, False, False),
        (came, False, True),
    ):
        for role in ("teacher", "principal"):
            assert bool(two.sees(f"east {role}", at)) is east
            assert bool(two.sees(f"west {role}", at)) is west
        assert len(two.classes(student, at)) == east + west


def test_a_student_of_two_schools_is_everybodys_who_works_at_one_of_them(two: TwoZones) -> None:
    student = add(two, one_east=("east", None, None), one_west=("west", None, None))["one"]
    at = midnight(WEST)
    assert {who for who in two.people if two.sees(who, at) == {student.id}} == set(two.people)
    with district_transaction(two.engine, two.district) as session:
        (told,) = api_students(session, two.district, at, 10)
        assert {section.school for section in told.sections} == {"east", "west"}


def test_a_teacher_of_record_hands_over_at_the_midnight_of_the_school(two: TwoZones) -> None:
    """A co-teacher is one as long as somebody answers for the class, by the class's own days."""
    add(two, one=("west", None, None))
    with district_transaction(two.engine, two.district) as session:
        make = Factory(session, two.district)
        helper = two.people["helper"] = make.person("Second", "Teacher")
        make.enrol(helper, two.sections["west"], role="teacher").primary = False
        held = session.scalars(
            select(Enrollment).where(
                Enrollment.district_id == two.district, Enrollment.person_id == two.people["west teacher"].id
            )
        ).one()
        held.ends_on = DAY
        session.commit()
    over = midnight(WEST, DAY + timedelta(days=1))
    with district_transaction(two.engine, two.district) as session:
        before, after = (viewer_of(session, two.district, helper.id, at) for at in (over - MINUTE, over))
    assert not before.of_record
    assert after.of_record == {two.sections["west"].id}
