"""Programs list the windows of their own tests, register and withdraw students; again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest_api import Machine, token_of
from factories import NOW
from page_world import PageWorld
from sqlalchemy import select
from window_world import MONDAY, terms

from api.actions.desk import Desk
from api.actions.windows import cancel_window, choose_rule, open_window
from api.security.clients import SCOPES, create_client
from mastery.reassessment.fields import Chosen, Preset
from mastery.reassessment.words import Kind
from models.assessment import Assessment
from models.unit_of_work import district_transaction
from models.windows import TestStep


def program(world: PageWorld, name: str) -> Machine:
    """A program of the district, with a token of now."""
    with district_transaction(world.engine, world.district_id) as session:
        client = create_client(session, world.district_id, name, SCOPES, NOW)
        session.commit()
    http = world.app.test_client()
    return Machine(http, world.district_id, client, token_of(http, client))


@pytest.fixture
def machine(page_world: PageWorld) -> Machine:
    found = program(page_world, "LMS")
    found.put_assessment("eoc", title="End of course", purpose="summative", blueprint=[{"target": "4.NF.A.1"}])
    return found


def _window(world: PageWorld, **more: object) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        key = session.scalars(select(Assessment.id).where(Assessment.name == "eoc")).one()
        desk = Desk(world.district_id)
        quiz = Chosen(Kind.SUMMATIVE, Preset.CLASSROOM_QUIZ, {})
        choose_rule(session, desk, key, quiz, MONDAY, NOW, MONDAY)
        made = open_window(session, desk, key, world.school.id, "fall", terms(12, 16, **more), NOW)
        session.commit()
    return made


def _ask(machine: Machine, method: str, student: str, test: str = "eoc", status: int = 200) -> dict[str, object]:
    answer = machine.http.open(f"/api/v1/students/{student}/tests/{test}", method=method, headers=machine.headers)
    assert answer.status_code == status, answer.text
    document: dict[str, object] = answer.json
    return document


def test_the_windows_of_own_tests_are_listed_until_they_close(page_world: PageWorld, machine: Machine) -> None:
    key = _window(page_world, capacity=30)
    (window,) = machine.get("/windows")["windows"]
    assert (window["window"], window["assessment"], window["taken"], window["capacity"]) == (str(key), "eoc", 0, 30)
    assert datetime.fromisoformat(window["opens_at"]) == datetime(2026, 10, 12, 12, tzinfo=UTC)
    other = program(page_world, "Other")
    assert other.get("/windows") == {"windows": [], "next": None, "next_url": None}
    page_world.clock.jump(timedelta(days=30))
    later = token_of(machine.http, machine.client)  # the one of then is over
    renewed = Machine(machine.http, machine.district_id, machine.client, later)
    assert renewed.get("/windows")["windows"] == []


def test_windows_come_in_pages_and_one_that_is_called_off_is_gone(page_world: PageWorld, machine: Machine) -> None:
    keys = [_window(page_world) for _ in range(3)]
    with district_transaction(page_world.engine, page_world.district_id) as session:
        cancel_window(session, Desk(page_world.district_id), keys[1], NOW)
        session.commit()
    first = machine.get("/windows?limit=1")
    second = machine.get(f"/windows?limit=1&after={first['next']}")
    assert [one["windows"][0]["window"] for one in (first, second)] == [str(keys[0]), str(keys[2])]
    assert second["next"] is None


def test_a_student_is_registered_and_withdrawn_and_again_changes_nothing(
    page_world: PageWorld, machine: Machine
) -> None:
    key, student = _window(page_world), page_world.student.sourced_id
    assert _ask(machine, "GET", student)["state"] == "none"
    for _ in range(2):
        found = _ask(machine, "PUT", student)
        assert (found["state"], found["window"], found["ready"]) == ("registered", str(key), False)
    for _ in range(2):
        assert _ask(machine, "DELETE", student)["state"] == "none"
    rows = page_world.rows(TestStep)
    assert [one.step for one in rows] == ["registered", "withdrawn"]
    assert {(one.by_person, one.client_pk is None) for one in rows} == {(None, False)}


def test_a_request_that_waits_says_for_what(page_world: PageWorld, machine: Machine) -> None:
    found = _ask(machine, "PUT", page_world.student.sourced_id)
    assert (found["state"], found["waits_for"], found["window"]) == ("waiting", "no_window", None)


def test_what_is_not_ones_own_is_not_there(page_world: PageWorld, machine: Machine) -> None:
    student, other = page_world.student.sourced_id, program(page_world, "Other")
    for method in ("GET", "PUT", "DELETE"):
        _ask(machine, method, student, "other", 404)
        _ask(machine, method, "nobody", status=404)
        _ask(other, method, student, status=404)
    assert page_world.rows(TestStep) == []
