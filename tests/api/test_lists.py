"""A list holds exactly those whom the law opens one by one, whatever ties somebody has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from access_rows import consent, link
from factories import NOW, TODAY, Factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_client import PageClient
from page_world import PASSWORD, PageWorld, enrol
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.actions.accounts import create_account
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What, may
from mastery.links import CAPACITIES, OF_OUTSIDERS, OUTSIDERS
from models.links import BeyondAge, Consent, CourtOrder, Link
from models.queries_access import subject_of, viewer_of
from models.queries_people import visible_students
from models.retention import PendingDeletion
from models.roster import Enrollment, Guardianship, Person, PersonRole, Section
from models.unit_of_work import district_transaction

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ASKED = (DataClass.LEVELS, DataClass.RESPONSES, DataClass.ACADEMIC_FLAGS, DataClass.ORDERS, DataClass.RECORD)
_BOUNDS = [-2 * _DAY, -_HOUR, timedelta(0), _HOUR]


@dataclass
class Crowd:
    """Students of two schools and of none any more, and one person whose ties change."""

    world: PageWorld
    person: Person
    students: list[int]
    sections: list[int]
    schools: list[int]
    client: PageClient


@pytest.fixture
def crowd(page_world: PageWorld) -> Crowd:
    world, found = page_world, dict[str, Any]()

    def rows(make: Factory) -> None:
        far = make.school("Far High", "Asia/Tokyo")
        sections = [world.section, make.section(far, "Far")]
        both, gone = make.student(sections[0], "In", "Both"), make.student(sections[0], "Is", "Gone")
        make.enrol(both, sections[1])
        left = make.student(sections[1], "Has", "Left", ends=TODAY - 2 * _DAY)
        former, later = make.person("Was", "Here"), make.person("Comes", "Later")
        make.role(former, "student", far.id, ends=TODAY - 9 * _DAY)
        make.role(later, "student", world.school.id)
        make.enrol(later, sections[1], begins=TODAY + 2 * _DAY)
        make._add(PendingDeletion(district_id=make.district_id, student_id=gone.id, due_on=TODAY, rule="", since=NOW))
        person = make.person("Many", "Ties")
        account = create_account(make.session, make.district_id, "many", PASSWORD, person.id, NOW)
        world.codes["many"] = enrol(make.session, make.district_id, account)
        students = [world.student, both, gone, left, former, later, make.student(sections[1], "Far", "Away")]
        found.update(
            person=person, students=[one.id for one in students], sections=[one.id for one in sections],
            schools=[world.school.id, far.id],
        )  # fmt: skip

    world.add(rows)
    return Crowd(world, client=world.client("many"), **found)


# --- ties -------------------------------------------------------------------------------------------------------------

Tie = Callable[[Factory, Crowd], object]
_PASSING = (Basis.EMERGENCY, Basis.SUPPORT)
_PLACES = st.integers(0, 6)
_ENDS = st.none() | st.sampled_from(_BOUNDS[1:])
_CLASSES = st.sets(st.sampled_from(_ASKED), min_size=1)


@st.composite
def _links(draw: st.DrawFn) -> Tie:
    role, scope = draw(st.sampled_from(CAPACITIES)), draw(st.sampled_from(Scope))
    # what the database keeps: nobody from outside holds what staff hold
    basis = draw(st.sampled_from([one for one in Basis if role in OUTSIDERS or one not in OF_OUTSIDERS]))
    if role is Role.EXTERNAL_PROFESSIONAL:
        scope = Scope.STUDENT
    place, begins, ends = draw(_PLACES), draw(st.sampled_from(_BOUNDS)), draw(_ENDS)
    agreed = draw(_CLASSES) if role is Role.EXTERNAL_PROFESSIONAL or draw(st.booleans()) else None
    share, targeted, withdrawn = draw(st.none() | _CLASSES), draw(st.booleans()), draw(st.booleans())

    def tie(make: Factory, crowd: Crowd) -> None:
        student, until = crowd.students[place], NOW + _HOUR if ends is None else NOW + ends
        more: dict[str, Any] = {"ends_at": until if ends is not None or agreed or basis in _PASSING else None}
        if scope is Scope.STUDENT:
            more["student_id"] = student
        elif scope is Scope.SECTION:
            more["section_id"] = crowd.sections[place % 2]
        elif scope is Scope.SCHOOL:
            more["school_id"] = crowd.schools[place % 2]
        if agreed is not None:
            over = NOW if withdrawn else None
            more["consent_id"] = consent(make, crowd.person, student, "club", classes=sorted(agreed), withdrawn_at=over)
        link(
            make, crowd.person, role, scope=scope, basis=basis, share=None if share is None else sorted(share),
            targets=[crowd.world.target.id] if targeted else None,
            begins_at=min(NOW + begins, (more["ends_at"] or NOW + _DAY) - _HOUR), **more,
        )  # fmt: skip

    return tie


@st.composite
def _families(draw: st.DrawFn) -> Tie:
    place, born = draw(_PLACES), draw(st.sampled_from([None, 17 * 365, 18 * 365 + 5, 19 * 365]))
    days = draw(st.sampled_from([(None, None), (-2, None), (None, -2), (2, None)]))
    ordered = draw(st.none() | st.sets(st.sampled_from(_ASKED)))
    lifted, kept = draw(st.booleans()), draw(st.booleans())

    def tie(make: Factory, crowd: Crowd) -> None:
        key = {"district_id": make.district_id, "student_id": crowd.students[place], "guardian_id": crowd.person.id}
        if make.session.get(Guardianship, (make.district_id, crowd.person.id, crowd.students[place])):
            return
        begins, ends = (None if day is None else TODAY + day * _DAY for day in days)
        make._add(Guardianship(**key, begins_on=begins, ends_on=ends))
        student = make.session.get_one(Person, (make.district_id, crowd.students[place]))
        student.birth_date = None if born is None else TODAY - born * _DAY
        more = {**key, "begins_at": NOW - _DAY, "ends_at": None, "recorded_by": None, "recorded_at": NOW}
        if ordered is not None:
            order = {"kind": "custody", "restricts": ["access"], "leaves": sorted(ordered), "document_reference": "x"}
            make._add(CourtOrder(**more, **order, lifted_at=NOW if lifted else None))
        if kept:
            make._add(BeyondAge(**more, basis="dependent", withdrawn_at=None))

    return tie


_ROSTER = st.tuples(
    st.sampled_from(["teacher", "student", "school", "district"]), st.integers(0, 1), st.booleans(),
    st.sampled_from([None, TODAY - 2 * _DAY, TODAY + 2 * _DAY]),
)  # fmt: skip


def _by_roster(make: Factory, crowd: Crowd, kind: str, place: int, primary: bool, ends: date | None) -> None:
    """What the roster says somebody is, at one of two places."""
    if kind == "teacher":
        section = make.session.get_one(Section, (make.district_id, crowd.sections[place]))
        make.enrol(crowd.person, section, role="teacher", ends=ends).primary = primary
        make.session.flush()
    else:
        role = "student" if kind == "student" else "administrator"
        make.role(crowd.person, role, None if kind == "district" else crowd.schools[place], ends=ends)


# --- a list -----------------------------------------------------------------------------------------------------------


@given(
    ties=st.lists(_links() | _families(), max_size=4),
    roster=st.lists(_ROSTER, max_size=2, unique_by=lambda one: one[0]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_is_the_set_of_those_whom_one_may_see(crowd: Crowd, ties: list[Tie], roster: list[Any]) -> None:
    world = crowd.world
    with district_transaction(world.engine, world.district_id) as session:
        _untie(session, crowd)
        make = Factory(session, world.district_id)
        for one in roster:
            _by_roster(make, crowd, *one)
        for tie in ties:
            tie(make, crowd)
        session.commit()
    with district_transaction(world.engine, world.district_id) as session:
        at = world.clock()
        viewer = viewer_of(session, world.district_id, crowd.person.id, at)
        everybody = session.scalars(select(Person.id)).all()
        subjects = [one for one in (subject_of(session, world.district_id, key, at) for key in everybody) if one]
        assert len(subjects) >= 7
        opened = {what: {one.student for one in subjects if may(viewer, what, one, at).allowed} for what in What}
        for what in What:
            assert set(session.scalars(visible_students(viewer, what))) == opened[what], what
    assert set(_shown(crowd)) == opened[What.STANDING]


def _untie(session: Session, crowd: Crowd) -> None:
    person = crowd.person.id
    for table, column in (
        (Link, Link.person_id), (Consent, Consent.recipient_id), (CourtOrder, CourtOrder.guardian_id),
        (BeyondAge, BeyondAge.guardian_id), (Guardianship, Guardianship.guardian_id),
        (Enrollment, Enrollment.person_id), (PersonRole, PersonRole.person_id),
    ):  # fmt: skip
        session.execute(delete(table).where(column == person))


def _shown(crowd: Crowd) -> Iterator[int]:
    """Whom the page of students lists; who is led to the one child's path at once sees that one."""
    answer = crowd.client.client.get("/students")
    assert answer.status_code in (200, 303)
    if answer.status_code == 200:
        yield from map(int, re.findall(r'<li><a href="/students/(\d+)(?:/path)?"', answer.text))
    else:
        own = re.fullmatch(r"/students/(\d+)/path", answer.headers["Location"])
        yield int(own[1]) if own else crowd.person.id
