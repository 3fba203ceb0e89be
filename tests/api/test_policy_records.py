"""Rules that a state, a district or a school set from a day on: what a program reads, a path obeys, a command says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from conftest_api import NOW, Machine, School
from factories import Factory, new_district
from page_world import PageWorld
from path_pages import html, section
from path_world import sat_test
from sqlalchemy import Engine
from statements import statements_said

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.policy_records import sign_parameter
from api.actions.safety import protect
from mastery.policy_parameters import NAMES, PolicyError, Value
from mastery.policy_records import Asked, Level
from models.policy_records import PolicyRecord
from models.queries_access import viewer_of
from models.roster import Person
from models.roster import School as SchoolRow
from models.unit_of_work import district_transaction

TODAY = NOW.date()
DAY = timedelta(days=1)
COOLDOWN, TRIES = "retake_cooldown_days", "retake_attempts"
BASIS = "Board policy IKE"


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    return machine(school.district_id)


def put(
    engine: Engine, district_id: int, parameter: str, value: Value | None, level: Level = Level.DISTRICT,
    day: date = TODAY, **more: Any,
) -> None:  # fmt: skip
    """Let a value be signed by a command."""
    with district_transaction(engine, district_id) as session:
        if level is Level.SCHOOL and "place" not in more:
            more["place"] = session.query(SchoolRow.sourced_id).order_by(SchoolRow.id).limit(1).scalar()
        asked = Asked(parameter, value, level, BASIS, day, **more)
        sign_parameter(session, Desk(district_id), asked, NOW, min(day, TODAY), "School board")
        session.commit()


def parameter(machine: Machine, student: str, name: str = COOLDOWN, on: date | None = None) -> dict[str, Any]:
    query = "" if on is None else f"?on={on}"
    answer = machine.get(f"/students/{student}/policy{query}")
    assert [one["name"] for one in answer["parameters"]] == list(NAMES)
    (found,) = [one for one in answer["parameters"] if one["name"] == name]
    return found


# --- what a program reads ---------------------------------------------------------------------------------------------


def test_every_parameter_is_told_with_its_default_before_anybody_said_another(lms: Machine, school: School) -> None:
    answer = lms.get(f"/students/{school.students[0]}/policy")
    assert (answer["student"], answer["on"], answer["policy_version"]) == (
        school.students[0], "2026-11-23", "default-1",
    )  # fmt: skip
    assert {one["level"] for one in answer["parameters"]} == {"default"}
    assert parameter(lms, school.students[0]) == {
        "name": COOLDOWN, "value": 3, "level": "default", "school": None, "since": None, "legal_basis": None,
        "why": "default", "overrode": [], "unit": "days", "settable": True, "fixed_because": None,
    }  # fmt: skip
    fixed = parameter(lms, school.students[0], "boe_records")
    assert (fixed["settable"], fixed["fixed_because"], fixed["unit"]) == (False, "estimates", None)
    assert parameter(lms, school.students[0], "retention_check_days")["value"] == [20, 60]
    assert parameter(lms, school.students[0], "graduation_at_risk_credits")["value"] == 0.5


def test_the_nearest_level_is_in_force_and_what_it_overrode_is_told(
    lms: Machine, school: School, engine: Engine
) -> None:
    put(engine, school.district_id, COOLDOWN, 9, Level.STATE)
    put(engine, school.district_id, COOLDOWN, 5)
    put(engine, school.district_id, COOLDOWN, 2, Level.SCHOOL)
    found = parameter(lms, school.students[0])
    assert (found["value"], found["level"], found["why"]) == (2, "school", "nearest")
    assert (found["since"], found["legal_basis"]) == ("2026-11-23", BASIS)
    assert [(one["value"], one["level"], one["why"]) for one in found["overrode"]] == [
        (5, "district", "farther"), (9, "state", "farther"), (3, "default", "farther"),
    ]  # fmt: skip
    put(engine, school.district_id, COOLDOWN, 7, binding=True)
    found = parameter(lms, school.students[0])
    assert (found["value"], found["why"], found["overrode"][0]["why"]) == (7, "binding", "bound")


def test_a_change_counts_from_its_day_on_and_never_before(lms: Machine, school: School, engine: Engine) -> None:
    before = lms.get(f"/students/{school.students[0]}/policy")
    put(engine, school.district_id, COOLDOWN, 5, day=TODAY + DAY)
    assert lms.get(f"/students/{school.students[0]}/policy") == before
    assert parameter(lms, school.students[0], on=TODAY + DAY)["value"] == 5
    past = lms.get(f"/students/{school.students[0]}/policy?on=2026-09-01")
    assert past["parameters"] == before["parameters"]
    answer = lms.get(f"/students/{school.students[0]}/policy?on={TODAY + DAY}")
    assert answer["policy_version"].startswith("default-1+")


def test_another_school_s_rule_is_not_the_student_s_and_goes_with_the_day_of_the_student_s_school(
    lms: Machine, school: School, engine: Engine
) -> None:
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        other = make.school("Roosevelt")
        ada = session.get_one(Person, (school.district_id, school.student_keys[0]))
        make.enrol(ada, make.section(other, "Geometry"), begins=TODAY + 2 * DAY)
        place = other.sourced_id
        session.commit()
    put(engine, school.district_id, COOLDOWN, 1, Level.SCHOOL, place=place)
    assert parameter(lms, school.students[0])["value"] == 3
    found = parameter(lms, school.students[0], on=TODAY + 2 * DAY)
    assert (found["value"], found["school"]) == (1, place)
    assert parameter(lms, school.students[1], on=TODAY + 2 * DAY)["value"] == 3


def test_a_place_that_leaves_it_to_others_says_nothing(lms: Machine, school: School, engine: Engine) -> None:
    put(engine, school.district_id, COOLDOWN, 5)
    put(engine, school.district_id, COOLDOWN, 2, Level.SCHOOL)
    put(engine, school.district_id, COOLDOWN, None, Level.SCHOOL)
    assert parameter(lms, school.students[0])["value"] == 5


def test_of_a_protected_student_no_rule_tells_the_school(lms: Machine, school: School, engine: Engine) -> None:
    put(engine, school.district_id, COOLDOWN, 5)
    put(engine, school.district_id, COOLDOWN, 2, Level.SCHOOL)
    shown = parameter(lms, school.students[0])["school"]
    with district_transaction(engine, school.district_id) as session:
        protect(session, Desk(school.district_id), school.student_keys[0], "PO Box 1137", NOW, forget=False)
        session.commit()
    found = parameter(lms, school.students[0])
    assert (found["value"], found["level"], found["school"], found["legal_basis"]) == (2, "school", None, None)
    assert found["overrode"][0]["legal_basis"] == BASIS
    assert shown not in str(lms.get(f"/students/{school.students[0]}/policy"))


@pytest.mark.parametrize("query", ["on=soon", "on=2026-02-30", "on=0001-01-01", "on=9999-12-31", "on=", "day=1"])
def test_a_wrong_day_is_named(lms: Machine, school: School, query: str) -> None:
    problem = lms.get(f"/students/{school.students[0]}/policy?{query}", 422)
    assert [error["field"] for error in problem["errors"]] == [query.partition("=")[0]]


def test_the_same_policy_is_not_sent_twice(lms: Machine, school: School, engine: Engine) -> None:
    address = f"/api/v1/students/{school.students[0]}/policy"
    tag = lms.http.get(address, headers=lms.headers).headers["ETag"]
    known = lms.headers | {"If-None-Match": tag}
    assert lms.http.get(address, headers=known).status_code == 304
    put(engine, school.district_id, COOLDOWN, 5)
    assert lms.http.get(address, headers=known).status_code == 200


def test_another_district_s_rules_are_none_of_it(
    lms: Machine, machine: Callable[..., Machine], school: School, engine: Engine
) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        make = Factory(session, other)
        stranger = str(make.student(make.section(make.school())).identifier)
        session.commit()
    put(engine, other, COOLDOWN, 5, binding=True)
    put(engine, other, TRIES, 9, Level.SCHOOL)
    assert parameter(lms, school.students[0])["value"] == 3
    lms.get(f"/students/{stranger}/policy", 404)
    assert parameter(machine(other), stranger)["value"] == 5


# --- who signs --------------------------------------------------------------------------------------------------------


def _sign(world: PageWorld, who: str, asked: Asked) -> None:
    now = world.clock()
    with district_transaction(world.engine, world.district_id) as session:
        viewer = viewer_of(session, world.district_id, world.people[who].id, now)
        sign_parameter(session, Desk.of(viewer), asked, now, now.date())
        session.commit()


def test_a_rule_of_the_district_is_signed_by_who_answers_for_its_rules(page_world: PageWorld) -> None:
    asked = Asked(COOLDOWN, 5, Level.DISTRICT, BASIS, TODAY)
    for who in ("teacher", "principal", "guardian", "student"):
        with pytest.raises(NotYoursError):
            _sign(page_world, who, asked)
    with pytest.raises(PolicyError, match="a person signs for the district"):
        _sign(page_world, "leader", Asked(COOLDOWN, 5, Level.STATE, BASIS, TODAY))
    assert page_world.rows(PolicyRecord) == []
    _sign(page_world, "leader", asked)
    (row,) = page_world.rows(PolicyRecord)
    assert (row.parameter, row.value, row.level, row.signed_by) == (COOLDOWN, "5", "district", "Horace Mann")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(COOLDOWN, 5, Level.SCHOOL, BASIS, TODAY, "Nowhere"), "place"),
        (Asked(COOLDOWN, 5, Level.TARGET, BASIS, TODAY, "guid"), "level"),
        (Asked(COOLDOWN, 5, Level.DISTRICT, BASIS, TODAY - DAY), "from"),
        (Asked("boe_records", 5, Level.DISTRICT, BASIS, TODAY), "parameter"),
    ],
)
def test_what_can_not_be_signed_is_not_kept(school: School, engine: Engine, asked: Asked, field: str) -> None:
    with district_transaction(engine, school.district_id) as session, pytest.raises(PolicyError) as refused:
        sign_parameter(session, Desk(school.district_id), asked, NOW, TODAY, "School board")
    assert refused.value.field == field


# --- a path goes by it ------------------------------------------------------------------------------------------------


def _sat_yesterday(world: PageWorld) -> None:
    world.add(
        lambda make: sat_test(make, world.student, world.target, world.clock.at - DAY, 2.0, practised=True, missing=[])
    )


def _set(world: PageWorld, parameter: str, value: Value, begins: date, **more: Any) -> None:
    put(world.engine, world.district_id, parameter, value, day=begins, **more)


def test_another_try_opens_by_the_rule_of_the_day_and_a_change_from_tomorrow_on_changes_nothing_today(
    page_world: PageWorld,
) -> None:
    _sat_yesterday(page_world)
    today = page_world.clock.at.date()
    before = section(html(page_world), "next")
    assert "Another try is open from Wednesday, October 7, 2026 on" in before
    _set(page_world, COOLDOWN, 10, today + DAY)
    assert section(html(page_world), "next") == before
    page_world.clock.jump(DAY)
    assert "Another try is open from Wednesday, October 14, 2026 on" in section(html(page_world), "next")


def test_another_try_goes_by_the_student_s_own_school(page_world: PageWorld) -> None:
    _sat_yesterday(page_world)
    today = page_world.clock.at.date()
    _set(page_world, COOLDOWN, 1, today, level=Level.SCHOOL, place="Else High")
    assert "Wednesday, October 7" in section(html(page_world), "next")
    _set(page_world, COOLDOWN, 1, today, level=Level.SCHOOL, place=page_world.school.sourced_id)
    assert "Another try is open now." in section(html(page_world), "next")
    _set(page_world, TRIES, 1, today, binding=True)
    assert "or earlier if the teacher allows it" in section(html(page_world), "next")


def test_what_is_told_before_a_first_try_is_the_rule_in_force(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, missing=[]))
    for days, said in ((1, "1 day later"), (0, "1 day later"), (8, "8 days later")):
        _set(page_world, COOLDOWN, days, page_world.clock.at.date())
        assert f"another try opens {said}" in section(html(page_world), "next")


def test_the_rule_costs_a_path_one_statement(page_world: PageWorld) -> None:
    _sat_yesterday(page_world)
    html(page_world)
    with statements_said() as none:
        html(page_world)
    for value in (4, 5, 6):
        _set(page_world, COOLDOWN, value, page_world.clock.at.date())
    with statements_said() as some:
        html(page_world)
    assert len(some) == len(none)
    assert sum("policy_record" in one for one in some) == 1
