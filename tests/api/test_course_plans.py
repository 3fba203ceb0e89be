"""Planning a class, dates of a student's own, more time, pauses, a word by hand: who may, what stays, what is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from access_rows import link
from acts_on_record import recorded
from calendar_days import LAST
from course_plan_world import CourseWorld, course_world
from factories import NOW, Factory, new_district
from page_world import PageWorld, let_sign_in

from api.actions import course_plans as act
from api.actions.calendars import change_day
from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.pace import ClassPace, pace_of_class
from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.pace.calendar import DayKind
from mastery.pace.course import CourseError, Dated
from mastery.pace.learners import Evaluated
from mastery.pace.plan import ExtendedTime
from mastery.pace.status import Status
from models.course_plans import CoursePlan, OwnPlan, PaceByHand, PacePause
from models.queries_pace import by_hand_of, own_lines, pauses_of
from models.unit_of_work import district_transaction

TODAY = NOW.date()


@pytest.fixture
def course(page_world: PageWorld) -> CourseWorld:
    return course_world(page_world)


def _pace(course: CourseWorld) -> ClassPace:
    with district_transaction(course.world.engine, course.district) as session:
        found = pace_of_class(session, course.district, course.section, NOW)
        assert found is not None
        return found


def _of(course: CourseWorld, who: str) -> Evaluated:
    key = course.world.people[who].id
    return next(one for one in _pace(course).students if one.learner.student == key)


# --- the plan of a class ----------------------------------------------------------------------------------------------


def test_a_teacher_plans_a_class_and_each_version_stays(course: CourseWorld) -> None:
    assert course.plan() == 1
    later = [Dated(one.target, min(one.day + timedelta(days=7), LAST)) for one in course.even()]
    with pytest.raises(CourseError) as refused:
        course.plan(later, seen=1)
    assert refused.value.field == "reason"
    assert course.plan(later, seen=1, reason="the books came late") == 2
    assert [(one.version, one.reason) for one in course.world.rows(CoursePlan)] == [
        (1, None),
        (2, "the books came late"),
    ]
    (first, second) = recorded(course.world.engine, course.district, Act.COURSE_PLANNED)
    assert (first[1], first[3]["version"], second[3]["version"]) == (course.world.people["teacher"].id, 1, 2)


def test_of_two_who_change_a_plan_the_second_looks_again(course: CourseWorld) -> None:
    course.plan()
    with pytest.raises(CourseError) as refused:
        course.plan(seen=0)
    assert refused.value.field == "version"


@pytest.mark.parametrize("who", ["colleague", "stranger", "principal", "leader", "student", "guardian"])
def test_nobody_else_plans_it(course: CourseWorld, who: str) -> None:
    with pytest.raises(NotYoursError):
        course.plan(who=who)


def test_another_district_has_no_such_class(course: CourseWorld) -> None:
    other = new_district(course.world.engine)
    with district_transaction(course.world.engine, other) as session:
        assert pace_of_class(session, other, course.section, NOW) is None


def test_a_target_that_is_not_there_is_refused(course: CourseWorld) -> None:
    with pytest.raises(CourseError) as refused:
        course.plan([Dated(999_999, LAST)])
    assert refused.value.field == "targets"


def test_pace_is_that_of_this_moment(course: CourseWorld) -> None:
    course.plan()
    assert _of(course, "student").pace.status is Status.BEHIND
    course.mastered("student", 3)
    found = _of(course, "student")
    assert (found.pace.status, found.pace.done, found.elapsed) == (Status.ON_PACE, 3.0, 25.0)
    assert found.finish is not None
    assert _of(course, "classmate").finish is None


def test_a_closure_moves_dates_and_nobody_gets_behind(course: CourseWorld) -> None:
    course.plan()
    course.mastered("student", 3)
    before = _of(course, "student")
    with district_transaction(course.world.engine, course.district) as session:
        change_day(session, Desk(course.district), course.world.school.id, TODAY, DayKind.CLOSURE, "snow", NOW)
        session.commit()
    after = _of(course, "student")
    assert (before.elapsed - after.elapsed, before.pace.gap - after.pace.gap) == (1.0, 1.0)
    assert [one.due for one in _pace(course).course.targets] == pytest.approx([7.8 * n for n in range(1, 11)], abs=1)


# --- a student's own plan ---------------------------------------------------------------------------------------------


def _replan(course: CourseWorld, who: str, days: int = 7, reason: str = "I was away", only: int | None = None) -> None:
    dates = {one.target: min(one.day + timedelta(days=days), LAST) for one in course.even()[:only]}
    with district_transaction(course.world.engine, course.district) as session:
        act.replan(session, course.viewer(who), course.subject(), course.section, dates, reason, NOW)
        session.commit()


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_own_dates_move_the_own_line_and_no_other(course: CourseWorld, who: str) -> None:
    course.plan()
    course.mastered("student", 1)
    before = _of(course, "student").pace
    _replan(course, who)
    _replan(course, who)
    after = _of(course, "student").pace
    assert (after.gap, after.status) == (before.gap, before.status)
    assert after.plan_gap < before.plan_gap == before.gap
    assert len(course.world.rows(OwnPlan)) == 1
    _replan(course, who, 14, "longer away")
    assert [one.reason for one in course.world.rows(OwnPlan)] == ["I was away", "longer away"]
    ((_actor, by, students, _detail), _second) = recorded(course.world.engine, course.district, Act.PLAN_CHANGED)
    assert (by, students) == (course.world.people[who].id, {course.world.student.id})


@pytest.mark.parametrize("who", ["guardian", "classmate", "colleague", "stranger", "principal"])
def test_others_set_no_dates(course: CourseWorld, who: str) -> None:
    course.plan()
    with pytest.raises(NotYoursError):
        _replan(course, who)


def test_own_dates_need_a_reason_and_all_of_them(course: CourseWorld) -> None:
    course.plan()
    for wrong, field in (({"reason": "  "}, "reason"), ({"only": 3}, "targets")):
        with pytest.raises(CourseError) as refused:
            _replan(course, "student", **wrong)
        assert refused.value.field == field
    assert course.world.rows(OwnPlan) == []


def test_no_plan_of_the_class_no_own_one(course: CourseWorld) -> None:
    with pytest.raises(NotYoursError):
        _replan(course, "student")


def _extend(course: CourseWorld, who: str) -> None:
    with district_transaction(course.world.engine, course.district) as session:
        time = ExtendedTime("plan of the team", 1.5, 2.0)
        act.extend(session, course.viewer(who), course.subject(), course.section, time, NOW)
        session.commit()


def test_more_time_is_given_by_who_keeps_accommodations(course: CourseWorld) -> None:
    course.plan()
    for who in ("teacher", "student", "principal"):
        with pytest.raises(NotYoursError):
            _extend(course, who)

    def manager(make: Factory) -> None:
        person = make.person("Casey", "Manager")
        let_sign_in(make.session, make.district_id, {"manager": person})
        link(make, person, Role.CASE_MANAGER, scope="student", student_id=course.world.student.id)
        course.world.people["manager"] = person

    course.world.add(manager)
    before = _of(course, "student").pace
    _extend(course, "manager")
    after = _of(course, "student").pace
    assert (after.gap, after.status) == (before.gap, before.status)
    assert after.plan_gap <= before.plan_gap
    with district_transaction(course.world.engine, course.district) as session:
        (line,) = own_lines(session, course.district, course.section, [course.world.student.id])[
            course.world.student.id
        ]
    assert (line.private, line.multiplier, line.test_multiplier) == (True, 1.5, 2.0)
    assert max(line.dues.values()) == pytest.approx(25 + (78 - 25) * 1.5)
    ((*_rest, detail),) = recorded(course.world.engine, course.district, Act.PLAN_CHANGED)
    assert "team" not in str(detail)


# --- pauses, and a word by hand ---------------------------------------------------------------------------------------


def _pause(course: CourseWorld, who: str, first: date, last: date | None, replaces: int | None = None) -> None:
    with district_transaction(course.world.engine, course.district) as session:
        act.pause(session, course.viewer(who), course.subject(), first, last, "ill", NOW, replaces)
        session.commit()


def test_a_pause_leaves_the_clock_until_it_is_ended(course: CourseWorld) -> None:
    course.plan()
    _pause(course, "teacher", TODAY - timedelta(days=7), None)
    found = _of(course, "student")
    assert (found.pace.status, found.elapsed) == (Status.PAUSED, 19.0)
    with pytest.raises(CourseError):
        _pause(course, "teacher", TODAY, TODAY)
    (pause,) = course.world.rows(PacePause)
    with district_transaction(course.world.engine, course.district) as session:
        act.end_pause(session, course.viewer("teacher"), course.subject(), pause.id, TODAY, NOW)
        session.commit()
    with district_transaction(course.world.engine, course.district) as session:
        (standing,) = pauses_of(session, course.district, [course.world.student.id])[course.world.student.id]
    assert (standing.first, standing.last) == (TODAY - timedelta(days=7), TODAY - timedelta(days=1))
    assert (_of(course, "student").pace.status, _of(course, "student").elapsed) == (Status.BEHIND, 20.0)
    assert len(course.world.rows(PacePause)) == 2


def test_a_pause_that_has_not_begun_is_taken_back(course: CourseWorld) -> None:
    course.plan()
    _pause(course, "teacher", TODAY, TODAY + timedelta(days=9))
    (pause,) = course.world.rows(PacePause)
    with district_transaction(course.world.engine, course.district) as session:
        act.end_pause(session, course.viewer("teacher"), course.subject(), pause.id, TODAY, NOW)
        session.commit()
    with district_transaction(course.world.engine, course.district) as session:
        assert pauses_of(session, course.district, [course.world.student.id]) == {}
        with pytest.raises(NotYoursError):
            act.end_pause(session, course.viewer("teacher"), course.subject(), pause.id, TODAY, NOW)


@pytest.mark.parametrize("who", ["student", "guardian", "colleague", "stranger"])
def test_nobody_pauses_themselves(course: CourseWorld, who: str) -> None:
    course.plan()
    with pytest.raises(NotYoursError):
        _pause(course, who, TODAY, None)


def _say(course: CourseWorld, who: str, status: Status | None, reason: str = "I saw it") -> None:
    with district_transaction(course.world.engine, course.district) as session:
        act.say_pace(session, course.viewer(who), course.subject(), course.section, status, reason, NOW)
        session.commit()


def test_a_word_by_hand_is_told_and_what_is_computed_stays(course: CourseWorld) -> None:
    course.plan()
    _say(course, "teacher", Status.WATCH)
    student = course.world.student.id
    with district_transaction(course.world.engine, course.district) as session:
        said = by_hand_of(session, course.district, course.section, [student])[student]
    assert (said.status, said.reason, _of(course, "student").pace.status) == (Status.WATCH, "I saw it", Status.BEHIND)
    _say(course, "teacher", None, "seen again")
    _say(course, "teacher", None, "seen again")
    with district_transaction(course.world.engine, course.district) as session:
        assert by_hand_of(session, course.district, course.section, [student]) == {}
    assert len(course.world.rows(PaceByHand)) == 2


def test_the_word_is_the_teachers(course: CourseWorld) -> None:
    course.plan()
    for who in ("colleague", "principal", "student", "guardian", "stranger"):
        with pytest.raises(NotYoursError):
            _say(course, who, Status.WATCH)
    with pytest.raises(CourseError):
        _say(course, "teacher", Status.WATCH, " ")
