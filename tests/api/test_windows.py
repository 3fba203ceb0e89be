"""Asking for a test: seats in windows, what a request waits for, one count of tries, and what is void (domain 2.5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from factories import NOW, Factory
from page_world import PageWorld
from window_world import EASTERN, MONDAY, OFFICE, STUDENT, TEACHER, WindowWorld, terms

from api.actions import seats, windows
from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.ready_report import ready_report, report_document
from api.actions.seats import SeatError
from api.actions.windows import Terms
from mastery.links import LinkError
from mastery.policy import DEFAULT_POLICY
from mastery.reassessment.fields import Chosen, Preset
from mastery.reassessment.seats import Wait
from mastery.reassessment.steps import Step
from mastery.reassessment.words import Kind, Void
from models.queries_access import viewer_of
from models.queries_windows import seats_in
from models.roster import Person
from models.rule_stops import RuleStop
from models.unit_of_work import district_transaction
from models.windows import RetakeRule, TestStep, WindowTerms

STATE = {"tries": 1, "per_window": True, "leave": False}


@pytest.fixture
def world(page_world: PageWorld) -> WindowWorld:
    return WindowWorld(page_world)


def _steps(world: WindowWorld) -> list[str]:
    return [one.step for one in world.world.rows(TestStep)]


def _stops(world: WindowWorld) -> dict[str, int]:
    return {one.rule: one.times for one in world.world.rows(RuleStop)}


# --- asking -----------------------------------------------------------------------------------------------------------


def test_who_asks_gets_a_seat_in_the_next_window_also_where_not_ready(world: WindowWorld) -> None:
    world.rule()
    later = world.window(terms(19, 23), "winter")
    first = world.window(terms(12, 16))
    placed = world.ask()
    assert (placed.window, placed.day) == (first, date(2026, 10, 12))
    assert world.situation().asker.ready is False
    row = world.world.rows(TestStep)[0]
    assert (row.step, row.window_id, row.ready, row.share) == ("registered", first, False, 0.0)
    assert later != first
    with pytest.raises(SeatError, match="held"):
        world.ask()


def test_where_tries_are_scarce_a_seat_waits_for_readiness_and_comes_with_it(world: WindowWorld) -> None:
    world.rule(**STATE)
    key = world.window(terms(12, 16))
    assert world.ask().waits is Wait.NOT_READY
    assert _stops(world) == {"readiness_share": 1}
    world.ready()
    given = world.within(lambda session, graph: seats.place_waiting(session, world.world.district_id, graph, NOW))
    assert given == 1
    assert world.situation().held.window == key
    assert _steps(world) == ["requested", "registered"]


def test_a_teacher_overrides_with_a_reason_and_nobody_else_does(world: WindowWorld) -> None:
    world.rule(**STATE)
    key = world.window(terms(12, 16))
    with pytest.raises(LookupError):
        world.ask(override="because", by=STUDENT)
    with pytest.raises(SeatError, match="reason"):
        world.ask(override="  ", by=TEACHER)
    assert world.ask(override="moves away next week", by=TEACHER).window == key
    row = world.world.rows(TestStep)[-1]
    assert (row.overrode, row.reason) == (True, "moves away next week")


def test_without_a_window_a_request_waits_and_gets_the_one_that_is_opened(world: WindowWorld) -> None:
    world.rule()
    assert world.ask().waits is Wait.NO_WINDOW
    assert world.ask().waits is Wait.NO_WINDOW
    assert _steps(world) == ["requested"]
    key = world.window(terms(12, 16))
    assert world.within(lambda session, graph: seats.place_waiting(session, world.world.district_id, graph, NOW)) == 1
    assert world.situation().held.window == key


def test_nobody_registers_after_the_deadline_nor_when_on_the_exclusion_list(world: WindowWorld) -> None:
    world.rule()
    key = world.window(terms(12, 16, register_by=datetime(2026, 10, 9, 15)))  # noqa: DTZ001
    deadline = datetime(2026, 10, 9, 15, tzinfo=EASTERN).astimezone(UTC)
    student, desk = world.world.student.id, Desk(world.world.district_id)
    world.within(lambda session, _g: windows.exclude(session, desk, key, student, "medical", NOW))
    assert world.ask(at=deadline - timedelta(days=1)).waits is Wait.NO_WINDOW
    world.within(lambda session, _g: windows.exclude(session, desk, key, student, "well again", NOW, excluded=False))
    assert world.situation(at=deadline).placed().waits is Wait.NO_WINDOW
    assert world.situation(at=deadline - timedelta(seconds=1)).placed().window == key


# --- the last seat ----------------------------------------------------------------------------------------------------


def test_two_at_once_ask_for_the_last_seat_and_one_gets_it(world: WindowWorld) -> None:
    world.rule()
    key = world.window(terms(12, 16, capacity=1))
    both = [world.world.student, world.world.people["classmate"]]
    together = Barrier(2)

    def ask(student: Person) -> object:
        together.wait()
        return world.ask(student)

    with ThreadPoolExecutor(2) as pool:
        placed = list(pool.map(ask, both))
    assert sorted((one.window is not None, one.waits) for one in placed) == [(False, Wait.FULL), (True, None)]  # type: ignore[attr-defined]
    with district_transaction(world.world.engine, world.world.district_id) as session:
        assert len(seats_in(session, world.world.district_id, [world.assessment])[key]) == 1
    assert _stops(world) == {"window.capacity": 1}


def test_one_student_who_asks_twice_at_once_gets_one_seat(world: WindowWorld) -> None:
    world.rule()
    world.window(terms(12, 16))
    together = Barrier(2)

    def ask(_turn: int) -> bool:
        together.wait()
        try:
            return world.ask().window is not None
        except SeatError:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [False, True]
    assert _steps(world) == ["registered"]


def test_a_seat_that_is_given_back_goes_to_who_waits_longest(world: WindowWorld) -> None:
    world.rule()
    key = world.window(terms(12, 16, capacity=1))
    classmate = world.world.people["classmate"]
    world.ask()
    assert world.ask(classmate).waits is Wait.FULL
    assert world.act(seats.withdraw, by=STUDENT) == key
    assert world.within(lambda session, graph: seats.place_waiting(session, world.world.district_id, graph, NOW)) == 1
    assert world.situation(classmate).held.window == key
    with pytest.raises(SeatError, match="none"):
        world.act(seats.withdraw, by=STUDENT)


# --- tries ------------------------------------------------------------------------------------------------------------


def _other_school(world: WindowWorld) -> int:
    """The student is at a second school, too."""
    keys: list[int] = []

    def rows(make: Factory) -> None:
        other = make.school("North High")
        make.role(world.world.student, "student", other.id)
        keys.append(other.id)

    world.world.add(rows)
    return keys[0]


def test_a_student_in_two_schools_has_one_count_in_an_administration(world: WindowWorld) -> None:
    world.rule(**STATE)
    world.ready()
    here = world.window(terms(5, 9))
    there = world.window(terms(12, 16), school=_other_school(world))
    assert world.ask().window == here
    sat = datetime(2026, 10, 6, 10, tzinfo=EASTERN)
    # the result is still to come: the seat itself is the try
    assert world.situation(at=sat + timedelta(days=7)).placed().refused_by == "eligible_if"
    world.result(2.0, sat)
    found = world.situation(at=sat + timedelta(days=7))
    assert (found.used, [one.administration for one in found.tries]) == (True, ["fall"])
    assert found.placed().refused_by == "max_attempts"
    assert there in {one.key for one in found.seats}
    with pytest.raises(SeatError, match="max_attempts"):
        world.ask(at=sat + timedelta(days=7))


def test_the_next_administration_is_another_count(world: WindowWorld) -> None:
    world.rule(require_before=[], forms_apart=0, **STATE)
    world.ready()
    world.window(terms(5, 9))
    winter = world.window(terms(7, 11, month=12), "winter")
    world.ask()
    world.result(2.0, datetime(2026, 10, 6, 10, tzinfo=EASTERN))
    assert world.ask(at=datetime(2026, 10, 20, 15, tzinfo=UTC)).window == winter


def test_a_technical_void_consumes_no_try_and_is_the_offices_with_a_reason(world: WindowWorld) -> None:
    world.rule(require_before=[], forms_apart=0, **STATE)
    world.ready()
    key = world.window(terms(5, 9))
    world.ask()
    sat = datetime(2026, 10, 6, 10, tzinfo=EASTERN)
    result = world.result(2.0, sat)
    later = sat + timedelta(days=1)
    with pytest.raises(LookupError):
        world.act(seats.declare_void, "the network was down", result, at=later, by=TEACHER)
    with pytest.raises(SeatError, match="reason"):
        world.act(seats.declare_void, " ", result, at=later, by=OFFICE)
    world.act(seats.declare_void, "the network was down", result, at=later, by=OFFICE)
    found = world.situation(at=later)
    assert [one.void for one in found.tries] == [Void.TECHNICAL]
    assert found.placed().window == key
    with pytest.raises(SeatError, match="none"):
        world.act(seats.declare_void, "again", result, at=later, by=OFFICE)


def test_who_was_away_may_sit_it_on_a_makeup_day_in_the_same_window(world: WindowWorld) -> None:
    world.rule(**STATE)
    world.ready()
    world.window(terms(5, 9, makeup=frozenset({date(2026, 10, 13)})))
    world.ask()
    with pytest.raises(SeatError, match="none"):
        world.act(seats.missed, at=NOW - timedelta(days=1))
    world.act(seats.missed, at=datetime(2026, 10, 8, 15, tzinfo=UTC))
    found = world.situation(at=datetime(2026, 10, 9, 15, tzinfo=UTC))
    assert (found.held.missed, found.tries) == (True, ())
    world.result(3.0, datetime(2026, 10, 13, 10, tzinfo=EASTERN))
    assert [one.administration for one in world.situation(at=datetime(2026, 10, 14, 15, tzinfo=UTC)).tries] == ["fall"]


def test_a_quiz_costs_the_teacher_one_tap(world: WindowWorld) -> None:
    world.rule()
    world.result(2.0, NOW - timedelta(days=3))
    assert world.ask().waits is Wait.FIRST_DO
    assert [str(one) for one in world.situation().placed().first] == ["sign_off", "alternative"]
    world.act(seats.do_before, Step.SIGN_OFF)
    assert world.situation().placed().first == ()
    assert _stops(world) == {"retake.require_before": 1, "window.open": 1}


def test_what_was_done_before_a_try_is_not_done_for_the_next(world: WindowWorld) -> None:
    world.rule()
    world.result(2.0, NOW - timedelta(days=9))
    world.act(seats.do_before, Step.SIGN_OFF, at=NOW - timedelta(days=8))
    world.result(2.0, NOW - timedelta(days=7))
    assert [str(one) for one in world.situation().placed().first] == ["sign_off", "alternative"]


# --- the office -------------------------------------------------------------------------------------------------------


def _as(world: WindowWorld, who: str, act: object) -> object:
    def done(session: object, _graph: object) -> object:
        viewer = viewer_of(session, world.world.district_id, world.world.people[who].id, NOW)  # type: ignore[arg-type]
        return act(session, Desk.of(viewer))  # type: ignore[operator]

    return world.within(done)


def test_a_principal_opens_windows_of_their_school_and_the_leader_chooses_the_rule(world: WindowWorld) -> None:
    school, chosen = world.world.school.id, Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_QUIZ, {})

    def opens(session: object, desk: Desk) -> int:
        return windows.open_window(session, desk, world.assessment, school, "fall", terms(12, 16), NOW)  # type: ignore[arg-type]

    def chooses(session: object, desk: Desk) -> None:
        windows.choose_rule(session, desk, world.assessment, chosen, MONDAY, NOW, MONDAY)  # type: ignore[arg-type]

    assert isinstance(_as(world, "principal", opens), int)
    assert isinstance(_as(world, "leader", opens), int)
    _as(world, "leader", chooses)
    for who, act in (("principal", chooses), ("teacher", chooses), ("teacher", opens), ("stranger", opens)):
        with pytest.raises(NotYoursError):
            _as(world, who, act)
    assert len(world.world.rows(RetakeRule)) == 1


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Terms(datetime(2026, 10, 12, 8), datetime(2026, 10, 12, 8)), "closes_at"),  # noqa: DTZ001
        (terms(1, 4), "closes_at"),
        (terms(12, 16, register_by=datetime(2026, 10, 17, 1)), "register_by"),  # noqa: DTZ001
        (terms(12, 16, capacity=0), "capacity"),
    ],
)
def test_terms_that_no_window_has_are_refused_by_their_field(world: WindowWorld, wanted: Terms, field: str) -> None:
    with pytest.raises(LinkError) as refused:
        world.window(wanted)
    assert refused.value.field == field


def test_who_has_a_seat_keeps_it_when_the_window_is_made_smaller(world: WindowWorld) -> None:
    world.rule()
    key, desk = world.window(terms(12, 16)), Desk(world.world.district_id)
    classmate = world.world.people["classmate"]
    world.ask()
    world.ask(classmate)
    world.within(lambda session, _g: windows.change_window(session, desk, key, terms(13, 16, capacity=1), NOW))
    assert (world.situation().held.window, world.situation(classmate).held.window) == (key, key)
    assert [one.capacity for one in world.world.rows(WindowTerms)] == [None, 1]


def test_a_rule_counts_from_its_day_on_and_nothing_before_it_changes(world: WindowWorld) -> None:
    world.rule()
    desk, later = Desk(world.world.district_id), date(2026, 11, 2)
    stricter = Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_SUMMATIVE, {"cooldown_days": 5})
    world.within(lambda s, _g: windows.choose_rule(s, desk, world.assessment, stricter, later, NOW, MONDAY))
    midnight = datetime.combine(later, time(), EASTERN)
    assert world.situation(at=midnight - timedelta(seconds=1)).policy.name == "classroom_quiz"
    found = world.situation(at=midnight).policy
    assert (found.name, found.cooldown_days.summative) == ("classroom_summative", 5)
    assert found.max_attempts.summative.tries == DEFAULT_POLICY.retake_attempts


# --- whether who is called ready passes -------------------------------------------------------------------------------


def test_who_was_called_ready_and_sat_it_is_in_the_report_and_a_void_sitting_is_not(world: WindowWorld) -> None:
    world.rule()
    world.window(terms(5, 16))
    classmate = world.world.people["classmate"]
    for student in (world.world.student, classmate):
        world.ready(student)
        world.ask(student)
    day = datetime(2026, 10, 6, 10, tzinfo=EASTERN)
    world.result(3.0, day)
    failed = world.result(2.0, day, classmate)

    def told() -> list[tuple[int, int, int]]:
        lines = world.within(lambda session, _g: ready_report(session, world.world.district_id))
        return [(one.rate.called, one.rate.sat, one.rate.passed) for one in lines]

    assert told() == [(2, 2, 1)]
    world.act(seats.declare_void, "a fire alarm", failed, at=day + timedelta(hours=5), by=OFFICE, student=classmate)
    assert told() == [(2, 1, 1)]
    document = world.within(lambda session, _g: report_document(ready_report(session, world.world.district_id)))
    assert document["wanted"] == {"least": 0.75, "most": 0.90}
    assert document["assessments"][0]["rate"] == 1.0


# --- pages ------------------------------------------------------------------------------------------------------------


def _post(world: WindowWorld, who: str, do: str, status: int, **more: str) -> str:
    client = world.world.client(who)
    url = f"/students/{world.world.student.id}/tests/{world.assessment}"
    answer = client.client.post(url, data={"csrf_token": client.token(), "do": do, **more})
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_a_student_asks_on_the_page_and_the_teacher_sees_it(world: WindowWorld) -> None:
    world.rule()
    world.window(terms(12, 16))
    _post(world, "student", "request", 303)
    assert _steps(world) == ["registered"]
    _post(world, "teacher", "request", 303)
    assert _steps(world) == ["registered"]
    assert "in at most 300 characters" in _post(world, "teacher", "override", 422, reason=" ")
    client = world.world.client("teacher")
    client.get("/tests")
    assert client.response is not None
    assert "Geometry test" in client.response.get_data(as_text=True)
    _post(world, "guardian", "withdraw", 303)
    assert _steps(world) == ["registered", "withdrawn"]


@pytest.mark.parametrize(
    ("who", "do", "status"),
    [
        ("student", "override", 404), ("guardian", "sign_off", 404), ("student", "consent", 404),
        ("teacher", "void", 404), ("stranger", "request", 404), ("colleague", "request", 404),
        ("teacher", "fly", 303), ("student", "__class__", 303),
    ],
)  # fmt: skip
def test_a_step_that_is_not_ones_own_is_not_there(world: WindowWorld, who: str, do: str, status: int) -> None:
    world.rule()
    world.window(terms(12, 16))
    _post(world, who, do, status, reason="so")
    assert _steps(world) == []


def test_a_rule_that_stops_somebody_on_the_page_is_counted(world: WindowWorld) -> None:
    world.rule(require_before=[], forms_apart=0, **STATE)
    world.window(terms(5, 9))
    world.result(4.0, datetime(2026, 10, 5, 9, tzinfo=EASTERN))
    _post(world, "student", "request", 303)
    assert _steps(world) == []
    assert _stops(world) == {"retake.eligible_if": 1}


def test_a_page_takes_as_many_statements_for_many_tests_as_for_one(world: WindowWorld) -> None:
    client, url = world.world.client("student"), f"/students/{world.world.student.id}/tests"
    world.rule()
    world.window(terms(12, 16))
    one = client.statements(url)
    for _ in range(3):
        more = WindowWorld(world.world)
        more.rule()
        more.window(terms(12, 16))
    assert client.statements(url) <= one


def test_the_leader_opens_a_window_on_the_page_and_what_is_wrong_is_shown_with_what_was_typed(
    world: WindowWorld,
) -> None:
    client, url = world.world.client("leader"), f"/assessments/{world.assessment}"
    form = {
        "csrf_token": client.token(), "school": world.world.school.id, "administration": "fall",
        "opens_at": "2026-10-12T08:00", "closes_at": "2026-10-12T07:00", "makeup": "2026-10-19",
    }  # fmt: skip
    answer = client.client.post(f"{url}/windows", data=form)
    assert (answer.status_code, "2026-10-12T07:00" in answer.get_data(as_text=True)) == (422, True)
    bad = client.client.post(f"{url}/windows", data=form | {"closes_at": "2026-10-16T16:00", "makeup": "soon"})
    assert "soon is no day" in bad.get_data(as_text=True)
    assert client.client.post(f"{url}/windows", data=form | {"closes_at": "2026-10-16T16:00"}).status_code == 303
    rule = {"csrf_token": client.token(), "preset": "virginia_expedited", "effective_from": "2026-10-05"}
    assert client.client.post(f"{url}/rule", data=rule).status_code == 303
    (row,) = world.world.rows(WindowTerms)
    assert row.opens_at == datetime(2026, 10, 12, 12, tzinfo=UTC)
    assert [one.preset for one in world.world.rows(RetakeRule)] == ["virginia_expedited"]
